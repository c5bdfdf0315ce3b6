"""`arenite sweep`: what each model of a folder costs, as a table."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path  # noqa: TC003 (typer reads the annotations when the program runs)
from typing import TYPE_CHECKING, Annotated

import typer

from arenite.cli.options import KernelsOfBoard, TargetName, device, whole
from arenite.errors import ModelError, OptionError

if TYPE_CHECKING:
    from arenite.search.sweep.record import CostRecord

MOST_WORKERS = 1024
"""Most processes that can be asked for: more than any machine has cores."""


def sweep_command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder of .tflite files.", show_default=False)],
    *,
    csv: Annotated[Path, typer.Option(metavar="FILE", help="The CSV file to write.", show_default=False)],
    target: TargetName = None,
    board: KernelsOfBoard = None,
    columns: Annotated[
        str | None,
        typer.Option(
            metavar="NAMES",
            help="Columns to compute, separated by commas, such as peak_bytes,head_bytes.",
            show_default="all",
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            parser=whole("--workers", 1, MOST_WORKERS),
            help="Processes that compute.",
            show_default="one for each core",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that exists.")] = False,
) -> None:
    """Write what each model of a folder and its subfolders costs as it is; where one fails, its row has the error."""
    from arenite.cli.files import check_not_source, say
    from arenite.cli.progress import progress
    from arenite.report.sweep import records_as_csv, sweep_sentences
    from arenite.search.sweep.record import COLUMNS
    from arenite.search.sweep.run import costs
    from arenite.tflite.files import check_writable, replace_file

    paths = _models(folder)
    check_not_source(csv, *paths)
    check_writable(csv, force=force)
    asked = COLUMNS if columns is None else [name.strip() for name in columns.split(",")]
    with progress(f"sweeping {folder.name}") as report:
        records = costs(
            paths, target=device(target, board).target, columns=asked, workers=workers or _cores(), progress=report
        )
        names = [path.relative_to(folder).as_posix() for path in paths]
        named = [replace(record, model=name) for name, record in zip(names, records, strict=True)]
        _check_some(folder, named)
        replace_file(csv, records_as_csv(named).encode(), force=force)
    for sentence in sweep_sentences(named):
        say(sentence)
    say(f"Wrote {csv}")


def _models(folder: Path) -> list[Path]:
    """The models of a folder and its subfolders, by name.

    Raises:
        OptionError: there is no such folder, or no model in it.
    """
    if not folder.is_dir():
        raise OptionError(f"{folder} is not a folder" if folder.exists() else f"{folder}: no such folder")
    paths = sorted(path for path in folder.rglob("*.tflite") if not path.is_dir())
    if not paths:
        raise OptionError(f"{folder}: no .tflite file is in it or its subfolders")
    return paths


def _check_some(folder: Path, records: list[CostRecord]) -> None:
    """Raise ModelError if no model could be read: the table would hold nothing but errors."""
    if all(record.operators is None for record in records):
        first = records[0]
        raise ModelError(f"{folder}: no model can be read; the first: {first.model}: {first.error}")


def _cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
