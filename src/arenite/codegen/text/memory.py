"""The memory map of the arena as a comment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.codegen.text.lines import comment_lines

if TYPE_CHECKING:
    from arenite.codegen.program import Memory, Place

_HEAD = """\
Memory map of the arena, {size:,} bytes. Operators are counted as above; "-" is before the first or after the last.

"""
_FOOT = """

Where two tensors have bytes in common at the same time, one is a view of the other, or the output of an operator that \
reads each byte of its input before it writes there."""

_LINE = "{offset:>9,} .. {last:>9,}  {size:>9,}  {time:<12}  {tensor}"


def memory_map(memory: Memory) -> str:
    """Offsets, lifetimes and names of all places of the arena, as a comment."""
    titles = f"{'first':>9} .. {'last':>9}  {'bytes':>9}  {'operators':<12}  what"
    lines, graph = [titles], ""
    for place in memory.places:
        if place.graph != graph:
            graph = place.graph
            lines += ["", f"while the graph {graph!r} runs:"] if graph else [""]
        lines.append(_line(place))
    return comment_lines(_HEAD.format(size=memory.size) + "\n".join(lines) + _FOOT)


def _line(place: Place) -> str:
    first, last = ("-" if time is None or time < 0 else str(time) for time in (place.first, place.last))
    return _LINE.format(
        offset=place.offset,
        last=place.offset + place.size - 1,
        size=place.size,
        time=f"{first:>5} .. {last}",
        tensor=place.tensor,
    )
