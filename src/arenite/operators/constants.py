"""Constants: integers in inputs of operators (axes, positions, paddings), and the bytes of all of a model."""

from __future__ import annotations

import struct
from math import isfinite
from typing import TYPE_CHECKING

from arenite.model import ElementType

if TYPE_CHECKING:
    from arenite.model import Model, Tensor

_FORMATS = {ElementType.INT8: "b", ElementType.INT16: "h", ElementType.INT32: "i", ElementType.INT64: "q"}


def integers(tensor: Tensor | None) -> tuple[int, ...] | None:
    """Values of a constant integer tensor, flattened; None if the tensor is not a constant of integers."""
    if tensor is None or tensor.data is None or tensor.type not in _FORMATS:
        return None
    content = bytes(tensor.data.content)
    count = tensor.bytes // tensor.type.bytes
    if len(content) < tensor.bytes:
        return None
    return struct.unpack_from(f"<{count}{_FORMATS[tensor.type]}", content)


def is_finite(tensor: Tensor) -> bool:
    """Whether all values of a constant are finite; True for constants that are not floats."""
    if tensor.type is not ElementType.FLOAT32 or tensor.data is None:
        return True
    content = bytes(tensor.data.content)
    return all(isfinite(value) for (value,) in struct.iter_unpack("<f", content[: len(content) // 4 * 4]))


def weights_bytes(model: Model) -> int:
    """Bytes of all constants of a model; a buffer that several tensors share counts once."""
    contents = {tensor.data for graph in model.graphs for tensor in graph.tensors if tensor.data is not None}
    return sum(len(data) for data in contents)
