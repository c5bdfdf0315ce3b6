"""A model as generated C runs it: PADs folded into their convolutions, strips summed, without what is unused.

The kernels pad by themselves, so the padded tensor need not exist. Nor need joined rows of which only sums are used
(`sums.py`).

    file:   x --PAD--> padded --CONV_2D, VALID--> y        as run:   x --CONV_2D, EXPLICIT--> y

The file format has no option for explicit padding, so written files keep their PADs. A graph keeps its folded form: all
callers with the same graph get the same objects, whatever plan the model has in its metadata. What reports tell of an
operator of the folded form is told as of the file (`of_file`, `macs_as_run`).
"""

from __future__ import annotations

from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING

from arenite.backends.generated_c.bottlenecks import INVERTED_BOTTLENECK, parts, paying
from arenite.backends.generated_c.sums import ADD_PRODUCTS, planned_with_sums, sums_of, with_sums, without_sums
from arenite.backends.tflm.head import memory_plan, planned_offsets
from arenite.model import Graph, readers_of
from arenite.operators.constants import integers
from arenite.operators.liveness import executed_graphs
from arenite.operators.macs import macs
from arenite.operators.quantization import steps
from arenite.operators.windows import CONVOLUTIONS, EXPLICIT, SAME, padding_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Container, Sequence

    from arenite.backends.generated_c.bottlenecks import Bottleneck
    from arenite.model import Model, Operator, Tensor


def folded(model: Model) -> Model:
    """Fold PADs and sum strips, drop unused tensors and graphs that never run; the plan is kept.

    Returns the same object if nothing changes. Graphs keep their positions: a graph that never runs becomes empty. A
    PAD fills with the zero point, which is what a convolution assumes for its padding.
    """
    running = executed_graphs(model)
    graphs = tuple(
        (graph.once(_folded, _folded) if place in running else graph.once(_emptied, _emptied)) or graph
        for place, graph in enumerate(model.graphs)
    )
    if graphs == model.graphs:
        return model
    result = replace(model, graphs=graphs)
    plan = model.plan
    if plan is None:
        return result
    return result.with_plan(memory_plan(result, planned_with_sums(model, planned_offsets(model, plan))), model.target)


def _emptied(graph: Graph) -> Graph | None:
    """The graph without anything in it; None if it is empty, since a graph that kept itself would not be freed."""
    return Graph(graph.name, (), (), (), ()) if graph.tensors or graph.operators else None


def _folded(graph: Graph) -> Graph | None:
    """The graph with PADs folded, strips summed, and without unused tensors; None if that is the graph itself."""
    # Control edges name operators of the file, so none of a graph with some may go.
    plain = graph.operators if graph.control_edges else _padding(graph.operators, graph.outputs)
    sums = sums_of(graph)
    operators = with_sums(plain, sums)
    used = {*graph.inputs, *graph.outputs}
    for operator in operators:
        used.update(
            tensor for tensor in (*operator.inputs, *operator.outputs, *operator.intermediates) if tensor is not None
        )
    tensors = tuple(tensor for tensor in graph.tensors if tensor in used or tensor.data is not None)
    if operators == graph.operators and len(tensors) == len(graph.tensors):
        return None
    tensors += tuple(each.sums for each in sums)
    return replace(graph, operators=operators, tensors=tensors)


def unfolded(source: Model, result: Model) -> Model:
    """Apply the order and plan of a folded model to its source; what was folded goes right before its reader.

    Args:
        source: the model from which `result` was folded.
        result: the folded model in any order, with or without a plan.
    """
    running = executed_graphs(source)
    graphs = tuple(
        _unfolded(graph, result.graphs[place]) if place in running else graph
        for place, graph in enumerate(source.graphs)
    )
    ordered = replace(source, graphs=graphs, metadata=result.metadata)
    plan = result.plan
    if plan is None:
        return ordered
    offsets = planned_with_sums(source, planned_offsets(result, plan))
    return ordered.with_plan(memory_plan(ordered, offsets), result.target)


