"""Files that commands write besides models: refused before any work, written whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from arenite.errors import OutputError
from arenite.names import escaped
from arenite.tflite.files import check_writable, same_file

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def say(line: str) -> None:
    """Print a line that names files: whole, for whoever copies a path, but with nothing that a terminal obeys."""
    typer.echo(escaped(line))


def check_folder(folder: Path, names: Iterable[str], *, force: bool) -> None:
    """Raise OutputError if files of these names cannot be written to `folder`, which need not exist yet."""
    if folder.is_dir():
        for name in names:
            check_writable(folder / name, force=force)
    elif folder.exists():
        raise OutputError(f"{folder} is not a folder")


def make_folder(folder: Path) -> None:
    """Make `folder` and those above it, where they are missing. Raises OutputError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made: {error.strerror or error}") from None


def check_not_source(path: Path, *sources: Path) -> None:
    """Raise OutputError if `path` is one of the files that a command reads."""
    if any(same_file(path, source) for source in sources):
        raise OutputError(f"{path}: is the file that is read; write to another one")
