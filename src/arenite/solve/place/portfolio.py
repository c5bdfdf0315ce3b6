"""Decides whether boxes fit in a height, by a portfolio of exact searches and a local one with growing effort.

The fastest search differs from instance to instance. Here budgets are charged for the searches of `core/canonical.py`
and `core/ejection.py`.
"""

from __future__ import annotations

import random
from itertools import accumulate
from typing import TYPE_CHECKING

from arenite.problems.lifetimes import neighbors
from arenite.problems.placement import Buffer
from arenite.solve.core.choice import core
from arenite.solve.core.interface import STATES_AT_ONCE, TRIES_AT_ONCE, Packing
from arenite.solve.place import cp_sat as cpsat
from arenite.solve.place.decide import Answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.budget import Budget
    from arenite.solve.place.decide import Boxes

_WEIGHTS_OF_SIZE = (0.2, 0.0, 1.0)
"""Exponents of the size in a box's priority, length of life * size**exponent; one search runs for each."""

_STATES = 500
"""States that each canonical search may visit at effort 0: a few milliseconds in C, a tenth of a second in Python."""
_FIRST_OF_EJECTION = 1
"""Effort from which the local search is asked too; the canonical searches of effort 0 often answer in milliseconds."""
_TRIES = 80_000
"""Boxes that the local search may place at effort 0, if it were asked; half as many did not reach
1,018,880 bytes on MiniMalloc's instance J when asked for that height alone."""
_MOST_FILLED = 0.88
"""Share of height times sections that boxes may fill for the local search to be asked. It found nothing on MiniMalloc's
instance D, which fills 0.92 of the heights in question, but lowered J, which fills 0.85."""
_FIRST_OF_CP_SAT = 3
"""Effort from which CP-SAT is asked too. It takes up to two seconds to set up, in which the canonical searches of all
lower efforts end; on MiniMalloc's instances they answer nine of eleven questions before."""
_MOMENTS_OF_STEP = 20
"""Live sections, summed over all boxes, per budget step of one state. Measured on MiniMalloc's instances and idealloc's
resnet50, whose sums are 1,200 to 52,000."""
_NEIGHBORS_OF_STEP = 8
"""Neighbors of the two boxes placed in each try that are looked at and sorted in one budget step. Measured on
MiniMalloc's instance J: 32 microseconds for twice 140 neighbors."""


def fit(boxes: Boxes, height: int, effort: int, budget: Budget) -> Answer:
    """Place the boxes within `height` units, or prove that they do not fit.

    `effort`: each step up doubles the work and draws other orders. The local search joins at `_FIRST_OF_EJECTION` where
    it has a chance, CP-SAT at `_FIRST_OF_CP_SAT`. Searches stop once the budget is spent.
    """
    visited = 0
    for weight in _WEIGHTS_OF_SIZE:
        ranks = _ranks(boxes, weight, effort)
        for fewest in (True, False):
            answer = fit_exhaustively(boxes, height, ranks, fewest=fewest, states=_STATES << effort, budget=budget)
            if answer.proven:
                return answer
            visited += answer.states
    if effort >= _FIRST_OF_EJECTION and _is_loose(boxes, height) and not budget.over:
        answer = fit_by_ejection(boxes, height, _TRIES << effort, effort, budget)
        if answer.proven:
            return answer
        visited += answer.states
    if effort < _FIRST_OF_CP_SAT or budget.over:
        return Answer(None, False, visited, "canonical")
    return cpsat.fit(boxes, height, 0.05 * 2**effort, budget)


def _is_loose(boxes: Boxes, height: int) -> bool:
    """Whether some height is to spare in every section and much of it on average (see `_MOST_FILLED`)."""
    changes = [0] * (boxes.sections + 1)
    for size, (start, end) in zip(boxes.sizes, boxes.spans, strict=True):
        changes[start] += size
        changes[end] -= size
    loads = list(accumulate(changes))
    return max(loads) < height and sum(loads) <= _MOST_FILLED * height * boxes.sections


def _ranks(boxes: Boxes, weight: float, effort: int) -> list[int]:
    """Rank of each box by falling priority (see `_WEIGHTS_OF_SIZE`).

    Priorities are divided by a random factor of up to 1.1, 1.2 or 1.3; at every fourth effort, from 0 on, by none.
    """
    chance = random.Random(effort)
    noise = 0.1 * (effort % 4)
    value = [
        (end - start) * size**weight / (1 + noise * chance.random())
        for size, (start, end) in zip(boxes.sizes, boxes.spans, strict=True)
    ]
    ranks = [0] * len(value)
    for rank, box in enumerate(sorted(range(len(value)), key=lambda i: (-value[i], -boxes.sizes[i], i))):
        ranks[box] = rank
    return ranks


def fit_exhaustively(
    boxes: Boxes, height: int, ranks: Sequence[int], *, fewest: bool, states: int, budget: Budget
) -> Answer:
    """Place the boxes within `height` units, or prove that they do not fit, within `states` states and the budget.

    `ranks`: among the boxes that can lie on a ledge, the lowest rank is tried first. `fewest`: branch on the section
    of the ledge with the fewest choices, otherwise on the section with the least free height.
    """
    steps = 1 + sum(end - start for start, end in boxes.spans) // _MOMENTS_OF_STEP
    search = core().box_search(boxes, height, ranks, fewest=fewest)
    left = states
    while True:
        # A state is visited only if some budget is left after paying for it: one fewer than could begin.
        most = max(0, budget.affordable(steps, min(left, STATES_AT_ONCE) + 1) - 1)
        found, done = search.run(most)
        budget.spend(steps, done)
        left -= done
        if found is not None:
            offsets = tuple(search.offsets()) if found else None
            return Answer(offsets, True, states - left, "canonical")
        if not left or not most:
            budget.spend(steps)
            return Answer(None, False, states - left + 1, "canonical")


def fit_by_ejection(boxes: Boxes, height: int, tries: int, seed: int, budget: Budget) -> Answer:
    """Place the boxes within `height` units, within `tries` tries and the budget; `seed` draws another search.

    It proves nothing, but uses height to spare: of MiniMalloc's instance J it finds layouts 2 % lower than the others.
    """
    count = len(boxes.sizes)
    if max(boxes.sizes) > height:
        return Answer(None, True, 0, "size")
    spans = [Buffer("", 1, start, end - 1) for start, end in boxes.spans]
    meets = neighbors(spans)
    steps = 1 + 2 * sum(map(len, meets)) // (count * _NEIGHBORS_OF_STEP)
    search, chance = core().ejection(boxes.sizes, meets), random.Random(seed)
    at, left = Packing([-1] * count, [1] * count, list(range(count))), tries
    while at.outside and left:
        most = budget.affordable(steps, min(left, TRIES_AT_ONCE))
        if not most:
            break
        at, done = search.run(at, height, most, chance)
        budget.spend(steps, done)
        left -= done
    return Answer(None if at.outside else tuple(at.offsets), not at.outside, tries - left, "ejection")
