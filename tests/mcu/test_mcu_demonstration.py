"""`make -C examples/mcu`: networks that fit a device only in another order, or strip by strip."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from arenite.runtimes.example import example
from arenite.runtimes.process import run
from arenite.runtimes.run import Job
from arenite.tflite.write import write_bytes
from arenite.zoo import build

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE, SHOWN = ROOT / "examples" / "mcu", ROOT / "docs" / "mcu.md"
OF_THE_COMPILER = ("RAM: stack", "flash: ", "instructions ")


def figures(table, row):
    found = re.search(rf"^{row} +([\d,]+) +([\d,]+)$", table, re.MULTILINE)
    return tuple(int(each.replace(",", "")) for each in found.groups())


@pytest.fixture(scope="module")
def printed(board, tmp_path_factory):
    result = subprocess.run(
        ["make", "-s", "-C", str(EXAMPLE), f"BUILD={tmp_path_factory.mktemp('build')}", f"PYTHON={sys.executable}"],
        capture_output=True,
        text=True,
        check=False,
        timeout=1200,
        stdin=subprocess.DEVNULL,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def test_networks_fit_only_in_their_new_form(printed):
    tables = re.split(r"^.* on a Cortex-M7 with ([\d,]+) bytes of RAM$", printed, flags=re.MULTILINE)
    assert [int(ram.replace(",", "")) for ram in tables[1::2]] == [288 * 1024, 512 * 1024, 128 * 1024]
    for ram, table in zip(tables[1::2], tables[2::2], strict=True):
        before, after = figures(table, "RAM in all")
        assert before > int(ram.replace(",", "")) >= after
        assert re.search(r"^fits +no, [\d,]+ too many +yes$", table, re.MULTILINE)
        assert re.search(r"^outputs are (TFLM|LiteRT)'s +yes +yes$", table, re.MULTILINE)
        assert max(figures(table, "flash: code")) < 30_000


def test_the_docs_show_what_it_prints(printed):
    """All but the commands, and figures that depend on the compiler."""
    (shown,) = re.findall(
        r"^```text\n\$ make -C examples/mcu\n(.*?)```$", SHOWN.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )
    assert stable(shown) == stable(printed)


def stable(text):
    """The lines of tables and what is said of them, with # for figures that another compiler makes others."""
    lines = [" ".join(each.split()) for each in text.splitlines() if each and not each.startswith(("$", "..."))]
    return [re.sub(r"[\d,]+", "#", line) if line.startswith(OF_THE_COMPILER) else line for line in lines]


def test_the_stored_outputs_are_litert_s():
    """Whatever runtime computed them; LiteRT's reference kernels are what TFLM's were made from."""
    import numpy as np

    model = build("swiftnet-cell", channels=4)
    stored = example(model)
    inputs = tuple(
        np.frombuffer(content, "int8").reshape(tensor.shape)
        for content, tensor in zip(stored.inputs, model.main.inputs, strict=True)
    )
    (result,) = run("litert-reference", [Job(write_bytes(model), (inputs,), 1, 0)])
    assert tuple(output.tobytes() for output in result.outputs[0]) == stored.outputs
