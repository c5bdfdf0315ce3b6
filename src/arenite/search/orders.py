"""Orders of a model's operators: search and check one, apply one, and test whether TFLM can run that of a file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from arenite.backends.tflm.unpacking import unpacked_late
from arenite.check.order import check_certificate, check_order
from arenite.errors import VerificationError
from arenite.formulate.order import filed_in_order
from arenite.operators.liveness import executed_graphs
from arenite.solve.order.solver import Schedule, solve

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from arenite.budget import Budget
    from arenite.model import Model
    from arenite.problems.order import Problem


def checked_schedule(problem: Problem, *, budget: Budget, progress: Callable[[str], None] | None = None) -> Schedule:
    """The best order found, after the independent checker has confirmed its peak and the certificate of its bound.

    Args:
        problem: the ordering problem.
        budget: charged for the search.
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


def runs_as_filed(model: Model) -> bool:
    """Whether the file's order computes every operator's inputs before the operator, in all executed graphs."""
    return all(filed_in_order(model.graphs[position]) for position in executed_graphs(model))
