"""Which core runs: the one place where it is chosen.

The environment variable `ARENITE_CORE` may name one: `compiled`, which fails where it is not installed, or `python`.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from arenite.errors import OptionError
from arenite.solve.core.python import PythonCore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arenite.solve.core.interface import Core

VARIABLE = "ARENITE_CORE"


def cores() -> dict[str, Core]:
    """The cores that are installed, by the names that `ARENITE_CORE` takes, the preferred one first."""
    try:
        from arenite.solve.core.compiled import CompiledCore
    except ImportError:
        return {"python": PythonCore()}
    return {"compiled": CompiledCore(), "python": PythonCore()}


def core() -> Core:
    """The one that runs."""
    return _chosen[-1]


@contextmanager
def running(other: Core) -> Iterator[None]:
    """Let another one run meanwhile, in this process."""
    _chosen.append(other)
    try:
        yield
    finally:
        _chosen.pop()


def _wanted() -> Core:
    installed = cores()
    name = os.environ.get(VARIABLE) or next(iter(installed))
    if name not in installed:
        raise OptionError(f"{VARIABLE} asks for the core {name!r}; installed: {', '.join(installed)}")
    return installed[name]


_chosen: list[Core] = [_wanted()]
