"""Dimensions that a file leaves open, for which LiteRT may get other lengths before it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.tflite.origin import changed_fields, origin_of
from arenite.tflite.slots import TensorField

if TYPE_CHECKING:
    from arenite.model import Tensor


def open_axes(tensor: Tensor) -> tuple[int, ...]:
    """Axes with length -1 in the tensor's `shape_signature`; empty if the file has no signature."""
    origin = origin_of(tensor)
    if origin is None or "shape" in changed_fields(tensor):
        return ()
    signature = origin.table.numbers(TensorField.SHAPE_SIGNATURE, "i")
    return tuple(axis for axis, length in enumerate(signature) if length < 0)
