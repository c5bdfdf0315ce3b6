"""Layout with overlap by CP-SAT (OR-tools): offsets are variables, gaps are constraints on their differences.

A long layout is lowered window by window: the buffers around the highest buffer are placed again.

    offset
      ^         +--------+
      |  fixed  | window |  fixed
      |         +--------+
      +-----------------------------> time (scopes)

Only the buffers in the window move. The window doubles where CP-SAT finds no lower layout.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.problems.distances import Points, runs_of
from arenite.solve.place.cp_sat import charged, reproducible_solver
from arenite.solve.place.gaps import ABOVE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from ortools.sat.python import cp_model

    from arenite.budget import Budget
    from arenite.problems.placement import Buffer
    from arenite.solve.place.gaps import Gap, Gaps

_LEAST_WINDOW = 8
"""Buffers in the first window around each highest buffer; smaller ones cost less but lower less."""
_MOST_WINDOW = 160
"""Buffers from which a window is not doubled again; larger ones cost CP-SAT more than its share of the effort."""
_CORE_BUFFERS = 20
"""Buffers around the highest one whose own least height is the lower bound: few enough for CP-SAT to prove it."""
_MOST_SEARCHES = 8
"""Windows searched per layout; each gets an equal part of the effort."""


@dataclass(frozen=True, slots=True)
class Found:
    """Offsets of all buffers, or None if no layout below the start was found; and a lower bound. Both in units."""

    offsets: tuple[int, ...] | None
    bound: int


def search(
    gaps: Gaps,
    start: Sequence[int],
    bound: int,
    *,
    effort: float,
    budget: Budget,
    free: Collection[int] | None = None,
) -> Found:
    """Search for a layout below `start`, or for any layout within the caps if `start` exceeds one.

    Args:
        gaps: the problem in units.
        start: offsets of a layout in units, valid except that buffers may end above their caps.
        bound: known lower bound on the height, in units.
        effort: limit of CP-SAT's deterministic time, so that the answer does not depend on the machine.
        budget: charged for the search; may set a lower limit than `effort`.
        free: the buffers that may move and whose ends count in the height; None: all. A bound is proven only for all.
    """
    from ortools.sat.python import cp_model

    moving = sorted(range(len(start)) if free is None else free)
    still = set(range(len(start))).difference(moving)
    top, within = _top(gaps, start, moving)
    if bound >= top:
        return Found(None, bound)
    model = cp_model.CpModel()
    height = model.new_int_var(bound, top - 1, "height")
    offsets: list[cp_model.IntVar | int] = list(start)
    reach = max([top, *(start[buffer] + gaps.sizes[buffer] for buffer in still)])
    for buffer in moving:
        highest = (
            top if not gaps.caps else gaps.ceiling(buffer) if buffer in gaps.aside else min(top, gaps.caps[buffer])
        )
        if highest < gaps.sizes[buffer]:  # the buffer alone exceeds its cap, so no layout keeps to the caps
            return Found(None, bound)
        reach = max(reach, highest)
        ranges = _ranges(
            highest - gaps.sizes[buffer], [(gap, start[gap.other]) for gap in gaps.of[buffer] if gap.other in still]
        )
        offset = model.new_int_var_from_domain(cp_model.Domain.from_intervals(ranges), f"offset{buffer}")
        if buffer not in gaps.aside:
            model.add(offset + gaps.sizes[buffer] <= height)
        model.add_hint(offset, min(start[buffer], highest - gaps.sizes[buffer]))
        offsets[buffer] = offset
    for buffer in moving:
        for gap in gaps.of[buffer]:
            if (gap.other in still and gap.points) or (gap.other not in still and gap.other > buffer):
                _keep(model, gap, offsets[buffer] - offsets[gap.other], start[buffer] - start[gap.other], reach)
    model.minimize(height)
    solver = reproducible_solver(effort, budget)
    status = charged(solver, model, budget)
    proven = bound
    if free is None:
        proven = top if status == cp_model.INFEASIBLE else max(bound, math.ceil(solver.best_objective_bound - 1e-6))
        if status == cp_model.INFEASIBLE and not within:  # no layout keeps to the caps: this bounds no height
            proven = bound
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Found(None, min(proven, top))
    return Found(tuple(solver.value(offset) for offset in offsets), proven)


def _top(gaps: Gaps, start: Sequence[int], moving: Sequence[int]) -> tuple[int, bool]:
    """Height in units that a layout must stay below, and whether `start` keeps to the caps (then it is its height)."""
    ends = gaps.ends(start)
    height = max((ends[one] for one in moving), default=0)
    if height < ABOVE:
        return height, True
    return 1 + max((gaps.ceiling(one) for one in moving if one not in gaps.aside), default=0), False


def _ranges(highest: int, at_rest: Sequence[tuple[Gap, int]]) -> list[list[int]]:
    """The offsets from 0 to `highest` that keep the gaps to buffers that do not move, as [first, last] of each range.

    `at_rest` has the offset of the other buffer with each gap. Gaps with points forbid nothing here.
    """
    ranges, first = [], 0
    for below, above in sorted((place - gap.down, place + gap.up) for gap, place in at_rest if not gap.points):
        if first <= min(below, highest):
            ranges.append([first, min(below, highest)])
        first = max(first, above)
    return [*ranges, [first, highest]] if first <= highest else ranges


def _keep(model: cp_model.CpModel, gap: Gap, difference: cp_model.LinearExpr, hint: int, top: int) -> None:
    """Constrain a difference of offsets to the values that the gap allows."""
    from ortools.sat.python import cp_model

    if isinstance(gap.points, Points):
        _keep_to_runs(model, gap, difference, hint)
        return
    if gap.points:
        ranges = [[gap.up, top], *([point, point] for point in gap.points), [-top, -gap.down]]
        model.add_linear_expression_in_domain(difference, cp_model.Domain.from_intervals(ranges))
        return
    above = model.new_bool_var("")
    model.add(difference >= gap.up).only_enforce_if(above)
    model.add(difference <= -gap.down).only_enforce_if(~above)
    model.add_hint(above, hint >= gap.up)


def _keep_to_runs(model: cp_model.CpModel, gap: Gap, difference: cp_model.LinearExpr, hint: int) -> None:
    """The same for progressions: one step variable each, since a domain of all their values would be too large."""
    ways = [model.new_bool_var("") for _ in range(2 + len(runs_of(gap.points)))]
    model.add(difference >= gap.up).only_enforce_if(ways[0])
    model.add(difference <= -gap.down).only_enforce_if(ways[1])
    for way, run in zip(ways[2:], runs_of(gap.points), strict=True):
        step = model.new_int_var(0, len(run) - 1, "")
        model.add(difference == run.start + run.step * step).only_enforce_if(way)
        if hint in run:
            model.add_hint(step, run.index(hint))
        model.add_hint(way, hint in run)
    model.add_hint(ways[0], hint >= gap.up)
    model.add_hint(ways[1], hint <= -gap.down)
    model.add_bool_or(ways)


def lowered(
    buffers: Sequence[Buffer],
    gaps: Gaps,
    start: Sequence[int],
    enough: int,
    *,
    effort: float,
    budget: Budget,
    found: Callable[[list[int]], None],
) -> list[int]:
    """Offsets of a layout no higher than the valid layout `start`; the search stops at a height of `enough`. In units.

    `effort`: CP-SAT's deterministic time for all windows together. No search begins once the budget is spent.
    """
    best = list(start)
    height = gaps.height(best)
    around = _LEAST_WINDOW
    for _ in range(_MOST_SEARCHES):
        if height <= enough or budget.over:
            break
        highest = gaps.ends(best).index(height)
        free = stretch(buffers, highest, around)
        answer = search(gaps, best, enough, effort=effort / _MOST_SEARCHES, budget=budget, free=free)
        if answer.offsets is None:
            if len(free) == len(best) or around >= _MOST_WINDOW:
                break
            around *= 2
            continue
        best = list(answer.offsets)
        if gaps.height(best) < height:
            height, around = gaps.height(best), _LEAST_WINDOW
            found(best)
    return best


def core_bound(
    buffers: Sequence[Buffer], gaps: Gaps, start: Sequence[int], bound: int, *, effort: float, budget: Budget
) -> int:
    """A lower bound on the height, in units: what the buffers around the highest one need by themselves.

    `start` holds the offsets of a layout, `bound` is the bound known so far. `effort` and `budget`: see `lowered`.
    """
    highest = gaps.ends(start).index(gaps.height(start))
    members = stretch(buffers, highest, _CORE_BUFFERS)
    part = gaps.part(members)
    return search(part, [start[each] for each in members], bound, effort=effort, budget=budget).bound


def stretch(buffers: Sequence[Buffer], middle: int, count: int) -> list[int]:
    """The `count` buffers nearest in time to buffer `middle`, which comes with them."""
    center = buffers[middle]
    away = sorted(
        (max(each.first - center.last, center.first - each.last, 0), number) for number, each in enumerate(buffers)
    )
    return [number for _, number in away[:count]]
