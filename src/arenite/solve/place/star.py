"""The least height of a star: a buffer (center) and others (leaves) that may share bytes with it, not with each other.

The buffers of an operator that joins many inputs, or splits one input into many outputs, are a star: the joined tensor
is the center. A kernel that reads its inputs in turn may overwrite an input once that input is read. So each input
begins at least some distance above the begin of the output:

    offset
      ^                     +-----+
      |             +-----+ |  c  |    The inputs a, b and c are jobs of one machine, which is the arena. A job takes as
      |             |  b  | +-----+    long as its buffer is large. It may not begin before its release: the least
      |   +-------+ +-----+            offset that the kernel's rule allows. The last job ends at the least height.
      |   |output | |  a  |
      |   +-------+ +-----+

Jobs in the order of their releases have the least makespan, with preemption or without (1 | r_j | Cmax; Pinedo,
Scheduling, chapter 3). An input below the whole output gains nothing: all else then lies higher by at least that
input's size, and the others end earlier by at most that size.

A view may also lie at exact places. At such a place it is a break of the machine, elsewhere it is a job. A best-first
search chooses for each view. Breaks may interrupt jobs, which no real layout allows, so with views the result is a
lower bound on the least height.
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
"""Nodes of the search that chooses the places of views; at the limit, the weakest open node is the bound. The search
takes 0.1 s for 100 leaves."""


_MOST_PLACES = 8
"""Exact places of a leaf up to which the search tries each one. A view has one or two; a kernel that works in passes
over an image has too many."""
_FEWEST_LEAVES = 4
"""Leaves from which first fit gets the order of a star; other orders soon cover the few orders of fewer leaves."""


@dataclass(frozen=True, slots=True)
class _Leaf:
    """Buffer `number` of `size` units. Its offset less the center's is at least `release` units, or in `points`."""

    number: int
    size: int
    release: int
    points: Distances

    @property
    def least(self) -> int:
        """The lowest begin above the center's begin, in units, that `release` and `points` allow; at least 0."""
        return max(0, min([self.release, *(run[0] for run in runs_of(self.points))]))

    @property
    def chosen(self) -> bool:
        """Whether the search tries each exact place. A leaf with too many places may begin anywhere from `least` on."""
        return 0 < len(self.points) <= _MOST_PLACES


@dataclass(frozen=True, slots=True)
class Star:
    """Buffer `center` of `size` units, and its leaves by rising `least`.

    `upside_down`: offsets of the leaves count from the top of the arena downward.
    """

    center: int
    size: int
    leaves: tuple[_Leaf, ...]
    upside_down: bool

    @property
    def views(self) -> bool:
        """Whether some leaf may also lie at exact places."""
        return any(leaf.points for leaf in self.leaves)

    def least(self) -> int:
        """Least height of center and leaves in units; exact without views, else a lower bound."""
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
        """End of the last job in units, or None if two views share bytes.

        `begins[i]` is the begin chosen for leaf i; other leaves begin at `least` or later.
        """
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
    """The largest star among these buffers, which are all alive at once, in the best order for first fit.

    Returns center and leaves, or [] if the star has fewer than `_FEWEST_LEAVES` leaves.
    """
    found = max((star(gaps, group) for group in groups(gaps, members)), key=_leaves, default=None)
    if found is None or _leaves(found) < _FEWEST_LEAVES:
        return []
    leaves = [leaf.number for leaf in found.leaves]
    return [*reversed(leaves), found.center] if found.upside_down else [found.center, *leaves]


def _leaves(found: Star | None) -> int:
    return 0 if found is None else len(found.leaves)


def groups(gaps: Gaps, members: Sequence[int]) -> list[list[int]]:
    """The connected components of the members, where an edge is a pair of buffers that may overlap."""
    inside = set(members)
    rest = dict.fromkeys(members)
    found = []
    while rest:
        group = [next(iter(rest))]
        del rest[group[0]]
        for buffer in group:
            apart = {
                gap.other
                for gap in gaps.of[buffer]
                if gap.up == gaps.sizes[gap.other] and gap.down == gaps.sizes[buffer] and not gap.points
            }
            new = [other for other in rest if other in inside and other not in apart]
            for other in new:
                del rest[other]
            group += new
        found.append(group)
    return found


def _worked(jobs: Sequence[tuple[int, int]], breaks: Sequence[tuple[int, int]]) -> int:
    """The makespan of jobs (release, size), by rising release, and breaks (begin, end), during which no job runs."""
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
    """The star that these buffers form, all alive at once.

    None if they form none, or if some leaves may overlap the center from above and others from below.
    """
    inside = set(members)
    close = [
        (buffer, gap)
        for buffer in members
        for gap in gaps.of[buffer]
        if gap.other in inside and (gap.points or gap.up < gaps.sizes[gap.other] or gap.down < gaps.sizes[buffer])
    ]
    known = sum(gap.other in inside for buffer in members for gap in gaps.of[buffer])
    if not close or known < len(members) * (len(members) - 1):  # a pair without a gap may overlap at any distance
        return None
    center, touched = Counter(buffer for buffer, _ in close).most_common(1)[0]
    if 2 * touched != len(close):
        return None
    size = gaps.sizes[center]
    seen = [(buffer, gaps.sizes[buffer], gap) for buffer in members for gap in gaps.of[buffer] if gap.other == center]
    upside_down = any(gap.down < leaf for _, leaf, gap in seen)
    if upside_down and any(gap.up < size for _, _, gap in seen):
        return None
    leaves = [_leaf(buffer, size, leaf, gap, upside_down=upside_down) for buffer, leaf, gap in seen]
    leaves.sort(key=lambda leaf: (leaf.least, leaf.release, leaf.size))
    return Star(center, size, tuple(leaves), upside_down)


def _leaf(number: int, center: int, size: int, gap: Gap, *, upside_down: bool) -> _Leaf:
    """The leaf for a gap to the center; with `upside_down`, offsets count from the top. Sizes are in units."""
    turned = center - size
    release = turned + gap.down if upside_down else gap.up
    runs = runs_of(gap.points)
    if upside_down:
        runs = tuple(range(turned - run[-1], turned - run[0] + 1, run.step) for run in runs)
    return _Leaf(number, size, release, between(union(runs), None, release))
