"""What an architecture search gets per second: calls of `peak_memory` beside those of before, records of `costs`."""

from __future__ import annotations

import resource
import runpy
import statistics
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import arenite
from arenite.tflite.write import write_bytes
from benchmarks.tables import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from arenite.model import Model

    Peak = Callable[[Model], int]
    Build = Callable[[int], Model]

COLUMNS = ("what", "operators", "before/s", "now/s", "ratio", "asked", "met")
ORACLES = Path(__file__).resolve().parent.parent / "tests" / "oracles"
ZOO: dict[str, dict[str, int]] = {
    "mobilenet-v2": {},
    "inception": {"modules": 9},
    "swiftnet-cell": {},
    "random-wired": {},
    "densenet": {"layers": 12},
    "darts": {},
    "nasnet-a": {},
    "chain": {"length": 245},
}
"""Families and parameters of models of 60 to 250 operators, or a few more."""
TIMES_AS_FAST = 10
"""Calls of `peak_memory` per second that the project wants, by those of before."""
CALLS, TURNS = 50, 5
"""Calls on one model in a turn, and turns of each function."""
FRESH = 15
"""Models that are asked once each, right after they were built."""

SIXTY = {"mobilenet-v2": {}, "chain": {"length": 57}, "random-wired": {"nodes": 8}}
"""Families and parameters of models of about 60 operators."""
MODELS_PER_SECOND = 200
"""Records of models of 60 operators, with peak and head, that the project wants per second of one core."""
MODELS = 60
"""Models of each family."""
REPEATS = 5
"""How often the files of a family are swept by processes, of which each takes half a second to start."""
COSTS = ("peak_bytes", "head_bytes")


def run(only: str) -> Table:
    """The rows whose name contains `only`, all in processor seconds, those of other processes included."""
    table = Table("Architecture search: per second of one core", COLUMNS)
    before: Peak = runpy.run_path(str(ORACLES / "peak.py"))["peak_before"]
    for name, parameters in ZOO.items():
        build = partial(_build, name, parameters)
        if only.lower() in f"peak again, {name}":
            _compare(table, f"peak again, {name}", build(0), _again((before, _now), build(0)), TIMES_AS_FAST)
        if only.lower() in f"peak once, {name}":
            _compare(table, f"peak once, {name}", build(0), _once((before, _now), build), TIMES_AS_FAST)
    for name, parameters in SIXTY.items():
        if only.lower() in f"costs, {name}":
            _sweep(table, name, partial(_build, name, parameters))
    return table


def _build(name: str, parameters: dict[str, int], seed: int) -> Model:
    return arenite.zoo.build(name, seed=seed, **parameters)


def _now(model: Model) -> int:
    return arenite.peak_memory(model)


def _again(peaks: Sequence[Peak], model: Model) -> list[float]:
    """Median seconds of one of many calls on the same model; the functions take turns, since machines are noisy."""
    seconds: list[list[float]] = [[] for _ in peaks]
    for _ in range(TURNS):
        for peak, taken in zip(peaks, seconds, strict=True):
            began = time.process_time()
            for _ in range(CALLS):
                peak(model)
            taken.append((time.process_time() - began) / CALLS)
    return [statistics.median(taken) for taken in seconds]


def _once(peaks: Sequence[Peak], build: Build) -> list[float]:
    """Median seconds of a call on a model of which nothing was asked before; each function in turn gets a new model."""
    seconds: list[list[float]] = [[] for _ in peaks]
    for seed in range(FRESH):
        for peak, taken in zip(peaks, seconds, strict=True):
            model = build(seed)
            began = time.perf_counter()
            peak(model)
            taken.append(time.perf_counter() - began)
    return [statistics.median(taken) for taken in seconds]


def _compare(table: Table, name: str, model: Model, seconds: Sequence[float], asked: float | None) -> None:
    before, now = seconds
    table.add(
        {
            "what": name,
            "operators": len(model.main.operators),
            "before/s": 1 / before,
            "now/s": 1 / now,
            "ratio": before / now,
            "asked": asked,
            "met": None if asked is None else before / now >= asked,
        }
    )


def _sweep(table: Table, name: str, build: Build) -> None:
    """Records of models in memory, of files, and of files by a process; building and writing are not counted."""
    models = [build(seed) for seed in range(MODELS)]
    operators = round(statistics.mean(len(model.main.operators) for model in models))
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{seed}.tflite" for seed in range(MODELS)]
        for path, model in zip(paths, models, strict=True):
            path.write_bytes(write_bytes(model))
        _record(table, f"costs, {name}, in memory", operators, models, workers=None)
        _record(table, f"costs, {name}, files", operators, paths, workers=None)
        _record(table, f"costs, {name}, files, one process", operators, paths * REPEATS, workers=1)


def _record(table: Table, name: str, operators: int, models: Sequence[Model | Path], *, workers: int | None) -> None:
    arenite.costs(models[:1], columns=COSTS)  # loads what is loaded when it is first used
    began = _seconds()
    records = arenite.costs(models, columns=COSTS, workers=workers)
    rate = len(records) / (_seconds() - began)
    assert not any(record.error for record in records)
    table.add(
        {
            "what": name,
            "operators": operators,
            "now/s": rate,
            "asked": MODELS_PER_SECOND,
            "met": rate >= MODELS_PER_SECOND,
        }
    )


def _seconds() -> float:
    """Processor seconds of this process and of its processes that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime
