"""`arenite check`: whether the arena of a model fits a limit or a board, for continuous integration."""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 (typer reads the annotations when the program runs)
from typing import TYPE_CHECKING, Annotated

import typer

from arenite.cli.options import BoardName, Reserve, TargetName, device, time_limit_of
from arenite.errors import FitError, OptionError

if TYPE_CHECKING:
    from arenite.search.fitting import Fit


def check_command(
    model: Annotated[Path, typer.Argument(help="The .tflite file.", show_default=False)],
    *,
    arena: Annotated[
        str | None, typer.Option(metavar="SIZE", help="Room for the arena, such as 64K.", show_default=False)
    ] = None,
    board: BoardName = None,
    reserve: Reserve = None,
    target: TargetName = None,
    time_limit: Annotated[float | None, time_limit_of("Stop looking for what optimize and --split would save.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """Fail with exit code 1 unless the arena to declare for a model certainly fits."""
    from arenite.cli.progress import progress
    from arenite.search.fitting import check
    from arenite.tflite.origin import content_of
    from arenite.tflite.read import read_model

    on = device(target, board, reserve, arena)
    if on.room is None:
        raise OptionError("check against what? give --arena SIZE, such as 64K, or --board NAME")
    with progress(f"checking {model.name}"):
        source = read_model(model)
        size = len(content_of(source))
        found = check(source, size, on.target, available=on.room, board=on.board, time_limit=time_limit)
    if json:
        from arenite.report.fit import check_as_json
        from arenite.report.json import write_json

        write_json(check_as_json(model.name, found), sys.stdout)
    else:
        from arenite.report.fit import print_check
        from arenite.report.next_steps import after_check, print_steps

        print_check(model.name, found, sys.stdout)
        print_steps(after_check(found, model, on.options), sys.stdout)
    if not found.runs:
        raise FitError(f"{model}: {on.target.name} cannot run {'; nor '.join(map(str, found.refusals))}")
    if not found.valid:
        raise FitError(f"{model}: {_fault(found)}; give it to `arenite optimize` with --target {on.target.name}")
    if found.missing:
        raise FitError(f"{model}: does not fit: {found.missing:,} bytes of arena are missing")
    if found.missing_flash:
        raise FitError(f"{model}: does not fit: {found.missing_flash:,} bytes of flash are missing")
    if not found.certain:
        raise FitError(
            f"{model}: cannot say whether it fits: the arena is at least {found.before.declare_bytes:,} bytes, but it "
            f"is not known what these operators allocate: {', '.join(found.before.unknown)}; measure it on the device"
        )


def _fault(found: Fit) -> str | None:
    from arenite.report.validity import fault

    return None if found.plan is None else fault(found.plan, found.target)
