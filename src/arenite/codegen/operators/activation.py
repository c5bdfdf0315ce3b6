"""Activations and other functions of one value: bytes go through tables by one kernel; floats have their own kernels.

Factors between scales are computed in double precision, as TFLM's build of October 2026 does. LiteRT's reference
kernels, and TFLM's sources of August 2026, round some to single precision, which changes values very close to a half.
"""

from __future__ import annotations

import math
from math import prod
from typing import TYPE_CHECKING

from arenite.codegen.fixed_point import (
    divide_power,
    high_multiply16,
    high_multiply16_truncated,
    logistic,
    reciprocal_square_root,
    saturate16,
    scaled,
    tanh,
    wrap,
)
from arenite.codegen.kernel_templates import FUNCTIONS
from arenite.codegen.operators import activation_s16
from arenite.codegen.operators.options import real
from arenite.codegen.quantized import (
    LARGEST_FLOAT,
    RANGES,
    Scale,
    quantize_multiplier,
    rounded,
    scale_of,
    single,
    zero_point_of,
)
from arenite.codegen.types import INT8
from arenite.codegen.unit import Unit, one_for_one, require, same_types, tensors
from arenite.model import ElementType, Operator, Tensor

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from arenite.codegen.program import Constant

    Function = Callable[[int], int]

_TYPES = (ElementType.INT8, ElementType.FLOAT32)
_WIDE = (*_TYPES, ElementType.INT16)
_IDENTITY = Scale(1 << 30, 1)
"""The factor 1, which leaves integers of up to 30 bits as they are."""
ROOT_BITS = 20
"""Bits after the point of intermediate results of RSQRT (kShift)."""
INTEGER_BITS = 4
"""Integer bits of the fixed-point input of LOGISTIC and TANH (kInputIntegerBits)."""


def clamp(unit: Unit, operator: Operator, *, low: float, high: float) -> None:
    """A clamp between real values, which also requantizes integers to the output's scale (ReluQuantized)."""
    source, output, kind = _operands(operator, _WIDE)
    if kind is ElementType.FLOAT32:
        _call(unit, "clamp_f32", operator, low, min(high, LARGEST_FLOAT))
        return
    scale = quantize_multiplier(scale_of(source) / scale_of(output))
    zero, offset = zero_point_of(source), zero_point_of(output)
    lowest, highest = RANGES[kind]
    lowest = max(lowest, offset + rounded(single(low / scale_of(output))))
    highest = highest if high == math.inf else min(highest, offset + rounded(single(high / scale_of(output))))
    if kind is ElementType.INT16:
        activation_s16.bend(unit, operator, scale, scale, lowest=lowest, highest=highest)
        return
    table(unit, source, output, lambda x: min(max(offset + scaled(x - zero, scale), lowest), highest))


def relu6(unit: Unit, operator: Operator) -> None:
    """RELU6. TFLM's integer kernels (Relu6Quantized) clamp and ignore the output's scale."""
    source, output, kind = _operands(operator, _WIDE)
    if kind is ElementType.FLOAT32:
        clamp(unit, operator, low=0.0, high=6.0)
        return
    zero, highest = zero_point_of(source), RANGES[kind][1]
    six = min(highest, zero + rounded(single(6.0 / scale_of(source))))
    same = (scale_of(source), zero) == (scale_of(output), zero_point_of(output))
    require(same, "RELU6 with another scale is computed differently by TFLM and LiteRT")
    if kind is ElementType.INT16:
        activation_s16.bend(unit, operator, _IDENTITY, _IDENTITY, lowest=zero, highest=six)
    else:
        table(unit, source, output, lambda x: min(max(x, zero), six))


def leaky_relu(unit: Unit, operator: Operator) -> None:
    """LEAKY_RELU."""
    source, output, kind = _operands(operator, _WIDE)
    slope = real(operator, "alpha", 0.0)
    if kind is ElementType.FLOAT32:
        _call(unit, "leaky_relu_f32", operator, single(slope))
        return
    negative = scale_of(source) * single(slope) / scale_of(output)
    below, sign = quantize_multiplier(abs(negative)), -1 if negative < 0 else 1
    above = quantize_multiplier(scale_of(source) / scale_of(output))
    if kind is ElementType.INT16:
        activation_s16.bend(unit, operator, above, below, sign_after=sign)
        return
    zero, offset = zero_point_of(source), zero_point_of(output)
    table(unit, source, output, lambda x: offset + _leak(x - zero, above, below, sign))


