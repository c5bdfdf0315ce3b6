"""Task -> Decision: the order and layout with the smallest head, without strips.

First come candidate orders with a bound (`reordering`), then a layout for each order (`layout_policy`), and at last
order and layout together (`joint/`), which starts from the best candidate.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from arenite.backends.generated_c.folding import unfolded
from arenite.backends.tflm.head import head_plan, layout_problem, plan_obstacle, planned_head
from arenite.checkers.validity import is_right
from arenite.errors import OptionError
from arenite.formulate.order import data_dependences, order_is_free, runs_as_filed
from arenite.formulate.placement import views_of_inputs
from arenite.operators.liveness import executed_graphs, lifetimes
from arenite.operators.peak import peak_memory
from arenite.problems.lifetimes import maximum_load
from arenite.search.joint.common import Rules
from arenite.search.joint.every_order import every_order_bound
from arenite.search.joint.jointly import solve_jointly
from arenite.search.layout_policy import LayoutPolicy, Placed, Shared
from arenite.search.orders import with_order
from arenite.search.reordering import Reordering, reorder
from arenite.search.task import Decision, Task

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arenite.backends import Backend
    from arenite.model import Model
    from arenite.solve.order.solver import Proof

FULL_EFFORT = 1.0
"""Effort of the layout search with overlap if the model has only one order. Effort 1 is one unit of CP-SAT's
deterministic time, about 2.5 s of one core."""
APART_EFFORT = 60.0
"""Effort of the layout search without overlap. There effort 1 is 1,000,000 steps, about a second, so 60 is the whole
normal budget. That search is exact, and ends earlier for most models."""
EACH_EFFORT = 0.2
"""Effort of the layout search with overlap for one of several orders; the unit is that of FULL_EFFORT. Low, so that
every order gets a layout; the joint search refines the best one."""
BOUND_EFFORT = 0.2
"""Effort of the search for a lower bound over all orders; the unit is that of FULL_EFFORT."""
JOINT_EFFORT = 0.12
"""Effort of the joint search for order and layout with overlap. Effort 1 is two units of CP-SAT's deterministic time,
about five seconds, plus up to 1.25 units for its bound."""
JOINT_APART_EFFORT = 1.0
"""Effort of the joint search without overlap; the unit is that of JOINT_EFFORT. It rarely runs, because the best order
mostly has a layout at its peak."""


def search_whole(task: Task) -> Decision:
    """The best order and layout found for a task, without strips.

    The resulting model carries no layout if the options exclude one, if none can be written to the file, or if none was
    found within the limits.

    Raises:
        ModelError: a graph calls itself, or more graphs and operators run than can be planned.
        OptionError: `keep_inputs` was asked for, and no layout that keeps the inputs was found.
    """
    lifetimes(task.base)  # raises ModelError before any search begins
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
    """The best order, with TFLM's own greedy layout."""
    orders = _orders(task)
    model = _ordered(task.base, orders.orders[0])
    bound = orders.lower_bound if task.options.reorder else maximum_load(layout_problem(model)[0])
    return Decision(model, peak_memory(model), planned_head(model), bound, orders.proofs, notes)


def _laid_out(task: Task, orders: Reordering) -> Decision:
    """The lowest layout found over all promising orders; the model without a plan if there is none within the limits.

    With every set of kernels of the target, the head is at most what TFLM takes for the source.
    """
    target = task.planned_for
    policy = LayoutPolicy(
        target, task.options.keep_inputs, _limits(task), goal=orders.lower_bound, progress=task.report
    )
    only = _only_order(task)
    candidates, bound = _candidates(task, policy, orders, only=only)
    best = candidates.found
    if best is not None and policy.head(best) > bound and not only:
        best, bound = _jointly(task, policy, best, bound)
    if best is None:
        # TFLM's own planner beats every layout found.
        return _without_layout(task, candidates, bound, orders.proofs)
    notes = candidates.blocked(policy.head(best))
    return Decision(best.model, peak_memory(best.model), policy.head(best), bound, orders.proofs, notes)


def _without_layout(task: Task, candidates: _Candidates, bound: int, proofs: tuple[Proof, ...]) -> Decision:
    """The model with TFLM's own layout, with the bound that holds for all layouts."""
    target = task.planned_for
    if task.options.keep_inputs:
        raise OptionError(
            f"{task.source.name}: no layout keeps its inputs with all kernels of {target.name}; name another"
        )
    head = target.planned_head(task.base)
    return Decision(task.base, peak_memory(task.base), head, bound, proofs, candidates.blocked(head))


def _candidates(task: Task, policy: LayoutPolicy, orders: Reordering, *, only: bool) -> tuple[_Candidates, int]:
    """The layouts of the orders, and a lower bound in bytes for all; `only`: there is no other order."""
    bound, candidates = orders.lower_bound, _Candidates(policy)
    seen: list[Model] = []
    for order in orders.orders:
        model = _ordered(task.base, order)
        seen.append(model)
        if candidates.low_enough(policy.least(model) if candidates.found else 0):
            continue
        effort = APART_EFFORT if not task.shares else FULL_EFFORT if only else EACH_EFFORT
        placed = policy.place(model, effort=effort, budget=task.for_layout())
        candidates.add_all(placed)
        # With views of kept inputs a layout outside of the search space could be lower.
        if only and not (task.options.keep_inputs and views_of_inputs(task.base, task.planned_for.backend)):
            bound = max(bound, (placed.kept or placed.lowest).lower_bound)
        if candidates.low_enough(bound):
            return candidates, bound
    if not only and task.shares and not task.options.ends:  # ends outside of the arena need overlap
        _try_apart(task, policy, seen, candidates)
    return candidates, bound


