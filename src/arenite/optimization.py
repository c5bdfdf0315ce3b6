"""(Model, Options) -> Plan: the only control flow over order, layout, checks and verification."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from arenite.errors import OptionError, VerificationError
from arenite.liveness import peak_memory
from arenite.operators import macs
from arenite.options import DEFAULTS, Options
from arenite.ordering import ordering_problem
from arenite.plan import NOT_ASKED_FOR, Cost, Plan
from arenite.reordering import checked_schedule, runs_as_filed, with_order
from arenite.runnable import refusals
from arenite.search_apart import search_apart
from arenite.search_partial import SHARE_OF_TIME, search_partial
from arenite.search_shared import search_shared
from arenite.targets.scratch import scratch_is_known
from arenite.targets.target import TARGETS
from arenite.targets.tflm import plan_obstacle, planned_head
from arenite.task import LEAST_SECONDS, Decision, Task, origins, silent
from arenite.tflite.memory_plan import is_vela, read_plan, with_plan
from arenite.tflite.target_name import read_target_name, with_target_name
from arenite.validity import is_right, keeps_apart, not_for_reference, validity

if TYPE_CHECKING:
    from collections.abc import Callable

    from arenite.model import Model
    from arenite.verification import Verification

    Progress = Callable[[str], None]

__all__ = ["DEFAULTS", "Options", "least_peak_memory", "optimize", "preview"]


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
    started = time.monotonic()
    task = Task(model, options, started + options.time_limit, progress or silent)
    return completed(task, decided(task), started)


def completed(task: Task, decision: Decision, started: float) -> Plan:
    """The plan for a decision, checked and verified.

    Raises:
        VerificationError: a check failed; the result must not be used.
    """
    from arenite.tflite.write import write_bytes

    model, options = task.source, task.options
    content = write_bytes(decision.model)
    judged = validity(decision.model)
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
        before=Cost(peak_memory(model), _head(task, model), arena_before, _macs(model)),
        after=Cost(decision.peak, decision.head, arena_after, _macs(decision.model)),
        lower_bound=decision.lower_bound,
        order=origins(model, decision),
        verified=verification.status,
        rounds=verification.rounds,
        agreement=verification.agreement,
        seconds=time.monotonic() - started,
        proofs=decision.proofs,
        notes=(*decision.notes, *(_refused(task) or _outlook(task, decision.model)), *verification.notes),
        target=options.runs_on,
        shared_pairs=judged.pairs,
        valid_with=judged.kernels,
        strips=decision.strips,
    )


def preview(model: Model, options: Options = DEFAULTS) -> Model:
    """The model that `optimize` would return, checked but not run: to tell what it costs, not to be written.

    Raises:
        ModelError: the model cannot be planned.
        VerificationError: a check of the order or of the layout failed.
    """
    return decided(Task(model, options, time.monotonic() + options.time_limit, silent)).model


def least_peak_memory(model: Model, *, time_limit: float = 10.0) -> int:
    """Peak in bytes of the best order of the main graph, for those who search architectures.

    Exact where the search ends within `time_limit` seconds, which is a matter of milliseconds for most networks; else
    the peak of the best order found. `optimize` tells which, with a layout and its checks.
    """
    problem, _ = ordering_problem(model)
    return peak_memory(with_order(model, 0, checked_schedule(problem, time_limit=time_limit).order))


def decided(task: Task) -> Decision:
    """The best plan for what was asked, in strips where that was allowed and gains something.

    Raises:
        FitError: an arena was asked for that was not reached.
    """
    if not task.options.split:
        return _whole(task)
    return search_partial(task, without_strips(task))


def without_strips(task: Task) -> Decision:
    """The best plan without strips, in a part of the time."""
    rest = task.left * (1 - SHARE_OF_TIME)
    return _whole(replace(task, deadline=task.deadline - rest))


def _whole(task: Task) -> Decision:
    """The best plan for what was asked; it says how many operators the rewrites before it left out."""
    found = _planned(task)
    gone = len(task.source.main.operators) - len(found.model.main.operators)
    if not gone:
        return found
    note = f"{gone} operators are left out: nobody needs them, they only copy, or convolutions pad by themselves"
    return replace(found, notes=(*found.notes, note))


def _planned(task: Task) -> Decision:
    """The best plan for what was asked; the model itself where nothing is gained."""
    model, options = task.source, task.options
    obstacle = _untouchable(model, options)
    if obstacle is not None:
        return _as_it_is(task, obstacle)
    in_order = runs_as_filed(model)
    if not in_order and not options.reorder:
        return _as_it_is(task, "its operators are filed out of order, which TFLM runs wrongly; let them be reordered")
    best = _search(task)
    head = _head(task, model)
    if not in_order:
        note = "its operators were filed out of order, which TFLM runs wrongly; they are in order now"
        return replace(best, notes=(*best.notes, note))
    if not _is_right(task, keep_inputs=False):
        return replace(best, notes=(*best.notes, _replaced(task)))
    gains = best.head < head or (best.head == head and _saves_arena(task, best.model))
    if not gains and (not options.keep_inputs or _keeps_inputs(task)):
        return replace(best, model=_renamed(task), peak=peak_memory(model), head=head)
    return best


def _refused(task: Task) -> list[str]:
    """What the target cannot run of the source, in sentences."""
    target = task.options.runs_on
    return [f"{target.name} cannot run {refusal}" for refusal in refusals(task.source, target)]


def _outlook(task: Task, result: Model) -> list[str]:
    """What generated C gains beyond the plan, in a sentence."""
    from arenite.codegen.arena import SECONDS
    from arenite.codegen.outlook import outlook

    target = task.options.runs_on
    if not target.kernels.generated:
        return []
    task.progress("looking for moves that make the arena of the C smaller")
    sentence = outlook(result, target, time_limit=min(SECONDS, max(LEAST_SECONDS, task.left)))
    return [] if sentence is None else [sentence]


def _macs(model: Model) -> int:
    return sum(macs(operator) for graph in model.graphs for operator in graph.operators)


def _saves_arena(task: Task, result: Model) -> bool:
    """Whether the target's arena is smaller at the same head: for another set of kernels, or since tensors are gone."""
    if not _shares(task) and len(result.main.tensors) == len(task.source.main.tensors):
        return False
    target = task.options.runs_on
    return target.arena(result).total_bytes < target.arena(task.source).total_bytes


