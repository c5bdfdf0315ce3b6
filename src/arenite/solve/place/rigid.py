"""First fit of groups: layouts in which each view stays on its whole.

In: gaps between buffers, which `grouping` turns into groups of buffers at fixed relative offsets. Out: offsets of all
buffers, in units.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from arenite.solve.core.choice import core
from arenite.solve.core.interface import TRIES_AT_ONCE
from arenite.solve.place.fit import STEPS_OF_BUFFER
from arenite.solve.place.gaps import related
from arenite.solve.place.grouping import grouped

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from arenite.budget import Budget
    from arenite.problems.placement import PlacementProblem


_STEPS_OF_RANGE = 0.2
"""Budget steps per range of unsafe differences between two groups. One layout reads half of all ranges, since each
range is listed for both groups."""
_TALL = 4
"""Groups tried at the top of the arena, the tallest first; each more costs a bisection over the height."""
_FINE = 400
"""Stop refining when the gain is below 1/400 of the height."""


class Groups:
    """The groups of a problem, and the searches for their layouts. All heights and places are in units."""

    def __init__(self, problem: PlacementProblem) -> None:
        """Form the groups of a problem."""
        self._problem = grouped(related(problem))
        self._fits = core().group_fits(self._problem)
        self.units, self.groups = self._problem.units, self._problem.groups
        self.gaps = self._fits.gaps
        """Number of gaps between single buffers, each counted for both of its buffers."""
        self.height, self._spread = self._problem.height, self._problem.spread
        self._steps = STEPS_OF_BUFFER * len(self.groups) + _STEPS_OF_RANGE * self._fits.ranges
        """Budget steps that one layout by first fit takes."""

    def orders(self) -> list[list[int]]:
        """Orders of the groups for first fit: tallest first, against time, longest alive first, with time."""
        buffers, numbers = self.units.buffers, range(len(self.groups))
        first = [min(buffers[member].first for member in group.members) for group in self.groups]
        last = [max(buffers[member].last for member in group.members) for group in self.groups]
        height = [group.height for group in self.groups]
        return [
            sorted(numbers, key=lambda group: (-height[group], group)),
            sorted(numbers, key=lambda group: (-first[group], group)),
            sorted(numbers, key=lambda group: (first[group] - last[group], -height[group], group)),
            sorted(numbers, key=lambda group: (first[group], group)),
        ]

    def from_above(self, orders: Sequence[Sequence[int]], height: int, budget: Budget) -> list[int] | None:
        """The offsets of all buffers in the lowest layout below `height` with a tall group at the top, or None.

        First fit places all other groups from the bottom, so that the free memory between the tall group and the
        others stays contiguous. Bisection finds the lowest arena for each tall group, until the budget is spent.
        """
        tall = sorted(range(len(self.groups)), key=lambda group: (-self.groups[group].height, group))
        best: list[int] | None = None
        for group in tall[:_TALL]:
            low, enough = self.groups[group].height, height - max(1, height // _FINE)
            while low <= enough and not budget.over:
                budget.spend(self._steps * len(orders))
                fits = (self._fits.first_fit(order, (group, enough - self.groups[group].height)) for order in orders)
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
        """The offsets of all buffers in the lowest layout of a local search over orders.

        Each step moves one group forward in the order: a group that ends at the top, or one of its neighbors.

        A walk starts from each order, the one with the lowest layout first. The search stops at a height of `enough`.

        Args:
            tries: layouts made in addition to the first one of each order.
            budget: charged for each layout. Once it is spent, only the first layout of each order is made.
            found: called with the offsets of all buffers in each better layout.
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
        """The places of the lowest layout among at most `tries`, each from moving one group forward."""
        while tries and self.height(places) > enough:
            most = budget.affordable(self._steps, min(tries, TRIES_AT_ONCE))
            if not most:
                break
            order, places, done = self._fits.walk(order, places, enough, most, chance)
            budget.spend(self._steps, done)
            tries -= done
        return places
