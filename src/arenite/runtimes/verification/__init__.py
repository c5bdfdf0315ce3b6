"""Compares the outputs of two models bit for bit, and the runtimes with each other on the first model."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from arenite.checkers.validity import validity
from arenite.errors import OptionError, VerificationError
from arenite.runtimes.ends import Ends
from arenite.runtimes.inputs import random_inputs, unfeedable
from arenite.runtimes.run import MOST_ROUNDS
from arenite.runtimes.verification.judging import LARGEST_ARENA, Pair, Side
from arenite.runtimes.verification.verdict import REFERENCE, RUNTIMES, Verdict, Verification, not_verified
from arenite.runtimes.work import REASONABLE_BYTES, fitting_rounds, round_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from arenite.model import Model, Tensor
    from arenite.runtimes.verification.judging import Rounds, Source

__all__ = ["REFERENCE", "RUNTIMES", "Verdict", "Verification", "not_verified", "verify"]


def verify(
    first: Source,
    second: Source | None = None,
    *,
    rounds: int | None = None,
    seed: int = 0,
    runtimes: Sequence[str] = RUNTIMES,
    expected_head: int | None = None,
    integer_ends: bool = False,
    progress: Callable[[str], None] | None = None,
) -> Verification:
    """Run two models on equal inputs, one round of zeros and `rounds` random ones, and compare all outputs bit for bit.

    Each model runs in a new interpreter over all rounds, so that state evolves equally, and in its own process, which a
    runtime may crash. A runtime gives no verdict if it cannot run the first model, or if a second run of the first
    model gives another result. If both models have the same bytes, only the first one runs. The outputs of the first
    model are also compared between runtimes, which takes no further run.

    Args:
        first: the source: a model, a model that was just written, the bytes of a file, or a path.
        second: the model to compare; None only compares the runtimes with each other.
        rounds: number of random rounds, up to 1000. None means five, or fewer for a model with much work; if only one
            round remains, it is random.
        runtimes: runtimes to use, of "litert" and "tflm".
        expected_head: bytes of head that TFLM must report for the second model, if TFLM runs it.
        integer_ends: inputs and outputs of the second model may be int8 or uint8 where those of the first are not
            (`rewrite.integer_ends`). The first model gets the numbers for which the second one's inputs stand, and
            its outputs are compared with the numbers for which the second one's stand.
        progress: called with a sentence before each runtime starts.

    Raises:
        ModelError: one of the models cannot be read.
        OptionError: a runtime is unknown, or `rounds` is out of range.
        ResourceError: the system cannot start a runtime's process.
        VerificationError: inputs or outputs of the models differ in number, shape or type.
    """
    unknown = next((runtime for runtime in runtimes if runtime not in RUNTIMES), None)
    if unknown is not None:
        raise OptionError(f"runtime {unknown!r} is not known; choose from {', '.join(RUNTIMES)}")
    if rounds is not None and not 0 <= rounds <= MOST_ROUNDS:
        raise OptionError(f"rounds: {rounds} is out of range; give 0 to {MOST_ROUNDS}")
    source = Side.of(first, "first model")
    result = None if second is None else Side.of(second, "second model")
    if result is not None:
        _check_signatures(source.model, result.model, Ends.convertible if integer_ends else Ends.same)
    judged = (result or source).model
    plan = None if judged.plan is None else validity(judged)
    obstacle = unfeedable(source.model) or _too_large(source) or _too_large(result or source)
    if obstacle is not None:
        verification = not_verified(obstacle, runtimes)
        equal = result is not None and source.content == result.content
        return replace(verification, plan=plan, equal=equal, alone=result is None)
    inputs = _inputs((result or source).model, rounds, seed)
    pair = Pair(source, result, inputs, expected_head, progress or _silent)
    return replace(pair.verified(runtimes), plan=plan)


def _silent(_: str) -> None:
    pass


def _inputs(model: Model, rounds: int | None, seed: int) -> Rounds:
    """Inputs of all rounds; a single reasonable round is random, not zeros."""
    if rounds is not None:
        return random_inputs(model, rounds, seed)
    count = fitting_rounds(model)
    return random_inputs(model, max(1, count - 1), seed)[-count:]


def _too_large(side: Side) -> str | None:
    """Why a model cannot be run for verification, as text: it needs too much memory; None if it can."""
    size, most = round_bytes(side.model), REASONABLE_BYTES
    if size > most:
        return f"its inputs and outputs are {size:,} bytes, of which verification takes at most {most:,}"
    size, most = side.head, LARGEST_ARENA
    return f"its head is {size:,} bytes, of which verification takes at most {most:,}" if size > most else None


def _check_signatures(first: Model, second: Model, alike: Callable[[Tensor, Tensor], bool]) -> None:
    for what in ("inputs", "outputs"):
        ours, theirs = (getattr(model.main, what) for model in (first, second))
        if len(ours) != len(theirs) or not all(map(alike, ours, theirs)):
            raise VerificationError(
                f"the models' {what} do not match: {first.name} has {_listed(ours)}, "
                f"{second.name} has {_listed(theirs)}"
            )


def _listed(tensors: Sequence[Tensor]) -> str:
    return ", ".join(f"{tensor.type.name} {list(tensor.shape)}" for tensor in tensors) or "none"