def _search(task: Task) -> Decision:
    if not _shares(task):
        return search_apart(task)
    found = search_shared(task)
    if found is not None:
        return found
    if task.options.keep_inputs:
        target = task.options.runs_on.name
        raise OptionError(f"{task.source.name}: no layout keeps its inputs with all kernels of {target}; name another")
    # TFLM itself plans the file better than any layout that could be found.
    return Decision(task.base, peak_memory(task.base), _head(task, task.base), 0)


def _shares(task: Task) -> bool:
    """Whether buffers may share bytes: where that was asked for and a plan can be given."""
    return task.options.overlap and task.options.layout and plan_obstacle(task.source) is None


def _head(task: Task, model: Model) -> int:
    """The head that counts, in bytes: that of the target, or that of reference kernels where nothing depends on it."""
    return task.options.runs_on.planned_head(model) if _shares(task) else planned_head(model)


def _is_right(task: Task, *, keep_inputs: bool) -> bool:
    """Whether the plan that the source carries, or TFLM's own, is right for what was asked."""
    if task.options.overlap and task.options.layout and read_plan(task.source) is not None:
        return is_right(task.source, task.options.runs_on.kernels, keep_inputs=keep_inputs)
    return keeps_apart(task.source, keep_inputs=keep_inputs)


def _replaced(task: Task) -> str:
    if not task.options.overlap or not task.options.layout:
        return "in its own plan buffers share bytes, which was not asked for; it was not kept"
    made_for = read_target_name(task.source)
    if made_for is not None:
        return f"its own plan, made for {made_for}, is not right for {task.options.runs_on.name}; it was replaced"
    return "its own plan lets tensors share bytes while both are needed; it was replaced by one that does not"


def _renamed(task: Task) -> Model:
    """The source, whose plan is right for the target that was asked for, even if it says that it is for another."""
    name, target = read_target_name(task.source), task.options.runs_on
    made_for = TARGETS.get(name or "")
    if not _shares(task) or name is None or (made_for and made_for.covers(target.kernels)):
        return task.source
    return with_target_name(task.source, target.name)


def _keeps_inputs(task: Task) -> bool:
    """Whether the model's own plan leaves the inputs intact; without a plan that is TFLM's choice."""
    return read_plan(task.source) is not None and _is_right(task, keep_inputs=True)


def _untouchable(model: Model, options: Options) -> str | None:
    """Why the model must stay as it is, or None.

    Raises OptionError where that is not compatible with what was asked for, and VerificationError where the plan to be
    respected computes wrong results with the target's kernels.
    """
    reason = None
    if is_vela(model):
        reason = "it was compiled by Vela, whose commands hold the addresses of its plan; it is left as it is"
    elif options.plan == "respect" and read_plan(model) is not None:
        if not is_right(model, options.runs_on.kernels):
            raise VerificationError(
                f"{model.name}: its own plan computes wrong results with the kernels of {options.runs_on.name}; "
                "let it be replaced, or name the target that it was made for; nothing was written"
            )
        reason = "its offline plan is respected, so order and layout are left as they are"
    if options.keep_inputs and (obstacle := reason or plan_obstacle(model)):
        raise OptionError(f"{model.name}: its inputs cannot be kept: {obstacle}")
    return reason


def _as_it_is(task: Task, note: str) -> Decision:
    """The model untouched; nothing was searched, so nothing is known of anything better."""
    model = task.source
    return Decision(model, peak_memory(model), _head(task, model), 0, notes=(note,))


def _verified(task: Task, decision: Decision, content: bytes) -> Verification:
    """What the runtimes say of the result beside its source.

    Raises VerificationError where one of them tells the two apart, or TFLM reports another head than was planned.
    """
    from arenite.verification import not_verified, verify

    options = task.options
    if not options.verify:
        return not_verified(NOT_ASKED_FOR)
    known = all(scratch_is_known(operator) for graph in task.source.graphs for operator in graph.operators)
    source = task.source
    if decision.model is not source and not_for_reference(source):  # what its operators compute with a right plan
        source = with_plan(source, None)
    verification = verify(
        source,
        content,
        rounds=options.rounds,
        seed=options.seed,
        expected_head=planned_head(decision.model) if known else None,
        progress=task.progress,
    )
    if verification.problem is not None:
        raise VerificationError(
            f"{task.source.name}: the result is not the same as its source; {verification.problem}; nothing was written"
        )
    return verification
