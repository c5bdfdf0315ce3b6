"""Charges a budget for the exhaustive search of `core/canonical.py`, which decides whether boxes fit in a height."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.solve.core.choice import core
from arenite.solve.core.interface import STATES_AT_ONCE
from arenite.solve.place.decide import Answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.budget import Budget
    from arenite.solve.place.decide import Boxes

_MOMENTS_OF_STEP = 20
"""Live sections, summed over all boxes, per budget step of one state. Measured on MiniMalloc's instances and idealloc's
resnet50, whose sums are 1,200 to 52,000."""


def fit(boxes: Boxes, height: int, ranks: Sequence[int], *, fewest: bool, states: int, budget: Budget) -> Answer:
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
