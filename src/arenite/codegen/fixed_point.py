"""Fixed-point arithmetic of gemmlowp's fixedpoint.h on 32-bit integers, for tables that are computed ahead."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from arenite.codegen.quantized import Scale

ONE = 2**31 - 1
"""1 with no integer bits, saturated."""


def wrap(value: int) -> int:
    """The 32-bit integer with these lowest bits."""
    return (value + 2**31) % 2**32 - 2**31


def high_multiply(a: int, b: int) -> int:
    """a * b / 2^31, to nearest (SaturatingRoundingDoublingHighMul)."""
    return ONE if a == b == -(2**31) else (a * b + 2**30) >> 31


def divide_power(x: int, exponent: int) -> int:
    """x / 2^exponent, to nearest, ties away from zero (RoundingDivideByPOT)."""
    mask = (1 << exponent) - 1
    return (x >> exponent) + ((x & mask) > (mask >> 1) + (x < 0))


def multiply_power(x: int, exponent: int) -> int:
    """x * 2^exponent, saturated; a negative exponent rounds (SaturatingRoundingMultiplyByPOT)."""
    if exponent < 0:
        return divide_power(x, -exponent)
    limit = (1 << (31 - exponent)) - 1
    return ONE if x > limit else -(2**31) if x < -limit else x << exponent


def scaled(x: int, scale: Scale) -> int:
    """x times a real factor (MultiplyByQuantizedMultiplier, double rounding)."""
    left, right = max(scale.shift, 0), max(-scale.shift, 0)
    return divide_power(high_multiply(wrap(x << left), scale.multiplier), right)


def multiply_greater_than_one(x: int, scale: Scale) -> int:
    """x times a real factor of at least 1 (MultiplyByQuantizedMultiplierGreaterThanOne)."""
    return high_multiply(wrap(x << scale.shift), scale.multiplier)


_BARREL = (
    (-2, 1672461947),
    (-1, 1302514674),
    (0, 790015084),
    (1, 290630308),
    (2, 39332535),
    (3, 720401),
    (4, 242),
)
"""exp(-2^n) * 2^31."""


def exp_on_negative_values(a: int, integer_bits: int) -> int:
    """exp(a) with no integer bits, for a <= 0 with `integer_bits` of them (up to 5)."""
    if a == 0:
        return ONE
    fraction_bits = 31 - integer_bits
    quarter = 1 << (fraction_bits - 2)
    below = (a & (quarter - 1)) - quarter
    result = _exp_below_quarter(multiply_power(below, integer_bits))
    remainder = below - a
    for exponent, factor in _BARREL:
        if integer_bits > exponent and remainder & (1 << (fraction_bits + exponent)):
            result = high_multiply(result, factor)
    return result


def _exp_below_quarter(a: int) -> int:
    """exp(a) for -1/4 <= a < 0, a Taylor expansion around -1/8; no integer bits."""
    at_eighth, third = 1895147668, 715827883
    x = a + (1 << 28)
    square = high_multiply(x, x)
    cube = high_multiply(square, x)
    fourth = divide_power(high_multiply(square, square), 2)
    rest = divide_power(high_multiply(fourth + cube, third) + square, 1)
    return at_eighth + high_multiply(at_eighth, x + rest)
