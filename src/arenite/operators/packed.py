"""Weights of 4 bits: which operators read them packed, and the same weights as bytes.

Two values share a byte, the first in its low half (UnpackDenseInt4IntoInt8 in portable_tensor_utils.cc).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from arenite.model import Data, ElementType
from arenite.operators.windows import CONVOLUTIONS

if TYPE_CHECKING:
    from arenite.model import Operator, Tensor

_UNPACKING = CONVOLUTIONS | {"FULLY_CONNECTED"}
"""Operators that TFLM runs with weights of 4 bits; its reference kernels unpack them into scratch."""


def packed_weights(operator: Operator) -> Tensor | None:
    """The int4 weights that TFLM's reference kernel of an operator unpacks into scratch; None for most."""
    weights = operator.inputs[1] if operator.code in _UNPACKING and len(operator.inputs) > 1 else None
    return weights if weights is not None and weights.type is ElementType.INT4 else None


def as_int8(weights: Tensor) -> Tensor:
    """A constant of int4, which `Tensor.bytes` counts a byte for each value of, with the same values in int8."""
    import numpy as np

    assert weights.data is not None
    pairs = np.frombuffer(bytes(weights.data.content), np.int8)
    # A shift to the left and back to the right copies the sign of the low half.
    values = np.stack((np.left_shift(pairs, 4) >> 4, pairs >> 4), axis=-1).ravel()[: weights.bytes]
    return replace(weights, type=ElementType.INT8, data=Data(values.astype(np.int8).tobytes()))
