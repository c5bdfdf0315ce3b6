"""What the README shows is what the commands print."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from console_sessions import matches, printed, sessions

README = Path(__file__).parent.parent / "README.md"


def test_shown_output_is_what_the_commands_print(tmp_path):
    shown = sessions(README)
    assert len(shown) >= 2
    for session in shown:
        lines = printed(session.command, tmp_path)
        assert matches(session.shown, lines), "\n".join([session.command, *lines])


def test_the_two_commands_are_on_the_first_screen():
    first_screen = "\n".join(README.read_text(encoding="utf-8").splitlines()[:25])
    assert "pip install '.[tflm,plot]' && arenite zoo" in first_screen
    assert "./check" in first_screen


def test_it_is_short():
    assert len(README.read_text(encoding="utf-8").splitlines()) <= 120


def test_pictures_and_pages_that_it_links_to_are_there():
    linked = re.findall(r"\]\(((?!https?:)[^)#]+)", README.read_text(encoding="utf-8"))
    assert "docs/images/visual-wake-words.png" in linked
    assert [path for path in linked if not (README.parent / path).exists()] == []


TINY = {
    "visual wake words": "tiny__vww_96_int8.tflite",
    "anomaly detection": "tiny__model_ToyCar_quant_fullint_micro.tflite",
}
"""Rows of the table that are measured here, with their files; the other two take as long again."""


@pytest.mark.parametrize("name", TINY)
def test_the_table_of_mlperf_tiny_is_what_its_benchmark_prints(name, tmp_path):
    root = README.parent
    if not (root.parent / "shared" / "models" / TINY[name]).is_file():
        pytest.skip(f"{TINY[name]} is not in shared/models beside the checkout")
    figures = tmp_path / "figures.json"
    command = [sys.executable, "-m", "benchmarks", "tiny", "--only", name, "--json", str(figures)]
    subprocess.run(command, cwd=root, capture_output=True, check=True)
    (row,) = json.loads(figures.read_text())["results"]["tiny"]["rows"]
    (shown,) = re.findall(rf"^\| {name} \|(.*)\|$", README.read_text(encoding="utf-8"), re.MULTILINE)
    columns = ("TFLM", "optimized", "in strips", "C", "C in strips")
    assert [int(cell.replace(",", "")) for cell in shown.split("|")] == [row[column] for column in columns]
    assert row["more MACs %"] <= 1.6
