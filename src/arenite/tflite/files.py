"""Writing a result to disk: all of it or nothing, and never over something that was not meant."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from arenite.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def same_file(first: str | os.PathLike[str], second: str | os.PathLike[str]) -> bool:
    """Whether two paths lead to one file, through links too; False where one of them does not exist."""
    try:
        return Path(first).samefile(second)
    except (OSError, ValueError):
        return False


def check_writable(path: str | os.PathLike[str], *, force: bool = False) -> None:
    """Complain before long work that `replace_file` would refuse this path.

    Raises:
        OutputError: the path is a folder or a device, exists without `force`, or its folder is missing or read-only.
    """
    path = Path(path)
    try:
        mode = _mode(path)
        if mode is not None and stat.S_ISDIR(mode):
            raise OutputError(f"{path} is a folder; give the path of a file")
        if mode is not None and not stat.S_ISREG(mode):
            raise OutputError(f"{path} is a device, pipe or socket, not a file; give the path of a file")
        if os.path.lexists(path) and not force:
            raise OutputError(f"{path} exists; pass --force to overwrite")
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
    """Write a file in one step: whoever looks sees the old content or the new one, never a part.

    Without `force` an existing file is refused. A symbolic link is followed, so that the link stays one.

    Raises:
        OutputError: nothing was written; the message says why.
    """
    replace_files({Path(path): data}, force=force)


def replace_files(contents: Mapping[Path, bytes], *, force: bool = False) -> None:
    """Write several files, each as `replace_file` does. All are on disk beside their places before the first is moved.

    Raises:
        OutputError: nothing was written, unless what failed is one of the moves; the message says why.
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
    """Errors of the system as those of a path."""
    try:
        yield
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror or error}") from None


def _staged(target: Path, data: bytes) -> Path:
    """A temporary file beside the target with its content and permissions."""
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
    # A hard link fails where the file came into being meanwhile; os.replace would overwrite it.
    try:
        target.hardlink_to(temporary)
    except FileExistsError:
        raise OutputError(f"{target} exists; pass --force to overwrite") from None
    except OSError:
        # Not every file system has hard links.
        temporary.replace(target)
    else:
        temporary.unlink()


def _mode(path: Path) -> int | None:
    """Kind and permissions of what a path leads to, through links; None where there is nothing. Raises OSError."""
    try:
        return path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None


def _permissions(target: Path) -> int:
    """Permissions for the new file: those of the old one, or what the user's mask gives to new files."""
    mode = _mode(target)
    if mode is not None:
        return mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
