"""Model, target -> `Arena`, checked: the layout of generated C, in which tensors may move between operators.

The arena has two parts: the planned buffers, and behind them the variables, which live from one inference to the next.

    | tensors, views, scratch, overlapping as the kernels permit | variables |
    0                                                            size - kept size
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from typing import TYPE_CHECKING

from arenite.backends.generated_c.kept import kept, read_in_place
from arenite.backends.target import C
from arenite.backends.tflm.greedy import ONLINE, greedy_plan
from arenite.backends.tflm.head import planned_offsets
from arenite.budget import NORMAL_STEPS, Budget
from arenite.checkers.placement import check as check_placement
from arenite.checkers.relocation import check as check_relocation
from arenite.codegen.arena import Arena, TensorMove
from arenite.codegen.control import inner_graphs
from arenite.codegen.prepare import prepared
from arenite.errors import VerificationError
from arenite.formulate.placement import overlap_problem
from arenite.operators.liveness import NEVER, lifetimes
from arenite.problems.placement import Layout, PlacementProblem
from arenite.search.plan import Exported
from arenite.search.runnable import refusals
from arenite.solve.place.solver import solve as solve_placement
from arenite.solve.relocate.solver import solve as solve_relocation

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from arenite.backends import Backend
    from arenite.backends.target import Target
    from arenite.model import Model, Tensor
    from arenite.operators.liveness import Liveness
    from arenite.problems.relocation import MovingSolution
    from arenite.search.task import Task

_SHARE_OF_EXPORT = 1 / 3
"""Budget of one export's searches as a share of a whole budget; most exports take far less."""
STEPS = _SHARE_OF_EXPORT * NORMAL_STEPS
"""Budget in steps of one export's searches: about 20 seconds of one core."""
MOVES_WORTH = 0.01
"""Bytes of arena that moves have to save per byte moved in one inference. Models in strips save 0.02 to 0.1; moves that
only win back alignment gaps save 0.002 or less, which is not worth their time."""


def arena(
    model: Model,
    target: Target = C,
    *,
    may_move: bool = True,
    moves_worth: float = MOVES_WORTH,
    budget: Budget | None = None,
) -> Arena:
    """The arena of generated C, checked.

    The model's own plan is used if it was made for the target and is valid; otherwise a layout is searched. A lower
    layout in which tensors move between operators replaces either if it saves enough (`moves_worth`).

    An output may overlap an input that no later operator reads, and views lie in the tensors that they show, by the
    rules of `arenite.backends.generated_c.overlap`.

    Args:
        model: prepared for generated C (`arenite.codegen.prepare`), its operators in an executable order.
        target: `c`, or a target whose C calls CMSIS-NN.
        moves_worth: bytes of arena that must be saved for each byte that an inference moves.
        budget: charged for the searches; none begins once the budget is spent. None is a budget of its own.

    Raises:
        VerificationError: a layout found is not valid (a defect of Arenite).
    """
    budget = budget or Budget(STEPS)
    liveness = lifetimes(model)
    in_place = read_in_place(model)
    problem, tensors = _without(in_place, *overlap_problem(model, target.backend))
    solution = _carried(model, problem, tensors)
    if solution is None or in_place or model.target != target.name:
        found = solve_placement(problem, budget=budget, goal=solution.height if solution and not in_place else 0)
        solution = found if solution is None or found.height < solution.height else solution
    check_placement(problem, solution)
    # A called graph may run any number of times, so a move in its scopes would not happen exactly once.
    moving = _moving(problem, solution, moves_worth, budget) if may_move and not inner_graphs(model) else None
    if moving is not None:
        saved = solution.height - moving.height
        steps = _moves(moving, tensors, [span.first for span in liveness.operators[0]])
        plan = Arena(_by(tensors, moving.offsets), moving.height, problem.alignment, steps, saved)
    else:
        plan = Arena(_by(tensors, solution.offsets), solution.height, problem.alignment)
    places = (solution if moving is None else moving).offsets[len(tensors) :]
    return _with_variables(replace(plan, scratch=_scratch(model, liveness, target.backend, places)), model)


def _scratch(model: Model, liveness: Liveness, kernels: Backend, places: Sequence[int]) -> dict[tuple[int, int], int]:
    """Offset of the scratch of each operator, as (graph, position) -> offset; `places` follow the order of operators.

    In generated C an operator has at most one scratch buffer.
    """
    requesting = (
        (number, index)
        for number, (graph, spans) in enumerate(zip(model.graphs, liveness.operators, strict=True))
        for index, (operator, span) in enumerate(zip(graph.operators, spans, strict=True))
        if span is not NEVER and kernels.planned_scratch(operator)
    )
    return dict(zip(requesting, places, strict=True))


