"""Order search: families by size, random-wired and random graphs, real models; every result is checked again."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING

import arenite
from arenite.budget import STEPS_PER_SECOND, Budget
from arenite.checkers.order import check_certificate, check_order
from arenite.formulate.order import ordering_problem
from arenite.solve.order.solver import solve
from benchmarks.graphs import FAMILIES, randwire, windowed
from benchmarks.shared import best_known, models
from benchmarks.tables import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from arenite.problems.order import Problem
    from benchmarks.tables import Value

COLUMNS = ("graphs", "operators", "default", "peak", "bound", "gap %", "proven", "states", "seconds", "check s")
ASKED = ("asked", "met")
SIZES = (200, 1000, 10_000)


@dataclass(frozen=True)
class Case:
    """Problems to order and what is asked of them: so many proven, or a gap, each within `seconds`.

    `budget`: seconds of the budget of steps, where it is not what is asked.
    """

    name: str
    problems: tuple[Callable[[], Problem], ...]
    seconds: float
    proven: int
    gap: float = 0.0
    budget: float | None = None

    @property
    def asked(self) -> str:
        """The request in words."""
        within = f"in {self.seconds:.0f} s"
        if not self.proven:
            return f"gap {self.gap:.0%} {within}"
        return f"proven {within}" if len(self.problems) == 1 else f"{self.proven}/{len(self.problems)} {within}"


@dataclass(frozen=True)
class Run:
    """One search: peaks in bytes, the gap in percent of the bound; `known` is the best peak known from elsewhere.

    Seconds are those of the processor, so that other work on the machine counts little.
    """

    graphs: str
    seed: int
    operators: int
    default: int | None
    peak: int
    bound: int
    gap: float
    proven: bool
    states: int
    seconds: float
    check_seconds: float
    known: int | None


def run(only: str) -> Table:
    """One row per case whose name contains `only`; a row over several seeds shows the worst of each column."""
    table = Table("Order: the least peak over all orders (bytes; worst over the seeds)", (*COLUMNS, *ASKED))
    for case in (*_structured(), *_random_wired(), *_random(), *_real()):
        if only.lower() in case.name.lower():
            runs = [_measure(case, number, make()) for number, make in enumerate(case.problems)]
            table.details.extend(asdict(run) for run in runs)
            table.add(_row(case, runs))
    return table


def _structured() -> Iterator[Case]:
    for name, member in FAMILIES.items():
        for size in SIZES:
            seconds = 1.0 if (name, size) == ("HRNet", 10_000) else 5.0
            yield Case(f"{name} {size:,}", (partial(member, size),), seconds, 1, budget=5.0)


def _random_wired() -> Iterator[Case]:
    def wired(nodes: int, stages: int, seeds: int) -> tuple[Callable[[], Problem], ...]:
        return tuple(partial(randwire, nodes, stages=stages, seed=seed) for seed in range(seeds))

    yield Case("WS(32) x3", wired(32, 3, 20), 5.0, 20)
    yield Case("WS(32) x100", wired(32, 100, 1), 10.0, 1)
    yield Case("WS(48) x1", wired(48, 1, 10), 60.0, 9)
    yield Case("WS(64) x1", wired(64, 1, 6), 8.0, 6, budget=60.0)
    yield Case("WS(80) x1", wired(80, 1, 6), 60.0, 0, 0.05)


def _random() -> Iterator[Case]:
    for unread in ("read", "kept", "dead"):
        for size, window, seconds, proven in ((1000, 15, 4.0, 1), (10_000, 15, 60.0, 0)):
            make = partial(windowed, size, window, unread=unread)
            yield Case(f"random {size:,}, window {window}, {unread}", (make,), seconds, proven, 0.1, budget=60.0)


def _real() -> Iterator[Case]:
    for path in models():
        yield Case(path.name, (partial(_problem_of, path),), 60.0, 1)


def _problem_of(path: Path) -> Problem:
    return ordering_problem(arenite.read(path))[0]


def _measure(case: Case, number: int, problem: Problem) -> Run:
    started = time.process_time()
    found = solve(problem, budget=Budget((case.budget or case.seconds) * STEPS_PER_SECOND))
    searched = time.process_time()
    assert check_order(problem, found.order) == found.peak
    assert check_certificate(problem, found.certificate) == found.lower_bound
    checked = time.process_time()
    default = check_order(problem, range(problem.operators)) if _in_order(problem) else None
    known, _ = best_known().get(case.name, (None, False))
    gap = 100 * (found.peak - found.lower_bound) / max(found.lower_bound, 1)
    return Run(
        graphs=case.name,
        seed=number,
        operators=problem.operators,
        default=default,
        peak=found.peak,
        bound=found.lower_bound,
        gap=gap,
        proven=found.optimal,
        states=found.states,
        seconds=searched - started,
        check_seconds=checked - searched,
        known=known,
    )


def _in_order(problem: Problem) -> bool:
    pairs = ((t.producer, c) for t in problem.tensors if t.producer is not None for c in t.consumers)
    return all(a < b for a, b in (*pairs, *problem.before))


def _row(case: Case, runs: list[Run]) -> dict[str, Value]:
    proven = sum(run.proven for run in runs)
    in_time = sum(run.proven and run.seconds <= case.seconds for run in runs)
    gap = max(run.gap for run in runs)
    return {
        "graphs": case.name,
        "operators": max(run.operators for run in runs),
        "default": max((run.default for run in runs if run.default is not None), default=None),
        "peak": max(run.peak for run in runs),
        "bound": max(run.bound for run in runs),
        "gap %": gap,
        "proven": bool(proven) if len(runs) == 1 else f"{proven}/{len(runs)}",
        "states": max(run.states for run in runs),
        "seconds": max(run.seconds for run in runs),
        "check s": max(run.check_seconds for run in runs),
        "asked": case.asked,
        "met": in_time >= case.proven if case.proven else gap <= 100 * case.gap,
    }
