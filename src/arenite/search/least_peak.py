"""A peak in bytes that no order of a model's operators is below, found in a short time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from arenite.formulate.order import least_need, order_is_free, ordering_problem
from arenite.operators.liveness import called_graphs

if TYPE_CHECKING:
    from arenite.budget import Budget
    from arenite.model import Model, Operator


def peak_lower_bound(model: Model, *, budget: Budget) -> int:
    """Bytes that the peak of every order of all graphs that are run is not below; the least peak where that is proven.

    Args:
        model: the model.
        budget: is charged for the searches, which settle for what is proven so far once it is spent.

    Raises:
        ModelError: operators need each other's results in a circle, or a graph runs itself.
    """
    return _Bounds(model, budget).of(0)


class _Bounds:
    """Bounds of graphs, each computed once. A graph that runs others has at least their bounds while it does so."""

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
