"""`arenite optimize`: the smallest head that order and layout allow, written as a model and verified."""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 (typer reads the annotations when the program runs)
from typing import Annotated, Literal

import typer

from arenite.cli.endings import ENDINGS
from arenite.cli.options import (
    BoardName,
    Dpi,
    Effort,
    ExternalInput,
    ExternalOutput,
    PictureTitle,
    Reserve,
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


def optimize_command(
    model: Annotated[Path, typer.Argument(help="The .tflite file.", show_default=False)],
    *,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help="The .tflite file to write.",
            show_default="MODEL.arenite.tflite, beside it",
        ),
    ] = None,
    target: TargetName = None,
    board: BoardName = None,
    reserve: Reserve = None,
    no_reorder: Annotated[bool, typer.Option("--no-reorder", help="Keep the order of the operators.")] = False,
    no_layout: Annotated[bool, typer.Option("--no-layout", help="Leave the layout to TFLM.")] = False,
    no_overlap: Annotated[bool, typer.Option("--no-overlap", help="Buffers never share bytes.")] = False,
    keep_inputs: Annotated[
        bool, typer.Option("--keep-inputs", help="Inputs stay intact to the end of the inference.")
    ] = False,
    split: Annotated[bool, typer.Option("--split", help="Execute large layers in strips where that saves.")] = False,
    minimize: Annotated[
        Literal["arena", "head"], typer.Option(help="With --split: what to make small; otherwise it is the head.")
    ] = "arena",
    arena: Annotated[
        str | None,
        typer.Option(
            metavar="SIZE",
            help="Fit 96K with the least work found, in strips if need be; or fail.",
            show_default=False,
        ),
    ] = None,
    max_extra_macs: Annotated[
        str | None,
        typer.Option(
            metavar="SHARE",
            help="With --split: work that strips may add.",
            show_default="10%; 100% with --arena or --board",
        ),
    ] = None,
    unpack_int4: Annotated[
        bool, typer.Option("--unpack-int4", help="Store int4 weights as int8: less scratch, more flash.")
    ] = False,
    widen_bias: Annotated[
        bool,
        typer.Option("--widen-bias", help="Repair int32 biases of int16 TRANSPOSE_CONV, which TFLM reads as int64."),
    ] = False,
    io: Annotated[
        Literal["int8", "uint8"] | None,
        typer.Option(
            help="Inputs and outputs of this type instead of floats that the model quantizes, or of the other type.",
            show_default="as they are",
        ),
    ] = None,
    stream: Annotated[
        int | None,
        typer.Option(
            metavar="AXIS",
            parser=whole("--stream", 0),
            help="Take only new frames along this axis of the input, time; the rest of the window becomes state.",
            show_default="whole windows",
        ),
    ] = None,
    stream_input: StreamInput = None,
    stream_output: StreamOutput = None,
    external_input: ExternalInput = None,
    external_output: ExternalOutput = None,
    plan: Annotated[
        Literal["replace", "respect"], typer.Option(help="What to do with an offline plan that the model carries.")
    ] = "replace",
    effort: Effort = "normal",
    time_limit: TimeLimit = None,
    no_verify: Annotated[
        bool, typer.Option("--no-verify", help="Do not compare the result with its source in LiteRT and TFLM.")
    ] = False,
    rounds: Rounds = None,
    seed: Annotated[int, typer.Option(metavar="N", parser=whole("--seed", 0), help="Seed of the random inputs.")] = 0,
    plot: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Draw the memory before and after to a .png, .svg or .pdf file.", show_default=False
        ),
    ] = None,
    dpi: Dpi = None,
    title: PictureTitle = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="All that is known: peak, head, lower bound, strips, kernels.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that exists.")] = False,
) -> None:
    """Write the model with the order and layout that need the least memory, verified bit for bit.

    With --arena or --board it is the one that fits with the least work found, in strips if need be; for the smallest
    one found for a board, give its name to --target.
    """
    from arenite.cli.files import check_not_source, picture_file
    from arenite.cli.progress import progress
    from arenite.report.json import write_json
    from arenite.report.optimize import as_json, print_details, print_plan
    from arenite.search.optimization import Options, optimize
    from arenite.tflite.files import beside, check_writable, replace_file
    from arenite.tflite.read import read_model

    on = device(target, board, reserve, arena)
    written = output or beside(model, "arenite")
    options = Options(
        reorder=not no_reorder,
        layout=not no_layout,
        overlap=not no_overlap,
        target=on.target,
        keep_inputs=keep_inputs,
        split=split or on.room is not None,
        minimize=minimize,
        arena=on.room,
        max_extra_macs=None if max_extra_macs is None else parse_share(max_extra_macs),
        unpack_int4=unpack_int4,
        widen_bias=widen_bias,
        io=io,
        stream=stream,
        ends=ends(stream=(stream_input, stream_output), external=(external_input, external_output)),
        plan=plan,
        effort=effort,
        time_limit=time_limit,
        verify=not no_verify,
        rounds=rounds,
        seed=seed,
    )
    check_not_source(written, model)
    check_writable(written, force=force)
    picture = picture_file(plot, dpi, title, model, force=force)
    budget = options.budget()
    with progress(f"optimizing {model.name}") as report, ENDINGS.sparing(budget):
        result = optimize(read_model(model), options, progress=report, budget=budget)
    result.write(written, force=force, verify=not no_verify)
    if picture is not None:
        from arenite.report.map_plot import draw

        replace_file(picture.path, draw(*result.maps, picture), force=force)
    if json:
        write_json(as_json(result), sys.stdout)
    else:
        from arenite.report.next_steps import after_optimize, print_steps

        (print_details if verbose else print_plan)(result, written, sys.stdout)
        print_steps(after_optimize(result, model, written, device_words(target, board, reserve, arena)), sys.stdout)
