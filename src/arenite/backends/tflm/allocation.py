"""TFLM's arena during start-up: the head and temporary memory grow from one end, the tail from the other.

    0                                                     size
    | head | temporary ->        ...          <- tail      |

Source: arena_allocator/single_arena_buffer_allocator.cc of TFLM.
"""

from __future__ import annotations

from dataclasses import dataclass

from arenite.backends.build import round_up

ARENA_ALIGNMENT = 16
"""Alignment in bytes of kernel allocations and planned buffers (MicroArenaBufferAlignment)."""


@dataclass(slots=True)
class Allocations:
    """Bytes in use at both ends, and `needed`, the smallest arena in which all requests so far succeed.

    Assumes that both ends of the arena are aligned to 16 bytes.
    """

    head: int = 0
    temporary: int = 0
    tail: int = 0
    needed: int = 0

    def keep(self, size: int, alignment: int = ARENA_ALIGNMENT) -> None:
        """Allocate `size` bytes of tail permanently.

        TFLM refuses a request only if it would reach into the head, not if it would reach into temporary memory. Such a
        request would overwrite temporary memory that the kernel still reads: some kernels then fail, others compute
        wrong values. `needed` therefore counts temporary memory too.
        """
        self.tail = round_up(self.tail + size, alignment)
        self.needed = max(self.needed, self.temporary + self.tail)

    def borrow(self, size: int, alignment: int) -> None:
        """Allocate `size` bytes of temporary memory above the head until `give_back`."""
        self.temporary = round_up(self.temporary, alignment) + size
        self.needed = max(self.needed, self.temporary + self.tail)

    def lend_aligned(self, size: int) -> None:
        """Borrow the free bytes between multiples of 16; at least `size` bytes must be free."""
        self.temporary = round_up(self.temporary, ARENA_ALIGNMENT) + size
        self.needed = max(self.needed, self.temporary + round_up(self.tail, ARENA_ALIGNMENT))

    def give_back(self) -> None:
        """Free all temporary memory."""
        self.temporary = self.head

    def resize_head(self, size: int) -> None:
        """Set the head to `size` bytes; no temporary memory may be in use."""
        self.head = self.temporary = size
        self.needed = max(self.needed, self.head + self.tail)
