"""Checks and the name of a format -> the report on a stream."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.report.gate.github import as_commands
from arenite.report.gate.junit import as_junit
from arenite.report.gate.markdown import as_markdown
from arenite.report.gate.sarif import as_sarif
from arenite.report.gate.text import print_many, print_one
from arenite.report.gate.values import many_as_json, one_as_json
from arenite.report.json import write_json

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TextIO

    from arenite.report.gate.checked import Checked


def write_one(each: Checked, how: str, stream: TextIO, *, quiet: bool, hints: bool) -> None:
    """Write the check of the only file that was asked for: `json` has its keys alone, `text` not why it failed."""
    if how == "text":
        if not (quiet and each.holds):
            print_one(each, stream, hints=hints)
    elif how == "json":
        if each.fit is not None:
            write_json(one_as_json(each, each.fit), stream)
    else:
        write_many([each], how, stream, quiet=quiet, hints=hints)


def write_many(checks: Sequence[Checked], how: str, stream: TextIO, *, quiet: bool, hints: bool) -> None:
    """Write the checks; `quiet` leaves out what holds where people read it. Formats for programs are complete."""
    shown = [each for each in checks if not (quiet and each.holds)]
    if how == "text":
        print_many(checks, stream, shown=shown, hints=hints)
    elif how == "markdown":
        stream.write(as_markdown(shown))
    elif how == "github":
        stream.write(as_commands(shown))
    elif how == "junit":
        stream.write(as_junit(checks))
    else:
        write_json(many_as_json(checks) if how == "json" else as_sarif(checks), stream)
