"""A memory map as text in half blocks, for a terminal with colors: addresses upward, time to the right.

Each character shows two rows of addresses, the upper half in the color of the text and the lower one in that of the
background. Neighboring buffers have different colors; bytes that nothing needs at that time are left empty.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arenite.search.memory_map import MemoryMap

ROWS = 12
"""Lines of a map: half of what a small terminal shows."""
COLUMNS = 64
"""Most characters of a line, beside the addresses."""
COLORS = ("blue", "yellow", "magenta", "cyan", "green", "red", "bright_blue")
"""Colors of buffers, by their number in the map. Terminals with sixteen colors have these, and users choose their
shades."""
SCRATCH = "bright_black"
"""Color of scratch, which no tensor has."""


def map_lines(found: MemoryMap) -> Iterator[Text]:
    """The lines of a map, the highest addresses first; none for an empty head."""
    if not found.head_bytes:
        return
    width = min(found.scopes, COLUMNS)
    stretch = max(1, COLUMNS // (2 * width)) if width < COLUMNS else 1
    grid = [[_color(found, row, column, width) for column in range(width)] for row in range(2 * ROWS)]
    margin = len(f"{found.head_bytes:,}")
    yield Text("Tensors and scratch: addresses upward, operators to the right", style="dim")
    for line in range(ROWS):
        upper, lower = grid[2 * ROWS - 1 - 2 * line], grid[2 * ROWS - 2 - 2 * line]
        label = f"{found.head_bytes:,}" if line == 0 else "0" if line == ROWS - 1 else ""
        text = Text(f"{label:>{margin}} ", no_wrap=True)
        for above, below in zip(upper, lower, strict=True):
            text.append(*_cell(above, below, stretch))
        yield text


def _cell(above: str | None, below: str | None, stretch: int) -> tuple[str, Style]:
    if above is None and below is None:
        return " " * stretch, Style()
    if above is None:
        return "▄" * stretch, Style(color=below)
    return "▀" * stretch, Style(color=above, bgcolor=below)


def _color(found: MemoryMap, row: int, column: int, width: int) -> str | None:
    """The color of a half character; None where no buffer is alive in all that it shows."""
    low, high = (found.head_bytes * each // (2 * ROWS) for each in (row, row + 1))
    first = found.scopes * column // width
    last = max(first, found.scopes * (column + 1) // width - 1)
    inside = [
        (min(high, buffer.end) - max(low, buffer.address), number)
        for number, buffer in enumerate(found.buffers)
        if buffer.address < high and low < buffer.end and buffer.first <= last and first <= buffer.last
    ]
    if not inside:
        return None
    _, number = max(inside)
    return SCRATCH if found.buffers[number].kind == "scratch" else COLORS[number % len(COLORS)]
