"""What each technique of the order search is worth: everything, then one switched off at a time, then nothing."""

from __future__ import annotations

import time
from dataclasses import fields, replace
from typing import TYPE_CHECKING

from arenite.budget import STEPS_PER_SECOND, Budget
from arenite.solve.order.piece import SearchOptions
from arenite.solve.order.solver import solve
from benchmarks.graphs import darts, inception, nasnet_a, randwire, windowed
from benchmarks.tables import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arenite.problems.order import Problem

COLUMNS = ("graph", "switched off", "operators", "peak", "bound", "gap %", "proven", "states", "seconds")
STEPS = 10 * STEPS_PER_SECOND


def run(only: str) -> Table:
    """States and seconds per graph and setting."""
    table = Table("Order: each technique switched off (at most 10 million steps each)", COLUMNS)
    for name, problem in _graphs():
        if only.lower() in name.lower():
            for label, options in _settings():
                started = time.perf_counter()
                found = solve(problem, options=options, budget=Budget(STEPS))
                seconds = time.perf_counter() - started
                table.add(
                    {
                        "graph": name,
                        "switched off": label,
                        "operators": problem.operators,
                        "peak": found.peak,
                        "bound": found.lower_bound,
                        "gap %": 100 * (found.peak - found.lower_bound) / max(found.lower_bound, 1),
                        "proven": found.optimal,
                        "states": found.states,
                        "seconds": seconds,
                    }
                )
    return table


def _graphs() -> Iterator[tuple[str, Problem]]:
    yield "Inception x9", inception(9)
    yield "DARTS x8", darts(8)
    yield "NASNet-A x6", nasnet_a(6)
    yield "WS(32) x1", randwire(stages=1)
    yield "WS(48) x1", randwire(48, stages=1)
    yield "random 1,000, window 10", windowed(1000, 10)
    yield "random 10,000, window 15", windowed(10_000, 15)


def _settings() -> Iterator[tuple[str, SearchOptions]]:
    everything = SearchOptions()
    switches = [field.name for field in fields(SearchOptions)]
    yield "nothing", everything
    for switch in switches:
        yield switch, replace(everything, **{switch: False})
    yield "everything", replace(everything, **dict.fromkeys(switches, False))
