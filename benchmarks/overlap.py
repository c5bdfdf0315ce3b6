"""Overlap: the head of real models and of the zoo beside TFLM's own, per target, through `arenite.optimize`."""

from __future__ import annotations

import time
from dataclasses import dataclass
from math import exp, log
from typing import TYPE_CHECKING

import arenite
from arenite.formulate.order import runs_as_filed
from arenite.model import ElementType
from arenite.operators.peak import peak_memory
from benchmarks.shared import models
from benchmarks.tables import Table, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from arenite.model import Model

TARGETS = {"reference": "tflm-reference", "portable": "tflm", "m4": "tflm-cmsis-nn/cortex-m4"}
APART = "apart"
RATIOS = tuple(f"{name} /TFLM" for name in (APART, *TARGETS))
COLUMNS = (
    "model",
    "operators",
    "TFLM",
    "peak",
    APART,
    *(each for name in TARGETS for each in (name, f"{name} min")),
    *RATIOS,
    "plan s",
    "identical",
)


def run(only: str) -> Table:
    """The heads of every model whose name contains `only`, then what they come to together."""
    table = Table("Overlap: head in bytes", COLUMNS)
    real: list[dict[str, Value]] = []
    made: list[dict[str, Value]] = []
    for name, model in _subjects():
        if only.lower() in name.lower():
            row = _measure(table, name, model)
            if _is_int8_convolutional(model):
                (made if name.startswith("zoo ") else real).append(row)
    rows = list(table.rows)
    for title, members in (("int8 convolutional, real", real), ("int8 convolutional, zoo", made)):
        if members:
            table.add(_summary(f"geometric mean, {title} ({len(members)})", members, _mean))
    if rows:
        table.add(_summary(f"worst of all ({len(rows)})", rows, max))
    return table


def _subjects() -> Iterator[tuple[str, Model]]:
    for path in models():
        yield path.name, arenite.read(path)
    for name in arenite.zoo.MODELS:
        yield f"zoo {name}", arenite.zoo.build(name)


def _is_int8_convolutional(model: Model) -> bool:
    """Whether it convolves, in int8 alone."""
    made = [
        output.type
        for graph in model.graphs
        for operator in graph.operators
        if operator.code in ("CONV_2D", "DEPTHWISE_CONV_2D")
        for output in operator.outputs
    ]
    return bool(made) and set(made) == {ElementType.INT8}


@dataclass(frozen=True)
class _Planned:
    plan: arenite.Plan
    seconds: float

    @property
    def ratio(self) -> float | None:
        """Head after to head before; None where TFLM's own plan is none, as it runs the file's operators too early."""
        if not runs_as_filed(self.plan.source):
            return None
        return self.plan.after.head / self.plan.before.head


def _planned(model: Model, options: arenite.Options) -> _Planned:
    """The plan, and the seconds until it stood; verifying it comes after that."""
    marks: list[float] = []

    def note(what: str) -> None:
        if what.startswith("verifying"):
            marks.append(time.perf_counter())

    started = time.perf_counter()
    plan = arenite.optimize(model, options, progress=note)
    return _Planned(plan, marks[0] - started)


def _measure(table: Table, name: str, model: Model) -> dict[str, Value]:
    stock = model.with_plan(None)
    options = {APART: arenite.Options(overlap=False, rounds=1)}
    for short, target in TARGETS.items():
        options[short] = arenite.Options(target=target, rounds=1)
    found = {short: _planned(stock, each) for short, each in options.items()}
    for short, each in found.items():
        table.details.append(
            {
                "model": name,
                "plan": short,
                "tflm_head": each.plan.before.head,
                "head": each.plan.after.head,
                "lower_bound": each.plan.lower_bound,
                "optimal": each.plan.optimal,
                "seconds": each.seconds,
                "verified": ", ".join(f"{runtime} {status}" for runtime, status in each.plan.verified.items()),
            }
        )
    row: dict[str, Value] = {
        "model": name,
        "operators": sum(len(graph.operators) for graph in model.graphs),
        "TFLM": found[APART].plan.before.head,
        "peak": peak_memory(stock),
        "plan s": max(each.seconds for each in found.values()),
        "identical": " ".join(
            runtime for runtime, said in found["reference"].plan.verified.items() if said == "identical"
        ),
    }
    for short, ratio in zip(found, RATIOS, strict=True):
        plan = found[short].plan
        row[short] = plan.after.head
        row[f"{short} min"] = "=" if plan.optimal else plan.lower_bound
        row[ratio] = found[short].ratio
    table.add(row)
    return row


def _mean(values: list[float]) -> float:
    return exp(sum(log(value) for value in values) / len(values))


def _summary(title: str, rows: list[dict[str, Value]], combine: Callable[[list[float]], float]) -> dict[str, Value]:
    """One row in which each ratio, and the seconds, are those of all rows combined."""
    combined: dict[str, Value] = {"model": title}
    for column in (*RATIOS, "plan s"):
        combined[column] = combine([value for row in rows if isinstance(value := row[column], float)])
    return combined
