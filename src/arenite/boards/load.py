"""boards.csv -> Board: the table of known boards, a CSV file so that it is easy to extend."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

from arenite.errors import OptionError

KIB = 1024


@dataclass(frozen=True, slots=True)
class Board:
    """A board. All sizes are bytes.

    sram_bytes: RAM on the chip, without external RAM.
    region_bytes: the largest contiguous range of that RAM. An arena is one array, so no arena is larger; stack, heap
        and a radio's software need room in the RAM as well.
    flash_bytes: flash for code and model, on the chip, or on the board if the chip has none.
    target: name of the target whose kernels TFLM would be built with.
    source: the documents that the figures are from.
    """

    name: str
    title: str
    mcu: str
    core: str
    sram_bytes: int
    region_bytes: int
    flash_bytes: int
    target: str
    source: str


@cache
def load() -> tuple[Board, ...]:
    """All boards, sorted by name."""
    content = (files(__package__) / "boards.csv").read_text(encoding="utf-8")
    boards = [_board(row) for row in csv.DictReader(content.splitlines())]
    return tuple(sorted(boards, key=lambda board: board.name))


def find(name: str) -> Board:
    """The board called `name`; case is ignored, and blanks and underscores count as hyphens.

    Raises:
        OptionError: no board has this name; the message suggests similar names.
    """
    wanted = name.strip().lower().replace("_", "-").replace(" ", "-")
    boards = {board.name: board for board in load()}
    if wanted in boards:
        return boards[wanted]
    near = [each for each in boards if wanted and wanted in each] or get_close_matches(wanted, boards, n=5, cutoff=0.5)
    hint = f"did you mean {', '.join(near[:5])}?" if near else "`arenite boards` lists all of them"
    raise OptionError(f"no board is called {name!r}; {hint}")


def _board(row: dict[str, str]) -> Board:
    return Board(
        name=row["name"],
        title=row["title"],
        mcu=row["mcu"],
        core=row["core"],
        sram_bytes=int(row["sram_kib"]) * KIB,
        region_bytes=int(row["region_kib"]) * KIB,
        flash_bytes=int(row["flash_kib"]) * KIB,
        target=row["target"],
        source=row["source"],
    )
