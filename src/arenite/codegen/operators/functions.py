"""Functions of one value that TFLM computes on floats or booleans, and ELU."""

from __future__ import annotations

import math
from math import prod
from typing import TYPE_CHECKING

from arenite.codegen.kernel_templates import FUNCTIONS
from arenite.codegen.operators.activation import table
from arenite.codegen.quantized import rounded, scale_of, single, zero_point_of
from arenite.codegen.types import INT8
from arenite.codegen.unit import one_for_one, same_types, tensors
from arenite.model import ElementType

if TYPE_CHECKING:
    from arenite.codegen.unit import Unit
    from arenite.model import Operator, Tensor


def function(unit: Unit, operator: Operator) -> None:
    """A function of one float, by a kernel of the operator's name."""
    source, output = one_for_one(operator)
    same_types((source.type, output.type), (ElementType.FLOAT32,))
    assert operator.code.lower() in FUNCTIONS
    unit.call(f"{operator.code.lower()}_f32", prod(source.shape), unit.pointer(source), unit.target(output))


def elu(unit: Unit, operator: Operator) -> None:
    """ELU. An int8 table is computed in single precision (PopulateLookupTable)."""
    (source,), output = tensors(operator, 1), operator.outputs[0]
    if source.type is not ElementType.INT8:
        function(unit, operator)
        return
    one_for_one(operator)
    same_types((source.type, output.type), (ElementType.INT8,))
    table(unit, source, output, lambda x: _elu(source, output, x))


def _elu(source: Tensor, output: Tensor, x: int) -> int:
    value = single(scale_of(source) * (x - zero_point_of(source)))
    bent = single(single(math.exp(value)) - 1.0) if value < 0.0 else value
    return zero_point_of(output) + rounded(single(bent * single(1.0 / scale_of(output))))


def logical_not(unit: Unit, operator: Operator) -> None:
    """LOGICAL_NOT, by a table of all bytes."""
    source, output = one_for_one(operator)
    same_types((source.type, output.type), (ElementType.BOOL,))
    opposite = unit.array(INT8, bytes(byte == 128 for byte in range(256)), "table")  # 0 is at 128, see arenite_table_s8
    places = unit.pointer(source, kind=INT8), unit.target(output, kind=INT8)
    unit.call("table_s8", opposite, prod(source.shape), *places)
