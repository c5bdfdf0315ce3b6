"""Processor seconds of the whole command `optimize --split`, with the compiled core and without it."""

from __future__ import annotations

import compileall
import os
import resource
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import arenite
from arenite.backends.target import find_target
from arenite.budget import CORE_VARIABLE
from arenite.solve.core.choice import cores
from arenite.tflite.write import write_bytes
from benchmarks.shared import FOLDER
from benchmarks.tables import Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

COLUMNS = ("model", "minimize", "head", "arena", "python s", "compiled s", "ratio", "equal")
FILES = {
    "person_detect 96x96x1": "tflite-micro__person_detect.tflite",
    "visual wake words 96x96x3": "tiny__vww_96_int8.tflite",
    "ResNet-8 32x32x3": "tiny__pretrainedResnet_quant.tflite",
    "keyword spotting 49x10": "tiny__kws_ref_model.tflite",
}
_RUNS = 3
"""Runs with the compiled core. On a machine that nobody else uses, the slowest took a fifth more than the fastest."""
OBJECTIVES = ("arena", "head")
"""What is made small: the arena by default, the head on request, which considers more ways to split."""
_LARGE = "MobileNetV2-1.0 224x224x3"
"""The network of the zoo that is measured beside the files."""
_MORE_MACS = ("--max-extra-macs", "20%")
"""At the default limit of 10 %, the search does not reach the least head known for this network."""


def run(only: str) -> Table:
    """The models whose name contains `only`; ends where the two cores do not write the same bytes."""
    table = Table("Processor seconds of optimize --split, everything included", COLUMNS)
    with tempfile.TemporaryDirectory() as folder:
        for name, model in _models(Path(folder), only):
            for objective in OBJECTIVES:
                table.add(_measured(name, model, objective))
            if name == _LARGE:
                table.add(_measured(f"{name}, 20 % more MACs", model, "head", _MORE_MACS))
    return table


def _models(folder: Path, only: str) -> Iterator[tuple[str, Path]]:
    for name, file in FILES.items():
        if only.lower() in name.lower():
            if (FOLDER / file).is_file():
                yield name, FOLDER / file
            else:
                print(f"{name}: left out, because {file} is not in {FOLDER.parent.name}/{FOLDER.name}")
    if only.lower() in _LARGE.lower():
        made = folder / "mobilenet.tflite"
        made.write_bytes(write_bytes(arenite.zoo.build("mobilenet-v2", width=1.0, resolution=224)))
        yield _LARGE, made


def _measured(
    name: str, model: Path, objective: str, options: Sequence[str] = ()
) -> dict[str, str | int | float | bool | None]:
    seconds, written = {}, {}
    with tempfile.TemporaryDirectory() as folder:
        for core in cores():
            result = Path(folder) / f"{core}.tflite"
            command = ["optimize", str(model), "--split", "--minimize", objective, *options]
            command += ["-o", str(result), "--force"]
            seconds[core] = processor_seconds(command, core, runs=1 if core == "python" else _RUNS)
            written[core] = result.read_bytes()
        target, found = find_target("tflm"), arenite.read(result)
        head, arena = target.planned_head(found), target.arena(found)
    equal = len(set(written.values())) == 1
    if not equal:
        sys.exit(f"speed: {name}, --minimize {objective}: the two cores wrote different files")
    compiled = seconds.get("compiled")
    return {
        "model": name,
        "minimize": objective,
        "head": head,
        "arena": arena.total_bytes,
        "python s": round(seconds["python"], 1),
        "compiled s": None if compiled is None else round(compiled, 1),
        "ratio": None if compiled is None else round(seconds["python"] / compiled, 2),
        "equal": None if compiled is None else equal,
    }


def processor_seconds(command: Sequence[str], core: str | None = None, *, runs: int = 1) -> float:
    """Processor seconds of a command of Arenite and of what it starts, with the core of this name or the usual one.

    The fewest of the runs, because other work on the machine only adds to them, and with bytecode, as where pip has
    installed the package.
    """
    _compile()
    return min(_run(command, core) for _ in range(runs))


@cache
def _compile() -> None:
    compileall.compile_dir(Path(arenite.__file__).parent, quiet=1)


def _run(command: Sequence[str], core: str | None) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-m", "arenite", *command],
        env=os.environ if core is None else {**os.environ, CORE_VARIABLE: core},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
