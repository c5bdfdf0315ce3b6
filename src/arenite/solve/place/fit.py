"""First fit with overlap, in one order after the other, each made from what stood in the way before."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.solve.core.choice import core
from arenite.solve.core.interface import TRIES_AT_ONCE, Walk

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from arenite.budget import Budget
    from arenite.solve.core.interface import SingleFits
    from arenite.solve.place.gaps import Gaps

STEPS_OF_BUFFER = 2
"""Steps that first fit takes for each buffer, or group of buffers, that it places, as measured on the zoo."""


def lowest_fit(gaps: Gaps, order: Sequence[int]) -> list[int]:
    """Offsets when each buffer in turn takes the lowest place that the ones before it leave."""
    return core().single_fits(gaps).first_fit(order)


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
    fits = core().single_fits(gaps)
    starts: list[tuple[int, int, list[int]]] = []
    best: list[int] = []
    for number, order in enumerate(orders):
        offsets = fits.first_fit(order)
        budget.spend(STEPS_OF_BUFFER * len(order))
        starts.append((gaps.height(offsets), number, list(order)))
        if not best or starts[-1][0] < gaps.height(best):
            best = offsets
            found(best)
        if gaps.height(best) <= enough:
            return best
    tries = work // max(1, len(gaps.sizes))
    for rank, (_, number, order) in enumerate(sorted(starts)):
        walk = _Walk(gaps, fits, enough, budget, random.Random(number))
        offsets = walk.lowest(order, tries // (2 << rank))
        if gaps.height(offsets) < gaps.height(best):
            best = offsets
            found(best)
        if gaps.height(best) <= enough:
            break
    return best


@dataclass(frozen=True, slots=True)
class _Walk:
    """A walk from one order to the next, with the choices of `chance`, until `enough` is reached."""

    gaps: Gaps
    fits: SingleFits
    enough: int
    budget: Budget
    chance: random.Random

    def lowest(self, order: list[int], tries: int) -> list[int]:
        """The lowest layout among `tries` that come of an order by moving buffers forward, mostly two at a time."""
        steps = STEPS_OF_BUFFER * len(order)
        start = self.fits.first_fit(order)
        at = Walk(order, start, order, start)
        while tries and self.gaps.height(at.best) > self.enough:
            # A step is taken only if, once it is paid, something is left: so one less than can begin.
            most = self.budget.affordable(steps, min(tries, TRIES_AT_ONCE) + 1) - 1
            if most <= 0:
                self.budget.spend(steps)
                break
            at, done = self.fits.walk(at, self.enough, most, self.chance)
            self.budget.spend(steps, done)
            tries -= done
        return at.best
