"""{file name: text} onto disk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from arenite.errors import OutputError
from arenite.tflite.files import check_writable, replace_files

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping


def write_files(exported: Mapping[str, str], folder: str | os.PathLike[str], *, force: bool = False) -> None:
    """Write files into a folder, which is made if it is not there; all of them or none.

    A file that is there already with the same content is left alone.

    Raises:
        OutputError: one of the files exists with another content and `force` is not given, or the folder is not
            writable; nothing was written.
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
