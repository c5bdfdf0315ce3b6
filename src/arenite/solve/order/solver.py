"""The order of least peak: from an ordering problem to an order, a lower bound and its certificate.

Deferring and cutting reduce the problem to pieces. The solver then works on the piece with the largest peak, until
that peak is proven.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING

from arenite.budget import Budget
from arenite.problems.certificate import Certificate, Deferred, Floor, Need
from arenite.solve.order.bounds import own_memory
from arenite.solve.order.deferral import deferrable, deferred, moved
from arenite.solve.order.graph import Links
from arenite.solve.order.long_piece import LongPiece
from arenite.solve.order.peak import lifetimes, peak, working_sets
from arenite.solve.order.piece import LONG, Piece, SearchOptions
from arenite.solve.order.region import induced, pieces

if TYPE_CHECKING:
    from collections.abc import Callable

    from arenite.problems.order import Problem


@dataclass(frozen=True, slots=True)
class Schedule:
    """An order of all operators, its peak, and a lower bound on every peak with its proof; sizes in bytes.

    states: those that all searches visited.
    """

    order: tuple[int, ...]
    peak: int
    lower_bound: int
    certificate: Certificate
    states: int

    @property
    def optimal(self) -> bool:
        """Whether the bound proves the peak."""
        return self.peak == self.lower_bound


@dataclass(frozen=True)
class Proof:
    """A proven lower bound on the peak of the graph of this name; `arenite.checkers.order` can check it again."""

    graph: str
    problem: Problem = field(repr=False)
    schedule: Schedule = field(repr=False)


def solve(
    problem: Problem,
    *,
    options: SearchOptions | None = None,
    budget: Budget | None = None,
    progress: Callable[[str], None] | None = None,
) -> Schedule:
    """The order of least peak, or the best one within the budget; the default order unless another one is better.

    Args:
        problem: the ordering problem; sizes in bytes.
        options: the techniques to use; None: all.
        budget: charged for all searches. When it is spent, the best order and bound so far are returned. None: a new
            default budget.
        progress: called with a line of text before each step: peak and lower bound in bytes.

    Raises:
        ModelError: the operators form a cycle.
    """
    return _Solver(problem, options or SearchOptions(), budget or Budget(), progress).run()


class _Solver:
    def __init__(
        self, problem: Problem, options: SearchOptions, budget: Budget, progress: Callable[[str], None] | None
    ) -> None:
        self._budget = budget
        self._options = options
        self._progress = progress
        self._given = problem
        links = Links(problem)
        self._default = links.order
        self._waiting = deferrable(problem, links) if options.deferring else ()
        self._base = self._default
        if self._waiting:
            problem = deferred(problem, links, self._waiting)
            self._base = moved(links, self._waiting, self._default)
            links = Links(problem)
        self._problem = problem
        self._links = links
        self._position = [0] * problem.operators
        for place, operator in enumerate(self._base):
            self._position[operator] = place
        self._certificate: Certificate = Floor(problem.floor)
        own = own_memory(problem)
        if own and max(own) > problem.floor:
            self._certificate = Need(max(own), own.index(max(own)))

    def run(self) -> Schedule:
        states = 0
        order = self._base
        sets = working_sets(self._problem, order)
        if max(sets, default=0) > self._certificate.bound:
            order, states = self._search(sets)
        peaks = [(peak(self._given, candidate), candidate) for candidate in (self._default, order)]
        least, order = min(peaks, key=itemgetter(0))
        certificate = self._certificate
        if self._waiting and not isinstance(certificate, Floor):
            certificate = Deferred(certificate.bound, self._waiting, certificate)
        return Schedule(tuple(order), least, certificate.bound, certificate, states)

    def _search(self, sets: list[int]) -> tuple[list[int], int]:
        """Work on the piece with the largest peak until it is proven or the budget is spent.

        `sets`: working sets of the base order. Returns the order, and the states visited.
        """
        count = self._problem.operators
        spans = pieces(self._links, self._base) if self._options.pieces else [(0, count - 1)]
        upper = {(first, last): max(sets[first : last + 1]) for first, last in spans}
        spans_of_tensors = lifetimes(self._problem, self._position)
        parts: dict[tuple[int, int], Piece] = {}
        bound, proven = self._certificate.bound, None
        while not self._budget.over:
            span = max(upper, key=upper.__getitem__)
            if upper[span] <= bound:
                break
            if self._progress:
                self._progress(f"order: peak {upper[span]}, at least {bound}")
            if span not in parts:
                parts[span] = self._piece(*span, spans_of_tensors)
            part = parts[span]
            part.work(bound)
            upper[span] = part.upper
            if part.lower > bound:
                bound, proven = part.lower, part
        if proven:
            self._certificate = proven.certificate
        order = list(self._base)
        for (first, last), part in parts.items():
            order[first : last + 1] = [part.operators[v] for v in part.order]
        return order, sum(part.states for part in parts.values())

    def _piece(self, first: int, last: int, spans: list[tuple[int, int]]) -> Piece:
        operators = self._base[first : last + 1]
        near = [t for t, (begin, end) in enumerate(spans) if begin <= last and end >= first]
        position = self._position
        problem = induced(self._problem, operators, near, lambda v: position[v] < first, lambda v: position[v] > last)
        kind = LongPiece if len(operators) >= LONG else Piece
        return kind(problem, operators, self._options, self._budget)
