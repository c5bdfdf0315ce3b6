"""Verdicts of the runtimes on two models, as JSON and as text."""

from __future__ import annotations

from dataclasses import asdict
from math import isfinite
from typing import TYPE_CHECKING, Any

from rich.text import Text

from arenite.names import printable
from arenite.report.console import RUNTIMES, label, number, print_report, table
from arenite.report.validity import origin_line, validity_as_json, validity_line

if TYPE_CHECKING:
    from typing import TextIO

    from arenite.checkers.validity import Validity
    from arenite.runtimes.agreement import Agreement
    from arenite.runtimes.compare import Difference
    from arenite.runtimes.run import Memory
    from arenite.runtimes.verification import Verdict, Verification

STYLES = {"identical": "bold green", "different": "bold red", "ran": "", "unavailable": ""}


ROUNDING = 1e-3
"""Relative error up to which floats count as agreeing. Sums of float32 in another order differ by 1e-7 to 1e-4 of the
largest output; values that are read or computed wrongly differ by more."""


def print_verification(verification: Verification, stream: TextIO) -> None:
    """Print a row per runtime."""
    verdicts = table(label(), "", headed=False)
    for verdict in verification.verdicts:
        verdicts.add_row(RUNTIMES[verdict.runtime], Text(_verdict(verdict), style=STYLES[verdict.outcome]))
    lines = [*_equal(verification), *agreement_lines(verification.agreement), *_memory(*verification.memory)]
    notes = [Text(f"Note: {printable(note)}") for note in verification.notes]
    print_report([verdicts, *lines, *_plan(verification.plan), *notes], stream)


def agreement_lines(agreement: Agreement | None) -> list[str]:
    """A line about the agreement of LiteRT and TFLM on the source; empty if one of them did not run it."""
    if agreement is None:
        return []
    names = " and ".join(RUNTIMES[runtime] for runtime in agreement.runtimes)
    if agreement.exact:
        return [f"{names} agree on the source {agreement}"]
    error = agreement.relative_error
    if agreement.integers or error is None or error > ROUNDING:
        return [f"{names} do not agree on the source: {agreement}"]
    return [f"{names} agree on the source to a relative error of {error:.1e}"]


def rounds_words(rounds: int) -> str:
    """A number of rounds in words."""
    return "1 round" if rounds == 1 else f"{number(rounds)} rounds"


def _verdict(verdict: Verdict) -> str:
    rounds = f" in {rounds_words(verdict.rounds)}" if verdict.outcome in ("identical", "ran") else ""
    return f"{verdict.outcome}{rounds}" + (f": {printable(verdict.reason)}" if verdict.reason else "")


def _equal(verification: Verification) -> list[str]:
    """A line that says that files with equal bytes were not compared; no line for other files."""
    if not verification.equal:
        return []
    return ["Both files are the same bytes: nothing had to be compared, and the runtimes ran the first only"]


def _plan(plan: Validity | None) -> list[str]:
    """Lines about the kernels that the comparison covers: TFLM on this machine runs the reference kernels."""
    if plan is None or plan.everywhere:
        return []
    return [f"Warning: {origin_line(plan)}. {validity_line(plan)}; TFLM here runs reference kernels"]


def _memory(first: Memory | None, second: Memory | None) -> list[str]:
    """Lines with TFLM's report, if TFLM ran both models."""
    if first is None or second is None:
        return []
    return [
        f"TFLM recorded a head of {number(first.head)} and {number(second.head)} bytes, "
        f"an arena of {number(first.arena)} and {number(second.arena)} bytes"
    ]


def as_json(verification: Verification) -> dict[str, Any]:
    """The verification as JSON values; docs/json.md documents the keys."""
    return {
        "identical": None if verification.alone else verification.identical,
        "equal_files": verification.equal,
        "verified": dict(verification.status),
        "rounds": dict(verification.rounds),
        "agreement": None if verification.agreement is None else verification.agreement.to_json(),
        "notes": list(verification.notes),
        "reasons": {verdict.runtime: verdict.reason for verdict in verification.verdicts if verdict.reason},
        "differences": {
            verdict.runtime: _difference(verdict.difference) for verdict in verification.verdicts if verdict.difference
        },
        "plan": None if verification.plan is None else validity_as_json(verification.plan),
        "memory": [_recorded(memory) for memory in verification.memory],
    }


def _difference(difference: Difference) -> dict[str, Any]:
    largest = difference.largest if isfinite(difference.largest) else None
    return {**asdict(difference), "position": list(difference.position), "largest": largest}


def _recorded(memory: Memory | None) -> dict[str, int] | None:
    if memory is None:
        return None
    return {"head_bytes": memory.head, "tail_bytes": memory.tail, "arena_bytes": memory.arena}
