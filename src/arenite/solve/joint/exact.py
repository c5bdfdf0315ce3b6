"""Order and layout of a window in one model, decided by CP-SAT (OR-tools)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.solve.place.cp_sat import charged, reproducible_solver

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arenite.budget import Budget
    from arenite.solve.joint.window import Window


@dataclass(frozen=True, slots=True)
class Outcome:
    """`order` and `offsets` (bytes, by the key of the item) if they were found; `proven`: None is a proof."""

    order: tuple[int, ...] | None
    offsets: Mapping[int, int]
    proven: bool
    states: int


def fit(window: Window, height: int, fixed: Mapping[int, int], effort: float, budget: Budget) -> Outcome:
    """Order the window and place its items within `height` bytes, or prove that it cannot be done.

    `fixed`: byte offsets, by key, that must stay. `effort` limits the solver's deterministic time, as
    does the budget. Time runs from 0, when the window begins; operators take the scopes from 1 on.
    """
    from ortools.sat.python import cp_model

    if any(item.size > height for item in window.items):
        return Outcome(None, {}, True, 0)
    unit = math.gcd(*(item.size for item in window.items), *fixed.values()) or 1
    room = height // unit
    model = cp_model.CpModel()
    end = len(window.operators) + 1
    scope = {operator: model.new_int_var(1, end - 1, f"scope{operator}") for operator in window.operators}
    model.add_all_different(scope.values())
    for first, second in window.before:
        model.add(scope[first] < scope[second])
    alive, across, sizes = [], [], []
    offsets = {}
    for item in window.items:
        size = item.size // unit
        low, high = (0, room - size) if item.key not in fixed else (fixed[item.key] // unit,) * 2
        offsets[item.key] = model.new_int_var(low, high, f"offset{item.key}")
        begin = scope[item.producer] if item.producer is not None else 0
        stop = model.new_int_var(end if item.leaves else 1, end, f"stop{item.key}")
        length = model.new_int_var(1, end, f"length{item.key}")
        for user in item.consumers:
            model.add(stop >= scope[user] + 1)
        alive.append(model.new_interval_var(begin, length, stop, f"alive{item.key}"))
        across.append(model.new_fixed_size_interval_var(offsets[item.key], size, f"bytes{item.key}"))
        sizes.append(size)
    model.add_cumulative(alive, sizes, room)
    model.add_no_overlap_2d(alive, across)
    for place, operator in enumerate(window.operators):
        model.add_hint(scope[operator], place + 1)
    solver = reproducible_solver(effort, budget)
    status = charged(solver, model, budget)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Outcome(None, {}, status == cp_model.INFEASIBLE, int(solver.num_branches))
    order = sorted(window.operators, key=lambda operator: solver.value(scope[operator]))
    placed = {key: solver.value(offset) * unit for key, offset in offsets.items()}
    return Outcome(tuple(order), placed, True, int(solver.num_branches))
