"""A bound for every order from what all orders have in common: which buffers meet, and how they may lie then.

Two tensors meet in every order if each has a user that is, or comes after, the operator that makes the other. In any
order such a pair is apart, or where one of its relations in some order lets it be. The least height under these
demands alone is a bound for all orders. Where there is but one order, it is exact.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.budget import Budget
from arenite.formulate.placement import written_twice
from arenite.problems.placement import PlacementProblem
from arenite.search.joint.common import Common, main_alone
from arenite.solve.place import exact as cpsat
from arenite.solve.place.gaps import gaps, gaps_of
from arenite.solve.place.solver import scope_bound
from arenite.solve.place.windows import core_bound, stretch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.backends import Backend
    from arenite.model import Model, Tensor
    from arenite.problems.placement import Layout

_MOST_BUFFERS = 300
"""Beyond, only so many are looked at, those nearest in time to the highest one."""
_MOST_GAPS = 40_000
_LONG = 40
"""Buffers from which on those around the highest one are looked at alone first."""


def order_bound(problem: PlacementProblem) -> int:
    """Bytes that every layout of one order needs, as far as single scopes tell; found without any layout."""
    small = gaps(problem)
    return scope_bound(problem, small)[0] * small.unit


def every_order_bound(
    model: Model,
    kernels: Backend,
    problem: PlacementProblem,
    tensors: Sequence[Tensor],
    solution: Layout,
    *,
    keep_inputs: bool = False,
    scratch_of: Backend | None = None,
    bound: int = 0,
    effort: float = 1.0,
    budget: Budget | None = None,
) -> int:
    """Bytes of head that every order and every layout with overlap needs; at least `bound`, which is known already.

    Args:
        model: the model.
        kernels: the kernels that the layout has to be safe with.
        problem: of `overlap_problem` for some order and the same kernels, as are `tensors`.
        tensors: the model's tensors for the problem's first buffers.
        solution: a layout of that problem.
        keep_inputs: as in `overlap_problem`.
        scratch_of: as in `overlap_problem`.
        bound: bytes that are known to be needed.
        effort: how much work to spend, 1 being a second or so.
        budget: is charged for the searches, and may allow less. None is a budget of its own.
    """
    budget = budget or Budget()
    if solution.height <= bound or not main_alone(model, tensors, {scratch_of or kernels}):
        return bound
    buffers, members = problem.buffers, list(range(len(problem.buffers)))
    if len(members) > _MOST_BUFFERS:
        ends = [at + buffer.size for at, buffer in zip(solution.offsets, buffers, strict=True)]
        members = stretch(buffers, ends.index(max(ends)), _MOST_BUFFERS)
    barred = frozenset(written_twice(model))  # views of inputs that are kept would be right, if no layout has them
    common = Common(model, kernels, tensors, scratch_of or kernels, barred, keep_inputs=keep_inputs)
    conflicts = list(common.conflicts(members, every_order=True))
    relations = tuple(each.widest for each in conflicts if each.widest is not None)
    together = PlacementProblem(buffers, relations, problem.alignment)
    small = gaps_of(together, ((each.one, each.other) for each in conflicts)).part(members)
    start = [solution.offsets[member] // small.unit for member in members]
    least = -(-bound // small.unit)
    if len(members) >= _LONG:
        inside = [buffers[member] for member in members]
        least = core_bound(inside, small, start, least, effort=0.4 * effort, budget=budget)
    if least < small.height(start) and sum(map(len, small.of)) <= _MOST_GAPS:
        least = max(least, cpsat.search(small, start, least, effort=0.6 * effort, budget=budget).bound)
    return least * small.unit
