"""Verdict of one runtime on two models.

Before results count as different, the runtime itself is checked: it runs the source twice, and LiteRT runs both models
again with its reference kernels.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from arenite.backends.tflm.head import planned_head
from arenite.checkers.validity import not_for_reference
from arenite.operators.liveness import lifetimes
from arenite.runtimes import process
from arenite.runtimes.agreement import agreement
from arenite.runtimes.biases import Misread, misread_biases
from arenite.runtimes.compare import first_difference
from arenite.runtimes.run import Failure, Job, Run
from arenite.runtimes.verification.verdict import REFERENCE, RUNTIMES, Verdict, Verification
from arenite.runtimes.work import seconds_allowed, work
from arenite.tflite.sources import ModelSource, model_of
from arenite.tflite.write import Written, write

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from arenite.model import Model
    from arenite.runtimes.ends import Ends
    from arenite.runtimes.run import Rounds
    from arenite.runtimes.stream import Stream

    Source = ModelSource | Written

SPARE_ARENA = 64 << 20
"""Bytes of arena beyond the planned head, for TFLM's tail and planning; untouched pages take no memory."""

LARGEST_ARENA = (2 << 30) - 4096
"""Largest arena in bytes, since TFLM counts it in an int. No microcontroller has more."""


@dataclass(frozen=True)
class Side:
    """One of the two models, with the bytes of its file."""

    model: Model
    content: bytes = field(repr=False)

    @staticmethod
    def of(source: Source, name: str) -> Side:
        """A model with its file, or the file as it would be written; errors about bytes call the model `name`."""
        written = source if isinstance(source, Written) else write(model_of(source, name))
        return Side(written.model, written.content)

    @cached_property
    def head(self) -> int:
        """Bytes of head that stock TFLM plans for the model."""
        return planned_head(self.model)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the main graph's outputs."""
        return tuple(tensor.name for tensor in self.model.main.outputs)

    def job(self, inputs: Rounds) -> Job:
        """The job for a runtime."""
        arena = min(2 * self.head + SPARE_ARENA, LARGEST_ARENA)
        seconds = seconds_allowed(self.model, len(self.content), len(inputs))
        return Job(self.content, inputs, len(self.model.main.outputs), arena, seconds)