def _leak(x: int, above: Scale, below: Scale, sign: int) -> int:
    return scaled(x, above) if x >= 0 else sign * scaled(x, below)


def hard_swish(unit: Unit, operator: Operator) -> None:
    """HARD_SWISH; int8 uses 16-bit intermediate results."""
    source, output, kind = _operands(operator)
    if kind is ElementType.FLOAT32:
        _call(unit, "hard_swish_f32", operator)
        return
    scale = quantize_multiplier(scale_of(source) / 128.0 / scale_of(output))
    reluish = quantize_multiplier(scale_of(source) / 128.0 / (3.0 / 32768.0))
    require(scale.shift <= 0, "the output's scale is too small")
    zero, offset = zero_point_of(source), zero_point_of(output)
    table(unit, source, output, lambda x: offset + _hard_swish((x - zero) * 128, scale, reluish))


def _hard_swish(x: int, scale: Scale, reluish: Scale) -> int:
    """x * relu6(x + 3) / 6 before the zero point is added; x has 7 more fractional bits than the input."""
    value = x
    if reluish.shift > 0:
        value = saturate16(value << (reluish.shift - 1))
    value = high_multiply16(value, _upper_half(reluish.multiplier))
    if reluish.shift > 0:
        value = saturate16(value << 1)
    if reluish.shift < 0:
        value = divide_power(value, -reluish.shift)
    product = high_multiply16_truncated((value + 32768) >> 1, high_multiply16(x, _upper_half(scale.multiplier)))
    return divide_power(product, -scale.shift)


def _upper_half(multiplier: int) -> int:
    """The multiplier reduced to 16 bits (DownScaleInt32ToInt16Multiplier)."""
    return 32767 if multiplier >= 2**31 - 1 - (1 << 15) else (multiplier + (1 << 15)) >> 16


def absolute(unit: Unit, operator: Operator) -> None:
    """ABS (AbsEvalQuantized). int16 values may have no scale."""
    source, output, kind = _operands(operator, _WIDE)
    if kind is ElementType.FLOAT32:
        _call(unit, "abs_f32", operator)
        return
    scale = _IDENTITY if _alike(source, output) else quantize_multiplier(scale_of(source) / scale_of(output))
    if kind is ElementType.INT16:
        activation_s16.bend(unit, operator, scale, scale, sign_before=-1)
        return
    zero, offset = zero_point_of(source), zero_point_of(output)
    table(unit, source, output, lambda x: offset + scaled(abs(x - zero), scale))


def _alike(source: Tensor, output: Tensor) -> bool:
    """Whether the scales are equal, or int16 values have none."""
    if source.type is ElementType.INT16 and source.quantization is None:
        return True
    return scale_of(source) == scale_of(output)


def reciprocal_root(unit: Unit, operator: Operator) -> None:
    """RSQRT (RsqrtEvalQuantized). Negative integers, at which TFLM fails, give the value at 0."""
    source, output, kind = _operands(operator, _WIDE)
    if kind is ElementType.FLOAT32:
        _call(unit, "rsqrt_f32", operator)
        return
    factor = single(single(math.sqrt(scale_of(source))) * scale_of(output))
    require(factor > 0, "the scales are too small")
    scale = quantize_multiplier(1 / factor)
    zero, offset = zero_point_of(source), zero_point_of(output)
    if kind is ElementType.INT16:
        require(zero == offset == 0, "the zero points must be 0")
        require(scale.shift - ROOT_BITS >= -31, "the output's scale is too large")
        unit.call(
            "rsqrt_s16", scale.multiplier, scale.shift, prod(source.shape), unit.pointer(source), unit.target(output)
        )
        return
    table(unit, source, output, lambda x: offset + _reciprocal_root(x - zero, scale) if x > zero else 127)


def _reciprocal_root(x: int, scale: Scale) -> int:
    """1 / sqrt(x) for a positive integer, times a real factor; intermediate results have 20 more bits."""
    root = reciprocal_square_root(x)
    inner = scaled(1, Scale(root.multiplier, root.shift + ROOT_BITS))
    return scaled(inner, Scale(scale.multiplier, scale.shift - ROOT_BITS))


