"""What sentences of the pages name is there: commands and their options, files, benchmarks, names of Python."""

from __future__ import annotations

import pydoc
import re
from pathlib import Path

import typer

from arenite.cli import app
from benchmarks.__main__ import BENCHMARKS

ROOT = Path(__file__).resolve().parents[2]
PAGES = [*(ROOT / "docs").rglob("*.md"), *(ROOT / f"{name}.md" for name in ("README", "CONTRIBUTING", "CHANGELOG"))]
FOLDERS = [ROOT / each for each in (".", "src", "src/arenite", "src/arenite/backends")]
"""From here pages name files."""
OF_THE_READER = {"src/arenite/rewrite/merge_relu.py", "tests/rewrite/test_merge_relu.py", "src/main.c"}
NO_PYTHON = {"arenite.toml", "arenite.target"}
ELSEWHERE = {"--variants"}
"""Options of examples/sweep/cluster.py."""


def named(pattern):
    """What a pattern finds in the code of sentences and in indented blocks, page by page."""
    for page in PAGES:
        text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        for code in re.findall(r"`([^`]+)`|^ {4,}(.+)$", text, re.MULTILINE):
            for found in re.findall(pattern, " ".join("".join(code).split())):
                yield page.name, found


def options():
    """The options of each command."""
    program = typer.main.get_command(app)
    context = typer.Context(program)
    commands = {name: program.get_command(context, name) for name in program.list_commands(context)}
    return {
        name: {option for each in command.params for option in (*each.opts, *each.secondary_opts)}
        for name, command in commands.items()
    }


def test_commands_have_these_options():
    known, found = options(), list(named(r"^arenite ([a-z]+)(.*)"))
    assert len(found) > 50
    for page, (command, rest) in found:
        assert set(re.findall(r"--[a-z][a-z0-9-]*", rest)) <= known[command], (page, command, rest)


def test_a_command_has_each_option():
    known = set().union(*options().values(), ELSEWHERE)
    found = list(named(r"^--[a-z][a-z0-9-]*"))
    assert len(found) > 50
    assert [each for each in found if each[1] not in known] == []


def test_files_are_there():
    found = [each for each in named(r"(?<![\w/.-])[\w/]+/[\w.]+\.(?:py|md|csv|c)\b") if each[1] not in OF_THE_READER]
    assert len(found) > 50
    assert [each for each in found if not any((folder / each[1]).exists() for folder in FOLDERS)] == []


def test_benchmarks_are_there():
    found = list(named(r"^python -m benchmarks ([\w-]+)"))
    assert len(found) > 5
    assert {name for _, name in found} <= BENCHMARKS.keys()


def test_names_of_python_are_there():
    found = [each for each in named(r"^arenite(?:\.\w+)+") if each[1] not in NO_PYTHON]
    assert len(found) > 20
    assert [each for each in found if pydoc.locate(each[1]) is None] == []
