"""Integers that a kernel takes from a constant input: axes, positions, paddings."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from arenite.model import ElementType

if TYPE_CHECKING:
    from arenite.model import Tensor

_FORMATS = {ElementType.INT8: "b", ElementType.INT16: "h", ElementType.INT32: "i", ElementType.INT64: "q"}


def integers(tensor: Tensor | None) -> tuple[int, ...] | None:
    """The values of a constant tensor of integers, flat; None where they are not known ahead."""
    if tensor is None or tensor.data is None or tensor.type not in _FORMATS:
        return None
    content = bytes(tensor.data.content)
    count = tensor.bytes // tensor.type.bytes
    if len(content) < tensor.bytes:
        return None
    return struct.unpack_from(f"<{count}{_FORMATS[tensor.type]}", content)
