"""Programs on the emulated board: what they report, and that a failure is seen."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from codegen.harness import arena_size

from arenite import Ends, Options, optimize
from arenite.codegen import write_files
from arenite.search.c_export import export_c
from arenite.zoo import build

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "mcu"
FAULT, DIFFERENT, FULL = 99, 1, 2


def make(*arguments):
    return subprocess.run(
        ["make", "-s", "-C", str(EXAMPLE), *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        stdin=subprocess.DEVNULL,
    )


@pytest.fixture(scope="module")
def exported(board):
    return export_c(build("resnet8", channels=4, resolution=16), "model")


@pytest.fixture
def model(exported, tmp_path):
    write_files(exported, tmp_path)
    return tmp_path


def test_figures(model):
    result = make("run", f"MODEL={model}")
    assert result.returncode == 0, result.stderr
    figures = dict(re.findall(r"^(\w+) (\d+)$", result.stderr, re.MULTILINE))
    assert figures["differences"] == "0"
    assert int(figures["instructions"]) > 100_000
    assert 100 < int(figures["stack"]) < 2048


def test_an_image_that_comes_in_rows(board, tmp_path):
    ends = Ends(inputs="rows")
    plan = optimize(build("mobilenet-v1", resolution=24), Options(target="c", split=True, ends=ends, effort="low"))
    write_files(export_c(plan.model, "model", ends=ends), tmp_path)
    result = make("run", f"MODEL={tmp_path}")
    assert result.returncode == 0, result.stderr
    assert "differences 0" in result.stderr
    assert plan.outside[0].held < plan.outside[0].rows


def test_counts_are_the_same_every_time(model):
    assert make("run", f"MODEL={model}").stderr == make("run", f"MODEL={model}").stderr


def test_ram_has_to_hold_everything(model, exported):
    needed = arena_size(exported) + 2048
    assert make("run", f"MODEL={model}", f"RAM_BYTES={needed}").returncode == 0
    result = make("run", f"MODEL={model}", f"RAM_BYTES={needed - 8}")
    assert result.returncode == FULL
    assert "region `RAM' overflowed by 8 bytes" in result.stderr


def test_a_stack_that_is_too_small_is_a_fault(model):
    result = make("run", f"MODEL={model}", "STACK_BYTES=160")
    assert "FAULT" in result.stderr
    assert f"Error {FAULT}" in result.stderr


def test_wrong_outputs_are_seen(model):
    test = model / "model_test.c"
    text = test.read_text()
    start = text.index("output_0[")
    start = text.index("{", start) + 1
    value = re.compile(r"-?\d+").search(text, start)
    changed = str(int(value[0]) ^ 1)
    test.write_text(text[: value.start()] + changed + text[value.end() :])
    result = make("run", f"MODEL={model}")
    assert "differences 1\n" in result.stderr
    assert f"Error {DIFFERENT}" in result.stderr


def test_a_missing_model(board):
    result = make("run")
    assert result.returncode == FULL
    assert "which model? make run MODEL=folder" in result.stderr


@pytest.mark.parametrize(
    ("setting", "advice"),
    [
        ("CROSS=nothing-", "apt install gcc-arm-none-eabi libnewlib-arm-none-eabi"),
        ("QEMU=nothing", "apt install qemu-system-arm"),
        ("PYTHON=false", "-m pip install '.[tflm]'"),
    ],
)
def test_missing_tools(board, setting, advice):
    result = make(setting)
    assert result.returncode == FULL
    assert advice in result.stderr
    assert result.stdout == ""
