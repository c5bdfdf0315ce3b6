"""How a copy of TFLM was compiled: what decides the sizes of its structures."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Abi:
    """Sizes, in bytes, that a compiler gives to a pointer (and a `size_t`), and to an enumeration of a few values.

    `recording` tells whether TFLM's recording allocator is used, the one that can print what it spent. It keeps its
    books in the tail: 104 bytes more than the plain allocator with 4-byte pointers. `compression` tells whether TFLM
    was compiled to run models with compressed constants (USE_TFLM_COMPRESSION).
    """

    pointer_bytes: int
    enum_bytes: int
    recording: bool = True
    compression: bool = False


CORTEX_M = Abi(pointer_bytes=4, enum_bytes=1)
"""Bare-metal GCC for Arm: enumerations are as short as they can be."""

ILP32 = Abi(pointer_bytes=4, enum_bytes=4)
"""32-bit cores whose compiler gives every enumeration 4 bytes, such as Xtensa and RISC-V."""

X86_64 = Abi(pointer_bytes=8, enum_bytes=4, compression=True)
"""The build that PyPI's tflite-micro ships."""


@cache
def size_of(fields: str, abi: Abi) -> tuple[int, int]:
    """(bytes, alignment) of a C structure, padding included.

    Args:
        fields: its members in order, each a letter after an optional count: b (1 byte), h (2), i (4), q (8),
            p (pointer or size_t), e (enumeration). "bp2i" is a flag, a pointer and two ints.
        abi: the compiler's sizes.
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
