"""The table of boards, read from the CSV file beside this one, which is there for people to extend."""

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

    `sram_bytes` is the memory on the chip; what external chips add is not counted. `region_bytes` is the largest part
    of it that is one range of addresses: an arena is one array, so no arena is larger. What else an application needs
    (stack, heap, a radio's software) comes off that. `flash_bytes` is where the code and the model are: on the chip,
    or on the board where the chip has none. `target` names the kernels that TFLM would be built with, and `source` the
    documents that the figures are from.
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
    """All boards, by name."""
    content = (files(__package__) / "boards.csv").read_text(encoding="utf-8")
    boards = [_board(row) for row in csv.DictReader(content.splitlines())]
    return tuple(sorted(boards, key=lambda board: board.name))


def find(name: str) -> Board:
    """The board of a name; capitals, blanks and underscores do not matter.

    Raises:
        OptionError: there is no such board; names that are close are said.
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
