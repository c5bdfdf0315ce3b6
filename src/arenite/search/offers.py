"""Task, result -> notes on what an option that is off would gain, computed without a search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.operators.quantization import packed_weights
from arenite.rewrite import UnpackInt4
from arenite.rewrite.interface import flash

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.model import Model, Operator
    from arenite.search.task import Task


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
