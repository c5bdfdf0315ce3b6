"""Whether two models give equal outputs, bit for bit, in the runtimes present."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from arenite.errors import OptionError, VerificationError
from arenite.liveness import lifetimes
from arenite.model import Model
from arenite.runtimes import process
from arenite.runtimes.compare import Difference, first_difference
from arenite.runtimes.inputs import MOST_ROUNDS, random_inputs, unfeedable
from arenite.runtimes.run import Failure, Job, Memory, Run
from arenite.targets.tflm import planned_head
from arenite.tflite.memory_plan import read_plan
from arenite.tflite.read import read_bytes, read_model
from arenite.tflite.write import write_bytes
from arenite.validity import Validity, not_for_reference, validity

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    from arenite.runtimes.run import Array

    Source = Model | bytes | str | os.PathLike[str]

RUNTIMES = ("litert", "tflm")
SPARE_ARENA = 64 << 20
"""Bytes of arena beyond the planned head, for TFLM's tail and for planning; untouched pages cost nothing."""

LARGEST_ARENA = (2 << 30) - 4096


@dataclass(frozen=True)
class Verdict:
    """What one runtime says of two models.

    `reason` tells why they count as different, or why nothing can be said; `difference` is the first output that
    differs. `memory` is what TFLM recorded for the first and the second model, None where it did not run.
    """

    runtime: str
    outcome: Literal["identical", "different", "unavailable"]
    reason: str = ""
    difference: Difference | None = None
    memory: tuple[Memory | None, Memory | None] = (None, None)

    @property
    def status(self) -> str:
        """`identical`, `different`, or `unavailable: why`, as in JSON."""
        return f"unavailable: {self.reason}" if self.outcome == "unavailable" else self.outcome


@dataclass(frozen=True)
class Verification:
    """What all runtimes say of two models, one verdict for each.

    `plan` tells with which kernels the memory plan of the second model is right; None where it has none.
    """

    verdicts: tuple[Verdict, ...]
    plan: Validity | None = None

    @property
    def status(self) -> Mapping[str, str]:
        """For each runtime `identical`, `different` or `unavailable: why`."""
        return {verdict.runtime: verdict.status for verdict in self.verdicts}

    @property
    def compared(self) -> bool:
        """Whether at least one runtime could run and compare both models."""
        return any(verdict.outcome != "unavailable" for verdict in self.verdicts)

    @property
    def identical(self) -> bool:
        """Whether at least one runtime compared the models, and none found a difference."""
        return self.compared and self.problem is None

    @property
    def problem(self) -> str | None:
        """The first difference found, in one line; None if there is none."""
        for verdict in self.verdicts:
            if verdict.outcome == "different":
                return f"{process.NAMES[verdict.runtime]}: {verdict.reason}"
        return None

    @property
    def memory(self) -> tuple[Memory | None, Memory | None]:
        """What TFLM recorded for the first and the second model, in bytes; None where it did not run."""
        return next((verdict.memory for verdict in self.verdicts if verdict.runtime == "tflm"), (None, None))


def verify(
    first: Source,
    second: Source,
    *,
    rounds: int = 5,
    seed: int = 0,
    runtimes: Sequence[str] = RUNTIMES,
    expected_head: int | None = None,
) -> Verification:
    """Run two models on equal inputs, one round of zeros and `rounds` at random, and compare all outputs bit for bit.

    Each model runs in one fresh interpreter over all rounds, so that state evolves alike, and in a process of its own,
    which a runtime may bring down. A runtime that cannot run the first model has nothing to say of the second.

    Args:
        first: the source: a model, the bytes of a file, or a path.
        second: the model to compare with it.
        rounds: number of rounds with random inputs, up to 1000.
        seed: of the random inputs.
        runtimes: which of "litert" and "tflm" to ask.
        expected_head: bytes of head that TFLM has to record for the second model, if TFLM runs it.

    Raises:
        ModelError: one of the models cannot be read.
        OptionError: there is no such runtime, or `rounds` is out of range.
        VerificationError: inputs or outputs of the models do not match in number, shape or type.
    """
    unknown = next((runtime for runtime in runtimes if runtime not in RUNTIMES), None)
    if unknown is not None:
        raise OptionError(f"runtime {unknown!r} is not known; choose from {', '.join(RUNTIMES)}")
    if not 0 <= rounds <= MOST_ROUNDS:
        raise OptionError(f"rounds: {rounds} is out of range; give 0 to {MOST_ROUNDS}")
    pair = _Pair(_Side.of(first, "first model"), _Side.of(second, "second model"))
    pair.check_signatures()
    plan = None if read_plan(pair.second.model) is None else validity(pair.second.model)
    obstacle = unfeedable(pair.first.model)
    if obstacle is not None:
        return Verification(tuple(Verdict(runtime, "unavailable", obstacle) for runtime in runtimes), plan)
    inputs = random_inputs(pair.first.model, rounds, seed)
    return Verification(tuple(pair.ask(runtime, inputs, expected_head) for runtime in runtimes), plan)


