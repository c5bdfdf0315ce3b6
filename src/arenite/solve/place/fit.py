"""First fit with overlap, and a local search over its orders: what ends at the top is placed earlier next time."""

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
"""Budget steps that first fit takes per buffer or group that it places, measured on the zoo."""


def lowest_fit(gaps: Gaps, order: Sequence[int]) -> list[int]:
    """The offsets, in units, when each buffer in turn takes the lowest offset that its gaps allow."""
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
    """The offsets, in units, of the lowest layout of a local search over orders.

    Each step moves one buffer forward in the order: a buffer that ends at the top, or one of its neighbors.

    A walk starts from each order, the one with the lowest layout first. The search stops at a height of `enough` units.
    `work`: placements of single buffers allowed in addition to the first layout of each order.
    """
    fits = core().single_fits(gaps)
    starts: list[tuple[int, int, list[int], list[int]]] = []
    best: list[int] = []
    for number, order in enumerate(orders):
        offsets = fits.first_fit(order)
        budget.spend(STEPS_OF_BUFFER * len(order))
        starts.append((gaps.height(offsets), number, list(order), offsets))
        if not best or starts[-1][0] < gaps.height(best):
            best = offsets
            found(best)
        if gaps.height(best) <= enough:
            return best
    tries = work // max(1, len(gaps.sizes))
    for rank, (_, number, order, first) in enumerate(sorted(starts)):
        walk = _Walk(gaps, fits, enough, budget, random.Random(number))
        offsets = walk.lowest(order, first, tries // (2 << rank))
        if gaps.height(offsets) < gaps.height(best):
            best = offsets
            found(best)
        if gaps.height(best) <= enough:
            break
    return best


@dataclass(frozen=True, slots=True)
class _Walk:
    """A walk from one order to the next, with random choices from `chance`, until the height is `enough` units."""

    gaps: Gaps
    fits: SingleFits
    enough: int
    budget: Budget
    chance: random.Random

    def lowest(self, order: list[int], start: list[int], tries: int) -> list[int]:
        """The offsets of the lowest layout among `start`, which is that of the order, and `tries` further ones.

        Each of these comes from moving one buffer forward in an order.
        """
        steps = STEPS_OF_BUFFER * len(order)
        at = Walk(order, start, order, start)
        while tries and self.gaps.height(at.best) > self.enough:
            # A layout is made only if some budget is left after paying for it: one fewer than could begin.
            most = self.budget.affordable(steps, min(tries, TRIES_AT_ONCE) + 1) - 1
            if most <= 0:
                self.budget.spend(steps)
                break
            at, done = self.fits.walk(at, self.enough, most, self.chance)
            self.budget.spend(steps, done)
            tries -= done
        return at.best
