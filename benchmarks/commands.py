"""Processor seconds of the whole command `optimize`, verification included, on each model of the shared folder."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from benchmarks.shared import FOLDER, models
from benchmarks.speed import processor_seconds
from benchmarks.tables import Table

COLUMNS = ("model", "verified s", "not verified s", "asked", "met")
MEDIAN, MOST = 1.0, 5.0
"""Processor seconds that the project wants the median and the slowest model to take at most, with verification."""


def run(only: str) -> Table:
    """The models whose name contains `only`, then their median."""
    table = Table("Processor seconds of optimize without strips, everything included", COLUMNS)
    found = [path for path in models() if only.lower() in path.name.lower()]
    if not found:
        print(f"commands: no model of this name in {FOLDER.parent.name}/{FOLDER.name}")
        return table
    taken = []
    with tempfile.TemporaryDirectory() as folder:
        for path in found:
            command = ["optimize", str(path), "-o", str(Path(folder) / "result.tflite"), "--force"]
            taken.append((processor_seconds(command), processor_seconds([*command, "--no-verify"])))
            table.add(_row(path.name, *taken[-1], MOST))
    verified, not_verified = (statistics.median(column) for column in zip(*taken, strict=True))
    table.add(_row("median of all", verified, not_verified, MEDIAN))
    return table


def _row(name: str, verified: float, not_verified: float, asked: float) -> dict[str, str | int | float | bool | None]:
    return {
        "model": name,
        "verified s": round(verified, 2),
        "not verified s": round(not_verified, 2),
        "asked": asked,
        "met": verified <= asked,
    }