def _unfolded(graph: Graph, result: Graph) -> Graph:
    """The graph in the order of its folded form; operators without outputs are the same in both."""
    pads = {operator.outputs: pad for operator, (_, pad) in folds(graph.operators, graph.outputs, with_padding).items()}
    originals = {operator.outputs: operator for operator in graph.operators if operator.outputs}
    operators: dict[Operator, None] = {}
    for operator in without_sums(result.operators, sums_of(graph)):
        for outputs in _made(operator):
            if outputs in pads:
                operators[pads[outputs]] = None
            operators[originals.get(outputs, operator)] = None
    return replace(graph, operators=tuple(operators))


def _made(operator: Operator) -> tuple[tuple[Tensor, ...], ...]:
    """The outputs of each operator of the file that an operator stands for."""
    if operator.code == INVERTED_BOTTLENECK:
        return tuple((tensor,) for tensor in (*operator.intermediates, *operator.outputs))
    return (operator.outputs,)


def folds(
    operators: Sequence[Operator],
    interface: Container[Tensor],
    made_of: Callable[[Operator, Operator], Operator | None],
) -> dict[Operator, tuple[Operator, Operator]]:
    """Map each convolution that can absorb a PAD to its replacement and the PAD.

    Args:
        operators: the operators of a graph.
        interface: tensors that must remain.
        made_of: maps a PAD and its reader to a reader that pads by itself; None if that is impossible.
    """
    readers = readers_of(operators)
    found: dict[Operator, tuple[Operator, Operator]] = {}
    for pad in operators:
        if pad.code == "PAD" and len(pad.inputs) == 2 and pad.outputs[0] not in interface:
            convolutions = readers[pad.outputs[0]]
            made = [pair for pair in (made_of(pad, reader) for reader in convolutions) if pair is not None]
            if len(made) == len(convolutions):
                found.update((old, (new, pad)) for old, new in zip(convolutions, made, strict=True))
    return found


def paying_in(operators: Sequence[Operator], interface: Collection[Tensor]) -> tuple[Bottleneck, ...]:
    """The inverted bottlenecks among operators of a file that are one operator as run; `interface` as in `folds`."""
    return paying(_padding(operators, interface), interface)


def _padding(operators: Sequence[Operator], interface: Container[Tensor]) -> tuple[Operator, ...]:
    """The operators with PADs folded into convolutions, in their order."""
    found = folds(operators, interface, with_padding)
    gone = {pad for _, pad in found.values()}
    return tuple(found[each][0] if each in found else each for each in operators if each not in gone)


def with_padding(pad: Operator, operator: Operator) -> Operator | None:
    """Replace a PAD's reader by one that pads by itself, with the option `EXPLICIT`; None if that is impossible."""
    source, padded = pad.inputs[0], pad.outputs[0]
    if operator.code not in CONVOLUTIONS or padding_of(operator) == SAME:
        return None
    if operator.inputs.count(padded) != 1 or operator.inputs[0] is not padded:
        return None
    if source is None or source.data is not None or len(source.shape) != 4 or steps(source) != steps(padded):
        return None
    margins = integers(pad.inputs[1])
    if margins is None or len(margins) != 8 or any(margins[:2]) or any(margins[6:]) or min(margins) < 0:
        return None
    return replace(
        operator,
        inputs=(source, *operator.inputs[1:]),
        options={**operator.options, EXPLICIT: (margins[2], margins[4])},
        origin=None,
    )


def of_file(operator: Operator) -> Operator:
    """An operator of the file that can be split as this one can: of an inverted bottleneck the one in the middle."""
    return parts(operator).depthwise if operator.code == INVERTED_BOTTLENECK else operator


def macs_as_run(operator: Operator) -> int:
    """Multiply-accumulates of an operator of `Backend.as_run`; the sum over a model is that of its file."""
    if operator.code == INVERTED_BOTTLENECK:
        found = parts(operator)
        return sum(map(macs, (found.expansion, found.depthwise, found.projection)))
    if operator.code == ADD_PRODUCTS:
        return prod(operator.input(0).shape) * operator.input(1).shape[0]
    return macs(operator)
