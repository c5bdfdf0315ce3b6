"""The pages agree with the program: words, messages, pictures, names of packages."""

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
    rows = re.findall(r"^\| ([^|]+) \|", text_of("glossary.md"), re.MULTILINE)
    entries = {entry.lower().rstrip("s") for row in rows for entry in row.split(", ")}
    assert [word for word in WORDS[command] if word not in shown] == [], shown
    assert [word for word in WORDS[command] if word.rstrip("s") not in entries] == []


def quoted():
    return re.findall(r"^\| `([^`]+)` \|", text_of("errors.md"), re.MULTILINE)


def test_there_are_messages():
    assert len(quoted()) >= 25


@pytest.mark.parametrize("message", quoted())
def test_each_quoted_message_is_one_of_the_program(message):
    assert any(says(parts, message) for parts in messages())


def test_pictures_are_what_their_script_draws():
    made = runpy.run_path(str(DOCS / "images" / "draw.py"))["drawn"]()
    assert {path.name for path in (DOCS / "images").glob("*.svg")} == made.keys()
    for name, content in made.items():
        assert (DOCS / "images" / name).read_text(encoding="utf-8") == content, name


def test_every_page_is_in_the_navigation():
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    listed = re.findall(r"([\w/-]+\.md)$", navigation, re.MULTILINE)
    assert sorted(listed) == sorted(page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md"))


def test_advice_names_packages_that_an_index_has():
    """Arenite itself is on no index yet, so `pip install arenite[plot]` would fail, or install something else."""
    python = (path for folder in ("src", "examples") for path in (ROOT / folder).rglob("*.py"))
    for path in (*python, *DOCS.rglob("*.md"), ROOT / "README.md"):
        text = path.read_text(encoding="utf-8")
        assert "arenite[" not in text, path
        assert not re.search(r"pip install (-U )?['\"]?arenite\b", text), path


def test_the_changelog_has_the_version():
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (version,) = re.findall(r'^version = "(.+)"', project, re.MULTILINE)
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## {re.escape(version)}\b", changes, re.MULTILINE)


def test_links_of_the_long_description_work_outside_of_the_repository():
    tomllib = pytest.importorskip("tomllib", reason="the standard library reads TOML from Python 3.11 on")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for each in project["tool"]["hatch"]["metadata"]["hooks"]["fancy-pypi-readme"]["substitutions"]:
        text = re.sub(each["pattern"], each["replacement"], text)
    links = re.findall(r"\]\(([^)]+)\)", text)
    assert len(links) > 20
    assert [link for link in links if not link.startswith("https://")] == []
    assert re.findall(r"!\[[^\]]*\]\(([^)]+)\)", text)[0].startswith("https://raw.githubusercontent.com/")


def test_a_release_is_published_without_a_secret():
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text(encoding="utf-8"))["jobs"]
    assert jobs["publish"]["permissions"] == {"id-token": "write"}
    assert set(jobs["publish"]["needs"]) == jobs.keys() - {"publish"}
    assert "secrets." not in (ROOT / ".github" / "workflows" / "release.yml").read_text(encoding="utf-8")
