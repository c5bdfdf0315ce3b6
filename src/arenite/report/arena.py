"""The arena of a target, as JSON and as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from arenite.names import printable
from arenite.operators.liveness import align
from arenite.report.console import figure, label, number, table

if TYPE_CHECKING:
    from rich.table import Table

    from arenite.backends.target import Target
    from arenite.backends.tflm.arena import Arena


def arena_as_json(arena: Arena) -> dict[str, Any]:
    """Figures of an arena as JSON values; docs/json.md documents the keys."""
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
    """Prefix for figures of an arena that are lower bounds; empty for exact figures."""
    return "" if arena.exact else "at least "


def arena_table(arena: Arena, target: Target) -> Table:
    """A table with one row per figure and a short explanation."""
    made = table(label(), figure(), "", headed=False)
    if target.generated:
        made.add_row("Arena", number(arena.declare_bytes), "of the exported C, which may yet be lower", style="bold")
        return made
    portable = ", the most of all sets of kernels" if target.backend.portable else ""
    rows = (
        ("Head", arena.head_bytes, f"activations and scratch{portable}"),
        ("Scratch", arena.scratch_bytes, "of the head, at most at once"),
        ("Tail", arena.tail_bytes, "what TFLM keeps for good"),
        ("Total", arena.total_bytes, "head and tail"),
    )
    for name, size, what in rows:
        made.add_row(name, at_least(arena) + number(size), what)
    made.add_row("Arena", at_least(arena) + number(arena.declare_bytes), declared(arena), style="bold")
    return made


def declaration(model: str, target: Target, size: str, *, runs: bool) -> str:
    """What to declare for a model, or that the target cannot run it; `size` is that of the arena, in words."""
    if not runs:
        return f"{target.name} cannot run {model}; its tensors need an arena of {size}"
    return f"{'The C has' if target.generated else 'Declare'} an arena of {size}: {model} for target {target.name}"


def declared(arena: Arena) -> str:
    """Explanation of the arena size to declare."""
    if arena.declare_bytes > align(arena.total_bytes):
        return "to declare: more than the total, for TFLM's own planning at start-up"
    return "to declare: the total as a multiple of 16"


def estimate(arena: Arena) -> tuple[str, ...]:
    """A sentence that names operators whose allocations the figures leave out; empty for exact figures."""
    if arena.exact:
        return ()
    names = ", ".join(map(printable, arena.unknown))
    return (f"Note: the figures are at least what is needed; not known is what these allocate: {names}.",)
