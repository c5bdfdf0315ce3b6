"""`arenite export`: the model as source files."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path  # noqa: TC003 (typer reads the annotations when the program runs)
from typing import TYPE_CHECKING, Annotated

import typer

from arenite.cli.options import (
    ExternalInput,
    ExternalOutput,
    FeedInput,
    KernelsOfBoard,
    StreamInput,
    StreamOutput,
    TargetName,
    device,
    device_words,
    ends,
)
from arenite.errors import OptionError
from arenite.names import one_line

if TYPE_CHECKING:
    from arenite.search.c_export import Export

BUNDLE_TEST = "its CMakeLists.txt and ctest, with -D TFLM=PATH -D TFLM_LIBRARY=PATH"
"""How to test a bundle, in the words of a line that ends with it."""


def export_command(
    model: Annotated[Path, typer.Argument(help="The .tflite file to read.", show_default=False)],
    *,
    c: Annotated[
        Path | None,
        typer.Option("--c", metavar="DIR", help="Write C99 that needs no runtime to this folder.", show_default=False),
    ] = None,
    tflm: Annotated[
        Path | None,
        typer.Option("--tflm", metavar="DIR", help="Write a bundle for TFLM to this folder.", show_default=False),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(help="What files and identifiers begin with; by default the file's name.", show_default=False),
    ] = None,
    target: TargetName = None,
    board: KernelsOfBoard = None,
    no_moves: Annotated[
        bool, typer.Option("--no-moves", help="With --c: keep every tensor in its place, in a larger arena if need be.")
    ] = False,
    moves_worth: Annotated[
        float | None,
        typer.Option(
            "--moves-worth",
            metavar="PERCENT",
            help="With --c: move tensors only where the arena becomes smaller by at least this share of the bytes that "
            "an inference moves; 0 takes any move that helps.",
            show_default="1",
        ),
    ] = None,
    cmsis_nn: Annotated[
        str | None,
        typer.Option(
            "--cmsis-nn",
            metavar="CORE",
            help="With --c: call CMSIS-NN, built for this core (cortex-m4, ...), where its results are the same bits.",
            show_default=False,
        ),
    ] = None,
    stream_input: StreamInput = None,
    feed_input: FeedInput = None,
    stream_output: StreamOutput = None,
    external_input: ExternalInput = None,
    external_output: ExternalOutput = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that exist.")] = False,
) -> None:
    """Write a model, in its order and with its layout, as C99 without dependencies or as a bundle for TFLM."""
    from arenite.cli.files import say
    from arenite.codegen import write_files
    from arenite.report.commands import ends_words
    from arenite.report.next_steps import after_bundle, after_export, print_steps
    from arenite.search.c_export import exported
    from arenite.tflite.read import read_model

    if (c is None) == (tflm is None):
        raise OptionError("what to write? give either --c DIR or --tflm DIR")
    by_rows = [*(stream_input or ()), *(feed_input or ())]
    outside = ends(stream=(by_rows, stream_output), external=(external_input, external_output))
    if outside and c is None:
        raise OptionError("--stream-input and its like go with --c DIR; TFLM has all inputs and outputs in its arena")
    if cmsis_nn is not None and c is None:
        raise OptionError("--cmsis-nn goes with --c DIR; for a bundle, give --target tflm-cmsis-nn/CORE")
    if no_moves and c is None:
        raise OptionError("--no-moves goes with --c DIR; TFLM moves no tensors")
    if moves_worth is not None and (c is None or no_moves):
        raise OptionError("--moves-worth goes with --c DIR, and without --no-moves, which forbids all moves")
    if moves_worth is not None and not 0 <= moves_worth < float("inf"):
        raise OptionError(f"--moves-worth: {moves_worth:g} is no percentage; give 0 or more")
    written = "c" if cmsis_nn is None else f"c-cmsis-nn/{cmsis_nn}"
    if c is not None and target not in (None, written):
        raise OptionError(
            f"--c writes code for {written}, not for {target}; leave --target out, "
            "or give --cmsis-nn CORE to call CMSIS-NN, or --tflm DIR for TFLM"
        )
    source = read_model(model)
    if c is not None:
        export = exported(
            source,
            name,
            may_move=not no_moves,
            moves_worth=_share(moves_worth),
            cmsis_nn=cmsis_nn,
            ends=outside,
            fed=bool(feed_input),
            command=shlex.join(["arenite", *sys.argv[1:]]),
        )
        write_files(export.files, c, force=force)
        say(f"{c}: {len(export.files)} files; {_summary(export)}")
        here = export.untested is None and export.program.target.core is None
        words = ends_words(outside)
        given = [word.replace("--stream-input", "--feed-input") for word in words] if feed_input else words
        print_steps(after_export(source, model, c, words, given, tested=here), sys.stdout)
    elif tflm is not None:
        from arenite.bundle.tflm import bundled

        bundle = bundled(source, name, device(target, board).target)
        write_files(bundle.files, tflm, force=force)
        say(f"{tflm}: {len(bundle.files)} files; {_tested(BUNDLE_TEST, bundle.untested)}")
        print_steps(after_bundle(source, model, tflm, device_words(target, board)), sys.stdout)


def _share(percent: float | None) -> float:
    """The option for moves as a fraction: bytes saved per byte moved."""
    from arenite.search.relocation import MOVES_WORTH

    return MOVES_WORTH if percent is None else percent / 100


def _summary(export: Export) -> str:
    """What the generated C needs, and whether it can be tested."""
    memory = export.program.memory
    where = " CMSIS_NN=PATH` on that core" if export.program.target.core else "`"
    moved = f", in which an inference moves {sum(memory.moved):,} bytes" if memory.moved else ""
    held = "".join(
        f"; of the {port.shape[1]} rows of {one_line(port.name)}, {port.held} are in it at a time"
        for port in export.program.by_rows
        if port in export.program.inputs
    )
    return f"an arena of {memory.size:,} bytes{moved}{held}; {_tested(f'`make test{where}', export.untested)}"


def _tested(how: str, untested: str | None) -> str:
    return f"test it with {how}" if untested is None else f"there is no self-test: {one_line(untested)}"
