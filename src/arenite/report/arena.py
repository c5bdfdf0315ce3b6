"""The arena of a target, as JSON values and for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table

from arenite.names import printable
from arenite.operators.liveness import align
from arenite.report.console import number

if TYPE_CHECKING:
    from arenite.backends.target import Target
    from arenite.backends.tflm.arena import Arena


def arena_as_json(arena: Arena) -> dict[str, Any]:
    """The figures of an arena as JSON values; the keys are documented in docs/json.md."""
    return {
        "head_bytes": arena.head_bytes,
        "scratch_bytes": arena.scratch_bytes,
        "tail_bytes": arena.tail_bytes,
        "total_bytes": arena.total_bytes,
        "declare_bytes": arena.declare_bytes,
        "exact": arena.exact,
        "unknown": list(arena.unknown),
    }


def at_least(arena: Arena) -> str:
    """What to write before a figure of an arena: nothing where it is exact."""
    return "" if arena.exact else "at least "


def arena_table(arena: Arena, target: Target) -> Table:
    """One row for each figure, with a few words about it."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column()
    if target.generated:
        table.add_row("Arena", number(arena.declare_bytes), "of the exported C, which may yet be lower", style="bold")
        return table
    portable = ", the most of all sets of kernels" if target.backend.portable else ""
    rows = (
        ("Head", arena.head_bytes, f"activations and scratch{portable}"),
        ("Scratch", arena.scratch_bytes, "of the head, at most at once"),
        ("Tail", arena.tail_bytes, "what TFLM keeps for good"),
        ("Total", arena.total_bytes, "head and tail"),
    )
    for name, size, what in rows:
        table.add_row(name, at_least(arena) + number(size), what)
    table.add_row("Arena", at_least(arena) + number(arena.declare_bytes), declared(arena), style="bold")
    return table


def declared(arena: Arena) -> str:
    """What the last figure is, and why it is what it is."""
    if arena.declare_bytes > align(arena.total_bytes):
        return "to declare: more than the total, for TFLM's own planning at start-up"
    return "to declare: the total as a multiple of 16"


def estimate(arena: Arena) -> tuple[str, ...]:
    """Whose allocations the figures leave out, in a sentence; nothing where they are exact."""
    if arena.exact:
        return ()
    names = ", ".join(map(printable, arena.unknown))
    return (f"Note: the figures are at least what is needed; not known is what these allocate: {names}.",)
