"""What the runtimes say of two models, or of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from arenite.runtimes import process

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arenite.check.validity import Validity
    from arenite.runtimes.agreement import Agreement
    from arenite.runtimes.compare import Difference
    from arenite.runtimes.run import Memory

RUNTIMES = ("litert", "tflm")
REFERENCE = "litert-reference"
"""Asked where LiteRT's optimized kernels tell source and result apart."""


@dataclass(frozen=True)
class Verdict:
    """What one runtime says of two models, or that it ran the only one.

    `reason` tells why they count as different, or why nothing can be said; `difference` is the first output that
    differs. `memory` is what TFLM recorded for the first and the second model, None where it did not run. `rounds` is
    the number of rounds of inputs on which the verdict rests.
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
    """What all runtimes say of two models, one verdict for each.

    `plan` tells with which kernels the memory plan of the second model is right; None where it has none. `equal`: both
    files are the same bytes, so their outputs were not compared. `alone`: there was no second model. `agreement` is how
    far LiteRT and TFLM agree on the first model; None where one of them did not run it. `notes` are sentences for a
    person.
    """

    verdicts: tuple[Verdict, ...]
    plan: Validity | None = None
    equal: bool = False
    alone: bool = False
    agreement: Agreement | None = None
    notes: tuple[str, ...] = ()

    @property
    def status(self) -> Mapping[str, str]:
        """For each runtime `identical`, `different`, `ran` or `unavailable: why`."""
        return {verdict.runtime: verdict.status for verdict in self.verdicts}

    @property
    def rounds(self) -> Mapping[str, int]:
        """For each runtime the number of rounds of inputs on which its verdict rests; 0 where it is unavailable."""
        return {verdict.runtime: verdict.rounds for verdict in self.verdicts}

    @property
    def compared(self) -> bool:
        """Whether at least one runtime could run what there is to compare, or both files are the same bytes."""
        return self.equal or any(verdict.outcome != "unavailable" for verdict in self.verdicts)

    @property
    def identical(self) -> bool:
        """Whether both files are the same bytes or a runtime compared them, and nothing told them apart."""
        agreed = any(verdict.outcome == "identical" for verdict in self.verdicts)
        return (self.equal or agreed) and self.problem is None

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


def not_verified(reason: str, runtimes: Sequence[str] = RUNTIMES) -> Verification:
    """Where no runtime is asked, for one reason."""
    return Verification(tuple(Verdict(runtime, "unavailable", reason) for runtime in runtimes))
