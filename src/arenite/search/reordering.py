"""Model, kernels -> Reordering: orders that promise a small head, and a lower bound for every order and layout."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from arenite.budget import Budget
from arenite.formulate.order import file_order, least_need, order_is_free, ordering_problem
from arenite.formulate.order_with_overlap import overlap_ordering_problem
from arenite.operators.liveness import align, executed_graphs, lifetimes
from arenite.search.orders import checked_schedule
from arenite.solve.order.peak import peak
from arenite.solve.order.solver import Proof

if TYPE_CHECKING:
    from arenite.backends import Backend
    from arenite.model import Model
    from arenite.problems.order import Problem
    from arenite.search.task import Progress
    from arenite.solve.order.solver import Schedule

Orders = dict[int, tuple[int, ...]]
"""Number of each executed graph -> order of its operators, as positions in the file."""


@dataclass(frozen=True)
class Reordering:
    """Candidate orders with a lower bound.

    `orders`: the most promising first, each in the form that `overlap_problem` takes. `lower_bound` (bytes) holds for
    the head of every order and every layout by the same rules of overlap. `proofs`: one for each graph whose order is
    free, in the order of the graphs.
    """

    orders: tuple[Orders, ...]
    lower_bound: int
    proofs: tuple[Proof, ...]


def reorder(
    model: Model,
    kernels: Backend,
    *,
    keep_inputs: bool = False,
    budget: Budget | None = None,
    progress: Progress | None = None,
    scratch_of: Backend | None = None,
) -> Reordering:
    """Candidate orders: the best ones by the rules of overlap, the best one without overlap, and the file's own.

    Args:
        kernels: the set of kernels that layouts have to be safe with.
        keep_inputs: the inputs of the main graph stay intact to the end of the inference.
        budget: charged for the searches, which return their best so far once it is spent. None is a budget of its own.
        progress: called with a phrase at each step of a search.
        scratch_of: the set of kernels whose scratch is charged; None means `kernels`.

    Raises:
        ModelError: operators form a cycle, or a graph calls itself.
        VerificationError: a search returned an order or a proof that does not hold (a defect of Arenite).
    """
    search = _Search(model, kernels, scratch_of or kernels, keep_inputs, budget or Budget(), progress)
    for graph in executed_graphs(model):
        search.add(graph)
    dead = (entry.size for entry in lifetimes(model).planned if entry.dead)
    found = (search.best, search.by_input, search.apart, search.filed)
    candidates = dict.fromkeys(tuple(sorted(orders.items())) for orders in found)
    return Reordering(
        tuple(dict(orders) for orders in sorted(candidates, key=search.promise)),
        max([0, *search.bounds.values(), *dead]),
        tuple(search.proofs[graph] for graph in sorted(search.proofs)),
    )


@dataclass
class _Search:
    """Collects candidate orders and a lower bound for each graph.

    `best`: by the joint saving of each operator. `by_input`: by the saving of each input alone. `apart`: without
    overlap. `filed`: the file's order. Called graphs come first, because their bounds are charged to their callers.
    """

    model: Model
    kernels: Backend
    scratch_of: Backend
    keep_inputs: bool
    budget: Budget
    progress: Progress | None
    problems: dict[int, Problem] = field(default_factory=dict)
    best: Orders = field(default_factory=dict)
    by_input: Orders = field(default_factory=dict)
    apart: Orders = field(default_factory=dict)
    filed: Orders = field(default_factory=dict)
    bounds: dict[int, int] = field(default_factory=dict)
    proofs: dict[int, Proof] = field(default_factory=dict)

    def add(self, graph: int) -> None:
        """Search the orders of a graph; the graphs that its operators call must have been added before."""
        target = self.model.graphs[graph]
        self.best[graph] = self.by_input[graph] = self.apart[graph] = self.filed[graph] = file_order(target)
        if not order_is_free(self.model, graph):
            self.bounds[graph] = self._largest(graph)
            return
        keep_inputs = self.keep_inputs and graph == 0
        ordering = overlap_ordering_problem(
            self.model, self.kernels, graph, keep_inputs=keep_inputs, scratch_of=self.scratch_of, called=self.bounds
        )
        problem = ordering.problem
        schedule = self._schedule(problem)
        self.problems[graph] = problem
        self.best[graph] = self.by_input[graph] = schedule.order
        if ordering.by_input is not problem:
            self.by_input[graph] = self._schedule(ordering.by_input).order
        self.bounds[graph] = schedule.lower_bound
        self.proofs[graph] = Proof(target.name, problem, schedule)
        if len(target.operators) > 1 and self.best[graph] != self.filed[graph]:
            scratch = self.scratch_of.planned_scratch
            without, _ = ordering_problem(self.model, graph, keep_inputs=keep_inputs, scratch=scratch)
            self.apart[graph] = self._schedule(without).order

    def promise(self, candidate: tuple[tuple[int, tuple[int, ...]], ...]) -> int:
        """Sort key of a candidate: a lower bound in bytes on its head, the largest over the graphs."""
        return max((peak(self.problems[g], order) for g, order in candidate if g in self.problems), default=0)

    def _largest(self, graph: int) -> int:
        """A lower bound in bytes for a graph whose order is not free.

        It is the largest tensor, or the largest need of one operator if nothing may overlap.
        """
        if not self.kernels.may_overlap:
            return least_need(self.model, graph)
        _, tensors = ordering_problem(self.model, graph)
        return max((align(tensor.bytes) for tensor in tensors), default=0)

    def _schedule(self, problem: Problem) -> Schedule:
        return checked_schedule(problem, budget=self.budget, progress=self.progress)
