"""Quantization parameters, bit for bit as TensorFlow Lite computes them.

Sources: QuantizeMultiplier, PreprocessSoftmaxScaling and CalculateInputRadius in TensorFlow Lite's
quantization_util.cc; CalculateActivationRangeQuantized and PopulateConvolutionQuantizationParams in its kernel_util.cc.
Scales are single precision; products of scales are double unless the source says otherwise.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.codegen.unit import require
from arenite.model import ElementType, Operator, Option, Tensor

if TYPE_CHECKING:
    from collections.abc import Iterable


RANGES = {
    ElementType.INT8: (-128, 127),
    ElementType.UINT8: (0, 255),
    ElementType.INT16: (-32768, 32767),
    ElementType.INT32: (-(2**31), 2**31 - 1),
}
NONE, RELU, RELU_N1_TO_1, RELU6 = range(4)
_REAL_RANGES = {
    NONE: (-math.inf, math.inf),
    RELU: (0.0, math.inf),
    RELU_N1_TO_1: (-1.0, 1.0),
    RELU6: (0.0, 6.0),
}
LARGEST_FLOAT = 3.4028234663852886e38
_FLOAT_OVERFLOWS = 2.0**128 - 2.0**103
"""Least number that single precision rounds to infinity: half of a step above the largest finite number."""


WIDEST_SHIFT = 7
"""Largest shift of a factor for 64-bit sums (the assertion in MultiplyByQuantizedMultiplier)."""


@dataclass(frozen=True, slots=True)
class Scale:
    """A real factor in fixed point: multiplier * 2^(shift - 31)."""

    multiplier: int
    shift: int

    def fields(self, what: str = "") -> dict[str, int]:
        """Fields of a kernel's parameters for the factor; their names begin with `what`."""
        return {f"{what}multiplier": self.multiplier, f"{what}shift": self.shift}


def scale_of(tensor: Tensor) -> float:
    """The scale of a tensor that is quantized per tensor.

    Raises:
        UnsupportedError: the tensor has no scale or several, or its scale is not positive and finite.
    """
    quantization = tensor.quantization
    require(quantization is not None and len(quantization.scale) == 1, f"{tensor.name!r} has no single scale")
    assert quantization is not None
    scale = quantization.scale[0]
    require(0 < scale < math.inf, f"{tensor.name!r} has the scale {scale:g}")
    return scale


def zero_point_of(tensor: Tensor) -> int:
    """The zero point of a tensor that is quantized per tensor; 0 if none is given."""
    points = tensor.quantization.zero_point if tensor.quantization else ()
    require(len(points) <= 1, f"{tensor.name!r} has several zero points")
    point = int(points[0]) if points else 0
    lowest, highest = RANGES[tensor.type if tensor.type in (ElementType.INT8, ElementType.INT16) else ElementType.INT32]
    require(lowest <= point <= highest, f"{tensor.name!r} has a zero point that its type cannot hold")
    return point


def single(value: float) -> float:
    """The nearest number of single precision.

    Raises:
        UnsupportedError: the result is infinite, or `value` is not a number.
    """
    import numpy as np

    require(abs(value) < _FLOAT_OVERFLOWS, f"the scales or options lead to {value:g}, which single precision has not")
    return float(np.float32(value))


def rounded(value: float) -> int:
    """The nearest integer, ties away from zero (TfLiteRound).

    Raises:
        UnsupportedError: `value` is infinite or not a number.
    """
    require(math.isfinite(value), f"the scales lead to {value:g}, which no integer is near to")
    whole = math.floor(abs(value))
    whole += abs(value) - whole >= 0.5
    return int(math.copysign(whole, value))


def quantize_multiplier(factor: float) -> Scale:
    """The nearest fixed-point factor. The factor may be negative, since scales of weights may be.

    Raises:
        UnsupportedError: the factor is too large or not a number.
    """
    require(math.isfinite(factor), f"the scales lead to a factor of {factor:g}")
    if factor == 0.0:
        return Scale(0, 0)
    fraction, shift = math.frexp(factor)
    multiplier = rounded(fraction * 2**31)
    if multiplier == 2**31:
        multiplier, shift = multiplier // 2, shift + 1
    # TFLM accepts -2^31, whose product with -2^31 needs a saturation that no other factor needs.
    require(shift <= 30 and multiplier > -(2**31), f"there is no fixed-point form of the factor {factor:g}")
    return Scale(0, 0) if shift < -31 else Scale(multiplier, shift)


def fit_wide_sums(scales: Iterable[Scale]) -> None:
    """Check that MultiplyByQuantizedMultiplier has a shift for factors of 64-bit sums.

    Raises:
        UnsupportedError: a factor is 2^7 or more.
    """
    require(all(scale.shift <= WIDEST_SHIFT for scale in scales), "the output's scale is too small for 16-bit sums")


def limits(operator: Operator) -> dict[str, float]:
    """Fields for the lowest and highest value of an output with a fused activation; int32 values have no scale.

    Raises:
        UnsupportedError: no kernel takes the output's type as quantized, or the activation is not known.
    """
    output, activation = operator.outputs[0], operator.options.get("fused_activation_function")
    if output.type is ElementType.FLOAT32:
        low, high = _real_range(activation)
        return {"lowest": max(low, -LARGEST_FLOAT), "highest": min(high, LARGEST_FLOAT)}
    require(output.type in RANGES, "there is no kernel for these types")
    lowest, highest = RANGES[output.type]
    low, high = _real_range(activation)
    scale, zero = (1.0, 0) if output.type is ElementType.INT32 else (scale_of(output), zero_point_of(output))

    def quantized(value: float) -> int:
        return zero + rounded(single(single(value) / scale))

    return {
        "lowest": lowest if low == -math.inf else max(lowest, quantized(low)),
        "highest": highest if high == math.inf else min(highest, quantized(high)),
    }


def _real_range(activation: Option | None) -> tuple[float, float]:
    number = NONE if activation is None else activation
    require(number in _REAL_RANGES, f"the fused activation {str(number)[:40]} is not known")
    return _REAL_RANGES[number]  # type: ignore[index]


def channel_scales(source: Tensor, weights: Tensor, output: Tensor, channels: int) -> list[Scale]:
    """The factor from the accumulator to the output, per output channel."""
    quantization = weights.quantization
    scales = quantization.scale if quantization else ()
    require(len(scales) in (1, channels), f"{weights.name!r} has {len(scales)} scales for {channels} channels")
    before, after = scale_of(source), scale_of(output)
    factors = [quantize_multiplier(before * scale / after) for scale in scales]
    return factors * channels if len(factors) == 1 else factors
