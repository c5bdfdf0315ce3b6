"""A model as C99 without dependencies: its constants, a schedule of straight calls, and the kernels that they use.

    Model, Arena  --assemble-->  Program  --text-->  NAME.h, NAME.c, NAME_constants.h, NAME_constants.c, kernels

The addresses of tensors and their moves are inputs: `arenite.search.relocation` decides them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from arenite.errors import OutputError
from arenite.tflite.files import check_writable, replace_files

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping


__all__ = ["write_files"]


def write_files(exported: Mapping[str, str], folder: str | os.PathLike[str], *, force: bool = False) -> None:
    """Write all files into a folder or none; the folder is created if needed.

    A file with the same content stays untouched.

    Raises:
        OutputError: one of the files exists with other content and `force` is False, or the folder is not writable;
            no file was written.
    """
    folder = Path(folder)
    wanted = {folder / name: text.encode() for name, text in exported.items()}
    try:
        changed = {path: data for path, data in wanted.items() if not path.is_file() or path.read_bytes() != data}
        if folder.is_dir():
            for path in changed:
                check_writable(path, force=force)
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written: {error.strerror or error}") from None
    replace_files(changed, force=force)
