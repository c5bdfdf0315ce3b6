"""SELECT_V2."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.codegen.operators.binary import broadcast
from arenite.codegen.operators.copy import copy, same_type
from arenite.codegen.operators.views import repeated
from arenite.codegen.unit import require, tensors
from arenite.model import ElementType

if TYPE_CHECKING:
    from arenite.codegen.unit import Unit
    from arenite.model import Operator


def select(unit: Unit, operator: Operator) -> None:
    """Broadcasts to the output what is taken where the condition is false, and writes the other values over it."""
    (condition, true, false), output = tensors(operator, 3), operator.outputs[0]
    same_type(true, output)
    same_type(false, output)
    require(condition.type is ElementType.BOOL, "there is no kernel for these types")
    copy(unit, false, output, repeated(false, output))
    shape = broadcast(condition.shape, true.shape, output.shape)
    layer = unit.parameters("choose", shape=shape, width=output.type.bytes)
    unit.call_with(layer, unit.pointer(condition), unit.pointer(true), unit.target(output))
