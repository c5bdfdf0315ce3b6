"""4-bit weights: the operators that read them packed, and their conversion to int8.

Two values share a byte, the first one in the low half (UnpackDenseInt4IntoInt8 in portable_tensor_utils.cc).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from arenite.model import Data, ElementType
from arenite.operators.windows import CONVOLUTIONS

if TYPE_CHECKING:
    from arenite.model import Operator, Tensor

_UNPACKING = CONVOLUTIONS | {"FULLY_CONNECTED"}
"""Kinds that TFLM runs with 4-bit weights; its reference kernels unpack them into scratch."""


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
