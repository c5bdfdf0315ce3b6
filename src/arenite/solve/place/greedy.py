"""First fit in many orders: fast layouts that are often already as low as the load."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from arenite.problems.placement import Buffer


def first_fit(buffers: Sequence[Buffer], meets: list[list[int]], order: Sequence[int]) -> list[int]:
    """Offsets when each buffer in turn takes the lowest gap that it fits into."""
    offsets = [-1] * len(buffers)
    for i in order:
        size, at = buffers[i].size, 0
        if size:
            for low, high in sorted((offsets[j], offsets[j] + buffers[j].size) for j in meets[i] if offsets[j] >= 0):
                if low - at >= size:
                    break
                at = max(at, high)
        offsets[i] = at
    return offsets


def best_fit(buffers: Sequence[Buffer], meets: list[list[int]], order: Sequence[int]) -> list[int]:
    """Offsets when each buffer in turn takes the tightest gap that it fits into, or else goes on top."""
    offsets = [-1] * len(buffers)
    for i in order:
        size, at, best, tightest = buffers[i].size, 0, -1, -1
        if size:
            for low, high in sorted((offsets[j], offsets[j] + buffers[j].size) for j in meets[i] if offsets[j] >= 0):
                if low - at >= size and (tightest < 0 or low - at < tightest):
                    best, tightest = at, low - at
                at = max(at, high)
        offsets[i] = at if best < 0 else best
    return offsets


def lowest_first(buffers: Sequence[Buffer], meets: list[list[int]], order: Sequence[int]) -> list[int]:
    """Offsets when the buffer that can go lowest goes next, in the given order among equals."""
    floor = [0] * len(buffers)
    rank = {i: position for position, i in enumerate(order)}
    offsets = [-1] * len(buffers)
    queue = [(0, position, i) for position, i in enumerate(order)]
    while queue:
        low, _, i = heapq.heappop(queue)
        if low < floor[i]:
            heapq.heappush(queue, (floor[i], rank[i], i))
            continue
        offsets[i] = low
        top = low + buffers[i].size
        for j in meets[i]:
            if floor[j] < top and offsets[j] < 0:
                floor[j] = top
    return offsets


def orders(buffers: Sequence[Buffer], meets: list[list[int]]) -> Iterator[list[int]]:
    """Orders worth trying, the best known first; ties go by number, so that the result is reproducible."""
    length = [b.last - b.first + 1 for b in buffers]
    around = [sum(buffers[j].size for j in meets[i]) + b.size for i, b in enumerate(buffers)]
    keys: tuple[Callable[[int], tuple[int, ...]], ...] = (
        lambda i: (-buffers[i].size, -length[i]),
        lambda i: (-buffers[i].size * length[i], -buffers[i].size),
        lambda i: (-length[i], -buffers[i].size),
        lambda i: (-around[i], -buffers[i].size),
        lambda i: (buffers[i].first, -buffers[i].size),
        lambda i: (-buffers[i].last, -buffers[i].size),
        lambda i: (buffers[i].first, -length[i]),
        lambda i: (-buffers[i].last, -length[i]),
    )
    for key in keys:
        yield sorted(range(len(buffers)), key=lambda i: (*key(i), i))
