"""Layout: the eleven MiniMalloc instances at their capacity, and lifetimes of network schedules."""

from __future__ import annotations

import csv
import time
from pathlib import Path
from typing import TYPE_CHECKING

from arenite.layout import Buffer, Problem, check, solve
from arenite.layout.lifetimes import maximum_load
from benchmarks.graphs import FAMILIES, inception, randwire
from benchmarks.tables import Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from arenite.schedule.problem import Problem as Ordering

INSTANCES = Path(__file__).parent / "minimalloc"
COLUMNS = ("instance", "buffers", "load", "height", "bound", "optimal", "asked", "met", "seconds")
SECONDS = 60.0


def run(only: str) -> Table:
    """Height and seconds of every instance whose name contains `only`."""
    table = Table(f"Layout: least height, at most {SECONDS:.0f} s each (bytes)", COLUMNS)
    for name, problem, asked in _instances():
        if only.lower() in name.lower():
            _measure(table, name, problem, asked)
    return table


def _instances() -> Iterator[tuple[str, Problem, int]]:
    """Name, problem, and the height that was asked for."""
    for path in sorted(INSTANCES.glob("*.csv")):
        letter, capacity = path.stem.split(".")
        yield f"minimalloc {letter}", read(path), int(capacity)
    for name, member in FAMILIES.items():
        problem = scheduled(member(200))
        yield f"{name}, default order", problem, maximum_load(problem)
    for seed in range(3):
        problem = scheduled(randwire(seed=seed))
        yield f"WS(32) x3 seed {seed}, default order", problem, maximum_load(problem)
    problem = scheduled(inception(9))
    yield "Inception x9, default order", problem, maximum_load(problem)


def read(path: Path) -> Problem:
    """A MiniMalloc file; its `upper` is exclusive."""
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    return Problem(tuple(Buffer(row["id"], int(row["size"]), int(row["lower"]), int(row["upper"]) - 1) for row in rows))


def scheduled(problem: Ordering, order: Sequence[int] | None = None) -> Problem:
    """The buffers of an order (by default that of the numbers): a scope per operator, the last for what is kept."""
    position = {operator: scope for scope, operator in enumerate(order or range(problem.operators))}
    buffers = []
    for number, tensor in enumerate(problem.tensors):
        first = 0 if tensor.producer is None else position[tensor.producer]
        last = max([first, *(position[consumer] for consumer in tensor.consumers)])
        buffers.append(Buffer(str(number), tensor.size, first, problem.operators - 1 if tensor.kept else last))
    return Problem(tuple(buffers), alignment=16)


def _measure(table: Table, name: str, problem: Problem, asked: int) -> None:
    started = time.perf_counter()
    solution = solve(problem, goal=asked, time_limit=SECONDS)
    seconds = time.perf_counter() - started
    check(problem, solution)
    table.add(
        {
            "instance": name,
            "buffers": len(problem.buffers),
            "load": maximum_load(problem),
            "height": solution.height,
            "bound": solution.lower_bound,
            "optimal": solution.optimal,
            "asked": asked,
            "met": solution.height <= asked,
            "seconds": seconds,
        }
    )