def _without(
    gone: Collection[Tensor], problem: PlacementProblem, tensors: Sequence[Tensor]
) -> tuple[PlacementProblem, tuple[Tensor, ...]]:
    """The problem without the tensors in `gone`, which lie elsewhere, and its remaining tensors."""
    if not gone:
        return problem, tuple(tensors)
    stay = [number for number in range(len(problem.buffers)) if number >= len(tensors) or tensors[number] not in gone]
    number_of = {number: position for position, number in enumerate(stay)}
    relations = tuple(
        replace(relation, source=number_of[relation.source], target=number_of[relation.target])
        for relation in problem.relations
        if relation.source in number_of and relation.target in number_of
    )
    buffers = tuple(problem.buffers[number] for number in stay)
    left = tuple(tensor for tensor in tensors if tensor not in gone)
    return PlacementProblem(buffers, relations, problem.alignment), left


def _with_variables(plan: Arena, model: Model) -> Arena:
    """The arena with the model's variables added at its end; results of READ_VARIABLE may lie in the variable."""
    found = kept(model)
    base = -(-plan.size // found.alignment) * found.alignment
    offsets = {tensor: base + variable.offset for tensor, variable in found.variables.items()}
    for operator in model.main.operators:
        if operator.code == "READ_VARIABLE":
            handle, (value,) = operator.input(0), operator.outputs
            if value not in plan.offsets and value.outside is None:
                offsets[value] = offsets[handle]
    return replace(plan, offsets={**plan.offsets, **offsets}, size=base + found.size, kept=found.size)


def _by(tensors: Sequence[Tensor], offsets: Sequence[int]) -> dict[Tensor, int]:
    return dict(zip(tensors, offsets, strict=False))  # the offsets after those of the tensors are scratch


def _moving(problem: PlacementProblem, still: Layout, worth: float, budget: Budget) -> MovingSolution | None:
    """A layout with moves that is lower than `still`, checked; None if none was found."""
    solution = solve_relocation(problem, still.offsets, budget=budget, worth=worth)
    check_relocation(problem, solution)
    return solution if solution.height < still.height else None


def _moves(
    solution: MovingSolution, tensors: Sequence[Tensor], scopes: Sequence[int]
) -> dict[int, tuple[TensorMove, ...]]:
    """The moves before each operator, by its position; `scopes[i]` is the scope in which operator i begins."""
    found: dict[int, list[TensorMove]] = {}
    for move in solution.moves:
        those = tuple(tensors[number] for number in move.buffers)
        found.setdefault(bisect_right(scopes, move.scope) - 1, []).append(
            TensorMove(those, move.source, move.target, move.size)
        )
    return {index: tuple(copies) for index, copies in found.items()}


def _carried(model: Model, problem: PlacementProblem, tensors: tuple[Tensor, ...]) -> Layout | None:
    """The model's own plan as a layout of the problem; None without a plan, or if it is not valid for the kernels.

    Scratch goes to the lowest gaps, as in the head that the target reports.
    """
    planned = planned_offsets(model, model.plan)
    if any(tensor not in planned for tensor in tensors):
        return None
    fixed = [planned[tensor] for tensor in tensors]
    outcome = greedy_plan(problem.buffers, [*fixed, *[ONLINE] * (len(problem.buffers) - len(fixed))])
    solution = Layout(outcome.offsets, outcome.height, 0)
    try:
        check_placement(problem, solution)
    except VerificationError:
        return None
    return solution


def outlook(model: Model, task: Task) -> Exported | None:
    """The arena of the exported C if it is smaller than that of the model's plan; else None, as where C refuses it.

    It can be smaller since tensors may move in generated code, but have fixed places in a file's plan. Each command
    finds it once for a model.

    Args:
        model: a model with its layout.
        task: its target; its budget is charged for the search, which has steps of its own, by the effort, but never
            more than an export: it would tell an arena that no export finds.
    """
    target, steps = task.options.runs_on, min(STEPS, _SHARE_OF_EXPORT * task.options.steps)
    return model.once(
        (outlook, target, task.budget.clock), lambda model: _outlook(model, target, Budget(steps, whole=task.budget))
    )


def _outlook(model: Model, target: Target, budget: Budget) -> Exported | None:
    if refusals(model, target):
        return None
    found = arena(prepared(model, target.backend), target, budget=budget)
    if found.size >= target.arena(model).declare_bytes:
        return None
    return Exported(found.size, sum(move.size for each in found.moves.values() for move in each))
