"""TFLM's arena while a model is set up: the head and temporary memory grow from one end, the tail from the other.

    0                                                     size
    | head | temporary ->        ...          <- tail      |

Source: arena_allocator/single_arena_buffer_allocator.cc of TFLM.
"""

from __future__ import annotations

from dataclasses import dataclass

from arenite.backends.build import round_up

ARENA_ALIGNMENT = 16
"""Alignment of everything that kernels and the memory plan are given (MicroArenaBufferAlignment)."""


@dataclass(slots=True)
class Allocations:
    """Bytes in use at both ends, and `needed`: the smallest arena in which all requests so far succeed.

    Both ends of the arena are taken to be aligned to 16 bytes.
    """

    head: int = 0
    temporary: int = 0
    tail: int = 0
    needed: int = 0

    def keep(self, size: int, alignment: int = ARENA_ALIGNMENT) -> None:
        """Take `size` bytes of tail for good.

        TFLM refuses only what would reach into the head. What is temporary is then overwritten, while the kernel that
        asked still reads it: some kernels fail, others go on with wrong numbers. So that must not happen either.
        """
        self.tail = round_up(self.tail + size, alignment)
        self.needed = max(self.needed, self.temporary + self.tail)

    def borrow(self, size: int, alignment: int) -> None:
        """Take `size` bytes above the head until `give_back`."""
        self.temporary = round_up(self.temporary, alignment) + size
        self.needed = max(self.needed, self.temporary + self.tail)

    def lend_aligned(self, size: int) -> None:
        """Borrow what lies free between multiples of 16, of which at least `size` bytes are needed."""
        self.temporary = round_up(self.temporary, ARENA_ALIGNMENT) + size
        self.needed = max(self.needed, self.temporary + round_up(self.tail, ARENA_ALIGNMENT))

    def give_back(self) -> None:
        """Return all that was borrowed."""
        self.temporary = self.head

    def resize_head(self, size: int) -> None:
        """Make the head `size` bytes large; nothing may be borrowed."""
        self.head = self.temporary = size
        self.needed = max(self.needed, self.head + self.tail)
