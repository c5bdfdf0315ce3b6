"""Lowers a long layout: CP-SAT places the buffers of a window of time around the highest buffer again.

    offset
      ^         +--------+
      |  fixed  | window |  fixed
      |         +--------+
      +-----------------------------> time (scopes)

Only the buffers in the window move. The window doubles where CP-SAT finds no lower layout.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.solve.place import exact as cpsat

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from arenite.budget import Budget
    from arenite.problems.placement import Buffer
    from arenite.solve.place.gaps import Gaps

_LEAST = 8
"""Buffers in the first window around each highest buffer; smaller ones cost less but lower less."""
_MOST = 160
"""Buffers from which a window is not doubled again; larger ones cost CP-SAT more than its share of the effort."""
_CORE = 20
"""Buffers around the highest one whose own least height is the lower bound: few enough for CP-SAT to prove it."""
_MOST_SEARCHES = 8
"""Windows searched per layout; each gets an equal part of the effort."""


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
    """Offsets, in units, of a layout no higher than `start`.

    Args:
        buffers: the buffers, for their lifetimes.
        gaps: the same problem in units.
        start: offsets in units of a valid layout.
        enough: height in units at which the search stops.
        effort: CP-SAT's deterministic time for all windows together.
        budget: charged for the searches, which stop once the budget is spent.
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
    """A lower bound on the height, in units: what the buffers around the highest one need by themselves.

    `start` holds the offsets of a layout, `bound` is the bound known so far. `effort` and `budget`: see `lowered`.
    """
    highest = gaps.ends(start).index(gaps.height(start))
    members = stretch(buffers, highest, _CORE)
    part = gaps.part(members)
    return cpsat.search(part, [start[each] for each in members], bound, effort=effort, budget=budget).bound


def stretch(buffers: Sequence[Buffer], middle: int, count: int) -> list[int]:
    """The `count` buffers nearest in time to buffer `middle`, which comes with them."""
    center = buffers[middle]
    away = sorted(
        (max(each.first - center.last, center.first - each.last, 0), number) for number, each in enumerate(buffers)
    )
    return [number for _, number in away[:count]]
