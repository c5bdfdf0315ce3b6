"""Boards and their memory."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

from rich.text import Text

from arenite.report.console import figure, label, number, print_report, table, word
from arenite.report.json import fields_as_json

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TextIO

    from arenite.hardware import Board

KIB = 1024


def as_json(boards: Sequence[Board]) -> dict[str, Any]:
    """Boards as JSON values; docs/json.md documents the keys."""
    return {"boards": [fields_as_json(board) for board in boards]}


def print_boards(boards: Sequence[Board], stream: TextIO) -> None:
    """Print a row per board, and the target of each core."""
    listed = table(label("board"), word("chip"), word("core"), figure("SRAM"), figure("flash"))
    for board in boards:
        listed.add_row(board.name, board.mcu, board.core, kib(board.sram_bytes), kib(board.flash_bytes))
    targets = table(word("core"), word("target"))
    for core, target in sorted({(board.core, board.target) for board in boards}):
        targets.add_row(core, target)
    # The path is not wrapped, so that users can copy it.
    path = Text(str(files("arenite.hardware") / "boards.csv"), no_wrap=True, overflow="ignore")
    print_report([listed, "", targets, "", "Memory in KiB. To add a board, add a row to this file:", path], stream)


def print_board(board: Board, stream: TextIO) -> None:
    """Print all data of one board."""
    facts = table(label(), "", headed=False)
    facts.add_row("Chip", f"{board.mcu}, {board.core}")
    facts.add_row("SRAM", f"{number(board.sram_bytes)} bytes")
    facts.add_row("Largest arena", f"{number(board.region_bytes)} bytes: the largest part of it in one piece")
    facts.add_row("Flash", f"{number(board.flash_bytes)} bytes")
    facts.add_row("Target", board.target)
    facts.add_row("Source", board.source)
    print_report([Text(f"{board.name}: {board.title}", style="bold"), facts], stream)


def kib(size: int) -> str:
    """Bytes as whole KiB, as all memories are; what a reserve leaves of one is rounded down."""
    return number(size // KIB)
