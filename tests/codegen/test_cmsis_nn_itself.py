"""Generated C with CMSIS-NN itself, for those who have a checkout: ARENITE_CMSIS_NN=FOLDER pytest THIS_FILE.

Scalar on this machine under sanitizers; with the DSP extension on an emulated Cortex-M4, if its tools are here.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from arenite import zoo
from arenite.backends.target import find_target
from arenite.codegen import write_files
from arenite.runtimes.inputs import random_inputs
from arenite.search.c_export import export_c
from arenite.search.optimization import preview
from arenite.search.options import Options

from .harness import compiler, run_c
from .operators_at_random import make
from .test_cmsis_nn import kinds, same, small

BOARD = Path(__file__).parents[2] / "examples" / "mcu"
CORTEX_M4 = "-mcpu=cortex-m4 -mthumb -mfpu=fpv4-sp-d16 -mfloat-abi=hard"
LEFT_OUT = re.compile(r"f16|f32|flt|lstm|svdf", re.IGNORECASE)


@pytest.fixture(scope="module")
def checkout():
    found = os.environ.get("ARENITE_CMSIS_NN")
    if not found:
        pytest.skip("ARENITE_CMSIS_NN is not set; it names a checkout of CMSIS-NN")
    return Path(found)


def library(checkout, folder, command):
    """CMSIS-NN's functions on integers, compiled."""
    files = [each for each in sorted((checkout / "Source").glob("*/*.c")) if not LEFT_OUT.search(str(each.name))]
    include = checkout / "Include"
    subprocess.run([*command, "-w", "-c", f"-I{include}", *map(str, files)], cwd=folder, check=True)
    archive = folder / "cmsis_nn.a"
    subprocess.run(["ar", "rcs", archive, *sorted(folder.glob("*.o"))], check=True)
    return archive


def test_on_this_machine(checkout, tmp_path):
    archive = library(checkout, tmp_path, [compiler(), "-O1"])
    models = [make(*each, seed) for each in kinds() for seed in range(100, 112)]
    whole = [small(), zoo.build("resnet8"), zoo.build("mobilenet-v2", resolution=32)]
    strips = [preview(each, Options(target="c-cmsis-nn/cortex-m3", split=True, effort="low")) for each in whole]
    fed = [random_inputs(model, 2, 1) for model in (*models, *whole, *whole)]
    both = ["-w", "-isystem", str(checkout / "Include"), str(archive)]
    folders = [tmp_path / which for which in ("cmsis_nn", "own")]
    for each in folders:
        each.mkdir()
    target = find_target("c-cmsis-nn/cortex-m3")
    ours = run_c([*models, *whole, *strips], fed, folders[0], target=target, also=both)
    same([*models, *whole, *whole], ours, run_c([*models, *whole, *whole], fed, folders[1]))


@pytest.mark.parametrize("split", [False, True])
def test_on_an_emulated_cortex_m4(checkout, split, tmp_path):
    missing = [tool for tool in ("make", "arm-none-eabi-gcc", "qemu-system-arm") if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    built = tmp_path / "cmsis_nn"
    built.mkdir()
    archive = library(checkout, built, ["arm-none-eabi-gcc", *CORTEX_M4.split(), "-O2", "-ffunction-sections"])
    linked = f"-isystem {checkout / 'Include'} -Wl,--whole-archive,{archive},--no-whole-archive"
    for model in (small(), zoo.build("resnet8")):
        planned = preview(model, Options(target="c-cmsis-nn/cortex-m4", split=split, effort="low"))
        folder = tmp_path / model.name
        write_files(export_c(planned, "model", cmsis_nn="cortex-m4"), folder)
        run = ["make", "-s", "-C", BOARD, "run", f"MODEL={folder}", "BOARD=mps2-an386", f"CORE={CORTEX_M4} {linked}"]
        done = subprocess.run([*run, "RAM_BYTES=4194304"], capture_output=True, text=True, check=False)
        assert "differences 0\n" in done.stderr, done.stdout + done.stderr
