"""boards.csv -> Board: the table of known boards, a CSV file so that it is easy to extend."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from arenite.backends import target as known
from arenite.errors import OptionError
from arenite.names import did_you_mean

if TYPE_CHECKING:
    from arenite.backends.target import Target

KIB = 1024
_ORDER_CODE = 9
"""Least letters of a chip's name for an order code to be recognized: the name, then package and grade, as in
STM32F401RET6. Shorter names, such as nRF52840, have to be given as they are: ESP32-C3 is no ESP32."""


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
def boards() -> tuple[Board, ...]:
    """All boards, sorted by name."""
    content = (files(__package__) / "boards.csv").read_text(encoding="utf-8")
    found = [_board(row) for row in csv.DictReader(content.splitlines())]
    return tuple(sorted(found, key=lambda board: board.name))


def find_board(name: str) -> Board:
    """The board with a name, or with a chip: of several, the one with the least memory.

    Case is ignored, blanks and underscores count as hyphens. Chips with long names may be given by an order code:
    STM32F401RET6.

    Raises:
        OptionError: no board has this name or chip; the message suggests similar names, or how to ask for a target.
    """
    found = _named(name)
    if found is not None:
        return found
    wanted = known.hyphened(name)
    if known.named(wanted) is not None:
        raise OptionError(
            f"no board is called {name!r}; it is a target, which `--target {wanted}` or `target={wanted!r}` asks for"
        )
    names = [board.name for board in boards()]
    everywhere = "`arenite boards` and `arenite.boards()` list all of them"
    hint = did_you_mean(wanted, names, everywhere, near=_holding(wanted))
    raise OptionError(f"no board is called {name!r}; {hint}")


def find_target(name: str) -> Target:
    """The target with a name, or that of a core, a chip or a board.

    Raises:
        OptionError: nothing of these has this name; the message suggests similar names.
    """
    board = None if known.named(name) else _named(name)
    if board is not None:
        return known.find_target(board.target)
    return known.find_target(name, [each.name for each in boards()])


def board_of(board: Board | str) -> Board:
    """A board that is given as itself or by its name.

    Raises:
        OptionError: no board has this name or chip.
    """
    return board if isinstance(board, Board) else find_board(board)


def target_of(target: Target | str) -> Target:
    """A target that is given as itself, by its name, or by the name of a core, a chip or a board.

    Raises:
        OptionError: nothing of these has this name.
    """
    return find_target(target) if isinstance(target, str) else target


def targets() -> tuple[Target, ...]:
    """All targets that plans can be made for, the default first."""
    return tuple(known.TARGETS.values())


def _named(name: str) -> Board | None:
    """The board with this name, or with this chip and the least memory."""
    wanted = known.hyphened(name)
    return next((board for board in boards() if board.name == wanted), None) or _with_chip(wanted)


def _with_chip(name: str) -> Board | None:
    """The board with this chip and the least memory."""
    code = _plain(name)
    held = [
        board
        for board in boards()
        if code == _plain(board.mcu) or (len(_plain(board.mcu)) >= _ORDER_CODE and code.startswith(_plain(board.mcu)))
    ]
    return min(held, key=lambda board: (board.region_bytes, board.flash_bytes, board.name), default=None)


def _plain(chip: str) -> str:
    """A chip's name without what people write in different ways."""
    return "".join(letter for letter in chip.lower() if letter.isalnum())


def _holding(wanted: str) -> list[str]:
    """Names of boards with the wanted text in their name or in that of their chip."""
    code = _plain(wanted)
    return [board.name for board in boards() if code and (wanted in board.name or code in _plain(board.mcu))]


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
