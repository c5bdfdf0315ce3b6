"""Files and folders of the command line -> the model files to check, each with the name it has in a base."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from arenite.errors import system_reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SUFFIX = ".tflite"


class ModelFile(NamedTuple):
    """A file to check. name: below the current folder, else below the folder asked for. error: why it is none."""

    path: Path
    name: Path
    error: str | None = None


def model_files(asked: Iterable[Path], without: Path | None) -> list[ModelFile]:
    """The files, and all `.tflite` files below the folders in the order of their names; each file once.

    Links to folders are not followed, and nothing below the folder `without` counts. A folder that cannot be listed, or
    in which there is none, is an entry with an error.
    """
    skipped = None if without is None else _full(without)
    found = (each for path in asked for each in (_below(path, skipped) if path.is_dir() else [_file(path)]))
    return list({_full(each.path): each for each in reversed(list(found))}.values())[::-1]


def _file(path: Path) -> ModelFile:
    return ModelFile(path, _name(path, path.parent))


def _below(folder: Path, skipped: Path | None) -> Iterator[ModelFile]:
    errors: list[OSError] = []
    paths: list[Path] = []
    for place, folders, names in os.walk(folder, onerror=errors.append):
        folders[:] = [name for name in folders if _full(Path(place, name)) != skipped]
        paths.extend(Path(place, name) for name in names if name.lower().endswith(_SUFFIX))
    yield from (ModelFile(path, _name(path, folder)) for path in sorted(paths))
    yield from (ModelFile(Path(error.filename), Path(), system_reason(error)) for error in errors)
    if not paths and not errors:
        yield ModelFile(folder, Path(), f"no {_SUFFIX} file is below this folder")


def _name(path: Path, folder: Path) -> Path:
    full, here = _full(path), Path.cwd()
    return full.relative_to(here if full.is_relative_to(here) else _full(folder))


def _full(path: Path) -> Path:
    """The absolute path without `..`; links stay, unlike with `Path.resolve`, so that files keep their names."""
    return Path(os.path.abspath(path))  # noqa: PTH100
