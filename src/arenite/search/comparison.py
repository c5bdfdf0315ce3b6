"""Source, result, options -> Verification: the result compared with its source in the installed runtimes.

A repair changes what TFLM computes on purpose, so a repaired model is compared between the runtimes as well
(`widening_sentences`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.backends.reference.scratch import unknown_scratch
from arenite.backends.tflm.head import planned_head
from arenite.checkers.validity import not_for_reference
from arenite.errors import VerificationError
from arenite.rewrite import DeclareBias, WidenBias
from arenite.runtimes import process
from arenite.runtimes.agreement import agreement
from arenite.runtimes.inputs import random_inputs, unfeedable
from arenite.runtimes.run import Failure
from arenite.runtimes.verification import verify
from arenite.runtimes.verification.judging import Side
from arenite.runtimes.work import fitting_rounds

if TYPE_CHECKING:
    from collections.abc import Callable

    from arenite.model import Model
    from arenite.runtimes.run import Job, Run
    from arenite.runtimes.verification import Verification
    from arenite.search.options import Options
    from arenite.tflite.write import Written


def compared(
    source: Model, result: Model, written: Written, options: Options, progress: Callable[[str], None] | None = None
) -> Verification:
    """Compare a result with its source, as the options say; `written` is the file of the result.

    Raises:
        VerificationError: outputs differ in a runtime, or TFLM reports another head than was planned.
    """
    against = source
    if result is not source and not_for_reference(source):
        # The reference kernels run here would compute wrong results with the source's plan; compare without it.
        against = source.with_plan(None)
    if options.widen_bias:
        against = WidenBias().run(against)
    verification = verify(
        against,
        written,
        rounds=options.rounds,
        seed=options.seed,
        # TFLM keeps all inputs and outputs in its arena, whatever the plan is for.
        expected_head=None if unknown_scratch(source) or options.ends else planned_head(result),
        integer_ends=options.io is not None,
        stream=options.stream is not None,
        progress=progress,
    )
    if verification.problem is not None:
        raise VerificationError(
            f"{source.name}: the result is not the same as its source; {verification.problem}; nothing was written"
        )
    return verification


def widening_sentences(source: Model, repaired: Model, *, rounds: int | None, seed: int) -> tuple[str, ...]:
    """Compare the outputs of the repaired model between LiteRT and TFLM, and with LiteRT's int32 reading of the source.

    Args:
        source: a model with int32 biases that TFLM reads as int64.
        repaired: the source with int64 biases.
        rounds: number of rounds with random inputs; None: fewer rounds for larger models (`fitting_rounds`).

    Returns:
        At most two sentences; none if the model cannot be fed, or LiteRT is not installed.
    """
    if unfeedable(source) is not None:
        return ()
    inputs = random_inputs(source, fitting_rounds(source) if rounds is None else rounds, seed)

    def job(model: Model) -> Job:
        return Side.of(model, "repaired model").job(inputs)

    if process.absent("litert") is not None:
        return ()
    meant, ours = _runs("litert", [job(DeclareBias().run(source)), job(repaired)])
    (theirs,) = _runs("tflm", [job(repaired)]) if process.absent("tflm") is None else (None,)
    sentences = []
    if ours is not None and theirs is not None:
        sentences.append(f"after the repair TFLM and LiteRT {_compared(ours, theirs)}")
    if ours is not None and meant is not None:
        sentences.append(f"with sums of 32 bits in place of 64, as LiteRT has them for int32, {_compared(meant, ours)}")
    return tuple(sentences)


def _runs(runtime: str, jobs: list[Job]) -> list[Run | None]:
    """The run of each job in a runtime, one for each job; None if the runtime failed."""
    found = [None if isinstance(each, Failure) else each for each in process.run(runtime, jobs)]
    return found + [None] * (len(jobs) - len(found))


def _compared(one: Run, other: Run) -> str:
    found = agreement(("litert", "tflm"), one, other)
    return f"agree {found}" if found.exact else str(found)
