"""Fixed-point arithmetic of gemmlowp's fixedpoint.h on 32-bit integers, for tables computed at export time."""

from __future__ import annotations

from arenite.codegen.quantized import Scale

ONE = 2**31 - 1
"""1 with no integer bits, saturated."""


def wrap(value: int) -> int:
    """The signed 32-bit integer with the lowest 32 bits of `value`."""
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


def _half_sum(a: int, b: int) -> int:
    """(a + b) / 2, ties away from zero (RoundingHalfSum)."""
    total = a + b + (1 if a + b >= 0 else -1)
    return total // 2 if total >= 0 else -(-total // 2)


def _newton(a: int) -> int:
    """2 / (1 + a) with two integer bits, for 0 <= a < 1 with none: three steps of Newton's method."""
    half_denominator = _half_sum(a, ONE)
    x = 1515870810 + high_multiply(half_denominator, -1010580540)
    for _ in range(3):
        rest = (1 << 29) - high_multiply(half_denominator, x)
        x += multiply_power(high_multiply(x, rest), 2)
    return x


def logistic(a: int, integer_bits: int) -> int:
    """1 / (1 + exp(-a)) with no integer bits, for a with `integer_bits` of them."""
    if a == 0:
        return 1 << 30
    result = multiply_power(_newton(exp_on_negative_values(-abs(a), integer_bits)), 1)
    return result if a > 0 else ONE - result


def tanh(a: int, integer_bits: int) -> int:
    """tanh(a) with no integer bits, for a with `integer_bits` of them."""
    if a == 0:
        return 0
    # exp(-2|a|): twice the value is the same bits with one more integer bit.
    quotient = _newton(exp_on_negative_values(-abs(a), integer_bits + 1)) - (1 << 29)
    result = multiply_power(quotient, 2)
    return result if a > 0 else -result


def reciprocal_square_root(x: int) -> Scale:
    """1 / sqrt(x) for an integer x > 0, in five steps of Newton's method (GetInvSqrtQuantizedMultiplierExp)."""
    if x == 1:
        return Scale(ONE, 0)
    shift = 11
    while x >= 1 << 29:
        x, shift = x // 4, shift + 1
    pairs = (31 - x.bit_length()) // 2 - 1
    shift -= pairs
    half, root = divide_power(x << 2 * pairs >> 1, 1), 1 << 28  # with three integer bits
    for _ in range(5):
        cube = multiply_power(high_multiply(high_multiply(root, root), root), 6)
        root = multiply_power(wrap(high_multiply(3 << 27, root) - high_multiply(half, cube)), 3)
    root = high_multiply(root, 1518500250)  # half of the square root of 2
    return Scale(wrap(root << max(-shift, 0)), -max(shift, 0))


def saturate16(x: int) -> int:
    """The nearest 16-bit integer."""
    return max(-32768, min(32767, x))


def high_multiply16(a: int, b: int) -> int:
    """a * b / 2^15, to nearest (SaturatingRoundingDoublingHighMul on 16 bits)."""
    return 32767 if a == b == -32768 else (a * b + (1 << 14)) >> 15


def high_multiply16_truncated(a: int, b: int) -> int:
    """a * b / 2^15, toward zero (SaturatingDoublingHighMul)."""
    if a == b == -32768:
        return 32767
    product = a * b
    return product >> 15 if product >= 0 else -(-product >> 15)
