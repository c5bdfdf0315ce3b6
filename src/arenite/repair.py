"""What a repair of the source does to its outputs, since they cannot be compared with those of the source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.rewrite.widen_bias import declare_bias
from arenite.runtimes import process
from arenite.runtimes.inputs import random_inputs, unfeedable
from arenite.runtimes.run import Failure, Job
from arenite.targets.tflm import planned_head
from arenite.tflite.write import write_bytes
from arenite.verification import SPARE_ARENA

if TYPE_CHECKING:
    from arenite.model import Model
    from arenite.runtimes.run import Run


def widening_sentences(source: Model, repaired: Model, *, rounds: int, seed: int) -> tuple[str, ...]:
    """How the outputs of the source with its biases widened compare between the runtimes, and with the source's own.

    Args:
        source: has int32 biases that TFLM reads as int64.
        repaired: the same with int64 biases.
        rounds: number of rounds with random inputs.
        seed: of the random inputs.
    """
    if unfeedable(source) is not None:
        return ()
    inputs = random_inputs(source, rounds, seed)

    def job(model: Model) -> Job:
        return Job(write_bytes(model), inputs, len(model.main.outputs), 2 * planned_head(model) + SPARE_ARENA)

    if process.absent("litert") is not None:
        return ()
    meant, ours = _runs("litert", [job(declare_bias(source)), job(repaired)])
    (theirs,) = _runs("tflm", [job(repaired)]) if process.absent("tflm") is None else (None,)
    sentences = []
    if ours is not None and theirs is not None:
        sentences.append(f"after the repair TFLM and LiteRT {_compared(ours, theirs)}")
    if ours is not None and meant is not None:
        sentences.append(f"with sums of 32 bits in place of 64, as LiteRT has them for int32, {_compared(meant, ours)}")
    return tuple(sentences)


def _runs(runtime: str, jobs: list[Job]) -> list[Run | None]:
    """What a runtime makes of each job; None where it does not run it."""
    found = [None if isinstance(each, Failure) else each for each in process.run(runtime, jobs)]
    return found + [None] * (len(jobs) - len(found))


def _compared(one: Run, other: Run) -> str:
    import numpy as np

    pairs = [
        (a.astype(np.float64), b.astype(np.float64))
        for first, second in zip(one.outputs, other.outputs, strict=True)
        for a, b in zip(first, second, strict=True)
    ]
    total = sum(a.size for a, _ in pairs)
    unequal = sum(int((a != b).sum()) for a, b in pairs)
    if not unequal:
        return f"agree on all {total:,} elements"
    largest = max(float(np.max(np.abs(a - b), initial=0.0)) for a, b in pairs)
    return f"{unequal:,} of {total:,} elements differ, by {largest:g} at most"
