"""Verdicts of the runtimes on one or two models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from arenite.runtimes import process

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arenite.checkers.validity import Validity
    from arenite.runtimes.agreement import Agreement
    from arenite.runtimes.compare import Difference
    from arenite.runtimes.run import Memory

RUNTIMES = ("litert", "tflm")
REFERENCE = "litert-reference"
"""Runs if LiteRT's optimized kernels give different results for source and result."""


@dataclass(frozen=True)
class Verdict:
    """Verdict of one runtime on two models, or the fact that it ran a single one.

    `reason` says why the models count as different, or why there is no verdict. `difference` is the first output that
    differs. `memory` is TFLM's report for the first and second model, None where it did not run. `rounds` is the number
    of rounds behind the verdict.
    """

    runtime: str
    outcome: Literal["identical", "different", "ran", "unavailable"]
    reason: str = ""
    difference: Difference | None = None
    memory: tuple[Memory | None, Memory | None] = (None, None)
    rounds: int = 0

    @property
    def status(self) -> str:
        """`identical`, `different`, `ran`, or `unavailable: why`, as in JSON."""
        return f"unavailable: {self.reason}" if self.outcome == "unavailable" else self.outcome


@dataclass(frozen=True)
class Verification:
    """Verdicts of all runtimes on two models.

    Attributes:
        plan: with which kernels the memory plan of the second model is valid; None without a plan.
        equal: whether both files have the same bytes, so that their outputs were not compared.
        alone: whether there was no second model.
        agreement: agreement of LiteRT and TFLM on the first model; None if one of them did not run it.
        notes: sentences for users.
    """

    verdicts: tuple[Verdict, ...]
    plan: Validity | None = None
    equal: bool = False
    alone: bool = False
    agreement: Agreement | None = None
    notes: tuple[str, ...] = ()

    @property
    def status(self) -> Mapping[str, str]:
        """Status by runtime: `identical`, `different`, `ran` or `unavailable: why`."""
        return {verdict.runtime: verdict.status for verdict in self.verdicts}

    @property
    def rounds(self) -> Mapping[str, int]:
        """Number of rounds behind the verdict, by runtime; 0 for unavailable runtimes."""
        return {verdict.runtime: verdict.rounds for verdict in self.verdicts}

    @property
    def compared(self) -> bool:
        """Whether both files have the same bytes, or at least one runtime ran all models."""
        return self.equal or any(verdict.outcome != "unavailable" for verdict in self.verdicts)

    @property
    def identical(self) -> bool:
        """Whether the files have the same bytes or a runtime compared the models, and no difference was found."""
        agreed = any(verdict.outcome == "identical" for verdict in self.verdicts)
        return (self.equal or agreed) and self.problem is None

    @property
    def problem(self) -> str | None:
        """The first difference as one line; None if there is none."""
        for verdict in self.verdicts:
            if verdict.outcome == "different":
                return f"{process.NAMES[verdict.runtime]}: {verdict.reason}"
        return None

    @property
    def memory(self) -> tuple[Memory | None, Memory | None]:
        """TFLM's report for the first and the second model, in bytes; None where it did not run."""
        return next((verdict.memory for verdict in self.verdicts if verdict.runtime == "tflm"), (None, None))


def not_verified(reason: str, runtimes: Sequence[str] = RUNTIMES) -> Verification:
    """A verification in which no runtime ran, for the given reason."""
    return Verification(tuple(Verdict(runtime, "unavailable", reason) for runtime in runtimes))
