"""Task -> Decision: which plan is the best for what was asked, and when the model has to stay as it is.

    Task --order and layout--> Decision --strips, where allowed--> Decision

`offers` says what an option that is off would gain. Checking, verifying and telling a person about the decision come
afterwards (`optimization.py`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from arenite.backends.sets import NO_OVERLAP
from arenite.backends.target import TARGETS
from arenite.backends.tflm.head import plan_obstacle
from arenite.budget import NORMAL_STEPS
from arenite.checkers.validity import is_right
from arenite.errors import FitError, OptionError, VerificationError
from arenite.formulate.order import runs_as_filed
from arenite.operators.peak import peak_memory
from arenite.operators.quantization import packed_weights
from arenite.rewrite import UnpackInt4
from arenite.rewrite.sentences import flash
from arenite.search.task import Decision, Task
from arenite.search.whole import search_whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.model import Model, Operator
    from arenite.search.options import Options

_SHARE_WITHOUT = 0.4
"""Share of the whole budget for order and layout without strips, which strips are compared with and built on."""


def decided(task: Task) -> Decision:
    """The best decision for the task, with strips if the options allow them and they save memory.

    High effort begins with normal effort and takes the better of the two plans. A search with a larger budget can miss
    what one with a smaller budget finds. Both bounds answer the same question, so the larger one holds for either plan.

    Raises:
        FitError: `arena` was asked for and was not reached.
    """
    made = [_attempt(each) for each in attempts(task)]
    found = [attempt for attempt in made if isinstance(attempt, Decision)]
    if not found:
        raise next(attempt for attempt in made if isinstance(attempt, FitError))
    proven = max(found, key=lambda decision: decision.lower_bound)
    best = found[0] if len(found) == 1 else min(found, key=lambda decision: _cost(task, decision))
    return replace(best, lower_bound=proven.lower_bound, proofs=proven.proofs)


def attempts(task: Task) -> tuple[Task, ...]:
    """The task itself; for high effort the same task with normal effort before it."""
    if task.options.effort != "high":
        return (task,)
    normal = replace(task, options=replace(task.options, effort="normal"))
    return normal.with_steps(NORMAL_STEPS), task


def _attempt(task: Task) -> Decision | FitError:
    """The best plan; the error where an arena was asked for that was not reached."""
    try:
        return _decided(task)
    except FitError as error:
        return error


def _decided(task: Task) -> Decision:
    if not task.options.split:
        return _whole(task)
    from arenite.search.split import search_partial  # loaded only where it is asked for

    return search_partial(task, without_strips(task))


def _cost(task: Task, decision: Decision) -> tuple[int, ...]:
    """What was asked to be small comes first: bytes of head or arena, or the added multiply-accumulates."""
    options = task.options
    arena = _arena(task, decision)
    work = sum(strips.extra_macs for strips in decision.strips)
    if options.arena is not None:
        return work, arena, decision.head
    if options.minimize == "arena" and (options.split or options.runs_on.generated):
        return arena, work, decision.head
    return decision.head, arena, work


def _arena(task: Task, decision: Decision) -> int:
    """Bytes of the arena to declare; of generated C with the moves of its export."""
    target = task.options.runs_on
    declared = target.arena(decision.model).declare_bytes
    if not target.generated:
        return declared
    from arenite.search.relocation import outlook

    exported = outlook(decision.model, task)
    return declared if exported is None else exported.arena_bytes


def without_strips(task: Task) -> Decision:
    """The best decision without strips; the rest of the budget is left to the search for strips."""
    return _whole(replace(task, budget=task.budget.part(_SHARE_WITHOUT)))


def _whole(task: Task) -> Decision:
    """The best decision without strips, with notes on the rewrites that were made and on those that are on offer."""
    found = _planned(task)
    said = task.changes if task.has_changes(found.model) else ()
    return replace(found, notes=(*found.notes, *said, *offers(task, found.model)))


def _planned(task: Task) -> Decision:
    """The best decision without strips; it holds the source model itself if nothing is gained."""
    model, options = task.source, task.options
    obstacle = _untouchable(model, options)
    if obstacle is not None:
        return _as_it_is(task, obstacle)
    in_order = runs_as_filed(model)
    if not in_order and not options.reorder:
        return _as_it_is(task, "its operators are filed out of order, which TFLM runs wrongly; let them be reordered")
    best = search_whole(task)
    head = task.head(model)
    if not in_order:
        note = "its operators were filed out of order, which TFLM runs wrongly; they are in order now"
        return replace(best, notes=(*best.notes, note))
    if not _is_right(task, keep_inputs=False):
        return replace(best, notes=(*best.notes, _replaced(task)))
    gains = best.head < head or (best.head == head and _saves_arena(task, best.model))
    if not gains and not task.must_change and (not options.keep_inputs or _keeps_inputs(task)):
        return replace(best, model=_renamed(task), peak=peak_memory(model), head=head)
    return best


def _saves_arena(task: Task, result: Model) -> bool:
    """Whether the target's arena shrinks although its charged head does not.

    That happens when the head shrinks with another set of kernels, or when tensors are removed.
    """
    if not task.shares and len(result.main.tensors) == len(task.source.main.tensors):
        return False
    target = task.options.runs_on
    return target.arena(result).total_bytes < target.arena(task.source).total_bytes


def _is_right(task: Task, *, keep_inputs: bool) -> bool:
    """Whether the source's offline plan, or TFLM's own plan without one, is valid for the options."""
    wanted = task.options.overlap and task.options.layout and task.source.plan is not None
    kernels = task.options.runs_on.backend if wanted else NO_OVERLAP
    return is_right(task.source, kernels, keep_inputs=keep_inputs)


def _replaced(task: Task) -> str:
    if not task.options.overlap or not task.options.layout:
        return "in its own plan buffers share bytes, which was not asked for; it was not kept"
    made_for = task.source.target
    if made_for is not None:
        return f"its own plan, made for {made_for}, is not right for {task.options.runs_on.name}; it was replaced"
    return "its own plan lets tensors share bytes while both are needed; it was replaced by one that does not"


def _renamed(task: Task) -> Model:
    """The source, with the requested target's name if its metadata names a target with other rules.

    Its plan is already known to be valid for the requested target.
    """
    name, target = task.source.target, task.options.runs_on
    made_for = TARGETS.get(name or "")
    if not task.shares or name is None or (made_for and made_for.backend.covers(target.backend)):
        return task.source
    return replace(task.source, target=target.name)


def _keeps_inputs(task: Task) -> bool:
    """Whether the source's offline plan leaves the inputs intact; without a plan TFLM may overwrite them."""
    return task.source.plan is not None and _is_right(task, keep_inputs=True)


