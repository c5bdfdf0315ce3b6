"""A piece too long to be searched as a whole: what is around its peak is, again and again.

Where much runs before and much later, that a peak is high depends on the operators near it. Part of the best order
is put into a better order, all before and after it staying where it is; and a bound for operators around the peak alone
is one for the whole (see `certificate.Region`), little weaker if there are enough of them.
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
    from arenite.solve.order.options import SearchOptions

_REACH = (60, 150, 300)
"""Operators before and after the peak that are put into another order, more where fewer do not help."""
_REACH_OF_PROOF = 400
"""The same for a bound: what crosses the ends of the part counts little."""
_SHARE = 0.15
"""Share of what is left of the budget that one search takes at most."""


class LongPiece(Piece):
    """The same, for `LONG` operators and more."""

    def __init__(self, problem: Problem, operators: Sequence[int], options: SearchOptions, budget: Budget) -> None:
        super().__init__(problem, operators, options, budget)
        if options.parts:
            self._steps.insert(self._steps.index(self._round), self._around)

    def _each(self) -> Budget:
        return self._budget.part(_SHARE)

    def _around(self) -> None:
        """Mend what can be mended, then bound what cannot."""
        while self.lower < self.upper and not self._budget.over:
            if not any(self._mend(reach) for reach in _REACH) and not self._bound():
                return

    def _part(self, reach: int) -> tuple[int, int]:
        """First and last position of what is around the peak."""
        peak = self.sets.index(self.upper)
        return max(0, peak - reach), min(len(self.order) - 1, peak + reach)

    def _mend(self, reach: int) -> bool:
        """Put what is around the peak into a better order; whether there was one."""
        first, last = self._part(reach)
        operators = self.order[first : last + 1]
        before, after = set(self.order[:first]), set(self.order[last + 1 :])
        tensors = range(len(self.problem.tensors))
        problem = induced(self.problem, operators, tensors, before.__contains__, after.__contains__)
        elsewhere = max([self.lower, *self.sets[:first], *self.sets[last + 1 :]])
        enough = min(elsewhere, self.upper - 1)
        part = self._worked(Piece(problem, operators, self._options, self._each()), enough)
        if part.upper >= self.upper:
            return False
        self.order[first : last + 1] = [operators[v] for v in part.order]
        self.sets = working_sets(self.problem, self.order)
        self.upper = max(self.sets)
        return True

    def _bound(self) -> bool:
        """Bound the operators around the peak by themselves; whether that raised the bound."""
        first, last = self._part(_REACH_OF_PROOF)
        operators = self.order[first : last + 1]
        earlier = reduce(and_, (self.graph.ancestors[v] for v in operators))
        later = reduce(and_, (self.graph.descendants[v] for v in operators))
        tensors = range(len(self.problem.tensors))
        problem = induced(
            self.problem, operators, tensors, lambda v: bool(earlier >> v & 1), lambda v: bool(later >> v & 1)
        )
        lower = self.lower
        part = self._worked(Piece(problem, operators, self._options, self._each()), lower)
        if part.lower > lower:
            self._raise(part.lower, part.certificate)
        return self.lower > lower

    def _worked(self, part: Piece, enough: int) -> Piece:
        """The part after all that its budget allows; an order with a peak of `enough` is good enough."""
        part.lower = self.lower
        while max(part.lower, enough) < part.upper and part.busy:
            part.work(self.lower)
        self.states += part.states
        return part
