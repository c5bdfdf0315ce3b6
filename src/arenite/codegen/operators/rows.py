"""Operators that go along one dimension: SOFTMAX, LOG_SOFTMAX, L2_NORMALIZATION and CUMSUM."""

from __future__ import annotations

import math
from math import prod
from typing import TYPE_CHECKING

from arenite.codegen import interpolation
from arenite.codegen.fixed_point import divide_power, exp_on_negative_values, multiply_greater_than_one
from arenite.codegen.operators.options import axis_of, first_integer, number, real
from arenite.codegen.quantized import Scale, quantize_multiplier, scale_of, zero_point_of
from arenite.codegen.types import INT16, INT32, TYPES
from arenite.codegen.unit import Unit, one_for_one, require, same_types
from arenite.model import ElementType, Operator, Tensor

if TYPE_CHECKING:
    from arenite.codegen.program import Field

_TYPES = (ElementType.INT8, ElementType.FLOAT32)
INTEGER_BITS = 5
"""Integer bits of scaled differences (kScaledDiffIntegerBits)."""
LARGEST_DIFFERENCE = 255
"""Largest difference of two int8 values."""
LONGEST_WIDE = 1 << 16
"""Most values of an int16 row: the sum of exponentials, each at most 32,767, then fits in 32 bits."""
_SUM_BITS = 12
"""Integer bits of a sum of exponentials (kAccumulationIntegerBits)."""
_SHIFT = 20
"""Bits that int8 values gain before they are added (kCumSumIntegerShift)."""


def softmax(unit: Unit, operator: Operator) -> None:
    """SOFTMAX along the last dimension."""
    source, output = one_for_one(operator)
    beta = real(operator, "beta", 1.0)
    require(source.shape, "there is no dimension to go along")
    depth = source.shape[-1]
    rows, places = prod(source.shape) // depth, (unit.pointer(source), unit.target(output))
    if source.type is output.type is ElementType.FLOAT32:
        unit.call("softmax_f32", depth, beta, rows, *places)
        return
    if source.type is output.type is ElementType.INT16:
        require(depth <= LONGEST_WIDE, f"a row of more than {LONGEST_WIDE:,} values, whose sum exceeds 32 bits")
        require(beta >= 0, f"its beta is {beta:g}")
        layer = unit.parameters(
            "softmax_s16",
            depth=depth,
            **quantize_multiplier(scale_of(source) * beta / (10.0 / 65535.0)).fields(),
            exponential=unit.numbers(INT16, interpolation.exponentials(), "exponential"),
            reciprocal=unit.numbers(INT16, interpolation.reciprocals(), "reciprocal"),
        )
        unit.call_with(layer, rows, *places)
        return
    kernels = {
        (ElementType.INT8, ElementType.INT8): "softmax_s8",
        (ElementType.INT8, ElementType.INT16): "softmax_s8_s16",
    }
    kernel = kernels.get((source.type, output.type))
    require(kernel is not None, "there is no kernel for these types")
    assert kernel is not None
    table = exponentials(*differences(beta, scale_of(source)))
    exponential = unit.numbers(INT32, table, "exponential")
    unit.call_with(unit.parameters(kernel, depth=depth, entries=len(table), exponential=exponential), rows, *places)


def exponentials(step: Scale, radius: int) -> list[int]:
    """exp(-i * scale * beta) * 2^31 for all differences i that are not rounded to 0."""
    each = range(min(radius, LARGEST_DIFFERENCE) + 1)
    return [exp_on_negative_values(multiply_greater_than_one(-i, step), INTEGER_BITS) for i in each]


def differences(beta: float, scale: float) -> tuple[Scale, int]:
    """Factor of a difference, and the largest one with effect (PreprocessSoftmaxScaling, CalculateInputRadius)."""
    factor = min(beta * scale * 2 ** (31 - INTEGER_BITS), 2**31 - 1.0)
    require(factor > 1, "the scale of the input is too small")
    step = quantize_multiplier(factor)
    return step, math.floor((2**INTEGER_BITS - 1) * 2 ** (31 - INTEGER_BITS) / 2**step.shift)


def l2_normalization(unit: Unit, operator: Operator) -> None:
    """L2_NORMALIZATION along the last dimension; an int8 output has the scale 1/128 and the zero point 0."""
    source, output, kind = _operands(operator)
    require(number(operator, "fused_activation_function", 0) == 0, "a fused activation is not supported")
    if kind is ElementType.FLOAT32:
        _call(unit, "normalize_f32", source, output)
        return
    require((scale_of(output), zero_point_of(output)) == (1 / 128, 0), "the output's scale must be 1/128")
    _call(unit, "normalize_s8", source, output, -zero_point_of(source))


def log_softmax(unit: Unit, operator: Operator) -> None:
    """LOG_SOFTMAX along the last dimension; an int8 output has the scale 1/16 and the zero point 127."""
    source, output, kind = _operands(operator)
    if kind is ElementType.FLOAT32:
        _call(unit, "log_softmax_f32", source, output)
        return
    require((scale_of(output), zero_point_of(output)) == (1 / 16, 127), "the output's scale must be 1/16")
    step, radius = differences(1.0, scale_of(source))
    table = [divide_power(each, _SUM_BITS) for each in exponentials(step, radius)]
    back = quantize_multiplier(2.0 ** (31 - step.shift) / step.multiplier)
    require(back.shift <= 0, "the scale of the input is too small")
    depth = source.shape[-1]
    layer = unit.parameters(
        "log_softmax_s8",
        depth=depth,
        entries=radius + 1,
        exponential=unit.numbers(INT32, table, "exponential"),
        **step.fields(),
        **back.fields("reverse_"),
    )
    unit.call_with(layer, prod(source.shape) // depth, unit.pointer(source), unit.target(output))


def cumulative_sum(unit: Unit, operator: Operator) -> None:
    """CUMSUM. int8 sums begin with minus the zero point instead of 0, as in TFLM and LiteRT."""
    source, output, kind = _operands(operator)
    axis = axis_of(first_integer(operator, 1), source)
    layer = unit.parameters(
        f"running_sum_{TYPES[kind].suffix}",
        outer=prod(source.shape[:axis]),
        depth=source.shape[axis],
        inner=prod(source.shape[axis + 1 :]),
        exclusive=int(bool(operator.options.get("exclusive"))),
        reverse=int(bool(operator.options.get("reverse"))),
        **(_scales(source, output) if kind is ElementType.INT8 else {}),
    )
    unit.call_with(layer, unit.pointer(source), unit.target(output))


def _scales(source: Tensor, output: Tensor) -> dict[str, Field]:
    """Fields that bring int8 values to sums with more bits, and back (CalculateOpData of cumsum.cc)."""
    inner = quantize_multiplier(0.5)
    outer = quantize_multiplier(2.0 * scale_of(source) / (2**_SHIFT * scale_of(output)))
    require(outer.shift <= 0, "the output's scale is too small for the input's")
    return {
        "input_offset": -zero_point_of(source),
        **inner.fields("input_"),
        "output_offset": zero_point_of(output),
        **outer.fields("output_"),
    }


def _operands(operator: Operator) -> tuple[Tensor, Tensor, ElementType]:
    source, output = one_for_one(operator)
    require(source.shape, "there is no dimension to go along")
    return source, output, same_types((source.type, output.type), _TYPES)


def _call(unit: Unit, kernel: str, source: Tensor, output: Tensor, *arguments: int) -> None:
    depth = source.shape[-1]
    unit.call(kernel, *arguments, depth, prod(source.shape) // depth, unit.pointer(source), unit.target(output))
