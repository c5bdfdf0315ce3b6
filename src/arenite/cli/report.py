"""`arenite report`: a page that shows where every tensor lies and when, before and after."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 (typer reads the annotations when the program runs)
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from arenite.cli.options import (
    BoardName,
    Effort,
    ExternalInput,
    ExternalOutput,
    Reserve,
    Rounds,
    StreamInput,
    StreamOutput,
    TargetName,
    TimeLimit,
    device,
    ends,
    parse_share,
)
from arenite.errors import OptionError, VerificationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from arenite.model import Model
    from arenite.search.options import Options


def report_command(
    model: Annotated[
        Path, typer.Argument(help="The .tflite file, or a plan.json saved from `optimize --json`.", show_default=False)
    ],
    optimized: Annotated[
        Path | None,
        typer.Argument(help="The .tflite file to show as after; without it, what optimize finds.", show_default=False),
    ] = None,
    *,
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help="The .html file to write.", show_default=False)
    ],
    target: TargetName = None,
    board: BoardName = None,
    reserve: Reserve = None,
    split: Annotated[bool, typer.Option("--split", help="Optimize as `optimize --split` does.")] = False,
    minimize: Annotated[Literal["arena", "head"], typer.Option(help="With --split: what to make small.")] = "arena",
    max_extra_macs: Annotated[
        str | None, typer.Option(metavar="SHARE", help="With --split: work that strips may add.", show_default="10%")
    ] = None,
    explore: Annotated[
        bool, typer.Option("--explore", help="Show how small the arena gets for how much more work.")
    ] = False,
    stream_input: StreamInput = None,
    stream_output: StreamOutput = None,
    external_input: ExternalInput = None,
    external_output: ExternalOutput = None,
    effort: Effort = "normal",
    time_limit: TimeLimit = None,
    no_verify: Annotated[bool, typer.Option("--no-verify", help="Do not compare outputs in LiteRT and TFLM.")] = False,
    rounds: Rounds = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that exists.")] = False,
) -> None:
    """Write one HTML page with the addresses of all tensors over time, before and after. It needs no network."""
    from arenite.cli.files import check_not_source, say
    from arenite.cli.progress import progress
    from arenite.report import commands
    from arenite.report.page import page, read_plan
    from arenite.search.options import Options
    from arenite.tflite.files import check_writable, replace_file

    on = device(target, board, reserve)
    options = Options(
        target=on.target,
        split=split,
        minimize=minimize,
        ends=ends(stream=(stream_input, stream_output), external=(external_input, external_output)),
        max_extra_macs=None if max_extra_macs is None else parse_share(max_extra_macs),
        effort=effort,
        time_limit=time_limit,
        verify=not no_verify,
        rounds=rounds,
    )
    saved = model.suffix.lower() == ".json"
    if saved and (optimized or explore or options != Options(target=options.target)):
        raise OptionError("a saved plan is shown as it is; it takes no second file, and no options of a search")
    check_not_source(output, *filter(None, (model, optimized)))
    check_writable(output, force=force)
    with progress(f"reporting on {model.name}") as report:
        values = read_plan(model) if saved else _values(model, optimized, options, report)
        if optimized is not None:
            # The files as they were given, so that the commands on the page run there.
            words = [*commands.board_words(on), *(["--explore"] if explore else [])]
            again = commands.report_command((model, optimized), options, words)
            values |= {"files": (str(model), str(optimized)), "page_command": again}
        shown = {**values, "frontier": _frontier(model, options, report)} if explore else values
        content = page(shown, on).encode()
    replace_file(output, content, force=force)
    say(f"Wrote {output}")


def _values(model: Path, optimized: Path | None, options: Options, progress: Callable[[str], None]) -> dict[str, Any]:
    from arenite.tflite.read import read_model

    if optimized is not None:
        return _given(read_model(model), read_model(optimized), options, progress)
    from arenite.report.optimize import as_json
    from arenite.search.optimization import optimize

    return as_json(optimize(read_model(model), options, progress=progress))


def _given(source: Model, result: Model, options: Options, progress: Callable[[str], None]) -> dict[str, Any]:
    """Two files.

    Raises:
        OptionError: the plan of the second is wrong for the target, so that its sizes would promise what does not work.
        VerificationError: their outputs differ.
    """
    from arenite.checkers.validity import validity
    from arenite.report.page import two_models
    from arenite.runtimes.stream import Stream
    from arenite.runtimes.verification import not_verified, verify
    from arenite.search.ends import as_held
    from arenite.search.plan import NOT_ASKED_FOR

    held = as_held(result, options.runs_on, options.ends)
    fault = validity(held).fault(options.runs_on)
    if fault is not None:
        raise OptionError(f"{result.name}: {fault}; optimize {source.name} for target {options.runs_on.name}")
    verification = not_verified(NOT_ASKED_FOR)
    if options.verify:
        streams = Stream.of(source, result) is not None
        rounds = options.rounds
        verification = verify(source, result, rounds=rounds, integer_ends=True, stream=streams, progress=progress)
    if verification.problem is not None:
        raise VerificationError(f"{result.name} is not equal to {source.name}: {verification.problem}")
    return two_models(source, held, options.runs_on, verification)


def _frontier(model: Path, options: Options, progress: Callable[[str], None]) -> dict[str, Any]:
    from dataclasses import replace

    from arenite.report.explore import as_json
    from arenite.search.exploration import explore
    from arenite.tflite.read import read_model

    return as_json(explore(read_model(model), replace(options, split=True), progress=progress))
