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

from arenite.problems.distances import between, runs_of, union

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from arenite.problems.distances import Distances
    from arenite.solve.place.gaps import Gap, Gaps

_MOST_NODES = 300
"""Choices of which views lie at their places, looked at before the weakest open one is the bound: 0.1 s for 100."""


_MOST_PLACES = 8
"""Exact places of a leaf up to which each is looked at by itself. A view has one or two, passes over an image many."""
_FEWEST_LEAVES = 4
"""Leaves from which on their order matters for first fit; few are tried in all orders soon enough."""


@dataclass(frozen=True, slots=True)
class _Leaf:
    """Buffer `number`, of `size` units. Its offset from the center's is `release` or more, or one of `points`."""

    number: int
    size: int
    release: int
    points: Distances

    @property
    def least(self) -> int:
        """Where it may begin at the earliest, but not below the center."""
        return max(0, min([self.release, *(run[0] for run in runs_of(self.points))]))

    @property
    def chosen(self) -> bool:
        """Whether each place is looked at by itself; with too many places it may begin anywhere from the first on."""
        return 0 < len(self.points) <= _MOST_PLACES


@dataclass(frozen=True, slots=True)
class Star:
    """Buffer `center` of `size` units, and the leaves around it, those that may begin first coming first.

    `upside_down`: what is said of the leaves holds with the top of the arena for its bottom.
    """

    center: int
    size: int
    leaves: tuple[_Leaf, ...]
    upside_down: bool

    @property
    def views(self) -> bool:
        """Whether some leaf may lie at exact places besides."""
        return any(leaf.points for leaf in self.leaves)

    def least(self) -> int:
        """Units that center and leaves take at least; exact without views."""
        if not any(leaf.chosen for leaf in self.leaves):
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
            leaf = next(number for number, each in enumerate(self.leaves) if each.chosen and number not in begins)
            for begin in (*self.leaves[leaf].points, self.leaves[leaf].release):
                self._open(waiting, order, {**begins, leaf: begin})
        return waiting[0][0]

    def _open(
        self, waiting: list[tuple[int, int, int, dict[int, int]]], order: Iterator[int], begins: dict[int, int]
    ) -> None:
        end = self._end(begins)
        if end is not None:
            undecided = sum(1 for number, leaf in enumerate(self.leaves) if leaf.chosen and number not in begins)
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


def order_around(gaps: Gaps, members: Sequence[int]) -> list[int]:
    """The buffers of a large star among these, all alive at once, as first fit makes the lowest layout; else none."""
    found = max((star(gaps, group) for group in groups(gaps, members)), key=_leaves, default=None)
    if found is None or _leaves(found) < _FEWEST_LEAVES:
        return []
    leaves = [leaf.number for leaf in found.leaves]
    return [*reversed(leaves), found.center] if found.upside_down else [found.center, *leaves]


def _leaves(found: Star | None) -> int:
    return 0 if found is None else len(found.leaves)


def groups(gaps: Gaps, members: Sequence[int]) -> list[list[int]]:
    """The members, grouped by who may overlap whom, directly or by way of others."""
    inside = set(members)
    rest = dict.fromkeys(members)
    found = []
    while rest:
        group = [next(iter(rest))]
        del rest[group[0]]
        for one in group:
            apart = {
                gap.other
                for gap in gaps.of[one]
                if gap.up == gaps.sizes[gap.other] and gap.down == gaps.sizes[one] and not gap.points
            }
            new = [other for other in rest if other in inside and other not in apart]
            for other in new:
                del rest[other]
            group += new
        found.append(group)
    return found


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
    seen = [(one, gaps.sizes[one], gap) for one in members for gap in gaps.of[one] if gap.other == center]
    upside_down = any(gap.down < leaf for _, leaf, gap in seen)
    if upside_down and any(gap.up < size for _, _, gap in seen):
        return None
    leaves = [_leaf(one, size, leaf, gap, upside_down=upside_down) for one, leaf, gap in seen]
    leaves.sort(key=lambda each: (each.least, each.release, each.size))
    return Star(center, size, tuple(leaves), upside_down)


def _leaf(number: int, center: int, size: int, gap: Gap, *, upside_down: bool) -> _Leaf:
    """A leaf as it is, or with the top of the arena for its bottom; sizes in units."""
    turned = center - size
    release = turned + gap.down if upside_down else gap.up
    runs = runs_of(gap.points)
    if upside_down:
        runs = tuple(range(turned - run[-1], turned - run[0] + 1, run.step) for run in runs)
    return _Leaf(number, size, release, between(union(runs), None, release))
