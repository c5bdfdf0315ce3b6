"""`arenite boards`: known boards and their memory."""

from __future__ import annotations

import sys
from typing import Annotated

import typer


def boards_command(
    name: Annotated[str | None, typer.Argument(help="One board; without it: all.", show_default=False)] = None,
    *,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """List the boards that are known with their memory, or tell all that is known of one."""
    from arenite import hardware
    from arenite.report.boards import as_json, print_board, print_boards
    from arenite.report.json import write_json

    chosen = hardware.boards() if name is None else (hardware.find_board(name),)
    if json:
        write_json(as_json(chosen), sys.stdout)
    elif name is None:
        print_boards(chosen, sys.stdout)
    else:
        print_board(chosen[0], sys.stdout)
