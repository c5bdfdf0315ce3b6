"""What an option that was not asked for would give, where that can be told without a search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.kernels import Kernels
from arenite.rewrite.passes import UNPACKING, flash, rewritten
from arenite.rewrite.unpack_int4 import packed_weights

if TYPE_CHECKING:
    from arenite.task import Task


def offers(task: Task) -> tuple[str, ...]:
    """Sentences for a person, of options that would change the plan of a source."""
    return () if task.options.unpack_int4 else _unpacking(task)


def _unpacking(task: Task) -> tuple[str, ...]:
    """Why int4 weights cost head, and the head of TFLM's own plan without them: the search may find a smaller one."""
    target = task.options.runs_on
    packed = [
        (number, each) for number, each in enumerate(task.base.main.operators) if packed_weights(each) is not None
    ]
    if Kernels.REFERENCE not in target.sets or not packed:
        return ()
    number, largest = max(packed, key=lambda each: sum(target.scratch(each[1])))
    scratch = sum(target.scratch(largest))
    what = f"the int4 weights of {largest.code} (operator {number})"
    reason = f"{scratch:,} bytes of the head are scratch, into which TFLM unpacks {what}"
    unpacked, _ = rewritten(task.base, (UNPACKING,))
    head, now = target.planned_head(unpacked), target.planned_head(task.base)
    if head >= now:
        return (reason,)
    grows = flash(task.base, unpacked)
    return (f"{reason}; with --unpack-int4 TFLM's own plan has a head of {head:,}, for {grows:,} bytes of flash",)
