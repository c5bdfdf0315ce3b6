"""Partial execution: heads and arenas through `optimize --split`, beside what others have published.

Published figures are those of their authors, for their own models and runtimes; `differs` says how they compare.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import arenite
from arenite.backends.target import find_target
from arenite.search.optimization import preview
from benchmarks.shared import FOLDER
from benchmarks.tables import Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from arenite.model import Model

COLUMNS = (
    "model",
    "minimize",
    "target",
    "budget",
    "stock",
    "whole",
    "strips",
    "/stock",
    "goal",
    "MACs",
    "s",
    "identical",
)
PUBLISHED_COLUMNS = ("published", "model", "before", "after", "MACs", "differs")


@dataclass(frozen=True)
class Row:
    """What is asked for: `goal` in bytes, or as a share of stock where it is 1 or less."""

    name: str
    model: Callable[[], Model]
    minimize: Literal["arena", "head"]
    target: str
    budget: float
    goal: float


def _mobilenet(width: float, resolution: int) -> Callable[[], Model]:
    return lambda: arenite.zoo.build("mobilenet-v2", width=width, resolution=resolution)


def _real(name: str) -> Callable[[], Model]:
    return lambda: arenite.read(FOLDER / name)


PERSON = "tflite-micro__person_detect.tflite"
WAKE = "tiny__vww_96_int8.tflite"
ROWS = (
    Row("MobileNetV2-0.35 144x144x3", _mobilenet(0.35, 144), "head", "tflm", 0.15, 0.30),
    Row("MobileNetV2-0.35 144x144x3", _mobilenet(0.35, 144), "head", "tflm", 0.50, 0.24),
    Row("MobileNetV2-1.0 224x224x3", _mobilenet(1.0, 224), "head", "tflm", 0.20, 0.25),
    Row("MobileNetV2-0.35 144x144x3", _mobilenet(0.35, 144), "arena", "tflm", 0.10, 0.45),
    Row("person_detect 96x96x1", _real(PERSON), "head", "tflm", 0.10, 30_000),
    Row("person_detect 96x96x1", _real(PERSON), "head", "tflm-reference", 0.10, 24_000),
    Row("person_detect 96x96x1", _real(PERSON), "arena", "tflm", 0.10, 70_000),
    Row("person_detect 96x96x1", _real(PERSON), "arena", "tflm-reference", 0.10, 62_500),
    Row("visual wake words 96x96x3", _real(WAKE), "head", "tflm", 0.10, 38_000),
    Row("visual wake words 96x96x3", _real(WAKE), "head", "tflm-reference", 0.10, 35_000),
)

OWN_RUNTIME = "own runtime and kernels"
PUBLISHED = (
    (
        "msf-CNN",
        "MobileNetV2 w0.35 r144",
        "181,440 B",
        "67,905 B",
        "1.10x",
        f"{OWN_RUNTIME}; the input image is left out",
    ),
    (
        "msf-CNN",
        "MobileNetV2 w0.35 r144",
        "181,440 B",
        "15,340 B",
        "1.38x",
        f"{OWN_RUNTIME}; the input image is left out",
    ),
    (
        "msf-CNN",
        "MobileNetV2 w0.35 r144",
        "181,440 B",
        "7,887 B",
        "1.68x",
        f"{OWN_RUNTIME}; the input image is left out",
    ),
    (
        "MCUNetV2",
        "MobileNetV2",
        "1,372 kB",
        "172 kB",
        "",
        f"{OWN_RUNTIME}; patches set by hand or searched with the network",
    ),
    ("TinyTS", "9 models, the best of them", "TFLM", "1/5.92", "1.05x", OWN_RUNTIME),
    ("TinyEngine", "vww0", "163 kB (TFLM)", "59 kB", "", f"{OWN_RUNTIME}; all SRAM; another network"),
    ("TinyEngine", "mbv2-w0.3-r64", "173 kB (TFLM)", "61 kB", "", f"{OWN_RUNTIME}; all SRAM"),
    ("Pex", "the best", "1", "1/4", "", f"{OWN_RUNTIME}; split by channels"),
    ("FDT", "one model", "1", "0.24", "", f"{OWN_RUNTIME}; split by channels"),
)


def run(only: str) -> Table:
    """The rows whose model's name contains `only`, then the published figures."""
    table = Table("Partial execution: bytes on the target", COLUMNS)
    for row in ROWS:
        if only.lower() in row.name.lower():
            _measure(table, row)
    published = Table(
        "Published by others, not measured here; rows above count the input image and all that TFLM allocates",
        PUBLISHED_COLUMNS,
    )
    for values in PUBLISHED if table.rows else ():
        published.add(dict(zip(PUBLISHED_COLUMNS, values, strict=True)))
    return table


def _measure(table: Table, row: Row) -> None:
    try:
        model = row.model()
    except arenite.AreniteError:
        return
    target = find_target(row.target)
    started = time.monotonic()
    asked = arenite.Options(split=True, minimize=row.minimize, target=target, max_extra_macs=row.budget, rounds=1)
    plan = arenite.optimize(model, asked)
    seconds = time.monotonic() - started
    whole = preview(model, arenite.Options(target=target))
    sizes = [target.arena(each) for each in (model, whole, plan.model)]
    stock, before, after = (each.head_bytes if row.minimize == "head" else each.total_bytes for each in sizes)
    goal = round(row.goal * stock) if row.goal <= 1 else int(row.goal)
    table.add(
        {
            "model": row.name,
            "minimize": row.minimize,
            "target": row.target,
            "budget": f"{1 + row.budget:.2f}x",
            "stock": stock,
            "whole": before,
            "strips": after,
            "/stock": round(after / stock, 3),
            "goal": goal,
            "MACs": f"{plan.after.macs / plan.before.macs:.3f}x",
            "s": round(seconds, 1),
            "identical": ", ".join(name for name, status in plan.verified.items() if status == "identical"),
        }
    )
