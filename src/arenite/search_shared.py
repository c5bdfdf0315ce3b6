"""The order and layout with the smallest head where buffers may share bytes, as the kernels of a target allow it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from arenite.liveness import peak_memory
from arenite.ordering import data_dependences, order_is_free
from arenite.overlap import every_order_bound, reorder_with_overlap, solve_jointly
from arenite.reordering import reorder, runs_as_filed, with_order
from arenite.sharing import Shared, Sharing
from arenite.targets.requests import requests
from arenite.targets.tflm import head_plan
from arenite.task import LEAST_SECONDS, Decision, order_of
from arenite.tflite.memory_plan import read_plan, with_plan
from arenite.validity import is_right

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from arenite.kernels import Kernels
    from arenite.model import Model
    from arenite.plan import Proof
    from arenite.task import Task

FULL_EFFORT = 1.0
"""Of the search for the layout of the only order that there is; 1 is about a second."""
EACH_EFFORT = 0.2
"""Of the search for the layout of one order among several."""
BOUND_EFFORT = 0.2
JOINT_EFFORT = 0.12
"""Of the search for order and layout together; 1 is about four seconds."""


def search_shared(task: Task) -> Decision | None:
    """The best of the layouts with overlap for each order that promises something; None if no order has one.

    No layout is higher than what TFLM makes of the source, with any kernels that the target may run.
    """
    target, orders = task.options.runs_on, _orders(task)
    sharing = Sharing(target, task.options.keep_inputs, _limits(task), goal=orders.lower_bound, progress=task.report)
    best, bound = _best(task, sharing, orders)
    if best is None:
        return None
    if sharing.head(best) > bound and not orders.only and len(task.base.graphs) == 1:
        best, bound = _jointly(task, sharing, best, bound)
    return Decision(best.model, peak_memory(best.model), sharing.head(best), bound, orders.proofs)


def _best(task: Task, sharing: Sharing, orders: _Orders) -> tuple[Shared | None, int]:
    """The best layout of one of the orders, and a bound in bytes for all orders and layouts."""
    bound, found = orders.lower_bound, list[Shared]()
    for model in _models(task, orders):
        effort = FULL_EFFORT if orders.only else EACH_EFFORT
        placed = sharing.place(model, effort=effort, time_limit=max(LEAST_SECONDS, task.left))
        if placed is not None:
            found.append(placed)
            if orders.only:
                bound = max(bound, placed.lower_bound)
            if sharing.head(placed) <= bound:
                break
    return min(found, key=lambda each: (sharing.head(each), max(each.heads.values())), default=None), bound


def _jointly(task: Task, sharing: Sharing, best: Shared, bound: int) -> tuple[Shared, int]:
    """Order and layout searched together from the best that was found, and a bound for all orders and layouts."""
    base, charged, keep_inputs = task.base, sharing.target.charged, sharing.keep_inputs
    problem, tensors = sharing.problem(best.model, charged)
    bound = every_order_bound(
        base,
        sharing.target.kernels,
        problem,
        tensors,
        best.solution,
        keep_inputs=keep_inputs,
        scratch_of=charged,
        bound=bound,
        effort=BOUND_EFFORT,
        time_limit=task.left,
    )
    if sharing.head(best) <= bound:
        return best, bound
    found = solve_jointly(
        base,
        sharing.target.kernels,
        order_of(base, best.model),
        best.solution,
        keep_inputs=keep_inputs,
        scratch_of=charged,
        bound=bound,
        effort=JOINT_EFFORT,
        time_limit=task.left,
    )
    model = with_order(base, 0, found.order)
    settled = sharing.settle(model, *sharing.problem(model, charged), found.solution)
    better = sharing.admits(settled) and sharing.head(settled) < sharing.head(best)
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
    target = task.options.runs_on
    result = reorder_with_overlap(
        task.base,
        target.kernels,
        keep_inputs=task.options.keep_inputs,
        time_limit=task.left / 4,
        progress=task.progress,
        scratch_of=target.charged,
    )
    return _Orders(result.orders, result.lower_bound, _only_order(task.base), result.proofs)


def _models(task: Task, orders: _Orders) -> Iterator[Model]:
    """The model in each of the orders, then in the one that is best without overlap, each once."""
    seen: list[Model] = []
    for each in orders.orders:
        model = task.base
        for graph, order in each.items():
            model = with_order(model, graph, order)
        seen.append(model)
        yield model
    if not orders.only:
        apart = reorder(
            task.base, keep_inputs=task.options.keep_inputs, time_limit=task.left, progress=task.progress
        ).model
        if apart not in seen:
            yield apart


def _limits(task: Task) -> Mapping[Kernels, int]:
    """What TFLM makes of the source with every set of kernels of the target, in bytes of head.

    A plan in the source that is not right sets no limit; then TFLM's own planning does, if it runs the file as it is.
    """
    target, source = task.options.runs_on, task.source
    if not runs_as_filed(source) or task.options.keep_inputs:
        return {}
    stock = source if read_plan(source) is None or is_right(source, target.kernels) else with_plan(source, None)
    return {kernels: head_plan(stock, requests=requests(kernels)).height for kernels in target.sets}


def _only_order(model: Model) -> bool:
    """Whether the operators of every graph can run in one order only: each reads what the one before it writes."""
    return all(
        order_is_free(model, position) and set(pairwise(range(len(graph.operators)))) <= data_dependences(graph)
        for position, graph in enumerate(model.graphs)
    )
