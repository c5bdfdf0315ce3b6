"""Gives every tensor of a model in a fixed order its address, as a plan that stock TFLM reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.backends.tflm.head import head_plan, inputs_on_top, layout_problem, memory_plan
from arenite.check.layout import check as check_layout
from arenite.problems.layout import Solution
from arenite.solve.place.disjoint import solve as solve_layout
from arenite.tflite.memory_plan import with_plan

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from arenite.budget import Budget
    from arenite.model import Model, Tensor


@dataclass(frozen=True)
class Placement:
    """A model that carries its layout. `head` is what TFLM will report, `lower_bound` holds for this order (bytes)."""

    model: Model
    head: int
    lower_bound: int


def place(
    model: Model,
    *,
    keep_inputs: bool,
    goal: int,
    budget: Budget,
    progress: Callable[[str, int, int], None] | None = None,
) -> Placement:
    """The lowest layout found within the budget for the order that the model is in, checked.

    `goal`: a head in bytes that need not be improved on.
    """
    problem, tensors = layout_problem(model, keep_inputs=keep_inputs)
    solution = solve_layout(problem, goal=goal, budget=budget, progress=progress)
    check_layout(problem, solution)
    offsets = solution.offsets
    if keep_inputs:
        offsets = inputs_on_top(model, problem, tensors, offsets)
    found = dict(zip(tensors, offsets, strict=False))
    return settle(model, found, solution.lower_bound, keep_inputs=keep_inputs)


def settle(model: Model, offsets: Mapping[Tensor, int], lower_bound: int, *, keep_inputs: bool) -> Placement:
    """The model with these offsets, after TFLM's planner has been followed through it and the outcome checked.

    TFLM places scratch, and tensors without an offset, around the given offsets.

    Raises:
        VerificationError: two buffers that are alive at once would share bytes.
    """
    plan = memory_plan(model, offsets)
    outcome = head_plan(model, plan)
    problem, _ = layout_problem(model, keep_inputs=keep_inputs)
    check_layout(problem, Solution(outcome.offsets, outcome.height, 0))
    return Placement(with_plan(model, plan), outcome.height, lower_bound)
