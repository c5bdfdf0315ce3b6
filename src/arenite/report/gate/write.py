"""Checks and the name of a format -> the report on a stream; docs/json.md documents the keys of JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from arenite.report.fit import check_as_json
from arenite.report.gate.checked import Base, Checked, exit_code
from arenite.report.gate.ci import as_commands, as_junit, as_sarif
from arenite.report.gate.markdown import as_markdown
from arenite.report.gate.text import print_many, print_one
from arenite.report.json import write_json

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TextIO

    from arenite.search.fitting import Fit


def write_one(each: Checked, how: str, stream: TextIO, *, quiet: bool, hints: bool) -> None:
    """Write the check of the only file that was asked for: `json` has its keys alone, `text` not why it failed."""
    if how == "text":
        if not (quiet and each.holds):
            print_one(each, stream, hints=hints)
    elif how == "json":
        if each.fit is not None:
            write_json(_one_as_json(each, each.fit), stream)
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
        write_json({"models": [_entry(each) for each in checks]} if how == "json" else as_sarif(checks), stream)


def _one_as_json(each: Checked, found: Fit) -> dict[str, Any]:
    """The check of one model; compared with a base also what that has, and whether all holds."""
    values = check_as_json(each.path.name, found)
    if each.base is None and exit_code([each]) < 2:
        return values
    return {**values, "base": _base(each.base, found), "holds": each.holds, "failures": _failures(each)}


def _entry(each: Checked) -> dict[str, Any]:
    """The check of one of several models; of one that cannot be checked there are no figures."""
    values: dict[str, Any] = {"path": each.path.as_posix(), "holds": each.holds, "failures": _failures(each)}
    if each.fit is None:
        return values
    return {**check_as_json(each.path.name, each.fit), **values, "base": _base(each.base, each.fit)}


def _failures(each: Checked) -> list[dict[str, Any]]:
    return [{"rule": why.rule, "message": why.message} for why in each.failures]


def _base(base: Base | None, found: Fit) -> dict[str, Any] | None:
    if base is None:
        return None
    arena = base.arena
    return {
        "declare_bytes": arena.declare_bytes if arena else None,
        "exact": arena.exact if arena else None,
        "change_bytes": base.change(found.before),
    }
