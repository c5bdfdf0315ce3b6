"""C types of element types, and the values of constants by them."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from arenite.model import ElementType, Tensor

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class CType:
    """A C type: its name, its NumPy dtype, its bytes, and the suffix of kernels for it."""

    name: str
    dtype: str
    bytes: int
    suffix: str


INT8 = CType("int8_t", "<i1", 1, "s8")
INT16 = CType("int16_t", "<i2", 2, "s16")
INT32 = CType("int32_t", "<i4", 4, "s32")
INT64 = CType("int64_t", "<i8", 8, "s64")
FLOAT = CType("float", "<f4", 4, "f32")
BYTES = CType("uint8_t", "<u1", 1, "u8")

TYPES = MappingProxyType(
    {
        ElementType.INT8: INT8,
        ElementType.INT16: INT16,
        ElementType.INT32: INT32,
        ElementType.INT64: INT64,
        ElementType.FLOAT32: FLOAT,
        ElementType.UINT8: BYTES,
        ElementType.UINT16: CType("uint16_t", "<u2", 2, "u16"),
        ElementType.UINT32: CType("uint32_t", "<u4", 4, "u32"),
        ElementType.UINT64: CType("uint64_t", "<u8", 8, "u64"),
        ElementType.BOOL: BYTES,
    }
)
"""C types of the element types that generated code can hold."""


def stored(tensor: Tensor) -> NDArray[Any]:
    """The values of a constant, in one row."""
    import numpy as np

    assert tensor.data is not None  # the caller has checked this
    return np.frombuffer(bytes(tensor.data.content)[: tensor.bytes], TYPES[tensor.type].dtype)
