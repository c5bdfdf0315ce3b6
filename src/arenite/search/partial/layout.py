"""Model in parts, policy -> layout. Slices stay in their source tensors, so few groups of buffers are left to place."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, NamedTuple

from arenite.backends.generated_c.sums import sums_of
from arenite.formulate.placement import overlap_problem
from arenite.problems.placement import Layout
from arenite.solve.place.gaps import gaps
from arenite.solve.place.rigid import Groups
from arenite.solve.place.solver import lowered_from, scope_bound

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from arenite.backends import Backend
    from arenite.budget import Budget
    from arenite.model import Model
    from arenite.problems.placement import Buffer, PlacementProblem
    from arenite.search.layout_policy import LayoutPolicy, Shared

WORK = 100_000
"""Groups of buffers placed for the layout of a whole choice; more finds lower heads, but fewer choices get a layout."""
_WORK_WITH_SUMS = 4
"""Factor on that work where C sums strips: first fit needs more tries around sums, which live as long as a stretch. In
MobileNetV2-0.35 at 144 with its input in rows, 400,000 groups found 28,368 bytes where 100,000 found 31,648."""
_STEPS_OF_PROBLEM = 300
"""Steps charged for each buffer of a layout: rewriting the model, lifetimes, relations; measured on the zoo."""
_STEPS_OF_GAP = 5
"""Steps charged for each constraint between two buffers: computing it, and merging it into those of its groups."""
_QUICK_GAPS, _QUICK_BUFFERS = 2_500, 200
"""Gaps (counted as for `_MOST_GAPS`) or buffers up to which CP-SAT is always asked for a lower layout. Larger problems
take it a second or more, so that it is only asked where it may save `_LEAST_GAIN`."""
_MOST_GAPS = 5_000
"""Gaps, each counted for both of its buffers, up to which CP-SAT is asked for a lower layout. With 11,000 gaps
(ResNet-8 in strips) it took two seconds and found none."""
_EFFORT = 0.2
"""Effort of CP-SAT for that layout, as in `solve.place.solver`: half of it missed the lower layout of person_detect."""
_LEAST_GAIN = 0.04
"""Share of the height that CP-SAT must be able to save, by the lower bound; where that was 4 %, it saved 0.9 %."""
_FEW = 8
"""Buffers up to which a lower bound is computed first, so that the search stops when it is met; more buffers make the
bound itself expensive."""


class LaidOut(NamedTuple):
    """A layout, and the set of kernels for whose scratch it has room."""

    shared: Shared
    room: Backend


def laid_out(
    model: Model, policy: LayoutPolicy, rooms: Iterable[Backend], budget: Budget, *, limit: int | None = None
) -> LaidOut | None:
    """The lowest layout found for the target, not checked; None if none meets the policy and the limit.

    Layouts are compared by their highest head over all sets of kernels of the target.

    Args:
        model: in its order, without a plan.
        rooms: sets of kernels; one layout each is made that has room for the set's scratch.
        budget: charged for the layouts; once it is spent, the first layout of a search is not improved.
        limit: bytes that the head must stay below with every set of kernels; None for no limit.
    """
    best: LaidOut | None = None
    least = inf if limit is None else limit
    work = WORK * (_WORK_WITH_SUMS if policy.target.generated and sums_of(model.main) else 1)
    for room in rooms:
        problem, tensors = policy.problem(model, room)
        solution = _solved(problem, Groups(problem), work, budget)
        if _end(problem.buffers[: len(tensors)], solution) >= least:
            continue  # no set of kernels gets a head below the end of the tensors
        found = policy.proposal(model, problem, tensors, solution)
        if policy.admits(found) and max(found.heads.values()) < least:
            best, least = LaidOut(found, room), max(found.heads.values())
    return best


def lowered_by_cp_sat(model: Model, policy: LayoutPolicy, head: int, budget: Budget) -> Shared | None:
    """A layout found by CP-SAT from the one of first fit, and checked; None if there is none.

    With every set of kernels its head is below `head` bytes. The model is in its order, without a plan.
    """
    problem, tensors = policy.problem(model, policy.target.backend)
    groups = Groups(problem)
    if groups.gaps > _MOST_GAPS:
        return None
    start = _solved(problem, groups, WORK, budget)
    quick = groups.gaps <= _QUICK_GAPS or len(problem.buffers) <= _QUICK_BUFFERS
    least_gain = 0.0 if quick else _LEAST_GAIN
    solution = lowered_from(problem, start, least_gain=least_gain, effort=_EFFORT, budget=budget)
    if solution.height >= head:
        return None
    found = policy.settle(model, problem, tensors, solution)
    return found if policy.admits(found) and max(found.heads.values()) < head else None


def _end(buffers: Sequence[Buffer], solution: Layout) -> int:
    """End in bytes of the highest of the first buffers of a layout."""
    ends = (offset + buffer.size for buffer, offset in zip(buffers, solution.offsets, strict=False))
    return max(ends, default=0)


def lowest(model: Model, kernels: Backend, work: int, enough: int, budget: Budget) -> Layout:
    """The lowest layout found with the scratch of `kernels`; the search stops at `enough` bytes.

    Its lower bound is 0 where none is known.
    """
    problem, _ = overlap_problem(model, kernels)
    return _solved(problem, Groups(problem), work, budget, enough)


def _solved(problem: PlacementProblem, groups: Groups, work: int, budget: Budget, enough: int = 0) -> Layout:
    units = groups.units
    budget.spend(_STEPS_OF_PROBLEM * len(problem.buffers) + _STEPS_OF_GAP * groups.gaps)
    tries = work // max(1, len(groups.groups))
    bound = scope_bound(problem, gaps(problem))[0] if len(problem.buffers) <= _FEW else 0
    least = max(bound, enough // units.unit)
    orders = groups.orders()
    offsets = groups.improve(orders, least, tries, budget, lambda _: None)
    if units.height(offsets) > least and not budget.over:
        offsets = groups.from_above(orders, units.height(offsets), budget) or offsets
    in_bytes = tuple(offset * units.unit for offset in offsets)
    return Layout(in_bytes, units.height(offsets) * units.unit, bound * units.unit)
