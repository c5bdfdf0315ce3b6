"""A whole order and layout within a given height, window by window from the start.

Windows end where few operators of the order have passed since the last one, if possible at a place that no order
avoids. Each window keeps the addresses of what enters it. Where that cannot be done, the window begins one place
earlier, in the end at the very beginning.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from arenite.solve.joint import exact
from arenite.solve.joint.window import Timeline, unavoidable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arenite.budget import Budget
    from arenite.problems.order import Problem
    from arenite.solve.joint.window import Window

_USUAL = 8
_LONGEST = 24


@dataclass(frozen=True, slots=True)
class Attempt:
    """`order` and `offsets` (bytes, by key of the item) if found; `proven`: None is a proof that there are none."""

    order: tuple[int, ...] | None
    offsets: Mapping[int, int]
    proven: bool
    states: int


def attempt(problem: Problem, order: Sequence[int], height: int, effort: int, budget: Budget) -> Attempt:
    """Search for an order and a layout within `height` bytes, starting from a valid order.

    Each step of `effort` doubles the work per window and the number of operators that one may hold. The search
    gives up where the budget is spent.
    """
    stitching = _Stitching(problem, order, height, effort, budget)
    found = stitching.run()
    return Attempt(
        tuple(stitching.timeline.order) if found else None, stitching.offsets, found is not None, stitching.states
    )


def places(problem: Problem) -> tuple[list[int], frozenset[int]]:
    """Positions at which windows may begin and end, and those among them that no order avoids."""
    fixed = unavoidable(problem)
    chosen = [0]
    for place, following in pairwise([*fixed, problem.operators]):
        if place - chosen[-1] >= _USUAL or following - chosen[-1] > _LONGEST:
            chosen.append(place)
        while following - chosen[-1] > _LONGEST:
            chosen.append(chosen[-1] + 2 * _USUAL)
    chosen.append(problem.operators)
    return sorted(set(chosen)), frozenset(fixed)


class _Stitching:
    def __init__(self, problem: Problem, order: Sequence[int], height: int, effort: int, budget: Budget) -> None:
        self.timeline, self.height = Timeline(problem, order), height
        self.budget = budget
        self.work = 0.1 * 2**effort
        self.longest = 48 << effort
        self.offsets: dict[int, int] = {}
        self.known: dict[tuple[object, ...], tuple[Window, exact.Outcome]] = {}
        self.states = 0
        self.places, self.fixed = places(problem)

    def run(self) -> bool | None:
        """True: `timeline` and `offsets` hold a solution; False: there is none; None: not found."""
        for last, end in enumerate(self.places[1:], 1):
            found = self._reach(self.places[:last], end)
            if not found:
                return found
        return True

    def _reach(self, starts: list[int], end: int) -> bool | None:
        for start in reversed(starts):
            if start != starts[-1] and end - start > self.longest:
                return None
            window = self.timeline.window(start, end)
            kept = {i.key: self.offsets[i.key] for i in window.items if start and i.producer is None}
            outcome = self._solve(window, kept)
            if outcome.order is not None:
                self.timeline.reorder(start, outcome.order)
                self.offsets.update(outcome.offsets)
                return True
            if outcome.proven and start in self.fixed and end in self.fixed:
                alone = self._solve(window, {}) if kept else outcome
                if alone.order is None and alone.proven:
                    return False
            if self.budget.over:
                return None
        return None

    def _solve(self, window: Window, kept: Mapping[int, int]) -> exact.Outcome:
        """The outcome for the window, or for one of the same shape: networks repeat their parts."""
        shape = _shape(window, kept)
        if shape not in self.known:
            outcome = exact.fit(window, self.height, kept, self.work, self.budget)
            self.states += outcome.states
            self.known[shape] = window, outcome
        known, outcome = self.known[shape]
        if outcome.order is None:
            return outcome
        operator = dict(zip(known.operators, window.operators, strict=True))
        offsets = {item.key: outcome.offsets[same.key] for item, same in zip(window.items, known.items, strict=True)}
        return exact.Outcome(tuple(operator[same] for same in outcome.order), offsets, True, 0)


def _shape(window: Window, kept: Mapping[int, int]) -> tuple[object, ...]:
    """All of a window but the numbers of its operators and tensors."""
    place = {operator: index for index, operator in enumerate(window.operators)}
    items = tuple(
        (
            item.size,
            None if item.producer is None else place[item.producer],
            tuple(place[user] for user in item.consumers),
            item.leaves,
            kept.get(item.key),
        )
        for item in window.items
    )
    return len(place), tuple(sorted((place[a], place[b]) for a, b in window.before)), items
