"""Output files other than models: checked before any work, written completely or not at all."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from arenite.errors import OptionError, OutputError
from arenite.names import escaped
from arenite.tflite.files import check_writable, same_file

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from arenite.report.picture import PictureFile


def say(line: str) -> None:
    """Print a line with file names: not wrapped, so that paths can be copied, and without control characters."""
    typer.echo(escaped(line))


def check_folder(folder: Path, names: Iterable[str], *, force: bool) -> None:
    """Raise OutputError if files with these names cannot be written to `folder`, which may not exist yet."""
    if folder.is_dir():
        for name in names:
            check_writable(folder / name, force=force)
    elif folder.exists():
        raise OutputError(f"{folder} is not a folder")


def make_folder(folder: Path) -> None:
    """Create `folder` and its missing parents. Raises OutputError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made: {error.strerror or error}") from None


def check_not_source(path: Path, *sources: Path) -> None:
    """Raise OutputError if `path` is one of the command's input files."""
    if any(same_file(path, source) for source in sources):
        raise OutputError(f"{path}: is the file that is read; write to another one")


def picture_file(
    path: Path | None, dots_per_inch: int | None, title: str | None, *sources: Path, force: bool
) -> PictureFile | None:
    """The picture that --plot, --dpi and --title ask for, checked before any work; None without --plot.

    Raises:
        OptionError: the file's suffix is no kind of picture, or an option is given without --plot.
        OutputError: the file cannot be written, or is one of `sources`.
    """
    if path is None:
        for name, value in (("--dpi", dots_per_inch), ("--title", title)):
            if value is not None:
                raise OptionError(f"{name} goes with --plot FILE")
        return None
    from arenite.report.picture import PictureFile, check_plot

    check_plot(path)
    check_not_source(path, *sources)
    check_writable(path, force=force)
    found = PictureFile(path)
    return replace(found, title=title, dots_per_inch=dots_per_inch or found.dots_per_inch)
