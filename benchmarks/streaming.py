"""C whose input comes in rows: bytes of the arena, with the rows that are held, next to what msf-CNN publishes."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal

import arenite
from arenite import Ends, Options, zoo
from arenite.codegen import write_files
from arenite.search.decide import without_strips
from arenite.search.split import PartialSearch, objective_of, without
from arenite.search.task import Task, silent
from benchmarks.shared import FOLDER
from benchmarks.tables import Table

if TYPE_CHECKING:
    from arenite.model import Model

COLUMNS = (
    "model, most extra MACs",
    "image",
    "rows",
    "held",
    "C, image in it",
    "C, in rows",
    "floor",
    "more MACs %",
    "asked",
    "met",
    "published",
)
MOBILENET = "mobilenet-v2"


@dataclass(frozen=True)
class Case:
    """A model, the extra work that strips may add as a share, bytes to compare with, and a published figure.

    `asked`: the goal that was set before the work began; the search does not know it. `published`: bytes @ times the
    work, of msf-CNN (arXiv 2505.11483), which do not count the input.
    """

    name: str
    file: str
    most_extra: float
    asked: int
    published: str = "-"
    io: Literal["int8"] | None = None


CASES = (
    Case("MobileNetV2-0.35 at 144, none", MOBILENET, 0.0, 40_000, "67,905 @ 1.10"),
    Case("MobileNetV2-0.35 at 144, 30 %", MOBILENET, 0.3, 15_000, "15,340 @ 1.38"),
    Case("MobileNetV2-0.35 at 144, 60 %", MOBILENET, 0.6, 7_800, "7,887 @ 1.68"),
    Case("MCUNet-320K, 10 %", "mcunet__mcunet-320kb-1mb_imagenet.tflite", 0.1, 60_000, "94,184 @ 1.45"),
    Case("MCUNet-320K, 50 %", "mcunet__mcunet-320kb-1mb_imagenet.tflite", 0.5, 42_000, "42,643 @ 2.69"),
    Case("vww-5fps with int8 input, 10 %", "tinyengine__vww.tflite", 0.1, 12_000, "12,000 @ 1.96", "int8"),
    Case("person_detect, 100 %", "tflite-micro__person_detect.tflite", 1.0, 6_000),
    Case("MLPerf Tiny visual wake words, 10 %", "tiny__vww_96_int8.tflite", 0.1, 12_000),
)


def run(only: str) -> Table:
    """Bytes of the arena of exported C for the cases whose name contains `only`; outputs of C in rows are compared."""
    table = Table("Inputs in rows: bytes of arena of exported C", COLUMNS)
    for case in CASES:
        if only.lower() in case.name.lower():
            if case.file == MOBILENET or (FOLDER / case.file).is_file():
                table.add({"model, most extra MACs": case.name, **_figures(case)})
            else:
                print(f"{case.name}: left out, because {case.file} is not in {FOLDER.parent.name}/{FOLDER.name}")
    return table


def _figures(case: Case) -> dict[str, str | int | float | bool | None]:
    model = _model(case)
    asked = Options(target="c", split=True, max_extra_macs=case.most_extra, io=case.io, ends=Ends(inputs="rows"))
    whole, rows = (arenite.optimize(model, options) for options in (replace(asked, ends=Ends()), asked))
    _check(rows, asked.ends)
    (end,) = rows.outside
    found = _arena(rows)
    return {
        "image": rows.model.main.inputs[0].bytes,
        "rows": end.rows,
        "held": end.held,
        "C, image in it": _arena(whole),
        "C, in rows": found,
        "floor": _floor(model, asked),
        "more MACs %": round(100 * rows.extra_macs / rows.before.macs, 1),
        "asked": case.asked,
        "met": found <= case.asked,
        "published": case.published,
    }


def _floor(model: Model, options: Options) -> int:
    """The bytes that are alive at once with the strips that need the fewest, of all that the search considers.

    No layout of any of these strips is smaller, with or without moves.
    """
    task = Task.of(model, options, options.budget(), silent)
    whole = without_strips(task)
    ways = PartialSearch(task, whole, without(task, whole), objective_of(options))
    return min(choice.head for choice in ways.by_floors().choices())


def _check(plan: arenite.Plan, ends: Ends) -> None:
    """Compile the exported C and compare its outputs with those of a runtime on the plan's operators."""
    with TemporaryDirectory() as folder:
        write_files(arenite.export_c(plan.model, "net", ends=ends), Path(folder))
        subprocess.run(["make", "-s", "-C", folder, "test"], check=True)


def _model(case: Case) -> Model:
    if case.file == MOBILENET:
        return zoo.build(MOBILENET, width=0.35, resolution=144)
    return arenite.read(FOLDER / case.file)


def _arena(plan: arenite.Plan) -> int:
    """Bytes of the arena of exported C: the plan's, or less where tensors move."""
    return plan.exported.arena_bytes if plan.exported is not None else plan.arenas[1].declare_bytes
