"""MLPerf Tiny's models: the arena to declare as they are, optimized, in strips, and as C without an interpreter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import arenite
from arenite import Options
from benchmarks.shared import FOLDER
from benchmarks.tables import Table

if TYPE_CHECKING:
    from arenite.model import Model

COLUMNS = ("model", "TFLM", "optimized", "in strips", "more MACs %", "C", "C in strips")
MODELS = {
    "visual wake words": "tiny__vww_96_int8.tflite",
    "image classification": "tiny__pretrainedResnet_quant.tflite",
    "keyword spotting": "tiny__kws_ref_model.tflite",
    "anomaly detection": "tiny__model_ToyCar_quant_fullint_micro.tflite",
}


def run(only: str) -> Table:
    """Bytes of the arena for target tflm, and of exported C, for the models whose name contains `only`."""
    table = Table("MLPerf Tiny: bytes of arena to declare", COLUMNS)
    for name, file in MODELS.items():
        if only.lower() in name.lower():
            if (FOLDER / file).is_file():
                table.add({"model": name, **_figures(arenite.read(FOLDER / file))})
            else:
                print(f"{name}: left out, because {file} is not in {FOLDER.parent.name}/{FOLDER.name}")
    return table


def _figures(model: Model) -> dict[str, str | int | float | bool | None]:
    whole, strips = (arenite.optimize(model, Options(split=split)) for split in (False, True))
    return {
        "TFLM": whole.arenas[0].declare_bytes,
        "optimized": whole.arenas[1].declare_bytes,
        "in strips": strips.arenas[1].declare_bytes,
        "more MACs %": round(100 * strips.extra_macs / strips.before.macs, 1) if strips.before.macs else 0.0,
        "C": _in_c(model, split=False),
        "C in strips": _in_c(model, split=True),
    }


def _in_c(model: Model, *, split: bool) -> int:
    """Bytes of the arena of exported C: the plan's, or less where tensors move."""
    plan = arenite.optimize(model, Options(target="c", split=split))
    return plan.exported.arena_bytes if plan.exported is not None else plan.arenas[1].declare_bytes
