"""Output of text reports: a console that fits its stream, and readable names and numbers."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.measure import Measurement
from rich.table import Column, Table
from rich.text import Text

from arenite.names import escaped, printable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TextIO

    from rich.style import Style

ELLIPSIS = "…"
SHORTEST_NAME = 12
"""Least cells of a shortened name in a table."""
UNBOUNDED = 10_000
"""Cells of a line without a width limit."""
RUNTIMES = {"litert": "LiteRT", "litert-reference": "LiteRT with reference kernels", "tflm": "TFLM"}
"""Names of the runtimes in reports."""


def print_report(parts: Iterable[RenderableType], stream: TextIO, *, piped: int = UNBOUNDED) -> None:
    """Print `parts` one below the other to `stream`; without colors and padding if it is not a terminal.

    The width is that of the terminal or of the variable COLUMNS. Without either it is `piped` cells; by default lines
    are not wrapped then, so that searches find whole names.
    """
    terminal = stream.isatty()
    bounded = terminal or os.environ.get("COLUMNS", "").isdigit()
    width = None if bounded else piped
    console = Console(file=stream, width=width, highlight=False, markup=False, emoji=False)
    with console.capture() as capture:
        for part in parts:
            if isinstance(part, Text):
                # Last resort: a line may contain a name that its caller did not escape.
                part.plain = "\n".join(map(escaped, part.plain.split("\n")))
            # rich ignores the wrap setting of a single text.
            console.print(part, soft_wrap=isinstance(part, Text) and bool(part.no_wrap))
    text = capture.get()
    stream.write(text if terminal else "".join(f"{line.rstrip()}\n" for line in text.splitlines()))


def table(*columns: Column | str, headed: bool = True) -> Table:
    """A table without lines and rows, of these columns or headings; unless `headed` without the line of headings."""
    return Table(*columns, box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=headed, header_style="bold")


def label(heading: str = "") -> Column:
    """A column that says what each row is about."""
    return Column(heading, no_wrap=True, style="bold")


def word(heading: str) -> Column:
    """A column of words that are not wrapped."""
    return Column(heading, no_wrap=True)


def figure(heading: str = "") -> Column:
    """A column of numbers."""
    return Column(heading, no_wrap=True, justify="right")


def number(value: int) -> str:
    """An integer with separators between thousands."""
    return f"{value:,}"


def shorten(name: str, width: int) -> str:
    """`name` in at most `width` cells, with the middle cut out.

    The end gets twice the room of the beginning, since the ends of converters' names differ more.

    >>> shorten("model/block_13_expand_relu/Relu6", 22)
    'model/b…and_relu/Relu6'
    """
    if cell_len(name) <= width:
        return name
    if width < 2:
        return ELLIPSIS[:width]
    head_width = (width - 1) // 3
    tail_width = width - 1 - head_width
    return _fit(name, head_width) + ELLIPSIS + _fit(name[::-1], tail_width)[::-1]


def _fit(text: str, width: int) -> str:
    """The longest prefix of `text` that takes at most `width` cells."""
    end = min(len(text), width)
    while cell_len(text[:end]) > width:
        end -= 1
    return text[:end]


class Name:
    """A name in a table: takes the remaining room, and is shortened in the middle if it does not fit."""

    def __init__(self, name: str, style: str | Style = "") -> None:
        self._name = printable(name)
        self._style = style

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Text(shorten(self._name, options.max_width), style=self._style, no_wrap=True, end="")

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        length = cell_len(self._name)
        return Measurement(min(length, SHORTEST_NAME), max(length, 1))
