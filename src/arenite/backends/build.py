"""Builds of TFLM, which decide the sizes of its structures, and an operator in such a build."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from arenite.model import Operator, Tensor


@dataclass(frozen=True, slots=True)
class Abi:
    """Sizes of C types in bytes, and the build options of TFLM that change its structures.

    Attributes:
        pointer_bytes: size of a pointer and of a `size_t`.
        enum_bytes: size of an enumeration with a few values.
        recording: whether TFLM uses its recording allocator, which can print what it spent. Its records take 104 bytes
            more tail than the plain allocator, with 4-byte pointers.
        compression: whether TFLM is compiled for models with compressed constants (USE_TFLM_COMPRESSION).
    """

    pointer_bytes: int
    enum_bytes: int
    recording: bool = True
    compression: bool = False


CORTEX_M = Abi(pointer_bytes=4, enum_bytes=1)
"""Bare-metal GCC for Arm, which gives an enumeration the smallest type that holds its values."""

ILP32 = Abi(pointer_bytes=4, enum_bytes=4)
"""32-bit cores such as Xtensa and RISC-V, whose compilers give every enumeration 4 bytes."""

X86_64 = Abi(pointer_bytes=8, enum_bytes=4, compression=True)
"""The build in PyPI's tflite-micro."""


@cache
def size_of(fields: str, abi: Abi) -> tuple[int, int]:
    """(bytes, alignment) of a C structure, with padding.

    Args:
        fields: the members in order, each a letter with an optional count before it: b (1 byte), h (2), i (4), q (8),
            p (pointer or size_t), e (enumeration). "bp2i" is a flag, a pointer and two ints.
        abi: sizes of C types.
    """
    sizes = {"b": 1, "h": 2, "i": 4, "q": 8, "p": abi.pointer_bytes, "e": abi.enum_bytes}
    position, alignment = 0, 1
    for count, letter in re.findall(r"(\d*)([bhiqpe])", fields):
        size = sizes[letter]
        alignment = max(alignment, size)
        position = round_up(position, size) + size * int(count or 1)
    return round_up(position, alignment), alignment


def round_up(size: int, alignment: int) -> int:
    """`size` rounded up to a multiple of `alignment`."""
    return -(-size // alignment) * alignment


@dataclass(frozen=True, slots=True)
class Instance:
    """An operator, and the sizes of C types in the build that runs it."""

    operator: Operator
    abi: Abi

    def input(self, position: int) -> Tensor:
        """The input tensor at a position.

        Raises:
            ModelError: the operator has no input at `position`.
        """
        return self.operator.input(position)

    def dimension(self, position: int, axis: int) -> int:
        """Length of an input along an axis; 0 where the tensor has no such axis."""
        shape = self.input(position).shape
        return shape[axis] if -len(shape) <= axis < len(shape) else 0

    @property
    def output(self) -> Tensor:
        """The first output. Raises IndexError if the operator has no output."""
        return self.operator.outputs[0]
