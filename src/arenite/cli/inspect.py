"""`arenite inspect`: what a model costs as it is, operator by operator and tensor by tensor."""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 (typer reads the annotations when the program runs)
from typing import TYPE_CHECKING, Annotated

import typer

from arenite.cli.options import Dpi, KernelsOfBoard, PictureTitle, TargetName, device, device_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arenite.report.picture import PictureFile
    from arenite.search.inspection import Inspection
    from arenite.search.memory_map import MemoryMap


def inspect_command(
    model: Annotated[Path, typer.Argument(help="The .tflite file.", show_default=False)],
    *,
    target: TargetName = None,
    board: KernelsOfBoard = None,
    why: Annotated[
        bool, typer.Option("--why", help="Say which operators cannot be executed in strips, and why.")
    ] = False,
    tensors: Annotated[bool, typer.Option("--tensors", help="List the tensors that are computed.")] = False,
    constants: Annotated[bool, typer.Option("--constants", help="List the tensors that the file holds.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
    csv: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write operators.csv and tensors.csv there.", show_default=False)
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Draw memory map and working sets to a .png, .svg or .pdf file.", show_default=False
        ),
    ] = None,
    dpi: Dpi = None,
    title: PictureTitle = None,
    model_explorer: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write the working sets as node data for Model Explorer, a .json.", show_default=False
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that exist.")] = False,
) -> None:
    """Show every operator's working set, every tensor's lifetime, and what pins the peak."""
    from arenite.cli.files import picture_file, say
    from arenite.cli.progress import progress
    from arenite.report.json import write_json
    from arenite.search.inspection import inspect
    from arenite.search.memory_map import memory_map
    from arenite.tflite.files import replace_file
    from arenite.tflite.read import read_model

    on = device(target, board)
    picture = picture_file(plot, dpi, title, model, force=force)
    _check_outputs(model, csv, model_explorer, force=force)
    with progress(f"inspecting {model.name}"):
        source = read_model(model)
        inspection = inspect(source, target=on.target)
        drawn = memory_map(source, on.target) if picture or (sys.stdout.isatty() and not json) else None
        written = []
        for path, content in _files(inspection, drawn, csv, picture, model_explorer):
            replace_file(path, content, force=force)
            written.append(path)
    if json:
        from arenite.report.inspect_data import as_json

        write_json(as_json(inspection), sys.stdout)
    else:
        from arenite.report.inspect_text import Parts, print_inspection
        from arenite.report.next_steps import after_inspect, print_steps

        shown = drawn if sys.stdout.isatty() else None
        print_inspection(inspection, shown, Parts(tensors=tensors, constants=constants, why=why), sys.stdout)
        for path in written:
            say(f"Wrote {path}")
        print_steps(after_inspect(model, device_words(target, board)), sys.stdout)


def _check_outputs(model: Path, csv: Path | None, model_explorer: Path | None, *, force: bool) -> None:
    """Check before any work that the outputs can be written."""
    from arenite.cli.files import check_folder, check_not_source
    from arenite.tflite.files import check_writable

    if csv:
        from arenite.report.inspect_data import OPERATORS, TENSORS

        check_folder(csv, (OPERATORS, TENSORS), force=force)
    if model_explorer:
        check_not_source(model_explorer, model)
        check_writable(model_explorer, force=force)


def _files(
    found: Inspection, drawn: MemoryMap | None, csv: Path | None, picture: PictureFile | None, node_data: Path | None
) -> Iterator[tuple[Path, bytes]]:
    """The files that were asked for, each with its content, which is made when its turn comes."""
    if csv is not None:
        from arenite.cli.files import make_folder
        from arenite.report.inspect_data import as_csv

        make_folder(csv)
        yield from ((csv / name, content.encode()) for name, content in as_csv(found).items())
    if picture is not None and drawn is not None:
        from arenite.report.inspect_plot import chart, draw

        yield picture.path, draw(chart(found), drawn, picture)
    if node_data is not None:
        from arenite.report import model_explorer

        yield node_data, model_explorer.node_data(found).encode()
