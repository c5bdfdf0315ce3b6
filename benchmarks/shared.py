"""Real models, where a folder of them lies beside the checkout."""

from __future__ import annotations

import csv
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent.parent / "shared" / "models"


def models() -> list[Path]:
    """Every model file of the folder; none where there is no folder."""
    return sorted(FOLDER.glob("*.tflite"))


def best_known() -> dict[str, tuple[int, bool]]:
    """Best peak known for a file, in bytes, and whether it is proven, by the folder's index."""
    if not (FOLDER / "index.csv").is_file():
        return {}
    with (FOLDER / "index.csv").open(newline="") as file:
        return {
            row["file"]: (int(row["best_peak_known"]), row["best_peak_proven"] == "yes")
            for row in csv.DictReader(file)
            if row["best_peak_known"].isdigit()
        }
