"""The layout that stock TFLM makes by itself, offset for offset: greedy by size, first fit.

Buffers with a given offset are placed first, as they come. The others follow by decreasing size; of two equally large
ones the later comes first (TFLM fills its list from the back, then sorts it stably). Each goes to the lowest gap
between buffers that are alive at the same time. What is placed is walked by rising offset, among equal offsets by the
time of placing.

Source: TFLM's greedy_memory_planner.cc (class GreedyMemoryPlanner).
"""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.layout.problem import Buffer

ONLINE = -1
"""The offset in a plan that leaves a buffer to TFLM."""


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
    first_placed = [number for number, offset in enumerate(given) if offset != ONLINE]
    online = [number for number, offset in reversed(list(enumerate(given))) if offset == ONLINE]
    online.sort(key=lambda number: -buffers[number].size)
    placed: list[tuple[int, int, int, int, int]] = []
    for turn, number in enumerate((*first_placed, *online)):
        buffer = buffers[number]
        if given[number] == ONLINE:
            offsets[number] = _lowest_gap(placed, buffer)
        offset = offsets[number]
        insort(placed, (offset, turn, offset + buffer.size, buffer.first, buffer.last))
    return GreedyPlan(tuple(offsets), max((end for _, _, end, _, _ in placed), default=0))


def _lowest_gap(placed: Sequence[tuple[int, int, int, int, int]], buffer: Buffer) -> int:
    """Lowest offset at which the buffer fits between those placed, walking them by rising offset."""
    size, begin, end = buffer.size, buffer.first, buffer.last
    lowest = 0
    for offset, _, top, first, last in placed:
        if first <= end and begin <= last:
            if offset - lowest >= size:
                break
            lowest = max(lowest, top)
    return lowest
