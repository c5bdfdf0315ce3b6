"""First fit of single buffers with overlap, in Python; the twin in C is `c/singles.c`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.problems.distances import Points, crossed, part, runs_of
from arenite.solve.core.interface import Walk

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from arenite.solve.place.gaps import Gap, Gaps

_SHARE_OF_NEIGHBORS = 0.4
"""Probability that a walk moves a neighbor of the highest buffer instead of that buffer itself."""
_SHARE_OF_RETURNS = 0.7
"""Probability that a walk returns to its best layout after a step to a higher one. Fewer returns explore further from
the best layout, more returns search around it."""


@dataclass(frozen=True, slots=True)
class PythonSingleFits:
    """`SingleFits` in Python."""

    gaps: Gaps

    def first_fit(self, order: Sequence[int]) -> list[int]:
        """See `SingleFits`."""
        offsets = [-1] * len(self.gaps.sizes)
        for one in order:
            offsets[one] = _lowest([(gap, offsets[gap.other]) for gap in self.gaps.of[one] if offsets[gap.other] >= 0])
        return offsets

    def walk(self, at: Walk, enough: int, tries: int, chance: random.Random) -> tuple[Walk, int]:
        """See `SingleFits`."""
        height = self.gaps.height
        order, best, current, offsets = at.order, at.best, at.current, at.offsets
        for done in range(tries):
            if height(best) <= enough:
                return Walk(order, best, current, offsets), done
            current = self._promoted(current, offsets, height(best), chance)
            offsets = self.first_fit(current)
            if height(offsets) <= height(best):
                order, best = current, offsets
            elif chance.random() < _SHARE_OF_RETURNS:
                current, offsets = order, best
        return Walk(order, best, current, offsets), tries

    def _promoted(self, order: list[int], offsets: list[int], height: int, chance: random.Random) -> list[int]:
        """The order with a buffer that ends at the height, or a neighbor of it, moved before one of its neighbors."""
        moved = list(order)
        ends = self.gaps.ends(offsets)
        top = [buffer for buffer in order if ends[buffer] >= height]
        buffer = chance.choice(top or order)
        if chance.random() < _SHARE_OF_NEIGHBORS and self.gaps.of[buffer]:
            buffer = chance.choice(self.gaps.of[buffer]).other
        place = moved.index(buffer)
        near = [moved.index(gap.other) for gap in self.gaps.of[buffer]]
        before = [position for position in near if position < place]
        moved.pop(place)
        moved.insert(chance.choice(before) if before else chance.randrange(len(moved) + 1), buffer)
        return moved


def _lowest(placed: list[tuple[Gap, int]]) -> int:
    """The lowest offset for a buffer in units, given its gaps and the offset of the other buffer of each gap."""
    ranges = sorted((offset - gap.down, offset + gap.up) for gap, offset in placed)
    at = 0
    for low, high in ranges:
        if at <= low:
            break
        at = max(at, high)
    points = sorted(offset + point for gap, offset in placed for point in _listed(gap) if 0 <= offset + point < at)
    for point in points:
        if all(gap.kept(point - offset) for gap, offset in placed):
            at = point
            break
    for gap, offset in placed:
        if isinstance(gap.points, Points):
            for run in gap.points.runs:
                at = _first_kept(range(run.start + offset, run.stop + offset, run.step), placed, at)
    return at


def _listed(gap: Gap) -> Sequence[int]:
    """The points of a gap if they are listed, none if they are progressions."""
    return gap.points if isinstance(gap.points, tuple) else ()


def _first_kept(places: range, placed: list[tuple[Gap, int]], high: int) -> int:
    """The first of `places`, from 0 up to `high`, that all gaps allow; `high` if there is none.

    A gap that forbids a place forbids all further ones up to the end of its range, except its own points. The search
    skips to the first of these.
    """
    places = part(places, 0, high)
    while places:
        at = places[0]
        broken = next(((gap, offset) for gap, offset in placed if not gap.kept(at - offset)), None)
        if broken is None:
            return at
        gap, offset = broken
        beyond = part(places, offset + gap.up, None)[:1]
        shifted = (range(run.start + offset, run.stop + offset, run.step) for run in runs_of(gap.points))
        allowed = (crossed(part(places, at + 1, None), run)[:1] for run in shifted)
        places = part(places, min((part[0] for part in (beyond, *allowed) if part), default=high), high)
    return high
