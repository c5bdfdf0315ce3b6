"""Chooses the core that runs, compiled or Python. The compiled one hands problems with very large sums to its twin.

The environment variable `ARENITE_CORE` may name one: `compiled` or `python`. A name that is not installed raises
OptionError on import.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from arenite.budget import CORE_VARIABLE, wanted_core
from arenite.errors import OptionError
from arenite.solve.core.python import Core

if TYPE_CHECKING:
    from collections.abc import Iterator


def cores() -> dict[str, Core]:
    """The installed cores by the names that `ARENITE_CORE` takes; the default is first."""
    try:
        from arenite.solve.core.compiled import CompiledCore
    except ImportError:
        return {"python": Core()}
    return {"compiled": CompiledCore(), "python": Core()}


def core() -> Core:
    """The core that runs."""
    return _chosen[-1]


@contextmanager
def running(other: Core) -> Iterator[None]:
    """Run another core in this process while the context lasts."""
    _chosen.append(other)
    try:
        yield
    finally:
        _chosen.pop()


def _wanted() -> Core:
    """The core that the environment names, else the default. Raises OptionError if it is not installed."""
    installed = cores()
    name = wanted_core() or next(iter(installed))
    if name not in installed:
        raise OptionError(f"{CORE_VARIABLE} asks for the core {name!r}; installed: {', '.join(installed)}")
    return installed[name]


_chosen: list[Core] = [_wanted()]
"""Stack of chosen cores; the last one runs."""
