"""Tables of tens of thousands of rows: looks like rich.table, in a tenth of the time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment

from arenite.names import printable
from arenite.report.console import SHORTEST_NAME, shorten

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console, ConsoleOptions, RenderResult

GAP = "  "
HEADING = "bold"

Pieces = tuple[tuple[str, str], ...]
"""Parts of one cell, in order: (text, style)."""


@dataclass(frozen=True, slots=True)
class Column:
    """Heading and alignment of a column as wide as its widest cell; `names` columns shrink if the line is too long."""

    heading: str
    right: bool = False
    names: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """Cells from left to right, and the style of cells without their own style."""

    cells: tuple[str | Pieces, ...]
    style: str = ""


class Columns:
    """A renderable table: `rows` under headings."""

    def __init__(self, columns: Sequence[Column], rows: Sequence[Row]) -> None:
        self._columns = columns
        self._rows = [Row(tuple(column.heading for column in columns), HEADING), *(self._readable(row) for row in rows)]

    def _readable(self, row: Row) -> Row:
        return Row(tuple(printable(cell) if isinstance(cell, str) else cell for cell in row.cells), row.style)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        widths = self._widths(options.max_width)
        for row in self._rows:
            style = console.get_style(row.style) if row.style else None
            for position, (column, width, cell) in enumerate(zip(self._columns, widths, row.cells, strict=True)):
                if position:
                    yield Segment(GAP)
                if isinstance(cell, str):
                    text = shorten(cell, width) if column.names else cell
                    space = " " * (width - cell_len(text))
                    yield Segment(space + text if column.right else text + space, style)
                else:
                    yield from (Segment(text, console.get_style(name)) for text, name in cell)
                    yield Segment(" " * (width - _length(cell)))
            yield Segment.line()

    def _widths(self, room: int) -> list[int]:
        widths = [max(_length(row.cells[i]) for row in self._rows) for i in range(len(self._columns))]
        excess = sum(widths) + len(GAP) * (len(widths) - 1) - room
        for i, column in enumerate(self._columns):
            if column.names and excess > 0:
                widths[i] = max(min(widths[i], SHORTEST_NAME), widths[i] - excess)
        return widths


def _length(cell: str | Pieces) -> int:
    return cell_len(cell) if isinstance(cell, str) else sum(cell_len(text) for text, _ in cell)
