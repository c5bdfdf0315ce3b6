"""Tensors of int8 and uint8 with one scale and one zero point: which other tensors their values stand for.

A value stands for scale * (value - zero point).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.model import ElementType

if TYPE_CHECKING:
    from arenite.model import Tensor

LEAST = {ElementType.INT8: -128, ElementType.UINT8: 0}
"""The least value of each type. Equal steps of the two types differ by the distance of these."""
_SMALLEST_SCALE, _LARGEST_SCALE = 2.0**-100, 2.0**100
"""Scales whose products with a difference of two bytes are normal float32 numbers, which proofs about rounding need."""


def has_eight_bits(tensor: Tensor) -> bool:
    """Whether a tensor is of one of the types, is computed or fed, and has one scale and one zero point."""
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
    return has_eight_bits(other) and other.type is not inner.type and _steps(inner) == _steps(other)


def _steps(tensor: Tensor) -> tuple[float, int]:
    """Scale, and zero point as distance from the least value."""
    assert tensor.quantization is not None
    return tensor.quantization.scale[0], tensor.quantization.zero_point[0] - LEAST[tensor.type]
