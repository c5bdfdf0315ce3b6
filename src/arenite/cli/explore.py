"""`arenite explore`: how small the arena can be for how much more work; every point can be written as a model."""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 (typer reads the annotations when the program runs)
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from arenite.cli.endings import ENDINGS
from arenite.cli.options import (
    Dpi,
    Effort,
    ExternalInput,
    ExternalOutput,
    KernelsOfBoard,
    PictureTitle,
    Rounds,
    StreamInput,
    StreamOutput,
    TargetName,
    TimeLimit,
    device,
    device_words,
    ends,
    parse_share,
    whole,
)
from arenite.errors import OptionError

if TYPE_CHECKING:
    from arenite.search.plan import Plan


def explore_command(
    model: Annotated[Path, typer.Argument(help="The .tflite file.", show_default=False)],
    *,
    target: TargetName = None,
    board: KernelsOfBoard = None,
    minimize: Annotated[Literal["arena", "head"], typer.Option(help="What to make small.")] = "arena",
    max_extra_macs: Annotated[
        str | None, typer.Option(metavar="SHARE", help="The most work that strips may add.", show_default="100%")
    ] = None,
    keep_inputs: Annotated[
        bool, typer.Option("--keep-inputs", help="Inputs stay intact to the end of the inference.")
    ] = False,
    stream_input: StreamInput = None,
    stream_output: StreamOutput = None,
    external_input: ExternalInput = None,
    external_output: ExternalOutput = None,
    effort: Effort = "normal",
    time_limit: TimeLimit = None,
    pick: Annotated[
        int | None,
        typer.Option(metavar="N", parser=whole("--pick", 0), help="Write point N to --output.", show_default=False),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="The .tflite file for --pick.", show_default=False),
    ] = None,
    no_verify: Annotated[
        bool, typer.Option("--no-verify", help="With --pick: do not compare with the source in LiteRT and TFLM.")
    ] = False,
    rounds: Rounds = None,
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw the points to a .png, .svg or .pdf file.", show_default=False),
    ] = None,
    dpi: Dpi = None,
    title: PictureTitle = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that exist.")] = False,
) -> None:
    """Show the smallest arenas for more and more work, and write one of them with --pick N -o FILE."""
    from arenite.cli.files import check_not_source, picture_file, say
    from arenite.cli.progress import progress
    from arenite.report.explore import as_json, print_exploration
    from arenite.report.json import write_json
    from arenite.report.optimize import verified
    from arenite.search.exploration import explore
    from arenite.search.options import Options
    from arenite.tflite.files import check_writable, replace_file
    from arenite.tflite.read import read_model

    if (pick is None) != (output is None):
        raise OptionError("--pick and --output belong together: the point to write, and where")
    on = device(target, board)
    options = Options(
        target=on.target,
        split=True,
        minimize=minimize,
        max_extra_macs=None if max_extra_macs is None else parse_share(max_extra_macs),
        keep_inputs=keep_inputs,
        ends=ends(stream=(stream_input, stream_output), external=(external_input, external_output)),
        verify=not no_verify,
        rounds=rounds,
        effort=effort,
        time_limit=time_limit,
    )
    picture = picture_file(plot, dpi, title, model, force=force)
    if output is not None:
        check_not_source(output, model)
        check_writable(output, force=force)
    written: list[Path] = []
    picked: Plan | None = None
    budget = options.budget()
    with progress(f"exploring {model.name}") as report, ENDINGS.sparing(budget):
        found = explore(read_model(model), options, progress=report, budget=budget)
        if pick is not None and output is not None:
            picked = found.plan(pick)
            picked.write(output, force=force, verify=not no_verify)
            written.append(output)
        if picture is not None:
            from arenite.report.explore_plot import draw

            replace_file(picture.path, draw(found, picture), force=force)
            written.append(picture.path)
    if json:
        write_json(as_json(found), sys.stdout)
    else:
        print_exploration(found, sys.stdout)
        for line in verified(picked) if picked else ():
            say(line)
        for path in written:
            say(f"Wrote {path}")
        if pick is None:
            from arenite.report.commands import ends_words
            from arenite.report.next_steps import after_explore, print_steps

            outside = ends_words(options.ends)
            print_steps(after_explore(found, model, device_words(target, board), outside), sys.stdout)
