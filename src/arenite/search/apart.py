"""The order and layout with the smallest head in which no two buffers share a byte while both are needed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from arenite.backends.reference.scratch import reference_scratch
from arenite.backends.tflm.head import layout_problem, plan_obstacle, planned_head
from arenite.formulate.order import ordering_problem
from arenite.operators.liveness import executed_graphs, lifetimes, peak_memory
from arenite.problems.lifetimes import maximum_load
from arenite.search.placement import place, settle
from arenite.search.reordering import reorder, with_order
from arenite.search.task import Decision, order_of

if TYPE_CHECKING:
    from arenite.search.placement import Placement
    from arenite.search.plan import Proof
    from arenite.search.task import Task

_NO_PROOFS: tuple[Proof, ...] = ()


def search_apart(task: Task) -> Decision:
    """Order, then layout, then both together where the layout does not reach the bound of the order."""
    ordered, proofs, bound = task.base, _NO_PROOFS, 0
    if task.options.reorder:
        result = reorder(ordered, keep_inputs=task.options.keep_inputs, budget=task.budget, progress=task.progress)
        ordered, proofs, bound = result.model, result.proofs, result.lower_bound
    obstacle = plan_obstacle(ordered) if task.options.layout else None
    if obstacle is not None or not task.options.layout:
        notes = () if obstacle is None else (f"no layout was written: {obstacle}",)
        head = planned_head(ordered)
        bound = bound if task.options.reorder else maximum_load(layout_problem(ordered)[0])
        return Decision(ordered, peak_memory(ordered), head, bound, proofs, notes)
    placement = place(
        ordered,
        keep_inputs=task.options.keep_inputs,
        goal=bound,
        budget=task.for_layout(),
        progress=task.report,
    )
    if not task.options.reorder:
        bound = placement.lower_bound
    elif placement.head > bound and executed_graphs(ordered) == (0,):
        placement = _jointly(task, placement, bound)
        bound = placement.lower_bound
    return Decision(placement.model, peak_memory(placement.model), placement.head, bound, proofs)


def _jointly(task: Task, start: Placement, bound: int) -> Placement:
    """Order and layout searched together, from the best order and its layout `start`; that one if there is no better.

    `bound`: bytes of head that every order needs; `lower_bound` of what is returned holds for every order as well.
    """
    from arenite.solve.joint.solution import check as check_joint
    from arenite.solve.joint.solver import solve as solve_joint

    source, keep_inputs = task.base, task.options.keep_inputs
    problem, tensors = ordering_problem(source, keep_inputs=keep_inputs, scratch=reference_scratch)
    solution = solve_joint(
        problem,
        order_of(source, start.model),
        lower_bound=bound,
        budget=task.for_layout(),
        progress=task.report,
    )
    check_joint(problem, solution)
    bound = max(bound, solution.lower_bound)
    if solution.height < start.head:
        model = with_order(source, 0, solution.order)
        if keep_inputs:  # TFLM's scratch has to be kept out of the inputs, which is a matter of the layout alone
            found = place(model, keep_inputs=True, goal=solution.height, budget=task.for_layout())
        else:
            # TFLM places the scratch, which the problem has after the tensors. What nothing uses may lie anywhere.
            unused = {entry.tensor: 0 for entry in lifetimes(model).planned if entry.dead}
            offsets = unused | dict(zip(tensors, solution.offsets, strict=False))
            found = settle(model, offsets, bound, keep_inputs=False)
        if found.head < start.head:
            return replace(found, lower_bound=bound)
    return replace(start, lower_bound=bound)
