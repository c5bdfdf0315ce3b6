"""Orders of a model's operators: search and check one, bound all, apply one, and test whether TFLM can run a file's."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from arenite.backends.tflm.unpacking import unpacked_late
from arenite.checkers.order import check_certificate, check_order
from arenite.errors import VerificationError
from arenite.formulate.order import least_need, order_is_free, ordering_problem
from arenite.operators.liveness import called_graphs, executed_graphs
from arenite.solve.order.solver import Schedule, solve

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from arenite.budget import Budget
    from arenite.model import Model
    from arenite.problems.order import Problem


def checked_schedule(problem: Problem, *, budget: Budget, progress: Callable[[str], None] | None = None) -> Schedule:
    """The best order found, after the independent checker has confirmed its peak and the certificate of its bound.

    Args:
        progress: called with a phrase at each step of the search.

    Raises:
        VerificationError: the checker disagrees with the search (a defect of Arenite).
    """
    schedule = solve(problem, budget=budget, progress=progress)
    if check_order(problem, schedule.order) != schedule.peak:
        raise VerificationError("order: the search and the checker disagree about the peak; please report this model")
    if check_certificate(problem, schedule.certificate) < schedule.lower_bound:
        raise VerificationError("order: the proof does not reach the claimed lower bound; please report this model")
    return schedule


def in_best_order(model: Model, *, budget: Budget) -> tuple[Model, int]:
    """The model in the best order found for its main graph, and a lower bound in bytes on the peak of every such order.

    Other graphs keep the order of the file. If the search ends within the budget, the bound is the peak of the returned
    model, unless the graph cannot be reordered.

    Raises:
        ModelError: operators form a cycle, or a graph calls itself.
        VerificationError: the checker disagrees with the search (a defect of Arenite).
    """
    schedule = checked_schedule(ordering_problem(model)[0], budget=budget)
    bound = schedule.lower_bound if order_is_free(model, 0) else least_need(model, 0)
    return with_order(model, 0, schedule.order), bound


def peak_lower_bound(model: Model, *, budget: Budget) -> int:
    """A lower bound in bytes on the peak of every order of the executed graphs, the best proven within the budget.

    Raises:
        ModelError: operators form a cycle, or a graph calls itself.
    """
    bounds: dict[int, int] = {}
    for graph in executed_graphs(model):
        if not order_is_free(model, graph):
            bounds[graph] = least_need(model, graph)
            continue
        problem, _ = ordering_problem(model, graph)
        if problem.extra:  # charges the called graphs in the order of the file, which may not be their best
            called = map(called_graphs, model.graphs[graph].operators)
            problem = replace(
                problem, extra=tuple(max((bounds[callee] for callee in calls), default=0) for calls in called)
            )
        bounds[graph] = solve(problem, budget=budget).lower_bound
    return bounds[0]


def with_order(model: Model, graph: int, order: Sequence[int]) -> Model:
    """The model with the operators of one graph in the given order of positions; the same object if nothing changes.

    Operators that unpack weights are moved right before the operators that read the result, unless the file prescribes
    an order by control edges.
    """
    if tuple(order) == tuple(range(len(order))):
        return model
    old = model.graphs[graph]
    operators = tuple(old.operators[position] for position in order)
    new = replace(
        old, operators=operators if any(graph.control_edges for graph in model.graphs) else unpacked_late(operators)
    )
    return replace(model, graphs=(*model.graphs[:graph], new, *model.graphs[graph + 1 :]))
