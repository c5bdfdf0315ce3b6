"""The order and layout with the smallest head where buffers may share bytes, as the kernels of a target allow it."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from arenite.liveness import lifetimes, peak_memory
from arenite.ordering import data_dependences, order_is_free
from arenite.reordering import reorder, runs_as_filed
from arenite.sharing import Sharing
from arenite.targets.requests import requests
from arenite.targets.tflm import head_plan
from arenite.task import LEAST_SECONDS, Decision
from arenite.tflite.memory_plan import with_plan
from arenite.validity import is_right

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from arenite.kernels import Kernels
    from arenite.model import Model
    from arenite.sharing import Shared
    from arenite.task import Task


def search_shared(task: Task) -> Decision | None:
    """The best of the layouts with overlap for each order that promises something; None if no order has one.

    No layout is higher than what TFLM makes of the source, with any kernels that the target may run.
    """
    options, base = task.options, with_plan(task.source, None)
    target = options.runs_on
    sharing = Sharing(target, options.keep_inputs, _limits(task, base), progress=task.report)
    found: list[Shared] = []
    bound = 0 if options.reorder else None
    for model in _candidates(task, base):
        placed = sharing.place(model, time_limit=max(LEAST_SECONDS, task.left))
        if placed is None:
            continue
        found.append(placed)
        if bound is None or _only_order(model):
            bound = placed.lower_bound
        if max(placed.heads[target.charged], 0) <= bound:
            break
    if not found:
        return None
    best = min(found, key=lambda each: (each.heads[target.charged], max(each.heads.values())))
    bound = max(bound or 0, _largest(base))
    return Decision(best.model, peak_memory(best.model), best.heads[target.charged], bound)


def _candidates(task: Task, base: Model) -> Iterator[Model]:
    """The model in orders that promise a small head."""
    if runs_as_filed(base):
        yield base
    if task.options.reorder:
        ordered = reorder(
            base, keep_inputs=task.options.keep_inputs, time_limit=task.left, progress=task.progress
        ).model
        if ordered is not base:
            yield ordered


def _limits(task: Task, base: Model) -> Mapping[Kernels, int]:
    """What TFLM makes of the source with every set of kernels of the target, in bytes of head.

    A plan in the source that is not right sets no limit; then TFLM's own planning does, if it runs the file as it is.
    """
    target = task.options.runs_on
    if not runs_as_filed(base) or task.options.keep_inputs:
        return {}
    stock = task.source if task.source is base or is_right(task.source, target.kernels) else base
    return {kernels: head_plan(stock, requests=requests(kernels)).height for kernels in target.sets}


def _only_order(model: Model) -> bool:
    """Whether the operators of every graph can run in one order only: each reads what the one before it writes."""
    return all(
        order_is_free(model, position) and set(pairwise(range(len(graph.operators)))) <= data_dependences(graph)
        for position, graph in enumerate(model.graphs)
    )


def _largest(model: Model) -> int:
    """Bytes of the largest tensor, which no head is below, whatever the order and the layout."""
    return max((entry.size for entry in lifetimes(model).planned), default=0)
