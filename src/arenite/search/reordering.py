"""Gives every graph that an inference runs the operator order with the smallest peak."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from arenite.backends.reference.scratch import reference_scratch
from arenite.backends.tflm.unpacking import unpacked_late
from arenite.check.order import check_certificate, check_order
from arenite.errors import VerificationError
from arenite.formulate.order import filed_in_order, least_need, order_is_free, ordering_problem
from arenite.operators.liveness import called_graphs, executed_graphs, lifetimes
from arenite.search.plan import Proof
from arenite.solve.order.solver import Schedule, solve
from arenite.tflite.control_edges import read_control_edges

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from arenite.budget import Budget
    from arenite.model import Model
    from arenite.problems.order import Problem


@dataclass(frozen=True)
class Reordering:
    """A model in its best order. `lower_bound` (bytes) holds for the head of every order and layout of the source."""

    model: Model
    lower_bound: int
    proofs: tuple[Proof, ...]


def reorder(
    model: Model, *, keep_inputs: bool, budget: Budget, progress: Callable[[str], None] | None = None
) -> Reordering:
    """The model with every graph that is run in the best order found within the budget, checked.

    Graphs that run others come last. Graphs that nothing runs keep the order of the file. A model whose orders are
    already as good comes back as the same object.

    Raises:
        ModelError: operators need each other's results in a circle.
        VerificationError: a search returned an order or a proof that does not hold (a defect of Arenite).
    """
    proofs: dict[int, Proof] = {}
    bounds: dict[int, int] = {}
    for graph in executed_graphs(model):
        problem, _ = ordering_problem(model, graph, keep_inputs=keep_inputs and graph == 0, scratch=reference_scratch)
        schedule = checked_schedule(problem, budget=budget, progress=progress)
        # An operator was charged the peaks found for the graphs that it runs, which may be above what they need.
        called = {each for operator in model.graphs[graph].operators for each in called_graphs(operator)}
        charged_too_much = max((proofs[each].schedule.peak - bounds[each] for each in called), default=0)
        free = order_is_free(model, graph)
        bounds[graph] = schedule.lower_bound - charged_too_much if free else least_need(model, graph)
        model = with_order(model, graph, schedule.order)
        proofs[graph] = Proof(model.graphs[graph].name, problem, schedule)
    dead = (entry.size for entry in lifetimes(model).planned if entry.dead)
    return Reordering(model, max([*bounds.values(), *dead]), tuple(proofs[graph] for graph in sorted(proofs)))


def checked_schedule(problem: Problem, *, budget: Budget, progress: Callable[[str], None] | None = None) -> Schedule:
    """The best order found, after the independent checker has agreed with its peak and with the proof of its bound."""
    schedule = solve(problem, budget=budget, progress=progress)
    if check_order(problem, schedule.order) != schedule.peak:
        raise VerificationError("order: the search and the checker disagree about the peak; please report this model")
    if check_certificate(problem, schedule.certificate) < schedule.lower_bound:
        raise VerificationError("order: the proof does not reach the claimed lower bound; please report this model")
    return schedule


def with_order(model: Model, graph: int, order: Sequence[int]) -> Model:
    """The model with the operators of one graph in another order, given as positions; same object if it is the same.

    What unpacks weights comes right before what reads them, unless the file asks for an order of its own.
    """
    if tuple(order) == tuple(range(len(order))):
        return model
    old = model.graphs[graph]
    operators = tuple(old.operators[position] for position in order)
    new = replace(old, operators=operators if any(read_control_edges(model)) else unpacked_late(operators))
    return replace(model, graphs=(*model.graphs[:graph], new, *model.graphs[graph + 1 :]))


def runs_as_filed(model: Model) -> bool:
    """Whether TFLM runs the operators of every graph that is run in an order in which their inputs exist."""
    return all(filed_in_order(model.graphs[position]) for position in executed_graphs(model))
