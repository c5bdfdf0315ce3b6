"""(Model, Options) -> Plan: the only control flow over order, layout, checks and verification."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from arenite.errors import OptionError, VerificationError
from arenite.layout.lifetimes import maximum_load
from arenite.liveness import peak_memory
from arenite.ordering import ordering_problem
from arenite.placement import Placement, keeps_apart, place, settle
from arenite.plan import Cost, Plan, Proof
from arenite.reordering import checked_schedule, reorder, runs_as_filed, with_order
from arenite.runtimes.inputs import MOST_ROUNDS
from arenite.targets.scratch import reference_scratch, scratch_is_known
from arenite.targets.tflm import layout_problem, plan_obstacle, planned_head
from arenite.tflite.memory_plan import is_vela, read_plan, with_plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from arenite.model import Model
    from arenite.verification import Verification

    Progress = Callable[[str], None]

_NO_PROOFS: tuple[Proof, ...] = ()

LEAST_SECONDS = 1.0
"""Layout and joint search get at least this long, however long the order took."""


@dataclass(frozen=True)
class Options:
    """What to optimise and for how long.

    `reorder`, `layout`: which of the two decisions are Arenite's; what is not stays as the file and TFLM have it.
    `keep_inputs`: the application finds the model's inputs intact after the inference. `time_limit`: seconds for all
    searches together; at the limit the best plan so far is returned with its gap. `plan`: what to do with an offline
    plan that the model already has. `rounds`, `seed`: random inputs on which the result is compared with its source.
    """

    reorder: bool = True
    layout: bool = True
    keep_inputs: bool = False
    time_limit: float = 60.0
    plan: Literal["replace", "respect"] = "replace"
    rounds: int = 5
    seed: int = 0

    def __post_init__(self) -> None:
        if not isinstance(self.time_limit, int | float) or not isinstance(self.rounds, int):
            raise OptionError("time limit and rounds: must be numbers")
        if not self.time_limit >= 0:
            raise OptionError(f"time limit: {self.time_limit} is not a number of seconds; give 0 or more")
        if not 1 <= self.rounds <= MOST_ROUNDS:
            raise OptionError(f"rounds: {self.rounds} is not between 1 and {MOST_ROUNDS:,}")
        if self.plan not in ("replace", "respect"):
            raise OptionError(f"plan: {self.plan!r} is neither 'replace' nor 'respect'")
        if self.keep_inputs and not self.layout:
            raise OptionError("keep inputs: only a layout can keep the inputs intact; leave the layout to Arenite")


DEFAULTS = Options()


def optimize(model: Model, options: Options = DEFAULTS, *, progress: Progress | None = None) -> Plan:
    """The order and layout with the smallest head that could be found, checked, and compared with the source.

    Args:
        model: the source; it is not changed.
        options: see `Options`.
        progress: is called with a sentence about the search whenever there is news.

    Returns:
        The plan. A model that gains nothing comes back as it is, byte for byte.

    Raises:
        ModelError: the model cannot be planned (operators that need each other's results, a damaged offline plan).
        VerificationError: a check failed; the result must not be used.
    """
    from arenite.tflite.write import write_bytes

    started = time.monotonic()
    task = _Task(model, options, started + options.time_limit, progress or _silent)
    decision = _decide(task)
    content = write_bytes(decision.model)
    verification = _verified(task, decision, content)
    arena_before, arena_after = (memory.arena if memory else None for memory in verification.memory)
    if decision.lower_bound > decision.head:
        raise VerificationError(
            f"{model.name}: the head of {decision.head} bytes is below its proven bound of {decision.lower_bound}; "
            "please report this model; nothing was written"
        )
    return Plan(
        source=model,
        model=decision.model,
        content=content,
        before=Cost(peak_memory(model), planned_head(model), arena_before),
        after=Cost(decision.peak, decision.head, arena_after),
        lower_bound=decision.lower_bound,
        order=_order(model, decision.model),
        verified=verification.status,
        seconds=time.monotonic() - started,
        proofs=decision.proofs,
        notes=decision.notes,
    )


def preview(model: Model, options: Options = DEFAULTS) -> Model:
    """The model that `optimize` would return, checked but not run: to tell what it costs, not to be written.

    Raises:
        ModelError: the model cannot be planned.
        VerificationError: a check of the order or of the layout failed.
    """
    return _decide(_Task(model, options, time.monotonic() + options.time_limit, _silent)).model


def least_peak_memory(model: Model, *, time_limit: float = 10.0) -> int:
    """Peak in bytes of the best order of the main graph, for those who search architectures.

    Exact where the search ends within `time_limit` seconds, which is a matter of milliseconds for most networks; else
    the peak of the best order found. `optimize` tells which, with a layout and its checks.
    """
    problem, _ = ordering_problem(model)
    return peak_memory(with_order(model, 0, checked_schedule(problem, time_limit=time_limit).order))


@dataclass(frozen=True)
class _Task:
    """What was asked for, and when it has to be done (monotonic seconds)."""

    source: Model
    options: Options
    deadline: float
    progress: Progress

    @property
    def left(self) -> float:
        """Seconds for the next search."""
        return max(0.0, self.deadline - time.monotonic())

    def report(self, what: str, height: int, least: int) -> None:
        """Progress of a search for a layout; bytes."""
        self.progress(f"{what}: head {height:,} bytes, at least {least:,}")


@dataclass(frozen=True)
class _Decision:
    """A model with its order and layout settled, what that costs (bytes), and what is known about anything better."""

    model: Model
    peak: int
    head: int
    lower_bound: int
    proofs: tuple[Proof, ...] = _NO_PROOFS
    notes: tuple[str, ...] = ()


def _silent(_: str) -> None:
    pass


def _decide(task: _Task) -> _Decision:
    """The best plan for what was asked; the model itself where nothing is gained."""
    model, options = task.source, task.options
    obstacle = _untouchable(model, options)
    if obstacle is not None:
        return _as_it_is(model, obstacle)
    in_order = runs_as_filed(model)
    if not in_order and not options.reorder:
        return _as_it_is(model, "its operators are filed out of order, which TFLM runs wrongly; let them be reordered")
    best = _search(task)
    head = planned_head(model)
    if not in_order:
        note = "its operators were filed out of order, which TFLM runs wrongly; they are in order now"
        return replace(best, notes=(*best.notes, note))
    if not keeps_apart(model, keep_inputs=False):
        note = "its own plan lets tensors share bytes while both are needed; it was replaced by one that does not"
        return replace(best, notes=(*best.notes, note))
    if best.head >= head and (not options.keep_inputs or _keeps_inputs(model)):
        return replace(best, model=model, peak=peak_memory(model), head=head)
    return best


def _keeps_inputs(model: Model) -> bool:
    """Whether the model's own plan leaves the inputs intact; without a plan that is TFLM's choice."""
    return read_plan(model) is not None and keeps_apart(model, keep_inputs=True)


def _untouchable(model: Model, options: Options) -> str | None:
    """Why the model must stay as it is, or None.

    Raises OptionError where that is not compatible with what was asked for.
    """
    reason = None
    if is_vela(model):
        reason = "it was compiled by Vela, whose commands hold the addresses of its plan; it is left as it is"
    elif options.plan == "respect" and read_plan(model) is not None:
        reason = "its offline plan is respected, so order and layout are left as they are"
    if options.keep_inputs and (obstacle := reason or plan_obstacle(model)):
        raise OptionError(f"{model.name}: its inputs cannot be kept: {obstacle}")
    return reason


def _as_it_is(model: Model, note: str) -> _Decision:
    """The model untouched; nothing was searched, so nothing is known of anything better."""
    return _Decision(model, peak_memory(model), planned_head(model), 0, notes=(note,))


def _search(task: _Task) -> _Decision:
    """Order, then layout, then both together where the layout does not reach the bound of the order."""
    ordered, proofs, bound = with_plan(task.source, None), _NO_PROOFS, 0
    if task.options.reorder:
        result = reorder(ordered, keep_inputs=task.options.keep_inputs, time_limit=task.left, progress=task.progress)
        ordered, proofs, bound = result.model, result.proofs, result.lower_bound
    obstacle = plan_obstacle(ordered) if task.options.layout else None
    if obstacle is not None or not task.options.layout:
        notes = () if obstacle is None else (f"no layout was written: {obstacle}",)
        head = planned_head(ordered)
        bound = bound if task.options.reorder else maximum_load(layout_problem(ordered)[0])
        return _Decision(ordered, peak_memory(ordered), head, bound, proofs, notes)
    placement = place(
        ordered,
        keep_inputs=task.options.keep_inputs,
        goal=bound,
        time_limit=max(LEAST_SECONDS, task.left),
        progress=task.report,
    )
    if not task.options.reorder:
        bound = placement.lower_bound
    elif placement.head > bound and len(ordered.graphs) == 1:
        placement = _jointly(task, placement, bound)
        bound = placement.lower_bound
    return _Decision(placement.model, peak_memory(placement.model), placement.head, bound, proofs)


def _jointly(task: _Task, start: Placement, bound: int) -> Placement:
    """Order and layout searched together, from the best order and its layout `start`; that one if there is no better.

    `bound`: bytes of head that every order needs; `lower_bound` of what is returned holds for every order as well.
    """
    from arenite import joint

    source, keep_inputs = with_plan(task.source, None), task.options.keep_inputs
    problem, tensors = ordering_problem(source, keep_inputs=keep_inputs, scratch=reference_scratch)
    solution = joint.solve(
        problem,
        _order(source, start.model),
        lower_bound=bound,
        time_limit=max(LEAST_SECONDS, task.left),
        progress=task.report,
    )
    joint.check(problem, solution)
    bound = max(bound, solution.lower_bound)
    if solution.height < start.head:
        model = with_order(source, 0, solution.order)
        if keep_inputs:  # TFLM's scratch has to be kept out of the inputs, which is a matter of the layout alone
            found = place(model, keep_inputs=True, goal=solution.height, time_limit=max(LEAST_SECONDS, task.left))
        else:
            # TFLM places the scratch, which the problem has after the tensors.
            found = settle(model, dict(zip(tensors, solution.offsets, strict=False)), bound, keep_inputs=False)
        if found.head < start.head:
            return replace(found, lower_bound=bound)
    return replace(start, lower_bound=bound)


def _verified(task: _Task, decision: _Decision, content: bytes) -> Verification:
    """What the runtimes say of the result beside its source.

    Raises VerificationError where one of them tells the two apart, or TFLM reports another head than was planned.
    """
    from arenite.verification import verify

    task.progress("verifying: running both models in the runtimes present")
    options = task.options
    known = all(scratch_is_known(operator) for graph in task.source.graphs for operator in graph.operators)
    verification = verify(
        task.source,
        content,
        rounds=options.rounds,
        seed=options.seed,
        expected_head=decision.head if known else None,
    )
    if verification.problem is not None:
        raise VerificationError(
            f"{task.source.name}: the result is not the same as its source; {verification.problem}; nothing was written"
        )
    return verification


def _order(source: Model, result: Model) -> tuple[int, ...]:
    """For each operator of the result's main graph, its position in the source's."""
    position = {operator: index for index, operator in enumerate(source.main.operators)}
    return tuple(position[operator] for operator in result.main.operators)
