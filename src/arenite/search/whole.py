"""The order and layout with the smallest head, where buffers share bytes as far as the rules of a target allow it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from arenite.backends.generated_c.folding import unfolded
from arenite.backends.tflm.head import head_plan, layout_problem, plan_obstacle, planned_head
from arenite.check.validity import is_right
from arenite.errors import OptionError
from arenite.formulate.order import data_dependences, order_is_free
from arenite.formulate.placement import views_of_inputs
from arenite.operators.liveness import executed_graphs, lifetimes, peak_memory
from arenite.problems.lifetimes import maximum_load
from arenite.search.joint.every_order import every_order_bound
from arenite.search.joint.jointly import solve_jointly
from arenite.search.layout_policy import LayoutPolicy, Placed, Shared
from arenite.search.orders import runs_as_filed, with_order
from arenite.search.reordering import reorder
from arenite.search.task import Decision, Task

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arenite.backends import Backend
    from arenite.model import Model
    from arenite.solve.order.solver import Proof

FULL_EFFORT = 1.0
"""Effort of the layout search where the model has only one order. Effort 1 is one unit of CP-SAT's deterministic time,
about 2.5 s of one core."""
APART_EFFORT = 60.0
"""The same where no two buffers may share bytes. There effort 1 is 1,000,000 steps, about a second, so that this is the
whole normal budget. That search is exact, and ends earlier for most models."""
EACH_EFFORT = 0.2
"""Of the search for the layout of one order among several."""
BOUND_EFFORT = 0.2
"""Effort of the search for a bound that holds for every order; the unit is that of FULL_EFFORT."""
JOINT_EFFORT = 0.12
"""Effort of the search for order and layout together. Effort 1 is two units of deterministic time, about five seconds,
plus up to 1.25 units for its bound."""
JOINT_APART_EFFORT = 1.0
"""The same where no buffers may share bytes: rarely needed, since the best order mostly has a layout at its peak."""


def search_whole(task: Task) -> Decision:
    """The best order and layout of what was asked for.

    The model carries no layout where none was asked for, none can be written, or none was found within the limits.

    Raises:
        ModelError: a graph runs itself, or more graphs and operators run than can be planned.
        OptionError: no layout was found that keeps the inputs, which was asked for.
    """
    lifetimes(task.base)  # graphs that run themselves, or too many others, are refused before any search
    obstacle = plan_obstacle(task.base) if task.options.layout else None
    if obstacle is not None or not task.options.layout:
        return _ordered_alone(task, () if obstacle is None else (f"no layout was written: {obstacle}",))
    base = task.planned_for.backend.as_run(task.base)
    if base is task.base:
        return _laid_out(task, _orders(task))
    folded = replace(task, source=base, base=base)
    found = _laid_out(folded, _orders(folded))
    model = unfolded(task.base, found.model)
    return replace(found, model=model, peak=peak_memory(model))


def _ordered_alone(task: Task, notes: tuple[str, ...]) -> Decision:
    """The best order, laid out by TFLM."""
    orders = _orders(task)
    model = _ordered(task.base, orders.orders[0])
    bound = orders.lower_bound if task.options.reorder else maximum_load(layout_problem(model)[0])
    return Decision(model, peak_memory(model), planned_head(model), bound, orders.proofs, notes)


def _laid_out(task: Task, orders: _Orders) -> Decision:
    """The best of the layouts for each order that promises something; no layout if no order has one.

    No layout is higher than what TFLM makes of the source, with any kernels that the target may run.

    Raises:
        OptionError: no layout was found that keeps the inputs, which was asked for.
    """
    target = task.planned_for
    policy = LayoutPolicy(
        target, task.options.keep_inputs, _limits(task), goal=orders.lower_bound, progress=task.report
    )
    candidates, bound = _candidates(task, policy, orders)
    best = candidates.found
    if best is not None and policy.head(best) > bound and not orders.only:
        best, bound = _jointly(task, policy, best, bound)
    if best is None:
        # TFLM itself plans the file better than any layout that could be found.
        return _without_layout(task, candidates, bound, orders.proofs)
    notes = candidates.blocked(policy.head(best))
    return Decision(best.model, peak_memory(best.model), policy.head(best), bound, orders.proofs, notes)


def _without_layout(task: Task, candidates: _Candidates, bound: int, proofs: tuple[Proof, ...]) -> Decision:
    """The model as TFLM plans it, with what is known of all layouts."""
    target = task.planned_for
    if task.options.keep_inputs:
        raise OptionError(
            f"{task.source.name}: no layout keeps its inputs with all kernels of {target.name}; name another"
        )
    head = target.planned_head(task.base)
    return Decision(task.base, peak_memory(task.base), head, bound, proofs, candidates.blocked(head))


def _candidates(task: Task, policy: LayoutPolicy, orders: _Orders) -> tuple[_Candidates, int]:
    """The best layout of one of the orders, and a bound in bytes for all orders and layouts."""
    bound, best = orders.lower_bound, _Candidates(policy)
    seen: list[Model] = []
    for each in orders.orders:
        model = _ordered(task.base, each)
        seen.append(model)
        if best.low_enough(policy.least(model) if best.found else 0):
            continue
        effort = APART_EFFORT if not task.shares else FULL_EFFORT if orders.only else EACH_EFFORT
        placed = policy.place(model, effort=effort, budget=task.for_layout())
        best.add_all(placed)
        if orders.only and not _could_be_views(task):
            bound = max(bound, (placed.kept or placed.lowest).lower_bound)
        if best.low_enough(bound):
            return best, bound
    if not orders.only and task.shares:
        _try_apart(task, policy, seen, best)
    return best, bound


def _could_be_views(task: Task) -> bool:
    """Whether layouts of another kind than those made here could be lower: with views of inputs that are kept."""
    return task.options.keep_inputs and views_of_inputs(task.base, task.planned_for.backend)


def _try_apart(task: Task, policy: LayoutPolicy, seen: Sequence[Model], best: _Candidates) -> None:
    """Try the order that is best without overlap: laid out with overlap, then without if that may still be lower."""
    alone = replace(task, options=replace(task.options, overlap=False, split=False))
    apart = _orders(alone)
    model = _ordered(task.base, apart.orders[0])
    if not any(_runs_alike(model, other) for other in seen) and not best.low_enough(policy.least(model)):
        best.add_all(policy.place(model, effort=EACH_EFFORT, budget=task.for_layout()))
    if not best.low_enough(apart.lower_bound):
        best.add(policy.adopt(_laid_out(alone, apart).model))


class _Candidates:
    """The layout with the lowest charged head among those added.

    Ties go to the lower maximum over all sets of kernels, then to the first added.
    """

    def __init__(self, policy: LayoutPolicy) -> None:
        self._policy = policy
        self.found: Shared | None = None
        self._lowest: Shared | None = None

    def add_all(self, placed: Placed) -> None:
        """Add what keeps to the limits, and note what is lower than that."""
        self.add(placed.kept)
        lowest = placed.lowest
        if lowest.heads and (self._lowest is None or self._key(lowest) < self._key(self._lowest)):
            self._lowest = lowest

    def blocked(self, head: int) -> tuple[str, ...]:
        """A sentence on which kernels keep the head from being as low as was found without regard to them, if any."""
        lowest = self._lowest
        if lowest is None or self._policy.head(lowest) >= head:
            return ()
        return (self._policy.blocked(lowest),)

    def add(self, other: Shared | None) -> None:
        if other is not None and (self.found is None or self._key(other) < self._key(self.found)):
            self.found = other

    def low_enough(self, bound: int) -> bool:
        """Whether the best so far is at most `bound`, so that nothing that needs `bound` bytes of head can be lower."""
        return self.found is not None and self._policy.head(self.found) <= bound

    def _key(self, found: Shared) -> tuple[int, int]:
        return self._policy.head(found), max(found.heads.values())


def _jointly(task: Task, policy: LayoutPolicy, best: Shared, bound: int) -> tuple[Shared, int]:
    """Order and layout searched together from the best that was found, and a bound for all orders and layouts."""
    # Scratch is numbered in the order of the model; that order is the start, and only the main graph's is open.
    base = best.model
    charged, keep_inputs = policy.target.charged, policy.keep_inputs
    problem, tensors = policy.problem(best.model, charged)
    bound = every_order_bound(
        base,
        policy.target.backend,
        problem,
        tensors,
        best.solution,
        keep_inputs=keep_inputs,
        scratch_of=charged,
        bound=bound,
        effort=BOUND_EFFORT,
        budget=task.budget,
    )
    if policy.head(best) <= bound:
        return best, bound
    limits, start = policy.joint_limits, best.solution
    if limits:
        limits = {**limits, charged: policy.head(best)}
        start = policy.followed(best, limits)
    found = solve_jointly(
        base,
        policy.target.backend,
        range(len(base.main.operators)),
        start,
        keep_inputs=keep_inputs,
        scratch_of=charged,
        limits=limits,
        bound=bound,
        effort=JOINT_EFFORT if task.shares else JOINT_APART_EFFORT,
        budget=task.budget,
    )
    if found.solution is start:
        return best, found.lower_bound
    model = with_order(base, 0, found.order)
    settled = policy.settle(model, found.problem, found.tensors, found.solution)
    better = policy.admits(settled) and policy.head(settled) < policy.head(best)
    return settled if better else best, found.lower_bound


@dataclass(frozen=True)
class _Orders:
    """Orders that promise a small head, the best first; `only`: there is no other to choose from.

    `lower_bound` (bytes) holds for every order and layout, by `proofs`.
    """

    orders: tuple[Mapping[int, Sequence[int]], ...]
    lower_bound: int
    only: bool
    proofs: tuple[Proof, ...] = ()


def _orders(task: Task) -> _Orders:
    if not task.options.reorder:
        return _Orders(({},), 0, only=True)
    target = task.planned_for
    result = reorder(
        task.base,
        target.backend,
        keep_inputs=task.options.keep_inputs,
        budget=task.budget.part(0.5),
        progress=task.progress,
        scratch_of=target.charged,
    )
    orders = result.orders if task.shares else result.orders[:1]
    return _Orders(orders, result.lower_bound, _only_order(task.base), result.proofs)


def _ordered(model: Model, orders: Mapping[int, Sequence[int]]) -> Model:
    for graph, order in orders.items():
        model = with_order(model, graph, order)
    return model


def _runs_alike(one: Model, other: Model) -> bool:
    """Whether two orders of a model are the same."""
    return all(
        all(here is there for here, there in zip(first.operators, second.operators, strict=True))
        for first, second in zip(one.graphs, other.graphs, strict=True)
    )


def _limits(task: Task) -> Mapping[Backend, int]:
    """What TFLM makes of the source with every set of kernels of the target, in bytes of head.

    A plan in the source that is not right sets no limit; then TFLM's own planning does, if it runs the file as it is.
    """
    target, source = task.planned_for, task.source
    if not runs_as_filed(source) or task.options.keep_inputs:
        return {}
    stock = source if source.plan is None or is_right(source, target.backend) else source.with_plan(None)
    return {kernels: head_plan(stock, requests=kernels.planned_scratch).height for kernels in target.sets}


def _only_order(model: Model) -> bool:
    """Whether the operators of every graph that is run have one order: each reads what the one before it writes."""
    running = ((position, model.graphs[position]) for position in executed_graphs(model))
    return all(
        order_is_free(model, position) and set(pairwise(range(len(graph.operators)))) <= data_dependences(graph)
        for position, graph in running
    )
