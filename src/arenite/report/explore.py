"""The frontier of memory against work, as JSON and as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Column
from rich.text import Text

from arenite.names import printable
from arenite.report.commands import explore_command
from arenite.report.console import figure, number, print_report, table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

    from rich.console import RenderableType

    from arenite.search.exploration import Exploration, Point

_KIND = {"keep": " (kept)", "some": " (some kept)", "channels": " (channels)"}


def as_json(found: Exploration) -> dict[str, Any]:
    """The frontier as JSON values; docs/json.md documents the keys."""
    return {
        "model": found.source.name,
        "target": found.target.name,
        "minimize": found.minimize,
        "before": _point_as_json(found.before),
        "points": [
            {**_point_as_json(point), "command": explore_command(found.source, found.options, number)}
            for number, point in enumerate(found.points)
        ],
        "timed_out": found.timed_out,
        "seconds": round(found.seconds, 3),
        "notes": list(found.notes),
    }


def _point_as_json(point: Point) -> dict[str, Any]:
    return {
        "head_bytes": point.head_bytes,
        "declare_bytes": point.arena_bytes,
        "macs": point.macs,
        "strips": [strips.to_json() for strips in point.strips],
    }


def print_exploration(found: Exploration, stream: TextIO) -> None:
    """Print the frontier, one line per point."""
    print_report(_parts(found), stream)


def _parts(found: Exploration) -> Iterator[RenderableType]:
    places = Column("point", no_wrap=True, justify="right", style="bold")
    listed = table(places, *map(figure, ("head", "arena", "", "MACs")), "in strips")
    before = found.before
    listed.add_row("", number(before.head_bytes), number(before.arena_bytes), "", "", "the file as it is")
    for place, point in enumerate(found.points):
        listed.add_row(
            str(place),
            number(point.head_bytes),
            number(point.arena_bytes),
            _change(point.arena_bytes, before.arena_bytes),
            _change(point.macs, before.macs),
            in_strips(point),
        )
    yield Text(f"{printable(found.source.name)} for target {found.target.name}", style="bold")
    yield listed
    for note in found.notes:
        yield Text(f"Note: {printable(note)}")
    yield Text("A point is verified when it is written, with --pick N -o FILE")


def _change(after: int, before: int) -> str:
    return f"{100 * (after - before) / before:+.1f} %" if before and after != before else "same"


def in_strips(point: Point) -> str:
    """The operators of each split, with the number of parts: `0-2 in 5, 3-5 in 8 (kept), 7-8 in 4 (channels)`."""
    parts = []
    for strips in point.strips:
        first, last = strips.operators[0], strips.operators[-1]
        which = f"{first}-{last}" if first != last else f"{first}"
        parts.append(f"{which} in {strips.number}{_KIND.get(strips.halo or strips.kind, '')}")
    return ", ".join(parts) or "none"
