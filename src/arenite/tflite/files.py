"""Atomic writes of result files, which never replace a file without permission."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from arenite.errors import ExistsError, OutputError
from arenite.tflite.c_array import SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


_SUFFIX = ".tflite"


def beside(model: Path, what: str) -> Path:
    """A file for what is made of a model: `net.WHAT.tflite` in the folder of `net.tflite` or `net.cc`."""
    return model.with_name(f"{stem(model).name}.{what}{_SUFFIX}")


def stem(model: Path) -> Path:
    """The path of a model without the ending of its kind of file, in any case."""
    return model.with_name(_without(_without(model.name, SUFFIXES), (_SUFFIX,)))


def _without(name: str, endings: Iterable[str]) -> str:
    """The name without the ending that it has of these, in any case."""
    ending = next((each for each in endings if name.lower().endswith(each)), "")
    return name[: len(name) - len(ending)] or name


def same_file(first: str | os.PathLike[str], second: str | os.PathLike[str]) -> bool:
    """Whether two paths lead to the same file, also through links; False if one of them does not exist."""
    try:
        return Path(first).samefile(second)
    except (OSError, ValueError):
        return False


def check_writable(path: str | os.PathLike[str], *, force: bool = False) -> None:
    """Check before long work that `replace_file` can write this path.

    Raises:
        OutputError: the path is a folder or a device, or exists without `force`, or its folder is missing or read-only.
    """
    path = Path(path)
    try:
        mode = _mode(path)
        if mode is not None and stat.S_ISDIR(mode):
            raise OutputError(f"{path} is a folder; give the path of a file")
        if mode is not None and not stat.S_ISREG(mode):
            raise OutputError(f"{path} is a device, pipe or socket, not a file; give the path of a file")
        if os.path.lexists(path) and not force:
            raise ExistsError(path)
        if not path.parent.exists():
            raise OutputError(f"{path}: the folder {path.parent} does not exist")
        if not path.parent.is_dir():
            raise OutputError(f"{path}: {path.parent} is not a folder")
        if not os.access(path.parent, os.W_OK | os.X_OK):
            raise OutputError(f"{path}: the folder {path.parent} is read-only")
        if mode is not None and not os.access(path, os.W_OK):
            raise OutputError(f"{path} is read-only")
    except (OSError, ValueError) as error:
        raise OutputError(f"{path}: cannot be written: {getattr(error, 'strerror', None) or error}") from None


def replace_file(path: str | os.PathLike[str], data: bytes, *, force: bool = False) -> None:
    """Write a file atomically: readers see the old content or the new one, never a part.

    Without `force` an existing file is refused. A symbolic link stays; the file that it leads to is replaced.

    Raises:
        OutputError: no file was written; the message says why.
    """
    replace_files({Path(path): data}, force=force)


def replace_files(contents: Mapping[Path, bytes], *, force: bool = False) -> None:
    """Write several files like `replace_file`. All contents are on disk beside their targets before the first move.

    Raises:
        OutputError: no file was written, unless a move failed; the message says why.
    """
    staged: dict[Path, Path] = {}
    try:
        for path, data in contents.items():
            with _told(path):
                check_writable(path, force=force)
                staged[path] = _staged(Path(os.path.realpath(path)), data)
        for path, temporary in staged.items():
            with _told(path):
                _move(temporary, Path(os.path.realpath(path)), force=force)
    finally:
        for temporary in staged.values():
            with contextlib.suppress(OSError):
                temporary.unlink()


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turn errors of the system into OutputErrors for a path."""
    try:
        yield
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror or error}") from None


def _staged(target: Path, data: bytes) -> Path:
    """A temporary file beside the target with the content and the target's permissions."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:100]}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(_permissions(target))
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
    return Path(name)


def _move(temporary: Path, target: Path, *, force: bool) -> None:
    if force:
        temporary.replace(target)
        return
    # A hard link fails if the file has been created meanwhile; os.replace would overwrite it.
    try:
        target.hardlink_to(temporary)
    except FileExistsError:
        raise ExistsError(target) from None
    except OSError:
        # Some file systems have no hard links.
        temporary.replace(target)
    else:
        temporary.unlink()


def _mode(path: Path) -> int | None:
    """File type and permissions of a path, through links; None if it does not exist. Raises OSError."""
    try:
        return path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None


def _permissions(target: Path) -> int:
    """Permissions of the new file: those of the old file, or the default under the user's mask."""
    mode = _mode(target)
    if mode is not None:
        return mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
