"""Decides whether boxes fit in a height, by the exhaustive search of `core/canonical.py`, within a budget."""

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
"""Sections in which boxes are alive, added up over all boxes, that one step of each state is charged for; measured on
MiniMalloc's instances and idealloc's resnet50, in which boxes are alive in 1,200 to 52,000 sections together."""


def fit(boxes: Boxes, height: int, ranks: Sequence[int], *, fewest: bool, states: int, budget: Budget) -> Answer:
    """Place the boxes within `height` units, or prove that they do not fit, within `states` steps.

    `ranks`: among the boxes that can lie on a ledge, the lowest rank is tried first. `fewest`: branch on the section
    of the ledge with the fewest choices, otherwise on the one with the least room to spare. The search
    stops where the budget is spent.
    """
    steps = 1 + sum(end - start for start, end in boxes.spans) // _MOMENTS_OF_STEP
    search = core().box_search(boxes, height, ranks, fewest=fewest)
    left = states
    while True:
        # A state is looked at only if, once it is paid, something is left: so one less than can begin.
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
