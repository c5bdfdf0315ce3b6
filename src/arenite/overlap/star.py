"""The least height of a buffer and others that may share bytes with it, but not with each other.

An operator that joins many inputs, or cuts one into many outputs, needs such a star: the joined tensor is its center.
Reading inputs in turn, it may overwrite an input once that input is read, so each has to begin some way above the
output's begin:

    offset
      ^                     +-----+
      |             +-----+ |  c  |    The inputs a, b and c are jobs of one machine, which is the arena. A job takes as
      |             |  b  | +-----+    long as its buffer is large. It may not begin before its release: the least
      |   +-------+ +-----+            offset that the kernel's rule allows. The last job ends at the least height.
      |   |output | |  a  |
      |   +-------+ +-----+

Jobs in the order of their releases end as early as possible, interrupted or not (1 | r_j | Cmax; Pinedo, Scheduling,
chapter 3). An input below the whole output gains nothing: all else then lies higher by at least that input's size, and
the others end earlier by at most that size. A view has to lie at one exact place. So each view either is a break of the
machine, at its place, or a job like the others; which one is searched for, and jobs may be interrupted by breaks, so
that what comes out may be below the least height but never above it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count, pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from arenite.overlap.gaps import Gap, Gaps

_MOST_NODES = 300
"""Choices of which views lie at their places, looked at before the weakest open one is the bound: 0.1 s for 100."""


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A buffer of `size` units whose offset from the center's is `release` or more, or one of `points`."""

    size: int
    release: int
    points: tuple[int, ...]

    @property
    def least(self) -> int:
        """Where it may begin at the earliest, but not below the center."""
        return max(0, min((self.release, *self.points)))


@dataclass(frozen=True, slots=True)
class Star:
    """A center of `size` units, and the leaves around it, those that may begin first coming first."""

    size: int
    leaves: tuple[_Leaf, ...]

    @property
    def views(self) -> bool:
        """Whether some leaf may lie at exact places besides."""
        return any(leaf.points for leaf in self.leaves)

    def least(self) -> int:
        """Units that center and leaves take at least; exact without views."""
        if not self.views:
            end = self._end({})
            assert end is not None
            return end
        order = count()
        waiting: list[tuple[int, int, int, dict[int, int]]] = []
        self._open(waiting, order, {})
        for _ in range(_MOST_NODES):
            end, undecided, _, begins = waiting[0]
            if not undecided:
                break
            heappop(waiting)
            leaf = next(number for number, each in enumerate(self.leaves) if each.points and number not in begins)
            for begin in (*self.leaves[leaf].points, self.leaves[leaf].release):
                self._open(waiting, order, {**begins, leaf: begin})
        return waiting[0][0]

    def _open(
        self, waiting: list[tuple[int, int, int, dict[int, int]]], order: Iterator[int], begins: dict[int, int]
    ) -> None:
        end = self._end(begins)
        if end is not None:
            undecided = sum(1 for number, leaf in enumerate(self.leaves) if leaf.points and number not in begins)
            heappush(waiting, (end, undecided, next(order), begins))

    def _end(self, begins: dict[int, int]) -> int | None:
        """Where the last job ends; None where two views share bytes. `begins`: what was chosen for some views."""
        jobs, breaks = [], []
        for number, leaf in enumerate(self.leaves):
            begin = begins.get(number, leaf.least)
            if number in begins and begin in leaf.points and begin >= 0:
                breaks.append((begin, begin + leaf.size))
            else:
                jobs.append((max(0, begin), leaf.size))
        breaks.sort()
        if any(end > begin for (_, end), (begin, _) in pairwise(breaks)):
            return None
        return max(self.size, _worked(sorted(jobs), breaks))


def _worked(jobs: Sequence[tuple[int, int]], breaks: Sequence[tuple[int, int]]) -> int:
    """When all jobs (release, size), by rising release, are done and all breaks (begin, end) are over."""
    now, ahead = 0, 0
    for release, size in jobs:
        now, left = max(now, release), size
        while left:
            while ahead < len(breaks) and breaks[ahead][1] <= now:
                ahead += 1
            free = left if ahead == len(breaks) else max(0, breaks[ahead][0] - now)
            now, left = now + min(free, left), left - min(free, left)
            if left:
                now = breaks[ahead][1]
    return max([now, *(end for _, end in breaks)])


def star(gaps: Gaps, members: Sequence[int]) -> Star | None:
    """The star that these buffers are, all alive at once; None where they are none, or rules differ in direction."""
    inside = set(members)
    close = [
        (one, gap)
        for one in members
        for gap in gaps.of[one]
        if gap.other in inside and (gap.points or gap.up < gaps.sizes[gap.other] or gap.down < gaps.sizes[one])
    ]
    known = sum(gap.other in inside for one in members for gap in gaps.of[one])
    if not close or known < len(members) * (len(members) - 1):  # a pair that is free of each other has no gap
        return None
    center, touched = Counter(one for one, _ in close).most_common(1)[0]
    if 2 * touched != len(close):
        return None
    size = gaps.sizes[center]
    seen = [(gaps.sizes[one], gap) for one in members for gap in gaps.of[one] if gap.other == center]
    if all(gap.down == leaf for leaf, gap in seen):
        leaves = [_leaf(leaf, gap.up, gap.points) for leaf, gap in seen]
    elif all(gap.up == size for _, gap in seen):
        leaves = [_upside_down(size, leaf, gap) for leaf, gap in seen]
    else:
        return None
    return Star(size, tuple(sorted(leaves, key=lambda each: (each.least, each.release, each.size))))


def _upside_down(center: int, size: int, gap: Gap) -> _Leaf:
    """A leaf as it is with the top of the arena for its bottom."""
    turned = center - size
    return _leaf(size, turned + gap.down, (turned - point for point in gap.points))


def _leaf(size: int, release: int, points: Iterable[int]) -> _Leaf:
    return _Leaf(size, release, tuple(sorted(point for point in points if point < release)))
