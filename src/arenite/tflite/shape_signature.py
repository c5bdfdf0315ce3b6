"""Which lengths of a tensor the file leaves open, so that LiteRT may be asked for others before it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.tflite.origin import changed_fields, origin_of
from arenite.tflite.slots import TensorField

if TYPE_CHECKING:
    from arenite.model import Tensor


def open_axes(tensor: Tensor) -> tuple[int, ...]:
    """The axes whose length is -1 in the tensor's `shape_signature`; none where the file has no signature."""
    origin = origin_of(tensor)
    if origin is None or "shape" in changed_fields(tensor):
        return ()
    signature = origin.table.numbers(TensorField.SHAPE_SIGNATURE, "i")
    return tuple(axis for axis, length in enumerate(signature) if length < 0)
