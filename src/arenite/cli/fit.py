"""`arenite fit`: which boards hold a model, before and after `optimize`."""

from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 (typer reads the annotations when the program runs)
from typing import Annotated

import typer

from arenite.cli.options import BoardName, Reserve, device_words, parse_size, time_limit_of


def fit_command(
    model: Annotated[Path, typer.Argument(help="The .tflite file.", show_default=False)],
    *,
    board: BoardName = None,
    reserve: Reserve = None,
    time_limit: Annotated[float | None, time_limit_of("Stop looking for what optimize would save.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """Show which boards hold a model before and after optimize; nothing is written."""
    from arenite.cli.progress import progress
    from arenite.report.fit import fits_as_json, print_fits
    from arenite.report.json import write_json
    from arenite.search.fitting import fit
    from arenite.tflite.read import read_model

    with progress(f"fitting {model.name}"):
        fits = fit(read_model(model), board, reserve=parse_size(reserve or "0"), time_limit=time_limit)
    if json:
        write_json(fits_as_json(model.name, fits), sys.stdout)
    else:
        from arenite.report.next_steps import after_fit, print_steps

        print_fits(model.name, fits, sys.stdout)
        print_steps(after_fit(fits, model, device_words(reserve=reserve)), sys.stdout)