def sigmoid(unit: Unit, operator: Operator) -> None:
    """LOGISTIC; an int8 output has the scale 1/256 and the zero point -128."""
    if operator.outputs[0].type is ElementType.INT16:
        activation_s16.interpolated(unit, operator, "logistic_s16", shifts=(0,))
        return
    _bent(unit, operator, "logistic_f32", (256, -128), lambda x: divide_power(logistic(x, INTEGER_BITS), 23) - 128)


def hyperbolic_tangent(unit: Unit, operator: Operator) -> None:
    """TANH; an int8 output has the scale 1/128 and the zero point 0."""
    if operator.outputs[0].type is ElementType.INT16:
        activation_s16.interpolated(unit, operator, "tanh_s16", shifts=(0, 1))
        return
    _bent(unit, operator, "tanh_f32", (128, 0), lambda x: divide_power(tanh(x, INTEGER_BITS), 24))


def _bent(unit: Unit, operator: Operator, kernel: str, result: tuple[int, int], function: Function) -> None:
    """Call a float kernel, or a table for int8 values; `result` is (1 / scale, zero point) of the int8 output."""
    source, output, kind = _operands(operator)
    if kind is ElementType.FLOAT32:
        _call(unit, kernel, operator)
        return
    steps, zero = result
    require((scale_of(output), zero_point_of(output)) == (1 / steps, zero), f"the output's scale must be 1/{steps}")
    table(unit, source, output, _curve(source, function))


def _curve(source: Tensor, function: Function) -> Function:
    """A fixed-point function, saturated outside the input's range, as a function of an int8 value."""
    scale = quantize_multiplier(scale_of(source) * 2 ** (31 - INTEGER_BITS))
    zero = zero_point_of(source)
    radius = math.floor((2**INTEGER_BITS - 1) * 2 ** (31 - INTEGER_BITS) / 2.0**scale.shift)

    def value(x: int) -> int:
        if abs(x - zero) >= radius:
            return -128 if x < zero else 127
        return function(scaled(x - zero, scale))

    return value


def requantize_table(unit: Unit, source: Tensor, output: Tensor) -> None:
    """QUANTIZE between 8-bit types, by a table."""
    scale = quantize_multiplier(scale_of(source) / scale_of(output))
    zero, offset = zero_point_of(source), zero_point_of(output)
    table(unit, source, output, lambda x: offset + scaled(x - zero, scale))


def _operands(operator: Operator, allowed: Sequence[ElementType] = _TYPES) -> tuple[Tensor, Tensor, ElementType]:
    source, output = one_for_one(operator)
    return source, output, same_types((source.type, output.type), allowed)


def _call(unit: Unit, kernel: str, operator: Operator, *arguments: float) -> None:
    (source,), output = tensors(operator, 1), operator.outputs[0]
    unit.call(kernel, *arguments, prod(source.shape), unit.pointer(source), unit.target(output))


def table(unit: Unit, source: Tensor, output: Tensor, function: Function) -> None:
    """Call the table kernel for a function on all 8-bit inputs, saturated to the 8-bit output type."""
    low, high = RANGES[output.type]
    values = [max(low, min(high, wrap(function(x)))) for x in _ordered(RANGES[source.type])]
    array = unit.array(INT8, bytes(value % 256 for value in values), "table")
    _look_up(unit, source, output, array)


def _look_up(unit: Unit, source: Tensor, output: Tensor, values: Constant) -> None:
    places = unit.pointer(source, kind=INT8), unit.target(output, kind=INT8)
    unit.call("table_s8", values, prod(source.shape), *places)


def _ordered(limits: tuple[int, int]) -> Sequence[int]:
    """All values of a type, in the order of their bytes read as int8."""
    low, high = limits
    return range(low, high + 1) if low < 0 else [*range(128, 256), *range(128)]


def float_function(unit: Unit, operator: Operator) -> None:
    """A function that TFLM computes on floats only, by a kernel of the operator's name."""
    source, output = one_for_one(operator)
    same_types((source.type, output.type), (ElementType.FLOAT32,))
    assert operator.code.lower() in FUNCTIONS
    unit.call(f"{operator.code.lower()}_f32", prod(source.shape), unit.pointer(source), unit.target(output))


def elu(unit: Unit, operator: Operator) -> None:
    """ELU. An int8 table is computed in single precision (PopulateLookupTable)."""
    (source,), output = tensors(operator, 1), operator.outputs[0]
    if source.type is not ElementType.INT8:
        float_function(unit, operator)
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
    _look_up(unit, source, output, opposite)
