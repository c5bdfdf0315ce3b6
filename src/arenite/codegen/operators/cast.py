"""CAST."""

from __future__ import annotations

from math import prod
from types import MappingProxyType
from typing import TYPE_CHECKING

from arenite.codegen.unit import one_for_one, require, tensors
from arenite.model import ElementType

if TYPE_CHECKING:
    from arenite.codegen.unit import Unit
    from arenite.model import Operator

KINDS = MappingProxyType(
    {
        ElementType.INT8: 1,
        ElementType.INT16: 2,
        ElementType.INT32: 4,
        ElementType.INT64: 8,
        ElementType.UINT8: -1,
        ElementType.UINT16: -2,
        ElementType.UINT32: -4,
        ElementType.FLOAT32: 0,
        ElementType.BOOL: 16,
    }
)
"""Names of the types in the kernel (arenite_cast.h)."""


def cast(unit: Unit, operator: Operator) -> None:
    """CAST of values that the output type can hold. TFLM's result for other values depends on the core."""
    (source,), output = tensors(operator, 1), operator.outputs[0]
    one_for_one(operator)
    require(source.type in KINDS and output.type in KINDS, "there is no kernel for these types")
    places = (unit.pointer(source), unit.target(output))
    unit.call("cast", KINDS[source.type], KINDS[output.type], prod(source.shape), *places)
