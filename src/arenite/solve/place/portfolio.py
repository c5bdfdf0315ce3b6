"""Several exact searches in turn, with growing effort: which one is quick differs from instance to instance."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from arenite.solve.place import canonical
from arenite.solve.place import cp_sat as cpsat
from arenite.solve.place.decide import Answer

if TYPE_CHECKING:
    from arenite.budget import Budget
    from arenite.solve.place.decide import Boxes

# Boxes with a long life first; the exponents say how much their size counts beside it.
_WEIGHTS_OF_SIZE = (0.2, 0.0, 1.0)


def fit(boxes: Boxes, height: int, effort: int, budget: Budget) -> Answer:
    """Place the boxes within `height` units, or prove that they do not fit.

    `effort`: 0 is a try of a tenth of a second to a few; each step up doubles it and reshuffles the orders. CP-SAT,
    slow to set up, joins at 1. The search gives up where the budget is spent.
    """
    visited = 0
    for weight in _WEIGHTS_OF_SIZE:
        ranks = _ranks(boxes, weight, effort)
        for fewest in (True, False):
            answer = canonical.fit(boxes, height, ranks, fewest=fewest, states=500 << effort, budget=budget)
            if answer.proven:
                return answer
            visited += answer.states
    if effort == 0 or budget.over:
        return Answer(None, False, visited, "canonical")
    return cpsat.fit(boxes, height, 0.05 * 2**effort, budget)


def _ranks(boxes: Boxes, weight: float, effort: int) -> list[int]:
    """Places in the order of long and large boxes first, disturbed by up to 30 % from the second effort on."""
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
