"""Charges a budget for the local search of `core/ejection.py`, which fits boxes in a height but never proves anything.

It is best where some height is to spare in most sections, which exhaustive searches cannot use: of MiniMalloc's
instance J, it finds layouts 2 % lower than theirs.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from arenite.problems.lifetimes import neighbors
from arenite.problems.placement import Buffer
from arenite.solve.core.choice import core
from arenite.solve.core.interface import TRIES_AT_ONCE, Packing
from arenite.solve.place.decide import Answer

if TYPE_CHECKING:
    from arenite.budget import Budget
    from arenite.solve.place.decide import Boxes

_NEIGHBORS_OF_STEP = 8
"""Neighbors of the two boxes placed in each try that are looked at and sorted in one budget step. Measured on
MiniMalloc's instance J: 32 microseconds for twice 140 neighbors."""


def fit(boxes: Boxes, height: int, tries: int, seed: int, budget: Budget) -> Answer:
    """Place the boxes within `height` units, within `tries` tries and the budget; `seed` draws another search."""
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
