"""Compares the outputs of two models bit for bit, and the runtimes with each other on the first model."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from arenite.checkers.validity import validity
from arenite.errors import OptionError, VerificationError
from arenite.runtimes.ends import Ends
from arenite.runtimes.inputs import random_inputs, unfeedable
from arenite.runtimes.run import MOST_ROUNDS
from arenite.runtimes.stream import Stream, shorter_axis
from arenite.runtimes.verification.judging import LARGEST_ARENA, Pair, Side
from arenite.runtimes.verification.verdict import REFERENCE, RUNTIMES, Verdict, Verification, not_verified
from arenite.runtimes.work import REASONABLE_BYTES, fitting_rounds, round_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from arenite.model import Model, Tensor
    from arenite.runtimes.run import Rounds
    from arenite.runtimes.verification.judging import Source

    Alike = Callable[[Tensor, Tensor], bool]

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
    stream: bool = False,
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
        stream: the second model takes new frames of the first one's windows (`rewrite.stream`). It gets a series frame
            by frame, and its outputs are compared from the first complete window on.
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
    judged = (result or source).model
    ends = (_stream if stream else _ends)(source.model, judged, Ends.convertible if integer_ends else Ends.same)
    plan = None if judged.plan is None else validity(judged)
    obstacle = unfeedable(source.model) or _too_large(source) or _too_large(result or source)
    if obstacle is not None:
        verification = not_verified(obstacle, runtimes)
        equal = result is not None and source.content == result.content
        return replace(verification, plan=plan, equal=equal, alone=result is None)
    inputs = (
        _frames(ends, source.model, judged, rounds, seed) if isinstance(ends, Stream) else _inputs(judged, rounds, seed)
    )
    pair = Pair(source, result, inputs, expected_head, progress or (lambda _: None), ends)
    return replace(pair.verified(runtimes), plan=plan)


def _inputs(model: Model, rounds: int | None, seed: int) -> Rounds:
    """Inputs of all rounds; a single reasonable round is random, not zeros."""
    if rounds is not None:
        return random_inputs(model, rounds, seed)
    count = fitting_rounds(model)
    return random_inputs(model, max(1, count - 1), seed)[-count:]


def _frames(stream: Stream, first: Model, second: Model, rounds: int | None, seed: int) -> Rounds:
    """A series of frames: those of the first window, and if that fits so many more that every step is replaced."""
    most = min(stream.first_run + 1, MOST_ROUNDS)
    windows = fitting_rounds(first, most) if rounds is None else rounds + 1
    return random_inputs(second, stream.first_run + windows - 2, seed)


def _too_large(side: Side) -> str | None:
    """Why a model cannot be run for verification, as text: it needs too much memory; None if it can."""
    size, most = round_bytes(side.model), REASONABLE_BYTES
    if size > most:
        return f"its inputs and outputs are {size:,} bytes, of which verification takes at most {most:,}"
    size, most = side.head, LARGEST_ARENA
    return f"its head is {size:,} bytes, of which verification takes at most {most:,}" if size > most else None


def _ends(first: Model, second: Model, alike: Alike) -> Ends:
    """How the inputs and outputs of two models belong together.

    Raises:
        VerificationError: they do not.
    """
    _check_signatures(first, second, alike)
    return Ends.of(first, second)


def _stream(first: Model, second: Model, alike: Alike) -> Stream:
    """How the second model takes the windows of the first one frame by frame.

    Raises:
        VerificationError: it does not.
    """

    def some_steps(ours: Tensor, theirs: Tensor) -> bool:
        fewer = shorter_axis(ours, theirs) is not None
        return alike(replace(ours, shape=theirs.shape) if fewer else ours, theirs)

    _check_signatures(first, second, some_steps)
    found = Stream.of(first, second)
    if found is None:
        raise VerificationError(
            f"{second.name} does not stream {first.name}: its input {_listed(second.main.inputs)} is not a part along "
            f"one axis of {_listed(first.main.inputs)}"
        )
    return found


def _check_signatures(first: Model, second: Model, alike: Alike) -> None:
    for what in ("inputs", "outputs"):
        ours, theirs = (getattr(model.main, what) for model in (first, second))
        if len(ours) != len(theirs) or not all(map(alike, ours, theirs)):
            raise VerificationError(
                f"the models' {what} do not match: {first.name} has {_listed(ours)}, "
                f"{second.name} has {_listed(theirs)}"
            )


def _listed(tensors: Sequence[Tensor]) -> str:
    return ", ".join(f"{tensor.type.name} {list(tensor.shape)}" for tensor in tensors) or "none"
