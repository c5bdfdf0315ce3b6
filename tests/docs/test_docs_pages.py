"""The pages agree with the program: words, messages, limits, pictures, names of packages."""

from __future__ import annotations

import ast
import re
import runpy
from functools import cache
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from arenite import zoo
from arenite.cli import app
from arenite.operators.liveness import MOST_NESTED, MOST_SCOPES
from arenite.search import buffer_list
from arenite.search.options import MOST_EXTRA_MACS
from arenite.tflite.read import MOST_THINGS
from arenite.tflite.write import write_bytes

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
WORDS = {
    "inspect": ("arena", "target", "peak", "head", "tail", "scratch", "working set", "bystanders", "macs", "operator"),
    "optimize": ("arena", "target", "peak", "head", "pair", "verified", "optimal", "litert", "tflm here"),
}
"""Words that a new user reads in what a command prints."""
LETTERS, SHARE = 18, 4
"""Letters that a quoted message shares with a text of the source, at least, and the part of its own letters: a quarter.
Fewer would fit by chance; the rest is what is filled in."""


def text_of(page):
    return (DOCS / page).read_text(encoding="utf-8")


def plain(text):
    """A text without the quotes of code, which cannot stand in a code span of a page."""
    return text.replace("`", "")


@cache
def messages():
    """The parts of each text in the source between which something is filled in."""
    found = set()
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            parts = [getattr(part, "value", None) for part in getattr(node, "values", [node])]
            found.add(tuple(plain(part) for part in parts if isinstance(part, str)))
    return [parts for parts in found if sum(map(len, parts)) >= LETTERS]


def says(parts, message):
    """Whether a message has these parts in their order, and few letters besides."""
    end = 0
    for part in parts:
        begin = message.find(part, end)
        if begin < 0:
            return False
        end = begin + len(part)
    return SHARE * sum(map(len, parts)) >= len(message)


@pytest.mark.parametrize("command", ["inspect", "optimize"])
def test_words_of_the_output_are_in_the_glossary(command, tmp_path):
    path = tmp_path / "net.tflite"
    path.write_bytes(write_bytes(zoo.build("paper")))
    options = {"inspect": [], "optimize": ["--verbose", "--rounds", "1"]}[command]
    shown = CliRunner().invoke(app, [command, str(path), *options]).output.lower()
    row = r"^\| ([^|]+, \d+x\d+x\d) \| (\S+) \| (\S+) \| (\S+) \| (none|\+(\S+) %) \|"
    rows = re.findall(row, text_of("partial.md"), re.MULTILINE)
    assert len(rows) == 6
    for model, stock, whole, strips, _, more in rows:
        words = [*model.replace(",", "").split(), stock, whole, strips, f"{1 + float(more or 0) / 100:.3f}x"]
        assert any(set(words) <= set(row) for row in measured), model
