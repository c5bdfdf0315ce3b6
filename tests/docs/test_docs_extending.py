"""The whole examples of docs/extending.md run here: a board, a pass with its tests, a backend with its test."""

from __future__ import annotations

import csv
import re
from collections.abc import Set
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import dedent

import hand_made
import pytest
import strip_networks

from arenite import hardware
from arenite.hardware.load import _board
from arenite.model import Operator

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "extending.md"
WORDS = {"Set": Set, "dataclass": dataclass, "replace": replace, "Operator": Operator, "pytest": pytest}
"""Imports that the page leaves out."""


def block(mark):
    """The only indented block of the page that has these words."""
    blocks = re.findall(r"(?:^ {8}.*\n|^\n(?= {8}|\n {8}))+", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    (found,) = (dedent(each).strip("\n") for each in blocks if mark in each)
    return found


def run(words, *marks):
    """What the blocks with these marks define, each with the definitions of those before."""
    defined = {"__name__": __name__, **words}
    for mark in marks:
        exec(f"from __future__ import annotations\n{block(mark)}", defined)  # the page is part of this repository
    return defined


def test_the_board_is_a_row_of_the_table():
    (row,) = csv.DictReader(block("nucleo-g431rb,").splitlines())
    header, *_ = (ROOT / "src" / "arenite" / "hardware" / "boards.csv").read_text(encoding="utf-8").splitlines()
    assert list(row) == header.split(",")
    board = _board(row)
    assert (board.region_bytes, board.flash_bytes) == (32 << 10, 128 << 10)
    assert board.target in {target.name for target in hardware.targets()}


def test_the_pass_passes_its_tests():
    tests = run({**WORDS, **vars(hand_made), **vars(strip_networks)}, "class MergeRelu", "def test_one_relu_stays")
    tests["test_one_relu_stays"]()
    assert strip_networks.RUNTIMES
    for runtime in strip_networks.RUNTIMES:
        tests["test_outputs_stay_the_same"](runtime)


def test_the_backend_passes_its_test(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "tests" / "backends")
    import test_windows_overlap

    tests = run({**WORDS, **vars(test_windows_overlap)}, "class RowNN", "def test_row_nn_fully_connected")
    tests["test_row_nn_fully_connected"]()
