"""`arenite layout`: places buffers that are given as a table, without a model."""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 (typer reads the annotations when the program runs)
from typing import Annotated

import typer

from arenite.budget import STEPS
from arenite.cli.options import Effort, TimeLimit, parse_size, whole

MOST_ALIGNMENT = 1 << 16
"""Largest alignment in bytes: pages of 64 KB are the largest that hardware asks for."""


def layout_command(
    buffers: Annotated[
        Path, typer.Argument(help="A CSV file with the columns id, lower, upper and size.", show_default=False)
    ],
    *,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="The CSV file to write, with offsets.", show_default=False),
    ] = None,
    alignment: Annotated[
        int,
        typer.Option(
            metavar="BYTES",
            parser=whole("--alignment", 1, MOST_ALIGNMENT),
            help="Offsets are multiples of it, and sizes are rounded up.",
        ),
    ] = 1,
    capacity: Annotated[
        int | None,
        typer.Option(
            metavar="SIZE",
            parser=parse_size,
            help="Stop at a layout that fits; exit with 1 if none is found.",
            show_default=False,
        ),
    ] = None,
    effort: Effort = "normal",
    time_limit: TimeLimit = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that exists.")] = False,
) -> None:
    """Place buffers with lifetimes, as MiniMalloc's CSV lists them, in the least memory that can be found."""
    from arenite.budget import Budget
    from arenite.cli.files import check_not_source, say
    from arenite.cli.progress import progress
    from arenite.report.json import write_json
    from arenite.report.layout import layout_as_json, layout_sentences
    from arenite.search.buffer_list import as_csv, lay_out, read_buffers
    from arenite.tflite.files import check_writable, replace_file

    if output is not None:
        check_not_source(output, buffers)
        check_writable(output, force=force)
    budget = Budget(STEPS[effort], seconds=time_limit)
    with progress(f"laying out {buffers.name}") as report:
        listed = read_buffers(buffers, alignment)

        def news(_: str, height: int, bound: int) -> None:
            report(f"layout: {height:,} bytes, at least {bound:,}")

        layout = lay_out(listed, budget=budget, goal=capacity, progress=news)
        fits = capacity is None or layout.height <= capacity
        if output is not None and fits:
            replace_file(output, as_csv(listed, layout.offsets).encode(), force=force)
    if json:
        write_json(layout_as_json(listed, layout, fits=fits, timed_out=budget.struck), sys.stdout)
    else:
        for sentence in layout_sentences(listed, layout, capacity, timed_out=budget.struck):
            say(sentence)
        if output is not None:
            say(f"Wrote {output}" if fits else "Nothing was written")
    if not fits:
        raise typer.Exit(1)
