"""A piece too long to be searched as a whole: windows of its best order around the peak are searched instead.

    best order   |-----------------[=====peak=====]-----------------|      [ ] window, - stays in place

The height of a peak depends mostly on the operators near it. Reordering a window lowers the peak while all operators
outside stay in place. A bound for the operators of a window is a bound for the whole (see `certificate.Region`); with a
large window, it is hardly weaker.
"""

from __future__ import annotations

from functools import reduce
from operator import and_
from typing import TYPE_CHECKING

from arenite.solve.order.peak import working_sets
from arenite.solve.order.piece import Piece
from arenite.solve.order.region import induced

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.budget import Budget
    from arenite.problems.order import Problem
    from arenite.solve.order.piece import SearchOptions

_REACH = (60, 150, 300)
"""Operators on either side of the peak that are reordered. A larger window is tried if a smaller one does not help."""
_REACH_OF_PROOF = 400
"""Operators on either side of the peak that are bounded by themselves. In a window this large, the tensors that cross
its ends, which the bound leaves out in part, count little."""
_SHARE = 0.15
"""Share of the remaining budget that one search may take, so that several windows get a turn."""


class LongPiece(Piece):
    """A piece of `LONG` operators or more."""

    def __init__(self, problem: Problem, operators: Sequence[int], options: SearchOptions, budget: Budget) -> None:
        super().__init__(problem, operators, options, budget)
        if options.parts:
            self._steps.insert(self._steps.index(self._round), self._around)

    def _each(self) -> Budget:
        return self._budget.part(_SHARE)

    def _around(self) -> None:
        """Lower the peak by reordering windows; where none helps, raise the bound. Stop when neither succeeds."""
        while self.lower < self.upper and not self._budget.over:
            if not any(self._mend(reach) for reach in _REACH) and not self._bound():
                return

    def _part(self, reach: int) -> tuple[int, int]:
        """First and last position of the window of `reach` operators on either side of the first peak."""
        peak = self.sets.index(self.upper)
        return max(0, peak - reach), min(len(self.order) - 1, peak + reach)

    def _mend(self, reach: int) -> bool:
        """Reorder the window around the peak; returns whether its peak fell."""
        first, last = self._part(reach)
        operators = self.order[first : last + 1]
        before, after = set(self.order[:first]), set(self.order[last + 1 :])
        tensors = range(len(self.problem.tensors))
        problem = induced(self.problem, operators, tensors, before.__contains__, after.__contains__)
        elsewhere = max([self.lower, *self.sets[:first], *self.sets[last + 1 :]])
        enough = min(elsewhere, self.upper - 1)
        part = self._worked(problem, operators, enough)
        if part.upper >= self.upper:
            return False
        self.order[first : last + 1] = [operators[v] for v in part.order]
        self.sets = working_sets(self.problem, self.order)
        self.upper = max(self.sets)
        return True

    def _bound(self) -> bool:
        """Bound the operators around the peak by themselves; returns whether the bound rose."""
        first, last = self._part(_REACH_OF_PROOF)
        operators = self.order[first : last + 1]
        earlier = reduce(and_, (self.graph.ancestors[v] for v in operators))
        later = reduce(and_, (self.graph.descendants[v] for v in operators))
        tensors = range(len(self.problem.tensors))
        problem = induced(
            self.problem, operators, tensors, lambda v: bool(earlier >> v & 1), lambda v: bool(later >> v & 1)
        )
        lower = self.lower
        part = self._worked(problem, operators, lower)
        if part.lower > lower:
            self._raise(part.lower, part.certificate)
        return self.lower > lower

    def _worked(self, problem: Problem, operators: Sequence[int], enough: int) -> Piece:
        """A part, worked on until its peak is at most `enough` bytes or proven, or its budget is spent."""
        budget = self._each()
        part = Piece(problem, operators, self._options, budget)
        part.lower = self.lower
        while max(part.lower, enough) < part.upper and not budget.over:
            part.work(self.lower)
        self.states += part.states
        return part
