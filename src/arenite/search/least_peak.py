"""Model, budget -> the least peak of all orders of its operators, and lower bounds on it, in bytes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from arenite.formulate.order import least_need, order_is_free, ordering_problem
from arenite.operators.liveness import called_graphs
from arenite.operators.peak import peak_memory
from arenite.search.orders import checked_schedule, with_order

if TYPE_CHECKING:
    from arenite.budget import Budget
    from arenite.model import Model, Operator


@dataclass(frozen=True, slots=True)
class LeastPeak:
    """Peak of the best order found for the main graph, and a lower bound on the peak of its every order, in bytes."""

    bytes: int
    bound: int


def least_peak(model: Model, *, budget: Budget) -> LeastPeak:
    """The least peak of all orders of the main graph; other graphs keep the order of the file.

    Both figures are equal if the search ends within the budget, unless the graph cannot be reordered.

    Args:
        model: the model.
        budget: charged for the search.

    Raises:
        ModelError: operators form a cycle, or a graph calls itself.
        VerificationError: the checker disagrees with the search (a defect of Arenite).
    """
    problem, _ = ordering_problem(model)
    schedule = checked_schedule(problem, budget=budget)
    bound = schedule.lower_bound if order_is_free(model, 0) else least_need(model, 0)
    return LeastPeak(peak_memory(with_order(model, 0, schedule.order)), bound)


def peak_lower_bound(model: Model, *, budget: Budget) -> int:
    """A lower bound in bytes on the peak of every order of the executed graphs.

    The bound is the least peak itself if the search ends within the budget.

    Args:
        model: the model.
        budget: charged for the searches, which return the bound proven so far once it is spent.

    Raises:
        ModelError: operators form a cycle, or a graph calls itself.
    """
    return _Bounds(model, budget).of(0)


class _Bounds:
    """Computes the bound of each graph once; the bound of a called graph is charged to its caller as `extra`."""

    def __init__(self, model: Model, budget: Budget) -> None:
        self._model = model
        self._budget = budget
        self._known: dict[int, int] = {}

    def of(self, graph: int) -> int:
        if graph not in self._known:
            self._known[graph] = self._solve(graph)
        return self._known[graph]

    def _solve(self, graph: int) -> int:
        from arenite.solve.order.solver import solve

        if not order_is_free(self._model, graph):
            return least_need(self._model, graph)
        problem, _ = ordering_problem(self._model, graph)
        if problem.extra:
            problem = replace(problem, extra=tuple(map(self._called, self._model.graphs[graph].operators)))
        return solve(problem, budget=self._budget).lower_bound

    def _called(self, operator: Operator) -> int:
        return max((self.of(called) for called in called_graphs(operator)), default=0)
