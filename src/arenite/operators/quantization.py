"""Quantization of tensors: whether two are quantized alike, what 8-bit values stand for, and 4-bit weights.

A value stands for scale * (value - zero point). Two 4-bit values share a byte, the first one in the low half
(UnpackDenseInt4IntoInt8 in portable_tensor_utils.cc).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from arenite.model import Data, ElementType
from arenite.operators.windows import CONVOLUTIONS

if TYPE_CHECKING:
    from arenite.model import Operator, Tensor

LEAST = {ElementType.INT8: -128, ElementType.UINT8: 0}
"""The least value of each 8-bit type. Equal steps of the two types differ by the distance of these."""
_SMALLEST_SCALE, _LARGEST_SCALE = 2.0**-100, 2.0**100
"""Scales whose products with a difference of two bytes are normal float32 numbers, which proofs about rounding need."""
_UNPACKING = CONVOLUTIONS | {"FULLY_CONNECTED"}
"""Kinds that TFLM runs with 4-bit weights; its reference kernels unpack them into scratch."""


def steps(tensor: Tensor) -> object:
    """Scales and zero points of a tensor; None without quantization."""
    quantization = tensor.quantization
    return quantization and (tuple(quantization.scale), tuple(quantization.zero_point))


def has_eight_bits(tensor: Tensor) -> bool:
    """Whether a tensor is of an 8-bit type, is computed or fed, and has one scale and one zero point."""
    quantization = tensor.quantization
    if tensor.type not in LEAST or tensor.data is not None or tensor.variable or quantization is None:
        return False
    if len(quantization.scale) != 1 or len(quantization.zero_point) != 1:
        return False
    return _SMALLEST_SCALE <= quantization.scale[0] <= _LARGEST_SCALE


def stands_for(inner: Tensor, other: Tensor) -> bool:
    """Whether values of `inner` stand for those of a float tensor, or of one of the other type with equal steps."""
    if not has_eight_bits(inner) or inner.shape != other.shape or other.data is not None or other.variable:
        return False
    if other.type is ElementType.FLOAT32:
        return True
    return has_eight_bits(other) and other.type is not inner.type and _from_least(inner) == _from_least(other)


def _from_least(tensor: Tensor) -> tuple[float, int]:
    """Scale, and zero point as distance from the least value."""
    assert tensor.quantization is not None
    return tensor.quantization.scale[0], tensor.quantization.zero_point[0] - LEAST[tensor.type]


def packed_weights(operator: Operator) -> Tensor | None:
    """The int4 weights that TFLM's reference kernel of an operator unpacks into scratch; None for most operators."""
    weights = operator.inputs[1] if operator.code in _UNPACKING and len(operator.inputs) > 1 else None
    return weights if weights is not None and weights.type is ElementType.INT4 else None


def as_int8(weights: Tensor) -> Tensor:
    """An int4 constant with the same values in int8; `Tensor.bytes` of int4 already counts a byte per value."""
    import numpy as np

    assert weights.data is not None
    pairs = np.frombuffer(bytes(weights.data.content), np.int8)
    # A shift to the left and back to the right extends the sign of the low half.
    values = np.stack((np.left_shift(pairs, 4) >> 4, pairs >> 4), axis=-1).ravel()[: weights.bytes]
    return replace(weights, type=ElementType.INT8, data=Data(values.astype(np.int8).tobytes()))