def _untouchable(model: Model, options: Options) -> str | None:
    """Why order and layout must stay as they are, or None if they may change.

    Raises:
        OptionError: `keep_inputs` needs a new layout, and none can be written.
        VerificationError: the plan to respect computes wrong results with the target's kernels.
    """
    reason = None
    if model.compiled_by_vela:
        reason = "it was compiled by Vela, whose commands hold the addresses of its plan; it is left as it is"
    elif options.plan == "respect" and model.plan is not None:
        if not is_right(model, options.runs_on.backend):
            raise VerificationError(
                f"{model.name}: its own plan computes wrong results with the kernels of {options.runs_on.name}; "
                "let it be replaced, or name the target that it was made for; nothing was written"
            )
        reason = "its offline plan is respected, so order and layout are left as they are"
    if options.keep_inputs and (obstacle := reason or plan_obstacle(model)):
        raise OptionError(f"{model.name}: its inputs cannot be kept: {obstacle}")
    return reason


def _as_it_is(task: Task, note: str) -> Decision:
    """A decision that leaves the source untouched; the lower bound is 0 because nothing was searched."""
    model = task.source
    if task.options.io is not None:
        raise OptionError(f"{model.name}: its inputs and outputs cannot become {task.options.io}: {note}")
    if task.options.stream is not None:
        raise OptionError(f"{model.name}: cannot be streamed: {note}")
    return Decision(model, peak_memory(model), task.head(model), 0, notes=(note,))


def offers(task: Task, result: Model) -> tuple[str, ...]:
    """Notes on int4 weights that `result`, a plan of the source, leaves packed."""
    target = task.options.runs_on
    packed = [(number, each) for number, each in enumerate(result.main.operators) if packed_weights(each) is not None]
    if not packed:
        return ()
    if task.options.unpack_int4:
        return (f"int4 weights stay as they are: with the kernels of {target.name} int8 makes no smaller head",)
    return _unpacking(task, packed) if target.runs_reference else ()


def _unpacking(task: Task, packed: Sequence[tuple[int, Operator]]) -> tuple[str, ...]:
    """A note on what packed int4 weights cost in head, and on the head of TFLM's own plan without them.

    The head is TFLM's own because finding the smallest one would take a search.
    """
    target = task.options.runs_on
    number, largest = max(packed, key=lambda entry: sum(target.scratch(entry[1])))
    scratch = sum(target.scratch(largest))
    what = f"the int4 weights of {largest.code} (operator {number})"
    reason = f"{scratch:,} bytes of the head are scratch, into which TFLM unpacks {what}"
    unpacked = UnpackInt4().run(task.base)
    head, now = target.planned_head(unpacked), target.planned_head(task.base)
    if head >= now:
        return (reason,)
    grows = flash(task.base, unpacked)
    return (
        f"{reason}; with the option unpack int4 TFLM's own plan has a head of {head:,}, for {grows:,} bytes of flash",
    )
