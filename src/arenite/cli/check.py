"""`arenite check`: whether the arenas of models fit a limit or a board, for continuous integration."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from arenite.cli.options import (
    BoardName,
    ExternalInput,
    ExternalOutput,
    Reserve,
    StreamInput,
    StreamOutput,
    TargetName,
    device,
    device_words,
    ends,
    growth,
    time_limit_of,
)
from arenite.errors import AreniteError, FitError, ModelError, OptionError, system_reason

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arenite.cli.model_files import ModelFile
    from arenite.hardware import Device
    from arenite.report.gate.checked import Base, Checked, Growth
    from arenite.rewrite.outside import Ends
    from arenite.search.fitting import Failure, Fit

Format = Literal["text", "json", "markdown", "github", "junit", "sarif"]


@dataclass(frozen=True)
class _Request:
    """What to do with each model. compare: the folder of the base, if any; allowed: how much an arena may grow."""

    compare: Path | None
    allowed: Growth | None
    allow_new: bool
    hints: bool
    time_limit: float | None
    ends: Ends


def check_command(
    models: Annotated[
        list[Path], typer.Argument(metavar="MODEL", help=".tflite files, and folders of them.", show_default=False)
    ],
    *,
    arena: Annotated[
        str | None, typer.Option(metavar="SIZE", help="Room for the arena, such as 64K.", show_default=False)
    ] = None,
    board: BoardName = None,
    reserve: Reserve = None,
    target: TargetName = None,
    stream_input: StreamInput = None,
    stream_output: StreamOutput = None,
    external_input: ExternalInput = None,
    external_output: ExternalOutput = None,
    compare: Annotated[
        Path | None,
        typer.Option(metavar="BASE_DIR", help="A folder with the files as they were before.", show_default=False),
    ] = None,
    max_growth: Annotated[
        str | None,
        typer.Option(
            metavar="SHARE|SIZE",
            help="With --compare: fail if an arena grew by more, such as 2% or 1K.",
            show_default=False,
        ),
    ] = None,
    allow_new: Annotated[
        bool, typer.Option("--allow-new", help="With --max-growth: models that the base does not have may be new.")
    ] = False,
    format: Annotated[Format | None, typer.Option(help="What to print.", show_default="text")] = None,
    json: Annotated[bool, typer.Option("--json", help="Short for --format json.")] = False,
    no_hints: Annotated[bool, typer.Option("--no-hints", help="Do not look for what optimize would save.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only what fails, for people.")] = False,
    time_limit: Annotated[
        float | None, time_limit_of("Stop looking for what optimize and --split would save; for each model.")
    ] = None,
) -> None:
    """Fail with exit code 1 unless the arena to declare for each model certainly fits."""
    from arenite.cli.configuration import configuration
    from arenite.cli.model_files import model_files
    from arenite.report.gate.write import write_many, write_one

    how = _format(format, json=json)
    outside = ends(stream=(stream_input, stream_output), external=(external_input, external_output))
    allowed = _allowed(compare, max_growth, allow_new=allow_new)
    request = _Request(compare, allowed, allow_new, not no_hints, time_limit, outside)
    files = model_files(models, compare)
    given = {"board": board, "target": target, "arena": arena, "reserve": reserve}
    asked = {key: value for key, value in given.items() if value is not None}
    configured = configuration(Path.cwd())
    # All devices before the first check, so that a wrong option costs no time.
    options = [{**configured.of(file.name), **asked} for file in files]
    devices = [_device(each) for each in options]
    checks = [
        replace(_checked(file, on, request), device=device_words(**each))
        for file, on, each in zip(files, devices, options, strict=True)
    ]
    alone = len(models) == 1 and not models[0].is_dir()
    if alone:
        write_one(checks[0], how, sys.stdout, quiet=quiet, hints=request.hints)
    else:
        write_many(checks, how, sys.stdout, quiet=quiet, hints=request.hints)
    _fail(checks, named=alone and how in ("text", "json"))


def _format(asked: Format | None, *, json: bool) -> Format:
    if json and asked not in (None, "json"):
        raise OptionError(f"--json is short for --format json; leave out --format {asked}")
    return "json" if json else asked or "text"


def _allowed(compare: Path | None, max_growth: str | None, *, allow_new: bool) -> Growth | None:
    if compare is not None and not compare.is_dir():
        raise OptionError(f"--compare {compare}: no such folder")
    if max_growth is not None and compare is None:
        raise OptionError("--max-growth goes with --compare BASE_DIR: against what did an arena grow?")
    if allow_new and max_growth is None:
        raise OptionError("--allow-new goes with --max-growth: without it new models are allowed")
    return None if max_growth is None else growth(max_growth)


def _device(options: Mapping[str, str]) -> Device:
    on = device(**options)
    if on.room is None:
        raise OptionError(
            "check against what? give --arena SIZE, such as 64K, or --board NAME, or set one in arenite.toml"
        )
    return on


def _checked(file: ModelFile, on: Device, request: _Request) -> Checked:
    """Check a file. What cannot be read is a failure, so that the other files are still checked."""
    from arenite.report.gate.checked import Checked
    from arenite.search.fitting import Failure

    try:
        if file.error is not None:
            raise ModelError(file.error)
        found = _fit(file.path, on, request)
    except (AreniteError, OSError) as error:
        return Checked(file.path, None, (Failure("cannot-be-checked", _reason(error, file.path)),))
    base, grown = _compared(file, found, on, request)
    return Checked(file.path, found, (*found.failures, *grown), base)


def _fit(path: Path, on: Device, request: _Request) -> Fit:
    from arenite.cli.progress import progress
    from arenite.search.fitting import measure, with_hints
    from arenite.tflite.read import read_model

    with progress(f"checking {path.name}"):
        model = read_model(path)
        if not request.hints:
            return measure(model, on, request.ends)
        return with_hints(model, on, request.ends, time_limit=request.time_limit)


def _compared(file: ModelFile, found: Fit, on: Device, request: _Request) -> tuple[Base | None, tuple[Failure, ...]]:
    """What the base has of a file, and why the file grew too much against it."""
    from arenite.report.gate.checked import Base, overgrowth
    from arenite.search.ends import as_held
    from arenite.search.fitting import Failure
    from arenite.tflite.files import same_file
    from arenite.tflite.read import read_model

    if request.compare is None:
        return None, ()
    before = request.compare / file.name
    if not before.exists() and not before.is_symlink():
        unknown = request.allowed is not None and not request.allow_new
        # The folder of the base is not named: the action makes one up. And its input has another spelling.
        why = (
            f"not known how much it grew: the base has no {file.name}; if the model is new, add --allow-new, "
            "or `allow-new: true` to the action"
        )
        return Base(None), (Failure("growth-not-known", why),) * unknown
    try:
        if same_file(before, file.path):
            raise OptionError("is the very file that is checked; give another folder to --compare")
        base = Base(on.target.arena(as_held(read_model(before), on.target, request.ends)))
    except (AreniteError, OSError) as error:
        return None, (Failure("base-cannot-be-read", f"its base: {_reason(error, before)}"),)
    return base, () if request.allowed is None else overgrowth(found.before, base, request.allowed)


def _reason(error: AreniteError | OSError, path: Path) -> str:
    """What is wrong, without the path or the name of the file: those stand before it in every format."""
    said = system_reason(error) if isinstance(error, OSError) else str(error)
    start = next((start for start in (str(path), path.name) if said.startswith((f"{start}: ", f"{start} "))), "")
    return said.removeprefix(start).removeprefix(":").strip()


def _fail(checks: list[Checked], *, named: bool) -> None:
    """Raise the worst error; with the reasons if it is `named`, else they have been printed."""
    from arenite.report.gate.checked import exit_code, summary

    code = exit_code(checks)
    said = f"{checks[0].path}: {checks[0].reasons}" if named else summary(checks)
    if code:
        raise (ModelError if code == ModelError.exit_code else FitError)(said)
