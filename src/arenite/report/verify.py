"""What the runtimes say of two models."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from arenite.names import printable
from arenite.report.console import RUNTIMES, number, print_report
from arenite.report.validity import origin_line, validity_as_json, validity_line

if TYPE_CHECKING:
    from typing import TextIO

    from arenite.runtimes.compare import Difference
    from arenite.runtimes.run import Memory
    from arenite.validity import Validity
    from arenite.verification import Verdict, Verification

STYLES = {"identical": "bold green", "different": "bold red", "unavailable": ""}


def print_verification(verification: Verification, stream: TextIO) -> None:
    """Print one row for each runtime."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=False)
    table.add_column(no_wrap=True, style="bold")
    table.add_column()
    for verdict in verification.verdicts:
        table.add_row(RUNTIMES[verdict.runtime], Text(_verdict(verdict), style=STYLES[verdict.outcome]))
    print_report([table, *_memory(*verification.memory), *_plan(verification.plan)], stream)


def _verdict(verdict: Verdict) -> str:
    return f"{verdict.outcome}: {printable(verdict.reason)}" if verdict.reason else verdict.outcome


def _plan(plan: Validity | None) -> list[str]:
    """For which kernels the comparison speaks: TFLM here runs the reference kernels."""
    if plan is None or plan.everywhere:
        return []
    return [f"Warning: {origin_line(plan)}. {validity_line(plan)}; TFLM here runs reference kernels"]


def _memory(first: Memory | None, second: Memory | None) -> list[str]:
    """What TFLM recorded, where it ran both models."""
    if first is None or second is None:
        return []
    return [
        f"TFLM recorded a head of {number(first.head)} and {number(second.head)} bytes, "
        f"an arena of {number(first.arena)} and {number(second.arena)} bytes"
    ]


def as_json(verification: Verification) -> dict[str, Any]:
    """The verification as JSON values; the keys are documented in docs/json.md."""
    return {
        "identical": verification.identical,
        "verified": dict(verification.status),
        "reasons": {verdict.runtime: verdict.reason for verdict in verification.verdicts if verdict.reason},
        "differences": {
            verdict.runtime: _difference(verdict.difference) for verdict in verification.verdicts if verdict.difference
        },
        "plan": None if verification.plan is None else validity_as_json(verification.plan),
        "memory": [_recorded(memory) for memory in verification.memory],
    }


def _difference(difference: Difference) -> dict[str, Any]:
    return {
        "output": difference.output,
        "name": difference.name,
        "round": difference.round,
        "elements": difference.elements,
        "total": difference.total,
        "position": list(difference.position),
        "largest": difference.largest if isfinite(difference.largest) else None,
    }


def _recorded(memory: Memory | None) -> dict[str, int] | None:
    if memory is None:
        return None
    return {"head_bytes": memory.head, "tail_bytes": memory.tail, "arena_bytes": memory.arena}
