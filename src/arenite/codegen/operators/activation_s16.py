"""Activations of int16 values: LOGISTIC and TANH, interpolated in one table, and those that bend at 0."""

from __future__ import annotations

import math
from math import prod

from arenite.codegen.interpolation import sigmoids
from arenite.codegen.quantized import Scale, scale_of, zero_point_of
from arenite.codegen.types import TYPES
from arenite.codegen.unit import Unit, one_for_one, require, same_types, tensors
from arenite.model import ElementType, Operator

_INTEGER_BITS = 3
"""Integer bits of the kernel's fixed-point input (kInputIntegerBits)."""
_STEPS = 4096.0 * 3.0
"""Steps of the table's argument per unit of the input."""


def interpolated(unit: Unit, operator: Operator, kernel: str, shifts: tuple[int, ...]) -> None:
    """LOGISTIC or TANH. Input scales of 2^-12, shifted left by one of `shifts`, need no rounding (TanhPrepare)."""
    source, output = one_for_one(operator)
    same_types((source.type, output.type), (ElementType.INT16,))
    require(zero_point_of(source) == zero_point_of(output) == 0, "the zero points must be 0")
    require(_power_of_two(scale_of(output)) == -15, "the output's scale must be 1/32768")
    power = _power_of_two(scale_of(source))
    shift = None if power is None else 15 - _INTEGER_BITS + power
    if shift in shifts:
        assert shift is not None
        multiplier, right = 3 << shift, 0
    else:
        multiplier, right = _multiplier(scale_of(source))
    require(multiplier <= 32767, "the input's scale is too large")
    table = unit.numbers(TYPES[ElementType.UINT16], sigmoids(), "table")
    unit.call(kernel, table, multiplier, right, prod(source.shape), unit.pointer(source), unit.target(output))


def _multiplier(scale: float) -> tuple[int, int]:
    """A factor in at most 15 bits, and the right shift of its product."""
    factor, right = scale * _STEPS, 0
    while factor <= 32767.0 / 2.0 and right <= 30:
        factor, right = factor * 2.0, right + 1
    return int(factor), right


def _power_of_two(scale: float) -> int | None:
    """The exponent of a scale that is close to a power of two (CheckedLog2); None for other scales."""
    logarithm = math.log2(scale)
    power = math.floor(logarithm + 0.5)
    return power if abs(logarithm - power) < 1e-3 else None


def bend(
    unit: Unit,
    operator: Operator,
    above: Scale,
    below: Scale,
    *,
    sign_before: int = 1,
    sign_after: int = 1,
    lowest: int = -32768,
    highest: int = 32767,
) -> None:
    """Call the kernel of functions that scale values above and below 0 by two factors, and clamp."""
    (source,), output = tensors(operator, 1), operator.outputs[0]
    require(zero_point_of(source) == zero_point_of(output) == 0, "the zero points must be 0")
    layer = unit.parameters(
        "bend_s16",
        **above.fields("above_"),
        **below.fields("below_"),
        sign_before=sign_before,
        sign_after=sign_after,
        lowest=lowest,
        highest=highest,
    )
    unit.call_with(layer, prod(source.shape), unit.pointer(source), unit.target(output))
