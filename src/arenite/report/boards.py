"""Boards and their memory."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from arenite.report.console import number, print_report

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TextIO

    from arenite.hardware import Board

KIB = 1024


def as_json(boards: Sequence[Board]) -> dict[str, Any]:
    """Boards as JSON values; docs/json.md documents the keys."""
    return {
        "boards": [
            {
                "name": board.name,
                "title": board.title,
                "mcu": board.mcu,
                "core": board.core,
                "sram_bytes": board.sram_bytes,
                "region_bytes": board.region_bytes,
                "flash_bytes": board.flash_bytes,
                "target": board.target,
                "source": board.source,
            }
            for board in boards
        ]
    }


def print_boards(boards: Sequence[Board], stream: TextIO) -> None:
    """Print a row per board, and the target of each core."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    table.add_column("board", no_wrap=True, style="bold")
    table.add_column("chip", no_wrap=True)
    table.add_column("core", no_wrap=True)
    for heading in ("SRAM", "flash"):
        table.add_column(heading, justify="right", no_wrap=True)
    for board in boards:
        table.add_row(board.name, board.mcu, board.core, kib(board.sram_bytes), kib(board.flash_bytes))
    targets = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    targets.add_column("core", no_wrap=True)
    targets.add_column("target", no_wrap=True)
    for core, target in sorted({(board.core, board.target) for board in boards}):
        targets.add_row(core, target)
    # The path is not wrapped, so that users can copy it.
    path = Text(str(files("arenite.hardware") / "boards.csv"), no_wrap=True, overflow="ignore")
    print_report([table, "", targets, "", "Memory in KiB. To add a board, add a row to this file:", path], stream)


def print_board(board: Board, stream: TextIO) -> None:
    """Print all data of one board."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column()
    table.add_row("Chip", f"{board.mcu}, {board.core}")
    table.add_row("SRAM", f"{number(board.sram_bytes)} bytes")
    table.add_row("Largest arena", f"{number(board.region_bytes)} bytes: the largest part of it in one piece")
    table.add_row("Flash", f"{number(board.flash_bytes)} bytes")
    table.add_row("Target", board.target)
    table.add_row("Source", board.source)
    print_report([Text(f"{board.name}: {board.title}", style="bold"), table], stream)


def kib(size: int) -> str:
    """Bytes as whole KiB, as all memories are; what a reserve leaves of one is rounded down."""
    return number(size // KIB)
