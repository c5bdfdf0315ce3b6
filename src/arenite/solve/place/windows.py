"""Lowers a long layout where it is highest: a stretch of time is laid out again, with all around it in place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.solve.place import exact as cpsat

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from arenite.budget import Budget
    from arenite.problems.placement import Buffer
    from arenite.solve.place.gaps import Gaps

_LEAST = 8
_MOST = 160
_CORE = 20
_MOST_SEARCHES = 8


def lowered(
    buffers: Sequence[Buffer],
    gaps: Gaps,
    start: Sequence[int],
    enough: int,
    *,
    effort: float,
    budget: Budget,
    found: Callable[[list[int]], None],
) -> list[int]:
    """A layout that is no higher than `start`, and lower where a stretch around each of its highest points allows it.

    Args:
        buffers: of the problem.
        gaps: of the problem.
        start: offsets in units.
        enough: a height in units that ends the search.
        effort: deterministic time in all.
        budget: is charged for the searches; they end where it is spent.
        found: is called with each lower layout.
    """
    best = list(start)
    height = gaps.height(best)
    around = _LEAST
    for _ in range(_MOST_SEARCHES):
        if height <= enough or budget.over:
            break
        highest = gaps.ends(best).index(height)
        free = stretch(buffers, highest, around)
        answer = cpsat.search(gaps, best, enough, effort=effort / _MOST_SEARCHES, budget=budget, free=free)
        if answer.offsets is None:
            if len(free) == len(best) or around >= _MOST:
                break
            around *= 2
            continue
        best = list(answer.offsets)
        if gaps.height(best) < height:
            height, around = gaps.height(best), _LEAST
            found(best)
    return best


def core_bound(
    buffers: Sequence[Buffer], gaps: Gaps, start: Sequence[int], bound: int, *, effort: float, budget: Budget
) -> int:
    """A height in units below which there is no layout: that of the buffers around the highest one alone.

    `start` is a layout, `bound` is known already; `effort` and `budget` as in `lowered`.
    """
    highest = gaps.ends(start).index(gaps.height(start))
    members = stretch(buffers, highest, _CORE)
    part = gaps.part(members)
    return cpsat.search(part, [start[each] for each in members], bound, effort=effort, budget=budget).bound


def stretch(buffers: Sequence[Buffer], middle: int, count: int) -> list[int]:
    """The `count` buffers nearest in time to one of them."""
    one = buffers[middle]
    away = sorted((max(each.first - one.last, one.first - each.last, 0), number) for number, each in enumerate(buffers))
    return [number for _, number in away[:count]]
