"""Order and layout together: from the best layout of the best order down to the bound, or to a proof against it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from arenite.budget import Budget
from arenite.problems.layout import Exhausted
from arenite.solve.joint.solution import ALIGNMENT, JointSolution, layout_problem
from arenite.solve.joint.stitch import attempt
from arenite.solve.place.disjoint import solve as solve_layout

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from arenite.problems.order import Problem

    Progress = Callable[[str, int, int], None]

_EFFORTS = 8
_SHARE_OF_LAYOUT = 0.25
"""Share of the budget for the layout of the order to begin with."""


def solve(
    problem: Problem,
    order: Sequence[int],
    *,
    lower_bound: int,
    offsets: Sequence[int] | None = None,
    budget: Budget | None = None,
    progress: Progress | None = None,
) -> JointSolution:
    """The order and layout of least height, or the best found within the budget, with an honest bound.

    Args:
        problem: the ordering problem; all its sizes are multiples of 16.
        order: a valid order to begin with, best one of least peak.
        lower_bound: bytes that no order can stay below (the bound of the order search).
        offsets: a layout for that order, as `layout_problem(problem, order)` numbers its buffers; made here if absent.
        budget: is charged for the searches; None is a budget of its own.
        progress: called with ("order and layout", height, lower bound), in bytes, after every step.
    """
    budget = budget or Budget()
    if offsets is None:
        offsets = solve_layout(
            layout_problem(problem, order), goal=lower_bound, budget=budget.part(_SHARE_OF_LAYOUT)
        ).offsets
    search = _Search(problem, tuple(order), tuple(offsets), lower_bound=lower_bound, budget=budget, progress=progress)
    search.run()
    return search.best


class _Search:
    def __init__(
        self,
        problem: Problem,
        order: tuple[int, ...],
        offsets: tuple[int, ...],
        *,
        lower_bound: int,
        budget: Budget,
        progress: Progress | None,
    ) -> None:
        self.problem, self.budget, self.progress = problem, budget, progress
        self.unit = math.gcd(*(t.size for t in problem.tensors), *problem.extra) or ALIGNMENT
        self.bound = -(-lower_bound // self.unit) * self.unit
        self.exhausted: Exhausted | None = None
        self.best = self._solution(order, offsets)

    def run(self) -> None:
        """Ask for the bound itself, then, as long as there is a gap, for heights halfway up to the best known."""
        for effort in range(_EFFORTS):
            height = self.bound
            while height < self.best.height:
                if self.budget.over:
                    return
                height = self._ask(height, effort)
                if self.progress is not None:
                    self.progress("order and layout", self.best.height, self.best.lower_bound)
            if self.best.optimal:
                return

    def _ask(self, height: int, effort: int) -> int:
        """Try this height; the next one to try."""
        found = attempt(self.problem, self.best.order, height, effort, self.budget)
        if found.order is not None:
            self.best = self._solution(found.order, self._offsets(found.offsets))
            return self._between(self.bound)
        above = height + self.unit
        if found.proven:
            # Some least layout stacks whole units, so no height between two multiples of the unit is a new chance.
            self.bound = above
            self.exhausted = Exhausted(above - ALIGNMENT, "joint cp-sat", found.states)
            self.best = self._solution(self.best.order, (*self.best.offsets, *self.best.scratch))
        return self._between(above)

    def _between(self, low: int) -> int:
        steps = (self.best.height - low) // self.unit
        return low + steps // 2 * self.unit

    def _offsets(self, by_key: Mapping[int, int]) -> tuple[int, ...]:
        tensors = [by_key.get(number, 0) for number in range(len(self.problem.tensors))]
        return (*tensors, *(by_key.get(-1 - operator, 0) for operator in range(len(self.problem.extra))))

    def _solution(self, order: tuple[int, ...], offsets: tuple[int, ...]) -> JointSolution:
        buffers = layout_problem(self.problem, order).buffers
        height = max((at + buffer.size for at, buffer in zip(offsets, buffers, strict=False)), default=0)
        count = len(self.problem.tensors)
        scratch = offsets[count:] or (0,) * self.problem.operators
        return JointSolution(order, offsets[:count], scratch, height, min(self.bound, height), self.exhausted)
