"""The recursion of arXiv 1910.05110 and Arenite's search on the same graphs, in one run on one machine."""

from __future__ import annotations

import multiprocessing
import runpy
import time
from pathlib import Path
from typing import TYPE_CHECKING

from arenite.solve.order.solver import solve
from benchmarks.graphs import (
    amoebanet,
    chain,
    darts,
    densenet,
    hrnet,
    inception,
    nasnet_a,
    randwire,
    unet_plus_plus,
    windowed,
)
from benchmarks.tables import Table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection

    from arenite.problems.order import Problem
    from benchmarks.tables import Value

ORACLES = Path(__file__).resolve().parent.parent / "tests" / "oracles"
COLUMNS = ("graph", "operators", "peak", "equal", "paper s", "arenite s", "ratio")
SECONDS = 60.0
REPEATS = 5


def run(only: str) -> Table:
    """Seconds of both; the ratio is a lower limit where the recursion was stopped."""
    table = Table(f"The paper's recursion beside Arenite (the recursion is stopped after {SECONDS:.0f} s)", COLUMNS)
    for name, problem in _graphs():
        if only.lower() in name.lower():
            _measure(table, name, problem)
    return table


def _graphs() -> Iterator[tuple[str, Problem]]:
    example: Problem = runpy.run_path(str(ORACLES / "samples.py"))["PAPER_EXAMPLE"]
    yield "example of the paper", example
    yield "chain", chain(60)
    yield "Inception x3", inception(3)
    yield "Inception x9", inception(9)
    yield "DenseNet", densenet(2, 6)
    yield "U-Net++", unet_plus_plus(1, 3)
    yield "HRNet, 1 module", hrnet(1)
    yield "DARTS x2", darts(2)
    yield "DARTS x4", darts(4)
    yield "AmoebaNet x2", amoebanet(2)
    yield "NASNet-A x1", nasnet_a(1)
    yield "NASNet-A x2", nasnet_a(2)
    for nodes in (8, 12, 16, 20):
        yield f"WS({nodes}) without detail", randwire(nodes, stages=1, detail=False)
    yield "WS(8) with detail", randwire(8, stages=1)
    for window in (3, 5, 7):
        yield f"random, 60 operators, window {window}", windowed(60, window)


def _measure(table: Table, name: str, problem: Problem) -> None:
    seconds = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        found = solve(problem)
        seconds.append(time.perf_counter() - started)
    ours = min(seconds)
    answer = _recursion(problem)
    row: dict[str, Value] = {"graph": name, "operators": problem.operators, "peak": found.peak, "arenite s": ours}
    if answer is None:
        table.add({**row, "paper s": f"> {SECONDS:.0f}", "ratio": f"> {SECONDS / ours:,.0f}"})
    else:
        peak, theirs = answer
        table.add({**row, "equal": peak == found.peak, "paper s": theirs, "ratio": theirs / ours})


def _recursion(problem: Problem) -> tuple[int, float] | None:
    """Peak and seconds of the recursion in a process of its own, or None if it took too long or ran out of memory."""
    receiver, sender = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.Process(target=_child, args=(problem, sender))
    child.start()
    sender.close()
    try:
        return receiver.recv() if receiver.poll(SECONDS) else None
    except EOFError:
        return None
    finally:
        child.kill()
        child.join()


def _child(problem: Problem, sender: Connection) -> None:
    least_peak = runpy.run_path(str(ORACLES / "paper_recursion.py"))["least_peak"]
    started = time.perf_counter()
    peak = least_peak(problem)
    sender.send((peak, time.perf_counter() - started))
