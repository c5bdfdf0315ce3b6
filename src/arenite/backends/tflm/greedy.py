"""The layout that stock TFLM computes, offset for offset: greedy by size, first fit.

Buffers with a given offset are placed first. The others follow by decreasing size. Of two equally large buffers the
later one comes first: TFLM fills its list from the back, then sorts the list stably. Each buffer goes to the lowest gap
between placed buffers that are alive at the same time.

Source: TFLM's greedy_memory_planner.cc (class GreedyMemoryPlanner).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.problems.lifetimes import conflicts, neighbors_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.problems.placement import Buffer

ONLINE = -1
"""Offset that leaves the placement of a buffer to TFLM."""
_MOST_CONFLICTS = 100_000
"""Pairs of buffers alive together, up to which lists of neighbors are faster than arrays of all placed buffers."""


@dataclass(frozen=True, slots=True)
class GreedyPlan:
    """`offsets[i]` is the offset at which TFLM places buffer i; `height` is the head in bytes."""

    offsets: tuple[int, ...]
    height: int


def greedy_plan(buffers: Sequence[Buffer], fixed: Sequence[int] = ()) -> GreedyPlan:
    """The plan of TFLM's GreedyMemoryPlanner for these buffers; no buffers make an empty head.

    Args:
        buffers: in the order in which TFLM adds them, with sizes already rounded up.
        fixed: the given offset of each buffer, or -1 for online planning; empty means all -1.
    """
    given = list(fixed) or [ONLINE] * len(buffers)
    offsets = list(given)
    online = [number for number, offset in reversed(list(enumerate(given))) if offset == ONLINE]
    online.sort(key=lambda number: -buffers[number].size)
    if conflicts(buffers) > _MOST_CONFLICTS:
        _place_many(buffers, offsets, online)
    else:
        _place_few(buffers, offsets, online)
    ends = (offset + buffer.size for offset, buffer in zip(offsets, buffers, strict=True))
    return GreedyPlan(tuple(offsets), max(ends, default=0))


def _place_many(buffers: Sequence[Buffer], offsets: list[int], online: Sequence[int]) -> None:
    """Place the `online` buffers in memory that is linear in the number of buffers."""
    import numpy as np

    from arenite.solve.place.many import Placed

    placed = Placed(len(buffers), np.dtype(np.int64))
    for number, offset in enumerate(offsets):
        if offset != ONLINE:
            placed.add(offset, offset + buffers[number].size, buffers[number].first, buffers[number].last)
    for number in online:
        buffer = buffers[number]
        offsets[number] = at = placed.gap(buffer.size, buffer.first, buffer.last, tightest=False)
        placed.add(at, at + buffer.size, buffer.first, buffer.last)


def _place_few(buffers: Sequence[Buffer], offsets: list[int], online: Sequence[int]) -> None:
    meets = neighbors_of(online, buffers)
    for number in online:
        placed = [other for other in meets[number] if offsets[other] != ONLINE]
        taken = sorted((offsets[other], offsets[other] + buffers[other].size) for other in placed)
        offsets[number] = _lowest_gap(taken, buffers[number].size)


def _lowest_gap(taken: Sequence[tuple[int, int]], size: int) -> int:
    """Lowest offset of `size` free bytes; `taken`: (begin, end) of the buffers alive at that time, by rising begin."""
    lowest = 0
    for begin, end in taken:
        if begin - lowest >= size:
            break
        lowest = max(lowest, end)
    return lowest