@dataclass(frozen=True)
class Pair:
    """Models to compare, and the inputs of the second. Without one the runtimes only run the first model.

    ends: how inputs and outputs of both belong together.
    """

    first: Side
    second: Side | None
    inputs: Rounds
    expected_head: int | None
    progress: Callable[[str], None]
    ends: Ends | Stream

    @property
    def equal(self) -> bool:
        """Whether both files are the same bytes."""
        return self.second is not None and self.second.content == self.first.content

    @property
    def _first_job(self) -> Job:
        return self.first.job(self.ends.for_first(self.inputs))

    def verified(self, runtimes: Sequence[str]) -> Verification:
        """Verdicts of the runtimes, and their agreement on the first model."""
        obstacles = {runtime: process.absent(runtime) or self._obstacle(runtime) for runtime in runtimes}
        # LiteRT first: TFLM may write to memory that is not its own, and both run in one process.
        asked = [runtime for runtime in RUNTIMES if runtime in obstacles and obstacles[runtime] is None]
        if asked:
            self._tell(asked, self._what())
        answers = process.run_in_turn({runtime: self._jobs(runtime) for runtime in asked})
        found: list[tuple[Verdict, Run | None]] = []
        for runtime in runtimes:
            obstacle = obstacles[runtime]
            if obstacle is not None:
                found.append((Verdict(runtime, "unavailable", obstacle), None))
            else:
                found += self._verdicts(runtime, answers[runtime])
        ran = {verdict.runtime: run for verdict, run in found if run is not None}
        reliable = {verdict.runtime for verdict, _ in found if verdict.outcome != "unavailable"}
        litert = REFERENCE if REFERENCE in ran and "litert" not in reliable else "litert"
        agreed = None
        if litert in ran and "tflm" in ran:
            agreed = agreement((litert, "tflm"), ran[litert], ran["tflm"])
        return Verification(
            tuple(verdict for verdict, _ in found),
            equal=self.equal,
            alone=self.second is None,
            agreement=agreed,
            notes=self._notes(runtimes),
        )

    def _notes(self, runtimes: Sequence[str]) -> tuple[str, ...]:
        """Known faults of the first model in the runtimes, with remedies, as sentences."""
        found: dict[tuple[Misread, ...], list[str]] = {}
        for runtime in runtimes:
            misread = misread_biases(self.first.model, runtime)
            found.setdefault(misread, []).append(runtime)
        return tuple(
            f"{misread[0].by(*wrong)}{_more(misread)}, so the model's outputs there are wrong; {misread[0].repair}"
            for misread, wrong in found.items()
            if misread
        )

    def _verdicts(self, runtime: str, answers: Sequence[Run | Failure]) -> list[tuple[Verdict, Run | None]]:
        """A runtime's verdict, followed by the one of LiteRT's reference kernels if they were used.

        Each verdict comes with the run of the first model, or None.
        """
        if self._out_of_order(runtime):
            return [(self._with_expected_head(self._report(answers)), None)]
        verdict, run = self._compare(runtime, answers)
        verdict = self._with_expected_head(verdict)
        doubtful = verdict.outcome == "different" or verdict.difference is not None
        if runtime != "litert" or not doubtful or misread_biases(self.first.model, REFERENCE):
            return [(verdict, run)]
        self._tell([REFERENCE], self._what())
        judge, reference_run = self._compare(REFERENCE, process.run(REFERENCE, self._jobs(REFERENCE)))
        if judge.outcome == "unavailable":
            return [(verdict, run)]
        if judge.outcome == verdict.outcome:
            return [(replace(verdict, reason=f"{verdict.reason}; so it is with its reference kernels"), run)]
        if judge.outcome == "identical" and verdict.outcome == "different":
            reason = (
                f"its optimized kernels are at fault, since the reference kernels make no difference: {verdict.reason}"
            )
            verdict = replace(verdict, outcome="unavailable", reason=reason, rounds=0)
        return [(verdict, run), (judge, reference_run)]

    def _obstacle(self, runtime: str) -> str | None:
        """Why the target's kernels cannot run a plan, as text. LiteRT always can: it plans its own layout."""
        if runtime != "tflm":
            return None
        reason = not_for_reference(self.first.model)
        return reason if reason or self.second is None else not_for_reference(self.second.model)

    def _out_of_order(self, runtime: str) -> bool:
        """Whether a runtime runs the first model wrongly, for its operators are filed out of order."""
        return runtime == "tflm" and bool(lifetimes(self.first.model).early)

    def _report(self, answers: Sequence[Run | Failure]) -> Verdict:
        """TFLM's verdict if TFLM runs the first model wrongly; its report for the second model is still useful."""
        recorded = next((ran.memory for ran in answers if isinstance(ran, Run)), None)
        reason = "the first model's operators are filed out of order, which TFLM runs wrongly"
        return Verdict("tflm", "unavailable", reason, memory=(None, recorded))

    def _jobs(self, runtime: str) -> list[Job]:
        """What a runtime has to run: the first model, and the second one unless it has the same bytes."""
        first = [] if self._out_of_order(runtime) else [self._first_job]
        if self.second is None or (self.equal and first):
            return first
        # Twice the usual limit: a runtime that runs the source in time also runs the result, unless that is faulty.
        result = self.second.job(self.inputs)
        return [*first, *(replace(result, seconds=2 * max(result.seconds, job.seconds)) for job in first or [result])]

    def _with_expected_head(self, verdict: Verdict) -> Verdict:
        recorded, expected = verdict.memory[1], self.expected_head
        if recorded is None or expected in (None, recorded.head) or verdict.outcome == "different":
            return verdict
        reason = f"it recorded a head of {recorded.head:,} bytes where {expected:,} were planned"
        return replace(verdict, outcome="different", reason=reason)

    def _compare(self, runtime: str, answers: Sequence[Run | Failure]) -> tuple[Verdict, Run | None]:
        """A runtime's verdict from its answers, and its run of the first model; None if it did not run that one."""
        ours, *rest = answers
        if isinstance(ours, Failure):
            only_second = any(isinstance(each, Run) for each in rest)
            reason = f"it runs the second model, but not the first: {ours.reason}" if only_second else ours.reason
            return Verdict(runtime, "unavailable", reason), None
        verdict = self._judged(runtime, ours, rest[0]) if rest else self._ran(runtime, ours)
        misread = misread_biases(self.first.model, runtime)
        if misread and self.second is not None:
            reason = f"{misread[0].by(runtime)}{_more(misread)}, so it cannot tell what the model computes"
            return Verdict(runtime, "unavailable", reason, memory=verdict.memory), ours
        if verdict.outcome == "different":
            unsteady = self._unsteady(runtime, ours)
            if unsteady is not None:
                verdict = replace(verdict, outcome="unavailable", reason=unsteady, rounds=0)
        return verdict, ours

    def _ran(self, runtime: str, ours: Run) -> Verdict:
        """The verdict without a second model, or with one of the same bytes."""
        outcome: Literal["identical", "ran"] = "identical" if self.equal else "ran"
        memory = (ours.memory, ours.memory if self.equal else None)
        return Verdict(runtime, outcome, memory=memory, rounds=self.ends.rounds(self.inputs))

    def _judged(self, runtime: str, ours: Run, theirs: Run | Failure) -> Verdict:
        rounds = self.ends.rounds(self.inputs)
        if isinstance(theirs, Failure):
            reason = f"it runs the first model, but not the second: {theirs.reason}"
            return Verdict(runtime, "different", reason, memory=(ours.memory, None), rounds=rounds)
        difference = first_difference(self.ends.of_first(ours), self.ends.as_first(theirs), self.first.names)
        memory = (ours.memory, theirs.memory)
        if difference is None:
            return Verdict(runtime, "identical", memory=memory, rounds=rounds)
        return Verdict(runtime, "different", str(difference), difference, memory, rounds)

    def _unsteady(self, runtime: str, before: Run) -> str | None:
        """How two runs of the first model in one process differ, as text; None if they are equal."""
        self._tell([runtime], "the source twice, since the result differs")
        for again in process.run(runtime, [self._first_job] * 2):
            if isinstance(again, Failure):
                return f"not deterministic on this model: it ran the source once, and then not; {again.reason}"
            difference = first_difference(before, again, self.first.names)
            if difference is not None:
                return f"not deterministic on this model: run again, the source's {difference}"
        return None

    def _what(self) -> str:
        """Which models run, for messages."""
        return "the model" if self.second is None or self.equal else "source and result"

    def _tell(self, runtimes: Sequence[str], what: str) -> None:
        count, macs = self.ends.rounds(self.inputs), work(self.first.model)
        rounds = f"{count} rounds" if count > 1 else "1 round"
        names = " and ".join(process.NAMES[runtime] for runtime in runtimes)
        self.progress(f"verifying in {names}: {what}, {rounds} of {macs / 1e6:,.1f} M operations")


def _more(misread: tuple[Misread, ...]) -> str:
    return f" and {len(misread) - 1} more" if len(misread) > 1 else ""
