"""Layout with overlap as differences to keep, searched by CP-SAT (OR-tools)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from arenite.overlap.gaps import Gaps


@dataclass(frozen=True, slots=True)
class Found:
    """Offsets of all buffers, None if nothing better than the start was found, and a proven least height, in units."""

    offsets: tuple[int, ...] | None
    bound: int


def search(
    gaps: Gaps,
    start: Sequence[int],
    bound: int,
    *,
    effort: float,
    seconds: float,
    free: Collection[int] | None = None,
) -> Found:
    """Layouts lower than `start`.

    Args:
        gaps: the problem.
        start: offsets of a valid layout, in units.
        bound: a height that is known to be least possible.
        effort: limit of the solver's deterministic time, so that the answer does not depend on the machine.
        seconds: the wall clock after which it stops all the same.
        free: the buffers that may move; None means all. A bound is proven only where all may.
    """
    from ortools.sat.python import cp_model

    top = gaps.height(start)
    moving = set(range(len(start)) if free is None else free)
    model = cp_model.CpModel()
    fixed_top = max((start[one] + gaps.sizes[one] for one in range(len(start)) if one not in moving), default=0)
    if max(bound, fixed_top) >= top:
        return Found(None, bound)
    height = model.new_int_var(max(bound, fixed_top), top - 1, "height")
    offsets: list[cp_model.IntVar | int] = list(start)
    for one in sorted(moving):
        offset = model.new_int_var(0, top - gaps.sizes[one], f"offset{one}")
        model.add(offset + gaps.sizes[one] <= height)
        model.add_hint(offset, start[one])
        offsets[one] = offset
    for one in sorted(moving):
        for gap in gaps.of[one]:
            if gap.other in moving and gap.other < one:
                continue
            difference = offsets[one] - offsets[gap.other]
            if not gap.points:
                above = model.new_bool_var("")
                model.add(difference >= gap.up).only_enforce_if(above)
                model.add(difference <= -gap.down).only_enforce_if(~above)
                model.add_hint(above, start[one] - start[gap.other] >= gap.up)
                continue
            domain = cp_model.Domain.from_intervals(
                [[-top, -gap.down], [gap.up, top], *([point, point] for point in gap.points)]
            )
            model.add_linear_expression_in_domain(difference, domain)
    model.minimize(height)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_deterministic_time = effort
    solver.parameters.max_time_in_seconds = max(0.01, seconds)
    status = solver.solve(model)
    proven = bound
    if status == cp_model.INFEASIBLE:
        proven = top if free is None else bound
    elif free is None:
        proven = max(bound, round(solver.best_objective_bound))
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Found(None, min(proven, top))
    return Found(tuple(offset if isinstance(offset, int) else solver.value(offset) for offset in offsets), proven)
