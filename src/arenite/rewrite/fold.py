"""Removes copies that other operators make redundant.

- A PAD of rows and columns before convolutions whose SAME padding is equal. Converters from PyTorch leave them.
- Operators that pass on their input unchanged: PAD by 0, SLICE of the whole, RESHAPE to the same shape.

Each of them costs an operator and a tensor in TFLM's tail, a copy at run time and, without overlap, head. The padding
value is the zero point, or 0.0. Its product with a weight adds 0, unless the weight is infinite.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from arenite.backends.generated_c.folding import folds, with_padding
from arenite.operators.constants import integers, is_finite
from arenite.operators.kinds import PADS, RESHAPES
from arenite.operators.soundness import is_sound
from arenite.operators.steps import steps
from arenite.operators.windows import EXPLICIT, SAME, window
from arenite.rewrite.edits import edited, with_operators
from arenite.rewrite.interface import Pass

if TYPE_CHECKING:
    from collections.abc import Set

    from arenite.model import Graph, Model, Operator, Tensor

_KEEPS_SHAPE = RESHAPES | {"SLICE"}
"""Operators that do nothing if their output has the shape of their input."""


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
