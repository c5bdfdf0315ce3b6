"""SOFTMAX."""

from __future__ import annotations

import math
from math import prod
from typing import TYPE_CHECKING

from arenite.codegen import interpolation
from arenite.codegen.fixed_point import exp_on_negative_values, multiply_greater_than_one
from arenite.codegen.operators.options import real
from arenite.codegen.quantized import quantize_multiplier, scale_of
from arenite.codegen.types import INT16, INT32
from arenite.codegen.unit import one_for_one, require, tensors
from arenite.model import ElementType

if TYPE_CHECKING:
    from arenite.codegen.program import Constant
    from arenite.codegen.quantized import Scale
    from arenite.codegen.unit import Unit
    from arenite.model import Operator

INTEGER_BITS = 5
"""Integer bits of scaled differences (kScaledDiffIntegerBits)."""
LARGEST_DIFFERENCE = 255
"""Largest difference of two int8 values."""
LONGEST_WIDE = 1 << 16
"""Most values of an int16 row: the sum of exponentials, each at most 32,767, then fits in 32 bits."""


def softmax(unit: Unit, operator: Operator) -> None:
    """SOFTMAX along the last dimension."""
    (source,), output = tensors(operator, 1), operator.outputs[0]
    one_for_one(operator)
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
        scale = quantize_multiplier(scale_of(source) * beta / (10.0 / 65535.0))
        wide = unit.parameters(
            "softmax_s16",
            depth=depth,
            multiplier=scale.multiplier,
            shift=scale.shift,
            exponential=_int16(unit, interpolation.exponentials(), "exponential"),
            reciprocal=_int16(unit, interpolation.reciprocals(), "reciprocal"),
        )
        unit.call("softmax_s16", wide, rows, *places)
        return
    kernels = {
        (ElementType.INT8, ElementType.INT8): "softmax_s8",
        (ElementType.INT8, ElementType.INT16): "softmax_s8_s16",
    }
    kernel = kernels.get((source.type, output.type))
    require(kernel is not None, "there is no kernel for these types")
    assert kernel is not None
    table = exponentials(*differences(beta, scale_of(source)))
    import numpy as np

    exponential = unit.array(INT32, np.array(table, INT32.dtype).tobytes(), "exponential")
    layer = unit.parameters(kernel, depth=depth, entries=len(table), exponential=exponential)
    unit.call(kernel, layer, rows, *places)


def _int16(unit: Unit, values: list[int], what: str) -> Constant:
    import numpy as np

    return unit.array(INT16, np.array(values, INT16.dtype).tobytes(), what)


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
