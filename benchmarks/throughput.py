"""How many models per second an architecture search can ask for their peak."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

import arenite
from benchmarks.shared import models
from benchmarks.tables import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from arenite.model import Model

COLUMNS = ("model", "operators", "peak", "peak_memory/s", "least peak", "least_peak_memory/s", "read/s")
SECONDS = 1.0
ZOO = (
    "paper",
    "mobilenet-v1",
    "mobilenet-v2",
    "swiftnet-cell",
    "nasnet-a",
    "darts",
    "densenet",
    "u-net",
    "random-wired",
)


def run(only: str) -> Table:
    """Calls per second of `peak_memory` and `least_peak_memory`, and files per second that `read` takes in."""
    table = Table("Throughput: calls per second, one core", COLUMNS)
    for name, model, read in _subjects():
        if only.lower() in name.lower():
            table.add(
                {
                    "model": name,
                    "operators": len(model.main.operators),
                    "peak": arenite.peak_memory(model),
                    "peak_memory/s": _per_second(partial(arenite.peak_memory, model)),
                    "least peak": arenite.least_peak_memory(model),
                    "least_peak_memory/s": _per_second(partial(arenite.least_peak_memory, model)),
                    "read/s": _per_second(read) if read else None,
                }
            )
    return table


def _subjects() -> Iterator[tuple[str, Model, Callable[[], object] | None]]:
    for name in ZOO:
        yield f"zoo {name}", arenite.zoo.build(name), None
    for path in models():
        yield path.name, arenite.read(path), partial(arenite.read, path)


def _per_second(call: Callable[[], object]) -> float:
    """Calls per second, over about a second, at least one call."""
    calls = 0
    started = time.perf_counter()
    while (seconds := time.perf_counter() - started) < SECONDS or not calls:
        call()
        calls += 1
    return calls / seconds
