"""The layout that stock TFLM makes by itself, offset for offset: greedy by size, first fit.

Buffers with a given offset are placed first. The others follow by decreasing size; of two equally large ones the later
comes first (TFLM fills its list from the back, then sorts it stably). Each goes to the lowest gap between the buffers
placed so far that are alive at the same time.

Source: TFLM's greedy_memory_planner.cc (class GreedyMemoryPlanner).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.problems.lifetimes import conflicts, neighbors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.problems.placement import Buffer

ONLINE = -1
"""The offset in a plan that leaves a buffer to TFLM."""
_MOST_CONFLICTS = 100_000
"""Pairs alive together up to which lists of them are quicker than arrays of all that is placed."""


@dataclass(frozen=True, slots=True)
class GreedyPlan:
    """`offsets[i]` is where TFLM puts buffer i; `height` is the head that it reserves, in bytes."""

    offsets: tuple[int, ...]
    height: int


def greedy_plan(buffers: Sequence[Buffer], fixed: Sequence[int] = ()) -> GreedyPlan:
    """What TFLM's GreedyMemoryPlanner makes of these buffers, added in this order; no buffers take no head.

    Args:
        buffers: in the order in which TFLM adds them; sizes rounded up already.
        fixed: the offset planned ahead for each buffer, or -1 for "plan it at run time"; empty means all -1.
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
    """The same for thousands of buffers, in memory that is linear in their number."""
    import numpy as np

    from arenite.solve.place.many import Placed

    placed = Placed(len(buffers), np.dtype(np.int64))
    for number, offset in enumerate(offsets):
        if offset != ONLINE:
            placed.add(offset, offset + buffers[number].size, buffers[number].first, buffers[number].last)
    for number in online:
        each = buffers[number]
        offsets[number] = at = placed.gap(each.size, each.first, each.last, tightest=False)
        placed.add(at, at + each.size, each.first, each.last)


def _place_few(buffers: Sequence[Buffer], offsets: list[int], online: Sequence[int]) -> None:
    alive_together = neighbors(buffers)
    for number in online:
        placed = [other for other in alive_together[number] if offsets[other] != ONLINE]
        taken = sorted((offsets[other], offsets[other] + buffers[other].size) for other in placed)
        offsets[number] = _lowest_gap(taken, buffers[number].size)


def _lowest_gap(taken: Sequence[tuple[int, int]], size: int) -> int:
    """Lowest offset of `size` free bytes; `taken`: begin and end of each buffer of the same time, by rising offset."""
    lowest = 0
    for begin, end in taken:
        if begin - lowest >= size:
            break
        lowest = max(lowest, end)
    return lowest
