"""Decides whether boxes fit in a height, by CP-SAT (OR-tools) with no-overlap in two dimensions: time and offset.

Also the one place that sets up CP-SAT and charges budgets for it, which other searches use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from arenite.solve.place.decide import Answer, Boxes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ortools.sat.python import cp_model

    from arenite.budget import Budget

STEPS_OF_UNIT = 2_500_000
"""Budget steps per unit of CP-SAT's deterministic time, which counts its work. One unit took 2.5 s of one core."""
_STEPS_OF_UNIT_IN_TWO_DIMENSIONS = 30_000_000
"""The same for models with no-overlap in two dimensions. One unit took 17 to 64 s, since CP-SAT does not count much of
the work of that constraint."""
_STEPS_OF_CONSTRAINT = 50
"""Budget steps to build and presolve one constraint; CP-SAT's limits do not cover this work."""
_LEAST_SECONDS = 0.01
"""Least time limit in seconds passed to CP-SAT, which accepts no smaller one."""


def reproducible_solver(effort: float, budget: Budget, steps_of_unit: int = STEPS_OF_UNIT) -> cp_model.CpSolver:
    """A solver whose answer does not depend on the machine: one worker, fixed seed, limited deterministic time.

    The limit is `effort`, or what the budget allows at `steps_of_unit` steps per unit, whichever is less. A time limit
    of the budget holds as well.
    """
    from ortools.sat.python import cp_model

    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.catch_sigint_signal = False  # CP-SAT would keep Ctrl-C to itself and end only this one search
    solver.parameters.max_deterministic_time = max(0.0, min(effort, budget.left / steps_of_unit))
    solver.parameters.max_time_in_seconds = max(_LEAST_SECONDS, budget.seconds)
    return solver


def charged(
    solver: cp_model.CpSolver, model: cp_model.CpModel, budget: Budget, steps_of_unit: int = STEPS_OF_UNIT
) -> Any:
    """Solve a model, charge the budget for the model's size and the deterministic time, and return CP-SAT's status."""
    with budget.stopping(solver.stop_search):
        status = solver.solve(model)
    size = _STEPS_OF_CONSTRAINT * len(model.proto.constraints)
    budget.spend(size + steps_of_unit * solver.response_proto.deterministic_time)
    return status


def fit(boxes: Boxes, height: int, effort: float, budget: Budget, fixed: Mapping[int, int] | None = None) -> Answer:
    """Place the boxes within `height` units, or prove that they do not fit.

    `effort` and `budget` are limits as for `reproducible_solver`. `fixed` maps boxes to offsets, in units, that stay.
    """
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    offsets = []
    across, along = [], []
    for i, (size, (start, end)) in enumerate(zip(boxes.sizes, boxes.spans, strict=True)):
        if size > height:
            return Answer(None, True, 0, "size")
        lowest, highest = (fixed[i], fixed[i]) if fixed and i in fixed else (0, height - size)
        offset = model.new_int_var(lowest, highest, f"offset{i}")
        offsets.append(offset)
        across.append(model.new_fixed_size_interval_var(start, end - start, f"alive{i}"))
        along.append(model.new_fixed_size_interval_var(offset, size, f"bytes{i}"))
    model.add_no_overlap_2d(across, along)
    for section in range(boxes.sections):
        members = [i for i, (start, end) in enumerate(boxes.spans) if start <= section < end]
        model.add_no_overlap([along[i] for i in members])
    solver = reproducible_solver(effort, budget, _STEPS_OF_UNIT_IN_TWO_DIMENSIONS)
    status = charged(solver, model, budget, _STEPS_OF_UNIT_IN_TWO_DIMENSIONS)
    states = int(solver.num_branches)
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Answer(tuple(solver.value(offset) for offset in offsets), True, states, "cp-sat")
    return Answer(None, status == cp_model.INFEASIBLE, states, "cp-sat")
