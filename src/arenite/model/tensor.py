"""Tensors: their types, quantization and constant content."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from math import prod


class ElementType(enum.Enum):
    """Element type of a tensor, by its name in the TensorFlow Lite schema; the value is (schema code, bytes).

    Bytes are those that TFLM charges for one element at run time (`TfLiteTypeSizeOf`), so types of less than 8
    bits take a whole byte; STRING and VARIANT have no size known ahead and count as 0.
    """

    FLOAT32 = (0, 4)
    FLOAT16 = (1, 2)
    INT32 = (2, 4)
    UINT8 = (3, 1)
    INT64 = (4, 8)
    STRING = (5, 0)
    BOOL = (6, 1)
    INT16 = (7, 2)
    COMPLEX64 = (8, 8)
    INT8 = (9, 1)
    FLOAT64 = (10, 8)
    COMPLEX128 = (11, 16)
    UINT64 = (12, 8)
    RESOURCE = (13, 4)
    VARIANT = (14, 0)
    UINT32 = (15, 4)
    UINT16 = (16, 2)
    INT4 = (17, 1)
    BFLOAT16 = (18, 2)
    INT2 = (19, 1)
    UINT4 = (20, 1)
    FLOAT8_E4M3FN = (21, 1)
    FLOAT8_E5M2 = (22, 1)

    def __init__(self, code: int, size: int) -> None:
        """Number of the type in the schema, and bytes of one element at run time."""
        self.code = code
        self.bytes = size


@dataclass(frozen=True, eq=False)
class Quantization:
    """Affine quantization: real = scale * (quantized - zero_point), per tensor or along `dimension`."""

    scale: tuple[float, ...]
    zero_point: tuple[int, ...]
    dimension: int = 0


@dataclass(frozen=True, eq=False)
class Data:
    """The bytes of a constant. Tensors that share a buffer in the file share this object."""

    content: bytes | memoryview
    origin: object = field(default=None, repr=False)

    def __len__(self) -> int:
        return len(self.content)

    def __repr__(self) -> str:
        return f"Data({len(self):,} bytes)"

    def __getstate__(self) -> dict[str, object]:
        return {**vars(self), "content": bytes(self.content)}  # a view of a file cannot be pickled


class Outside(enum.Enum):
    """Where the bytes of an input or output are that generated C does not keep in its arena.

    ROWS: the application hands over, or takes, some rows at a time. MEMORY: at an address that every call is given.
    """

    ROWS = "rows"
    MEMORY = "memory"


class _TensorSlots:
    """Slots of a tensor for its size, found when first asked for, and for weak references."""

    __slots__ = ("__weakref__", "_bytes")
    _bytes: int


@dataclass(frozen=True, eq=False, slots=True)
class Tensor(_TensorSlots):
    """One tensor of one graph. `data` is None for what is computed or fed at run time.

    `outside`: the arena does not hold the tensor. Files do not say so; what plans and exports C decides it.
    """

    name: str
    shape: tuple[int, ...]
    type: ElementType
    data: Data | None = None
    quantization: Quantization | None = None
    variable: bool = False
    origin: object = field(default=None, repr=False)
    outside: Outside | None = None

    @property
    def constant(self) -> bool:
        """Whether the content is stored in the file, as TFLM sees it: a buffer that is not empty."""
        return self.data is not None

    @property
    def bytes(self) -> int:
        """Size at run time in bytes, not rounded."""
        try:
            return self._bytes
        except AttributeError:
            size = prod(self.shape) * self.type.bytes
            object.__setattr__(self, "_bytes", size)
            return size