def _try_apart(task: Task, policy: LayoutPolicy, seen: Sequence[Model], candidates: _Candidates) -> None:
    """Add the order that is best without overlap: laid out with overlap, then without if that may still be lower."""
    alone = replace(task, options=task.options.without_overlap())
    apart = _orders(alone)
    model = _ordered(task.base, apart.orders[0])
    if not any(_runs_alike(model, other) for other in seen) and not candidates.low_enough(policy.least(model)):
        candidates.add_all(policy.place(model, effort=EACH_EFFORT, budget=task.for_layout()))
    if not candidates.low_enough(apart.lower_bound):
        candidates.add(policy.adopt(_laid_out(alone, apart).model))


class _Candidates:
    """Keeps the layout with the lowest charged head among those added.

    Ties go to the lower maximum head over all sets of kernels, then to the layout added first.
    """

    def __init__(self, policy: LayoutPolicy) -> None:
        self._policy = policy
        self.found: Shared | None = None
        self._lowest: Shared | None = None

    def add_all(self, placed: Placed) -> None:
        """Add the layout within the limits, and remember the lowest layout regardless of limits."""
        self.add(placed.kept)
        lowest = placed.lowest
        if lowest.heads and (self._lowest is None or self._key(lowest) < self._key(self._lowest)):
            self._lowest = lowest

    def blocked(self, head: int) -> tuple[str, ...]:
        """A note that names the set of kernels whose limit excludes a layout lower than `head` bytes; else empty."""
        lowest = self._lowest
        if lowest is None or self._policy.head(lowest) >= head:
            return ()
        return (self._policy.blocked(lowest),)

    def add(self, other: Shared | None) -> None:
        if other is not None and (self.found is None or self._key(other) < self._key(self.found)):
            self.found = other

    def low_enough(self, bound: int) -> bool:
        """Whether a head of at most `bound` bytes was found, so that no layout that needs `bound` bytes is lower."""
        return self.found is not None and self._policy.head(self.found) <= bound

    def _key(self, found: Shared) -> tuple[int, int]:
        return self._policy.head(found), max(found.heads.values())


def _jointly(task: Task, policy: LayoutPolicy, best: Shared, bound: int) -> tuple[Shared, int]:
    """The result of the joint search that starts from `best`, and a lower bound in bytes for all orders and layouts."""
    # The problem numbers scratch buffers by the operators of `best.model`, so its order is the start of the search.
    base = best.model
    charged, order = policy.target.charged, range(len(base.main.operators))
    rules = Rules(policy.target.backend, charged, policy.keep_inputs)
    bound = every_order_bound(base, rules, order, best.solution, bound=bound, effort=BOUND_EFFORT, budget=task.budget)
    if policy.head(best) <= bound:
        return best, bound
    limits, start = policy.joint_limits, best.solution
    if limits:
        limits = {**limits, charged: policy.head(best)}
        start = policy.followed(best, limits)
    found = solve_jointly(
        base,
        replace(rules, limits=limits),
        order,
        start,
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


def _orders(task: Task) -> Reordering:
    """Orders that promise a small head, the most promising first; that of the file alone if it has to stay."""
    if not task.options.reorder:
        return Reordering(({},), 0, ())
    target = task.planned_for
    result = reorder(
        task.base,
        target.backend,
        keep_inputs=task.options.keep_inputs,
        budget=task.budget.part(0.5),
        progress=task.progress,
        scratch_of=target.charged,
    )
    return result if task.shares else replace(result, orders=result.orders[:1])


def _ordered(model: Model, orders: Mapping[int, Sequence[int]]) -> Model:
    for graph, order in orders.items():
        model = with_order(model, graph, order)
    return model


def _runs_alike(one: Model, other: Model) -> bool:
    """Whether two models run the same operators in the same order."""
    return all(
        all(here is there for here, there in zip(first.operators, second.operators, strict=True))
        for first, second in zip(one.graphs, other.graphs, strict=True)
    )


def _limits(task: Task) -> Mapping[Backend, int]:
    """The head in bytes that TFLM takes for the source, for each set of kernels of the target; {} for no limits.

    The source's offline plan counts if it is valid, TFLM's own planner otherwise. A source that TFLM runs wrongly, or
    whose inputs have to be kept, sets no limits.
    """
    target, source = task.planned_for, task.source
    if not runs_as_filed(source) or task.options.keep_inputs:
        return {}
    stock = source if source.plan is None or is_right(source, target.backend) else source.with_plan(None)
    return {kernels: head_plan(stock, requests=kernels.planned_scratch).height for kernels in target.sets}


def _only_order(task: Task) -> bool:
    """Whether reordering was not asked for, or every executed graph has exactly one valid order.

    There is one if each operator reads a result of the one before it.
    """
    model = task.base
    running = ((position, model.graphs[position]) for position in executed_graphs(model))
    return not task.options.reorder or all(
        order_is_free(model, position) and set(pairwise(range(len(graph.operators)))) <= data_dependences(graph)
        for position, graph in running
    )
