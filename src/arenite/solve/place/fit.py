"""First fit with overlap, in one order after the other, each made from what stood in the way before."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from arenite.problems.distances import Points, crossed, part, runs_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from arenite.budget import Budget
    from arenite.solve.place.gaps import Gap, Gaps

STEPS_OF_BUFFER = 2
"""Steps that first fit takes for each buffer, or group of buffers, that it places, as measured on the zoo."""


def lowest_fit(gaps: Gaps, order: Sequence[int]) -> list[int]:
    """Offsets when each buffer in turn takes the lowest place that the ones before it leave."""
    offsets = [-1] * len(gaps.sizes)
    for one in order:
        offsets[one] = _lowest([(gap, offsets[gap.other]) for gap in gaps.of[one] if offsets[gap.other] >= 0])
    return offsets


def _lowest(placed: list[tuple[Gap, int]]) -> int:
    """The lowest place for a buffer, given its gaps to others, and their offsets."""
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
    return gap.points if isinstance(gap.points, tuple) else ()


def _first_kept(places: range, placed: list[tuple[Gap, int]], high: int) -> int:
    """The first of these places from 0 on that all gaps allow, or `high` where none is lower.

    Whatever gap forbids a place forbids all up to its end as well, but its own points: these are leapt over.
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
        places = part(places, min((each[0] for each in (beyond, *allowed) if each), default=high), high)
    return high


def improve(
    gaps: Gaps,
    orders: Sequence[Sequence[int]],
    enough: int,
    work: int,
    *,
    budget: Budget,
    found: Callable[[list[int]], None],
) -> list[int]:
    """The lowest layout that first fit reaches from these orders by moving forward what ends too high.

    Args:
        gaps: the problem.
        orders: of all buffers; each is a start.
        enough: a height in units that ends the search.
        work: how many buffers may be placed in all, beyond one layout for each order.
        budget: is charged for each layout.
        found: is called with each better layout.
    """
    starts: list[tuple[int, int, list[int]]] = []
    best: list[int] = []
    for number, order in enumerate(orders):
        offsets = lowest_fit(gaps, order)
        budget.spend(STEPS_OF_BUFFER * len(order))
        starts.append((gaps.height(offsets), number, list(order)))
        if not best or starts[-1][0] < gaps.height(best):
            best = offsets
            found(best)
        if gaps.height(best) <= enough:
            return best
    tries = work // max(1, len(gaps.sizes))
    for rank, (_, number, order) in enumerate(sorted(starts)):
        offsets = _walk(gaps, order, enough, tries // (2 << rank), budget=budget, chance=random.Random(number))
        if gaps.height(offsets) < gaps.height(best):
            best = offsets
            found(best)
        if gaps.height(best) <= enough:
            break
    return best


def _walk(gaps: Gaps, order: list[int], enough: int, tries: int, *, budget: Budget, chance: random.Random) -> list[int]:
    """The lowest layout among `tries` that come of an order by moving buffers forward, mostly two steps at a time."""
    kept = best = lowest_fit(gaps, order)
    current, offsets = order, kept
    for _ in range(tries):
        budget.spend(STEPS_OF_BUFFER * len(order))
        if budget.over:
            break
        current = _promoted(gaps, current, offsets, gaps.height(best), chance)
        offsets = lowest_fit(gaps, current)
        if gaps.height(offsets) <= gaps.height(kept):
            order, kept = current, offsets
            best = kept
            if gaps.height(best) <= enough:
                break
        elif chance.random() < 0.7:
            current, offsets = order, kept
    return best


def _promoted(gaps: Gaps, order: list[int], offsets: list[int], height: int, chance: random.Random) -> list[int]:
    """The order with one of the buffers that end at the height, and perhaps another, somewhere before its place."""
    moved = list(order)
    ends = gaps.ends(offsets)
    top = [one for one in order if ends[one] >= height]
    one = chance.choice(top or order)
    if chance.random() < 0.4 and gaps.of[one]:
        one = chance.choice(gaps.of[one]).other
    place = moved.index(one)
    near = [moved.index(gap.other) for gap in gaps.of[one]]
    before = [position for position in near if position < place]
    moved.pop(place)
    moved.insert(chance.choice(before) if before else chance.randrange(len(moved) + 1), one)
    return moved
