"""Greedy layouts of buffers that share no bytes, in Python; the twin in C is `c/plain.c`."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class PythonPlainFits:
    """`PlainFits` in Python."""

    sizes: Sequence[int]
    meets: Sequence[Sequence[int]]

    def first_fit(self, order: Sequence[int]) -> list[int]:
        """See `PlainFits`."""
        offsets = [-1] * len(self.sizes)
        for buffer in order:
            size, at = self.sizes[buffer], 0
            if size:
                for low, high in self._placed(buffer, offsets):
                    if low - at >= size:
                        break
                    at = max(at, high)
            offsets[buffer] = at
        return offsets

    def best_fit(self, order: Sequence[int]) -> list[int]:
        """See `PlainFits`."""
        offsets = [-1] * len(self.sizes)
        for buffer in order:
            size, at, best, tightest = self.sizes[buffer], 0, -1, -1
            if size:
                for low, high in self._placed(buffer, offsets):
                    if low - at >= size and (tightest < 0 or low - at < tightest):
                        best, tightest = at, low - at
                    at = max(at, high)
            offsets[buffer] = at if best < 0 else best
        return offsets

    def lowest_first(self, order: Sequence[int]) -> list[int]:
        """See `PlainFits`."""
        floor = [0] * len(self.sizes)
        rank = {buffer: position for position, buffer in enumerate(order)}
        offsets = [-1] * len(self.sizes)
        queue = [(0, position, buffer) for position, buffer in enumerate(order)]
        while queue:
            low, _, buffer = heapq.heappop(queue)
            if low < floor[buffer]:
                heapq.heappush(queue, (floor[buffer], rank[buffer], buffer))
                continue
            offsets[buffer] = low
            top = low + self.sizes[buffer]
            for other in self.meets[buffer]:
                if floor[other] < top and offsets[other] < 0:
                    floor[other] = top
        return offsets

    def _placed(self, one: int, offsets: list[int]) -> list[tuple[int, int]]:
        """(begin, end) of the placed neighbors of a buffer, from the bottom up."""
        return sorted(
            (offsets[other], offsets[other] + self.sizes[other]) for other in self.meets[one] if offsets[other] >= 0
        )
