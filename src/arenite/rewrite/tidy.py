"""Removes parts of a model that cost memory and have no effect: copies, dead operators and tensors, equal constants.

Copies that other operators make redundant:

- A PAD of rows and columns before convolutions whose SAME padding is equal. Converters from PyTorch leave them.
- Operators that pass on their input unchanged: PAD by 0, SLICE of the whole, RESHAPE to the same shape.

Each of them costs an operator and a tensor in TFLM's tail, a copy at run time and, without overlap, head. The padding
value is the zero point, or 0.0. Its product with a weight adds 0, unless the weight is infinite.

What nobody needs, in every graph:

- operators without state whose outputs have no reader, since their outputs take head while they run;
- tensors that no operator, no input or output of the graph and no signature names, since TFLM plans them all at once;
- constants that equal another one except for the name, since each takes a structure in TFLM's tail, and flash.

Inputs of a graph stay, even without readers. Their number and order are the interface of the model: the application
writes each input by its position, and control flow passes its operands by position too. The gain would be small: an
unused input is alive in scope 0 only, so a layout places other tensors over it from the first operator on. It matters
only for a model whose inputs together exceed its peak; the author of the model has to decide about such inputs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from arenite.backends.generated_c.folding import folds, with_padding
from arenite.backends.tflm.head import memory_plan, planned_offsets
from arenite.operators.constants import integers, is_finite
from arenite.operators.kinds import PADS, RESHAPES
from arenite.operators.quantization import steps
from arenite.operators.soundness import is_sound
from arenite.operators.state import has_state, is_pure
from arenite.operators.windows import EXPLICIT, SAME, window
from arenite.rewrite.edits import edited, may_renumber, with_operators
from arenite.rewrite.interface import Pass
from arenite.rewrite.sentences import gone
from arenite.tflite.newer_fields import loses_fields
from arenite.tflite.signatures import signature_tensors
from arenite.tflite.write_graph import all_but_name_and_buffer

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Set

    from arenite.model import Graph, Model, Operator, Tensor

_KEEPS_SHAPE = RESHAPES | {"SLICE"}
"""Operators that do nothing if their output has the shape of their input."""


@dataclass(frozen=True)
class Tidy(Pass):
    """Remove copies that other operators make redundant, then parts without effect."""

    def _apply(self, model: Model) -> Model:
        return Prune().run(Fold().run(model))

    def sentence(self, before: Model, after: Model) -> str:
        """Number of removed operators; empty if only tensors were removed."""
        count = gone(before, after)
        if not count:
            return ""
        return f"{count} operators are left out: nobody needs them, they only copy, or convolutions pad by themselves"


@dataclass(frozen=True)
class Fold(Pass):
    """Remove redundant copies.

    Outputs stay the same bit for bit. A model with a plan stays unchanged, since the plan is for its copies. The same
    goes for a model whose metadata name operators by position.
    """

    def _apply(self, model: Model) -> Model:
        return edited(model, _folded)


def _folded(graph: Graph, interface: Set[Tensor]) -> Graph:
    """The graph without redundant copies; the same object if it has none."""
    instead: dict[Tensor, Tensor] = {}
    operators: list[Operator] = []
    for operator in graph.operators:
        reading = operator.reading(instead)
        source = _handed_on(reading)
        if source is None or operator.outputs[0] in interface:
            operators.append(reading)
        else:
            instead[operator.outputs[0]] = source
    found = folds(operators, interface, _padding_alike)
    pads = {pad for _, pad in found.values()}
    operators = [found[each][0] if each in found else each for each in operators if each not in pads]
    if len(operators) == len(graph.operators):
        return graph
    return with_operators(graph, operators)


def _handed_on(operator: Operator) -> Tensor | None:
    """The input that an operator passes on unchanged; None for most operators."""
    if not operator.inputs or operator.inputs[0] is None or len(operator.outputs) != 1:
        return None
    source, target = operator.inputs[0], operator.outputs[0]
    if source.data is not None or source.variable or target.variable or not _alike(source, target):
        return None
    if operator.code in _KEEPS_SHAPE:
        return source
    if operator.code in PADS and not any(integers(operator.inputs[1]) or (1,)):
        return source
    return None


def _alike(one: Tensor, other: Tensor) -> bool:
    return (one.shape, one.type, steps(one)) == (other.shape, other.type, steps(other))


def _padding_alike(pad: Operator, operator: Operator) -> Operator | None:
    """A reader of a PAD with SAME padding that equals the PAD; None if there is none."""
    explicit = with_padding(pad, operator)
    if explicit is None or not is_finite(operator.input(1)):
        return None
    inputs = (pad.inputs[0], *operator.inputs[1:])
    same = replace(operator, inputs=inputs, options={**operator.options, "padding": SAME})
    if not is_sound(same):
        return None
    axes = window(same).rows, window(same).columns
    covers = all(axis.follows(SAME) for axis in axes)
    return same if covers and tuple(axis.padding for axis in axes) == explicit.options[EXPLICIT] else None


@dataclass(frozen=True)
class Prune(Pass):
    """Remove parts without effect.

    Outputs stay the same bit for bit, and remaining tensors keep their offsets in an offline plan. A model stays
    unchanged if Vela compiled it, if metadata may name its tensors by number, or if it would lose a field that the
    installed schema does not know.
    """

    def _apply(self, model: Model) -> Model:
        plan = model.plan
        if not may_renumber(model):
            return model
        if plan is not None and any(tensor.variable for graph in model.graphs[1:] for tensor in graph.tensors):
            return model  # TFLM looks up such variables by their number in the plan of another graph
        named = signature_tensors(model)
        # Control edges name operators by position, so with control edges all operators stay.
        every_operator = any(graph.control_edges for graph in model.graphs)
        graphs = tuple(_pruned(graph, named, every_operator=every_operator) for graph in model.graphs)
        if graphs == model.graphs:
            return model
        pruned = replace(model, graphs=graphs)
        if plan is not None:
            pruned = replace(pruned, plan=memory_plan(pruned, planned_offsets(model, plan)))
        return model if loses_fields(pruned) else pruned


def _pruned(graph: Graph, named: frozenset[Tensor], *, every_operator: bool) -> Graph:
    """The graph without dead operators, duplicate constants and dead tensors; the same object if it has none."""
    interface = named.union(graph.inputs, graph.outputs)
    operators = graph.operators if every_operator or not graph.outputs else _live_operators(graph, interface)
    instead = _duplicates(graph, operators, interface)
    operators = tuple(operator.reading(instead) for operator in operators)
    used = set(interface)
    for operator in operators:
        used.update(tensor for tensor in operator.inputs if tensor is not None)
        used.update(operator.outputs, operator.intermediates)
    tensors = tuple(tensor for tensor in graph.tensors if tensor in used)
    if tensors == graph.tensors and operators == graph.operators:
        return graph
    return replace(graph, tensors=tensors, operators=operators)


def _live_operators(graph: Graph, interface: frozenset[Tensor]) -> tuple[Operator, ...]:
    """Operators with effects beyond their outputs, and all that compute inputs of these or the interface."""
    writers: dict[Tensor, list[Operator]] = {}
    for operator in graph.operators:
        for tensor in operator.outputs:
            writers.setdefault(tensor, []).append(operator)
    live: set[Operator] = set()
    waiting = [operator for operator in graph.operators if has_state(operator)]
    waiting += [operator for tensor in interface for operator in writers.get(tensor, ())]
    while waiting:
        operator = waiting.pop()
        if operator not in live:
            live.add(operator)
            for read in operator.inputs:
                if read is not None:
                    waiting += writers.get(read, ())
    return tuple(operator for operator in graph.operators if operator in live)


def _duplicates(graph: Graph, operators: tuple[Operator, ...], interface: frozenset[Tensor]) -> Mapping[Tensor, Tensor]:
    """Map each duplicate constant to the first equal one, if only operators without side effects read the duplicate."""
    beyond = set(interface)
    for operator in operators:
        if not is_pure(operator):
            beyond.update(tensor for tensor in operator.inputs if tensor is not None)
        beyond.update(operator.outputs)
        beyond.update(operator.intermediates)
    constants = [t for t in graph.tensors if t.data is not None and not t.variable and t not in beyond]
    instead = {}
    for group in _same_kind(constants):
        first: dict[Hashable, Tensor] = {}
        for tensor in group:
            assert tensor.data is not None
            same = first.setdefault((bytes(tensor.data.content), all_but_name_and_buffer(tensor)), tensor)
            if same is not tensor:
                instead[tensor] = same
    return instead


def _same_kind(constants: list[Tensor]) -> list[list[Tensor]]:
    """Groups of constants with equal type, shape and quantization: only the contents of these are compared."""
    groups: dict[Hashable, list[Tensor]] = {}
    for tensor in constants:
        groups.setdefault(_kind(tensor), []).append(tensor)
    return [group for group in groups.values() if len(group) > 1]


def _kind(tensor: Tensor) -> Hashable:
    how = tensor.quantization
    return tensor.type, tensor.shape, how and (how.scale, how.zero_point, how.dimension)
