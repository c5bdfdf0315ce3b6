"""Processor seconds of planning a model with large images, and of inspecting models with hundreds of operators."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import arenite
from arenite.search.optimization import preview
from benchmarks.tables import Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from arenite.model import Model

COLUMNS = ("what", "operators", "seconds", "asked", "met")


@dataclass(frozen=True)
class Row:
    """What is done with a model of the zoo, and the processor seconds that the project wants it to take at most."""

    name: str
    model: Callable[[], Model]
    work: Callable[[Model], object]
    asked: float


ROWS = (
    Row(
        "plan MobileNetV2-1.0 512x512",
        lambda: arenite.zoo.build("mobilenet-v2", width=1.0, resolution=512),
        preview,
        2.0,
    ),
    Row("inspect 2 stages of WS(24)", lambda: arenite.zoo.build("random-wired", nodes=24), arenite.inspect, 1.0),
    Row("inspect 2 stages of WS(60)", lambda: arenite.zoo.build("random-wired", nodes=60), arenite.inspect, 1.0),
)


def run(only: str) -> Table:
    """The rows whose name contains `only`; building the model is not counted."""
    table = Table("Large images and many operators (processor seconds)", COLUMNS)
    for row in ROWS:
        if only.lower() in row.name.lower():
            model = row.model()
            started = time.process_time()
            row.work(model)
            seconds = time.process_time() - started
            table.add(
                {
                    "what": row.name,
                    "operators": len(model.main.operators),
                    "seconds": seconds,
                    "asked": row.asked,
                    "met": seconds <= row.asked,
                }
            )
    return table
