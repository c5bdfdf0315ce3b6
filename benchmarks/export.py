"""RAM and flash of exported C on a Cortex-M4, whole and in strips, and what loops are worth."""

from __future__ import annotations

import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

from arenite import read, zoo
from arenite.codegen import assemble
from arenite.codegen.text import Provenance, printed
from arenite.search.c_export import program
from arenite.search.optimization import preview
from arenite.search.options import Options
from benchmarks.shared import models
from benchmarks.tables import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arenite.model import Model

COMPILE = ("-mcpu=cortex-m4", "-mthumb", "-Os", "-std=c99", "-ffunction-sections", "-fdata-sections", "-c")
COLUMNS = ("model", "operators", "RAM", "asked", "code", "unrolled", "constants", "met")
CODE = 30_000
"""Bytes of code that are asked for at most."""


@dataclass(frozen=True)
class Sizes:
    """Bytes: `ram` is the arena and all static data, `code` the schedule and the kernels."""

    ram: int
    code: int
    constants: int


def run(only: str) -> Table:
    """Compile the exports. "unrolled": the code without loops; "asked": RAM at most, where it was asked for."""
    table = Table("Exported C on Cortex-M4 (-Os): bytes", COLUMNS)
    for name, model, asked in _models():
        for split in (False, True):
            title = f"{name}, in strips" if split else name
            if only.lower() in title.lower():
                table.add(_row(title, model, asked[split], split=split))
    return table


def _models() -> Iterator[tuple[str, Model, tuple[int | None, int | None]]]:
    """Name, model, and RAM that is asked for, whole and in strips."""
    for path in models():
        if "person_detect.tflite" in path.name:
            yield "person_detect", read(path), (37_000, 28_000)
    yield "zoo: mobilenet-v2", zoo.build("mobilenet-v2"), (None, None)
    yield "zoo: mobilenet-v1 0.5 224", zoo.build("mobilenet-v1", alpha=0.5, resolution=224), (None, None)


def _row(title: str, model: Model, asked: int | None, *, split: bool) -> dict[str, str | int | float | bool | None]:
    planned = preview(model, Options(target="c", split=split))
    sizes = _compiled(planned)
    with patch.object(assemble, "rolled", lambda calls: [each for each in calls if not each.idle]):
        unrolled = _compiled(planned)
    return {
        "model": title,
        "operators": len(planned.main.operators),
        "RAM": sizes.ram,
        "asked": asked,
        "code": sizes.code,
        "unrolled": unrolled.code + unrolled.constants - sizes.constants,
        "constants": sizes.constants,
        "met": None if asked is None else sizes.ram <= asked and sizes.code <= CODE,
    }


def _compiled(model: Model) -> Sizes:
    with tempfile.TemporaryDirectory() as folder:
        files = printed(program(model, "model"), Provenance(model.name, ""))
        for name, text in files.items():
            (Path(folder) / name).write_text(text)
        names = [name for name in files if name.endswith(".c")]
        subprocess.run(["arm-none-eabi-gcc", *COMPILE, *names], cwd=folder, check=True)
        objects = sorted(path.name for path in Path(folder).glob("*.o"))
        listed = subprocess.run(
            ["arm-none-eabi-size", "-A", *objects], cwd=folder, check=True, capture_output=True, text=True
        ).stdout
    sections = [
        (name, int(size)) for name, size in re.findall(r"^\.(text|rodata|data|bss)\S* +(\d+)", listed, re.MULTILINE)
    ]
    ram, code, constants = (
        sum(size for name, size in sections if name in kinds) for kinds in (("data", "bss"), ("text",), ("rodata",))
    )
    return Sizes(ram, code, constants)
