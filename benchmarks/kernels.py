"""Instructions per multiply-accumulate of the exported C kernels, on an emulated Cortex-M4."""

from __future__ import annotations

import re
import subprocess
import tempfile
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING

from arenite.codegen import write_files
from arenite.search.c_export import export_c
from arenite.zoo.builder import Builder
from benchmarks.tables import Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from arenite.model import Model, Operator, Tensor

BOARD = Path(__file__).resolve().parent.parent / "examples" / "mcu"
CORTEX_M4 = (
    "BOARD=mps2-an386",
    "CORE=-mcpu=cortex-m4 -mthumb -mfpu=fpv4-sp-d16 -mfloat-abi=hard",
    "OPTIMIZE=-O3",
    "RAM_BYTES=4194304",
)
COLUMNS = ("kernel", "MACs", "instructions", "per MAC", "asked", "met", "CMSIS-NN", "code bytes", "exact")


@dataclass(frozen=True)
class Case:
    """A layer: what it is fed with, how it is built; instructions per MAC that are asked for, and those of CMSIS-NN."""

    name: str
    shape: tuple[int, ...]
    layer: Callable[[Builder, Tensor], Tensor]
    asked: float | None = None
    cmsis_nn: float | None = None


CASES = (
    Case("conv 3x3, 16 -> 16", (24, 24, 16), lambda net, x: net.conv(x, 16, "layer", kernel=3), 4, 2.9),
    Case("conv 3x3, 64 -> 64", (8, 8, 64), lambda net, x: net.conv(x, 64, "layer", kernel=3), 4, 2.9),
    Case("conv 3x3 stride 2, 3 -> 16", (48, 48, 3), lambda net, x: net.conv(x, 16, "layer", kernel=3, stride=2)),
    Case("conv 1x1, 16 -> 32", (24, 24, 16), lambda net, x: net.conv(x, 32, "layer"), 5, 4.0),
    Case("conv 1x1, 64 -> 64", (12, 12, 64), lambda net, x: net.conv(x, 64, "layer"), 5, 4.0),
    Case("depthwise 3x3, 16", (24, 24, 16), lambda net, x: net.depthwise(x, "layer"), 12, 9.3),
    Case("depthwise 3x3, 64", (12, 12, 64), lambda net, x: net.depthwise(x, "layer"), 12, 9.3),
    Case("depthwise 3x3 stride 2, 30", (23, 23, 30), lambda net, x: net.depthwise(x, "layer", stride=2)),
    Case("fully connected, 256 -> 64", (256,), lambda net, x: net.dense(x, 64, "layer"), 3, 2.0),
    Case("fully connected, 1000 -> 10", (1000,), lambda net, x: net.dense(x, 10, "layer"), 3, 2.0),
)


def run(only: str) -> Table:
    """Export a model of one layer, compile it, run it, and count. "exact": the outputs are those of a runtime."""
    table = Table("Kernels: instructions on Cortex-M4 (-O3), all of the inference", COLUMNS)
    for case in CASES:
        if only.lower() in case.name.lower():
            table.add(_row(case))
    return table


def _row(case: Case) -> dict[str, str | int | float | bool | None]:
    net = Builder("layer", 0)
    model = net.model(case.layer(net, net.input(*case.shape)))
    macs = sum(_macs(operator) for operator in model.main.operators)
    with tempfile.TemporaryDirectory() as folder:
        figures, code = _measure(model, Path(folder))
    per_mac = figures["instructions"] / macs
    return {
        "kernel": case.name,
        "MACs": macs,
        "instructions": figures["instructions"],
        "per MAC": per_mac,
        "asked": case.asked,
        "met": None if case.asked is None else per_mac <= case.asked,
        "CMSIS-NN": case.cmsis_nn,
        "code bytes": code,
        "exact": figures["differences"] == 0,
    }


def _macs(operator: Operator) -> int:
    """Multiply-accumulates, those with padding included."""
    weights, output = operator.inputs[1], operator.outputs[0]
    assert weights is not None
    per_output = weights.shape[1:3] if operator.code == "DEPTHWISE_CONV_2D" else weights.shape[1:]
    return prod(output.shape) * prod(per_output)


def _measure(model: Model, folder: Path) -> tuple[dict[str, int], int]:
    """What the program reports, and the bytes of its code."""
    write_files(export_c(model, "model"), folder)
    done = subprocess.run(
        ["make", "-s", "-C", str(BOARD), "run", f"MODEL={folder}", *CORTEX_M4],
        capture_output=True,
        text=True,
        check=False,
    )
    figures = {name: int(figure) for name, figure in re.findall(r"^(\w+) (\d+)$", done.stderr, re.MULTILINE)}
    if "stack" not in figures:
        raise SystemExit(f"python -m benchmarks: error: {done.stdout}{done.stderr}")
    sizes = subprocess.run(
        ["arm-none-eabi-size", "-A", str(folder / "firmware.elf")], capture_output=True, text=True, check=True
    )
    (code,) = re.findall(r"^\.text +(\d+)", sizes.stdout, re.MULTILINE)
    return figures, int(code)
