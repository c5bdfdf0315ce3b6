"""Files that a report writes: never over what exists unless asked to, never half of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def refuse_existing(paths: Iterable[Path], *, force: bool) -> None:
    """Raise OutputError if one of `paths` exists and `force` is not given."""
    for path in paths:
        if path.exists() and not force:
            raise OutputError(f"{path}: already exists; use --force to overwrite it")
