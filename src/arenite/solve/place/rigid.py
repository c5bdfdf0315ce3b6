"""Layouts in which views stay on their wholes: first fit of groups of buffers that are placed as one (`grouping`)."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from arenite.solve.core.choice import core
from arenite.solve.core.interface import TRIES_AT_ONCE
from arenite.solve.place.fit import STEPS_OF_BUFFER
from arenite.solve.place.grouping import grouped

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from arenite.budget import Budget
    from arenite.problems.placement import Buffer
    from arenite.solve.place.gaps import Gaps


_STEPS_OF_RANGE = 0.2
"""Steps for each range of unsafe differences between two groups; half of the ranges are looked at in a layout."""
_TALL = 4
"""Groups of which each is once placed at the very top."""
_FINE = 400
"""Of a height the part that is not looked for any more."""


class Groups:
    """All buffers of a problem in groups, and their layouts."""

    def __init__(self, gaps: Gaps) -> None:
        self._problem = grouped(gaps)
        self._fits = core().group_fits(self._problem)
        self.gaps, self.groups = gaps, self._problem.groups
        self.height, self._spread = self._problem.height, self._problem.spread
        ranges = sum(len(each) for one in self._problem.ranges for each in one.values())
        self._steps = STEPS_OF_BUFFER * len(self.groups) + _STEPS_OF_RANGE * ranges
        """Steps that a layout takes by first fit."""

    def orders(self, buffers: Sequence[Buffer]) -> list[list[int]]:
        """Orders for first fit: the highest first, against time, the longest alive first, and with time."""
        numbers = range(len(self.groups))
        first = [min(buffers[member].first for member in group.members) for group in self.groups]
        last = [max(buffers[member].last for member in group.members) for group in self.groups]
        height = [group.height for group in self.groups]
        return [
            sorted(numbers, key=lambda one: (-height[one], one)),
            sorted(numbers, key=lambda one: (-first[one], one)),
            sorted(numbers, key=lambda one: (first[one] - last[one], -height[one], one)),
            sorted(numbers, key=lambda one: (first[one], one)),
        ]

    def from_above(self, orders: Sequence[Sequence[int]], height: int, budget: Budget) -> list[int] | None:
        """Offsets of all buffers in the lowest layout that first fit reaches below a tall group at the very top.

        So the free memory is in one piece between what is read from the top and what is written from the bottom.

        Args:
            orders: of all groups.
            height: units; the layout has to be lower.
            budget: is charged for each layout; there is no further one once it is spent.
        """
        tall = sorted(range(len(self.groups)), key=lambda one: (-self.groups[one].height, one))
        best: list[int] | None = None
        for one in tall[:_TALL]:
            low, enough = self.groups[one].height, height - max(1, height // _FINE)
            while low <= enough and not budget.over:
                budget.spend(self._steps * len(orders))
                fits = (self._fits.first_fit(order, (one, enough - self.groups[one].height)) for order in orders)
                found = next((places for places in fits if self.height(places) <= enough), None)
                if found is not None:
                    best, height = found, self.height(found)
                elif enough < height - max(1, height // _FINE):
                    low = enough + 1
                else:
                    break
                enough = (low + height - 1) // 2
        return None if best is None else self._spread(best)

    def improve(
        self,
        orders: Sequence[Sequence[int]],
        enough: int,
        tries: int,
        budget: Budget,
        found: Callable[[list[int]], None],
    ) -> list[int]:
        """Offsets of all buffers in the lowest layout that first fit reaches by moving forward what ends too high.

        Args:
            orders: of all groups; each is a start.
            enough: a height in units that ends the search.
            tries: how many layouts to make beyond one for each order.
            budget: is charged for each layout; there is none beyond one for each order once it is spent.
            found: is called with the offsets of all buffers in each better layout.
        """
        starts = sorted(
            ((self._fits.first_fit(order), list(order)) for order in orders), key=lambda start: self.height(start[0])
        )
        budget.spend(self._steps * len(orders))
        best = starts[0][0]
        found(self._spread(best))
        for rank, (places, order) in enumerate(starts):
            if self.height(best) > enough:
                walked = self._walk(
                    order, places, enough, tries=tries // (2 << rank), budget=budget, chance=random.Random(rank)
                )
                if self.height(walked) < self.height(best):
                    best = walked
                    found(self._spread(best))
        return self._spread(best)

    def _walk(
        self, order: list[int], places: list[int], enough: int, *, tries: int, budget: Budget, chance: random.Random
    ) -> list[int]:
        """The lowest of the layouts, at most `tries`, that come of an order by moving one group forward at a time."""
        while tries and self.height(places) > enough:
            most = budget.affordable(self._steps, min(tries, TRIES_AT_ONCE))
            if not most:
                break
            order, places, done = self._fits.walk(order, places, enough, most, chance)
            budget.spend(self._steps, done)
            tries -= done
        return places
