"""(Model, Options) -> Plan: searches an order and a layout, checks them, and compares the result with its source.

    source --rewrite--> Task --search--> Decision --write, check, verify--> Plan

Every plan goes through `completed`, so none is returned unchecked.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from arenite.backends.reference.scratch import unknown_scratch
from arenite.backends.tflm.head import planned_head
from arenite.budget import Budget
from arenite.checkers.validity import validity
from arenite.errors import VerificationError
from arenite.model import Outside
from arenite.operators.macs import macs_of_model
from arenite.operators.peak import peak_memory
from arenite.operators.rows_outside import comes_once
from arenite.rewrite import WidenBias
from arenite.search.decide import decided
from arenite.search.ends import rows_notes
from arenite.search.options import DEFAULTS, Options
from arenite.search.orders import in_best_order
from arenite.search.plan import NOT_ASKED_FOR, Cost, Exported, Plan
from arenite.search.runnable import refusals
from arenite.search.task import Decision, Task, origins, silent
from arenite.tflite.sources import model_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.backends.tflm.arena import Arena
    from arenite.model import Model
    from arenite.runtimes.verification import Verification
    from arenite.search.task import Progress
    from arenite.tflite.sources import ModelSource
    from arenite.tflite.write import Written

__all__ = ["DEFAULTS", "Options", "least_peak_memory", "optimize", "preview"]


def optimize(
    model: ModelSource, options: Options = DEFAULTS, *, progress: Progress | None = None, budget: Budget | None = None
) -> Plan:
    """The order and layout with the smallest head found, checked, and compared with the source.

    Args:
        model: the source, or what `read` takes; it is not changed.
        progress: called with a sentence at each step of the search.
        budget: steps for all searches together, which may be interrupted; None is the budget of `options`.

    Returns:
        The plan. If nothing is gained, its model is the source and its content is the source file byte for byte.

    Raises:
        ModelError: the model cannot be planned (a cycle of operators, a damaged offline plan).
        OptionError: `keep_inputs` was asked for and cannot be met.
        FitError: `arena` was asked for and was not reached.
        VerificationError: a check failed; the result must not be used.
    """
    started = time.monotonic()
    task = Task.of(model_of(model), options, budget or options.budget(), progress or silent)
    with task.budget.searching():
        decision = decided(task)
    return completed(task, decision, started)


def completed(task: Task, decision: Decision, started: float) -> Plan:
    """The plan for a decision, checked and verified.

    Raises:
        VerificationError: a check failed; the result must not be used.
    """
    from arenite.tflite.write import write

    model, options = task.source, task.options
    _check_rows(task, decision.model)
    written = write(decision.model)
    verification = _verified(task, decision, written)
    judged = verification.plan or validity(decision.model)
    refused = _refused(task, decision.model)
    exported = None if refused else _exported(task, decision.model)
    arenas = options.runs_on.arena(model), options.runs_on.arena(decision.model)
    unknown = unknown_scratch(decision.model)
    arena_before, arena_after = (memory.arena if memory else None for memory in verification.memory)
    if decision.lower_bound > decision.head:
        raise VerificationError(
            f"{model.name}: the head of {decision.head} bytes is below its proven bound of {decision.lower_bound}; "
            "please report this model; nothing was written"
        )
    return Plan(
        source=model,
        model=decision.model,
        content=written.content,
        before=Cost(peak_memory(model), task.head(model), arena_before, macs_of_model(model)),
        after=Cost(decision.peak, decision.head, arena_after, macs_of_model(decision.model)),
        lower_bound=decision.lower_bound,
        order=origins(task, decision),
        verified=verification.status,
        rounds=verification.rounds,
        agreement=verification.agreement,
        seconds=time.monotonic() - started,
        arenas=arenas,
        proofs=decision.proofs,
        notes=(
            *decision.notes,
            *_recorded(decision, verification, unknown),
            *([] if options.ends else rows_notes(model, options.runs_on)),
            *_repair(task),
            *_larger_arena(task, decision, arenas, exported),
            *refused,
            *([] if exported is None else [exported.sentence(arenas[1].declare_bytes)]),
            *verification.notes,
            *_struck(task),
        ),
        timed_out=task.budget.struck,
        exported=exported,
        target=options.runs_on,
        planned_for=task.planned_for,
        options=options,
        shared_pairs=judged.pairs,
        valid_with=judged.kernels,
        strips=decision.strips,
        unknown_scratch=() if options.runs_on.generated else unknown,
    )


def _check_rows(task: Task, result: Model) -> None:
    """Check that the rows of inputs which come in rows are taken once and in order."""
    for tensor in result.main.inputs:
        if tensor.outside is Outside.ROWS and not comes_once(result.main, tensor):
            raise VerificationError(
                f"{task.source.name}: rows of {tensor.name!r} would be asked for twice; please report this model; "
                "nothing was written"
            )


def preview(model: Model, options: Options = DEFAULTS, *, budget: Budget | None = None) -> Model:
    """The model that `optimize` would return, checked but not run: for reporting costs, not for writing to a file.

    Args:
        model: the source; it is not changed.
        budget: steps for all searches together; None is the budget of `options`.

    Raises:
        ModelError: the model cannot be planned.
        OptionError: `keep_inputs` was asked for and cannot be met.
        FitError: `arena` was asked for and was not reached.
        VerificationError: a check of the order or of the layout failed.
    """
    return decided(Task.of(model, options, budget or options.budget(), silent)).model


def least_peak_memory(model: ModelSource, *, budget: Budget | None = None) -> int:
    """Peak in bytes of the best order of the main graph: a fast objective for neural architecture search.

    The model may be what `read` takes.

    The peak is exact if the search ends within `budget` (None: a budget of its own); most networks take milliseconds.
    Otherwise it is the peak of the best order found. `optimize` reports which of the two holds.
    """
    return peak_memory(in_best_order(model_of(model), budget=budget or Budget())[0])


def _repair(task: Task) -> tuple[str, ...]:
    """Notes on how the requested repair changes the outputs."""
    if not task.is_repaired:
        return ()
    from arenite.search.comparison import widening_sentences

    task.progress("comparing the repaired model between the runtimes")
    repaired = WidenBias().run(task.source)
    return widening_sentences(task.source, repaired, rounds=task.options.rounds, seed=task.options.seed)


def _recorded(decision: Decision, verification: Verification, unknown: Sequence[str]) -> list[str]:
    """A note if TFLM recorded another head of the result than was planned; empty otherwise.

    The two may differ only if the scratch of some kinds of operators is not known. `unknown` names these kinds.
    """
    memory = verification.memory[1]
    if memory is None or not unknown or memory.head == (planned := planned_head(decision.model)):
        return []
    return [
        f"TFLM recorded a head of {memory.head:,} bytes here, {planned:,} were planned: "
        f"it has operators whose scratch is not known: {', '.join(unknown)}"
    ]


def _refused(task: Task, result: Model) -> list[str]:
    """Notes on the operators of the result that the target cannot run, by their places in the source.

    Those that the source does not have, if there are any, have places in the result only.
    """
    target = task.options.runs_on
    found = refusals(result, target)
    known = {(each.name, each.reason): each for each in refusals(task.source, target)} if found else {}
    return [f"{target.name} cannot run {known.get((each.name, each.reason), each)}" for each in found]


def _struck(task: Task) -> list[str]:
    """A note if the time limit or the user ended the searches; empty otherwise."""
    if task.budget.interrupted:
        return ["an interruption ended the searches; without one they may find more"]
    if not task.budget.struck:
        return []
    return [f"the time limit of {task.options.time_limit:g} s ended the searches; without one they may find more"]


def _larger_arena(task: Task, decision: Decision, arenas: tuple[Arena, Arena], exported: Exported | None) -> list[str]:
    """A note if the arena to declare grows although the head does not: the tail may outgrow what the head saves.

    `arenas` are those of the source and of the result. If the head grows too, the source's own plan was not valid, and
    another note says so.
    """
    before, after = arenas
    declared = after.declare_bytes if exported is None else exported.arena_bytes
    if declared <= before.declare_bytes or after.head_bytes > before.head_bytes:
        return []
    why = "what is kept for each operator" if decision.strips else "what is needed besides"
    advice = "; minimizing the arena looks for the smallest one" if task.options.minimize == "head" else ""
    grows = f"the arena to declare grows from {before.declare_bytes:,} to {declared:,} bytes"
    return [f"{grows}: {why} outgrows what the head saves{advice}"]


def _exported(task: Task, result: Model) -> Exported | None:
    """The arena of generated C if it is smaller than that of the plan; None otherwise."""
    if not task.options.runs_on.generated:
        return None
    from arenite.search.relocation import outlook

    task.progress("looking for moves that make the arena of the C smaller")
    return outlook(result, task)


def _verified(task: Task, decision: Decision, written: Written) -> Verification:
    """The comparison of the result with its source, if it is asked for."""
    from arenite.runtimes.verification import not_verified
    from arenite.search.comparison import compared

    if not task.options.verify:
        return not_verified(NOT_ASKED_FOR)
    return compared(task.source, decision.model, written, task.options, task.progress)
