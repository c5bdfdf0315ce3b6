"""Buffers without a model: read from MiniMalloc's CSV, laid out, and written with their offsets.

    id,lower,upper,size                  id,lower,upper,size,offset
    a,0,3,4096              ->           a,0,3,4096,0
    b,2,5,1024                           b,2,5,1024,4096

A buffer is alive from the time `lower` to the time before `upper`, and takes `size` bytes. Source of the format:
google/minimalloc, src/converter.cc.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.checkers.placement import check
from arenite.errors import ModelError
from arenite.names import printable
from arenite.problems.placement import Buffer, PlacementProblem
from arenite.solve.place.solver import solve

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from arenite.budget import Budget
    from arenite.problems.placement import Layout

_COLUMNS = ("id", "lower", "upper", "size")
_MOST_BUFFERS = 200_000
"""Buffers that are read; the largest public instance has 62,185, and memory grows with their number."""
_LARGEST = 1 << 40
"""Limit of a time and of a size in bytes; the largest known instance has buffers of a few gigabytes."""


@dataclass(frozen=True)
class BufferList:
    """The rows of a file, each a buffer. `header` are the names of its columns, which are kept in this order."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    problem: PlacementProblem


def read_buffers(path: Path, alignment: int = 1) -> BufferList:
    """Read a CSV file.

    Args:
        path: the file, with the columns `id`, `lower`, `upper` and `size` in any order; others are kept.
        alignment: bytes of which every offset is a multiple; sizes are rounded up to such a multiple.

    Raises:
        ModelError: the file cannot be read, lacks a column, or has a row that is no buffer; the message names the line.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            lines = list(csv.reader(file))
    except FileNotFoundError:
        raise ModelError(f"{path}: no such file") from None
    except (OSError, ValueError, csv.Error) as error:
        raise ModelError(f"{path}: cannot be read as CSV: {getattr(error, 'strerror', None) or error}") from None
    header = tuple(name.strip() for name in lines[0]) if lines else ()
    for column in _COLUMNS:
        if header.count(column) != 1:
            raise ModelError(f"{path.name}: the first line must name a column {column!r} once; it needs {_COLUMNS}")
    for column in ("gaps", "alignment"):
        if column in header:
            raise ModelError(
                f"{path.name}: the column {column!r} is not supported; leave it out, or give one alignment for all"
            )
    numbered = [(number, tuple(line)) for number, line in enumerate(lines[1:], start=2) if any(line)]
    for number, line in numbered:
        if len(line) != len(header):
            raise ModelError(f"{path.name}, line {number}: has {len(line)} cells, but the first line has {len(header)}")
    if len(numbered) > _MOST_BUFFERS:
        raise ModelError(f"{path.name}: has {len(numbered):,} buffers, more than {_MOST_BUFFERS:,}")
    cells = ((number, dict(zip(header, line, strict=True))) for number, line in numbered)
    buffers = tuple(_buffer(path.name, number, row, alignment) for number, row in cells)
    rows = tuple(line for _, line in numbered)
    return BufferList(path.name, header, rows, PlacementProblem(buffers, alignment=alignment))


def _buffer(name: str, line: int, row: dict[str, str], alignment: int) -> Buffer:
    numbers = {}
    for column in _COLUMNS[1:]:
        text = row[column].strip()
        if not (text.isascii() and text.isdigit() and len(text) <= 13 and int(text) < _LARGEST):
            raise ModelError(
                f"{name}, line {line}: {column} is {printable(text)!r}; give a whole number from 0 to {_LARGEST - 1}"
            )
        numbers[column] = int(text)
    if numbers["upper"] <= numbers["lower"]:
        raise ModelError(f"{name}, line {line}: upper must be above lower; the buffer is never alive")
    size = -(-numbers["size"] // alignment) * alignment
    return Buffer(row["id"], size, numbers["lower"], numbers["upper"] - 1)


def lay_out(
    buffers: BufferList,
    *,
    budget: Budget,
    goal: int | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> Layout:
    """The lowest layout found, checked.

    Args:
        goal: a height in bytes that is low enough; the search ends there.
        progress: is called with ("layout", height, lower bound), in bytes.

    Raises:
        VerificationError: the layout does not hold (a defect of Arenite).
    """
    layout = solve(buffers.problem, budget=budget, goal=goal, effort=float("inf"), progress=progress)
    check(buffers.problem, layout)
    return layout


def as_csv(buffers: BufferList, offsets: Sequence[int]) -> str:
    """The cells as they were read, with a column `offset` in bytes at the end; an old column `offset` is replaced."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    kept = [place for place, name in enumerate(buffers.header) if name != "offset"]
    writer.writerow([*(buffers.header[place] for place in kept), "offset"])
    for row, offset in zip(buffers.rows, offsets, strict=True):
        writer.writerow([*(row[place] for place in kept), str(offset)])
    return text.getvalue()