@dataclass(frozen=True)
class _Side:
    """One of the two models, with the bytes of its file."""

    model: Model
    content: bytes = field(repr=False)

    @staticmethod
    def of(source: Source, name: str) -> _Side:
        if isinstance(source, Model):
            return _Side(source, write_bytes(source))
        if isinstance(source, bytes):
            return _Side(read_bytes(source, name), source)
        return _Side(read_model(source), Path(source).read_bytes())

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(tensor.name for tensor in self.model.main.outputs)

    def job(self, inputs: tuple[tuple[Array, ...], ...]) -> Job:
        arena = min(2 * planned_head(self.model) + SPARE_ARENA, LARGEST_ARENA)
        return Job(self.content, inputs, len(self.model.main.outputs), arena)


@dataclass(frozen=True)
class _Pair:
    first: _Side
    second: _Side

    def check_signatures(self) -> None:
        for what in ("inputs", "outputs"):
            ours, theirs = (_signature(side.model, what) for side in (self.first, self.second))
            if ours != theirs:
                raise VerificationError(
                    f"the models' {what} do not match: {self.first.model.name} has {_listed(ours)}, "
                    f"{self.second.model.name} has {_listed(theirs)}"
                )

    def ask(self, runtime: str, inputs: tuple[tuple[Array, ...], ...], expected_head: int | None) -> Verdict:
        absent = process.absent(runtime) or self._obstacle(runtime)
        if absent is not None:
            return Verdict(runtime, "unavailable", absent)
        jobs = [self.first.job(inputs), self.second.job(inputs)]
        if runtime == "tflm" and lifetimes(self.first.model).early:
            verdict = _out_of_order(process.run(runtime, jobs[1:])[0])
        else:
            verdict = self._compare(runtime, jobs)
        recorded = verdict.memory[1]
        if recorded is not None and expected_head not in (None, recorded.head) and verdict.outcome != "different":
            reason = f"it recorded a head of {recorded.head:,} bytes where {expected_head:,} were planned"
            return Verdict(runtime, "different", reason, memory=verdict.memory)
        return verdict

    def _obstacle(self, runtime: str) -> str | None:
        """Why a runtime's kernels are the wrong ones for a plan; LiteRT makes a layout of its own."""
        if runtime != "tflm":
            return None
        return not_for_reference(self.first.model) or not_for_reference(self.second.model)

    def _compare(self, runtime: str, jobs: list[Job]) -> Verdict:
        ours, *rest = process.run(runtime, jobs)
        if isinstance(ours, Failure):
            return Verdict(runtime, "unavailable", ours.reason)
        (theirs,) = rest
        if not isinstance(theirs, Failure):
            difference = first_difference(ours, theirs, self.first.names)
            memory = (ours.memory, theirs.memory)
            if difference is None:
                return Verdict(runtime, "identical", memory=memory)
            verdict = Verdict(runtime, "different", str(difference), difference, memory)
        else:
            reason = f"it runs the first model, but not the second: {theirs.reason}"
            verdict = Verdict(runtime, "different", reason, memory=(ours.memory, None))
        again = process.run(runtime, jobs[:1])[0]
        if isinstance(again, Failure) or first_difference(ours, again, self.first.names) is not None:
            reason = "what it makes of the first model changes from one run to the next"
            return Verdict(runtime, "unavailable", reason, memory=verdict.memory)
        return verdict


def _out_of_order(second: Run | Failure) -> Verdict:
    """TFLM's verdict on a first model that it runs wrongly; what it records for the second is of use all the same."""
    reason = "the first model's operators are filed out of order, which TFLM runs wrongly"
    memory = None if isinstance(second, Failure) else second.memory
    return Verdict("tflm", "unavailable", reason, memory=(None, memory))


def _signature(model: Model, what: str) -> tuple[tuple[str, tuple[int, ...]], ...]:
    return tuple((tensor.type.name, tensor.shape) for tensor in getattr(model.main, what))


def _listed(signature: tuple[tuple[str, tuple[int, ...]], ...]) -> str:
    return ", ".join(f"{name} {list(shape)}" for name, shape in signature) or "none"
