"""Checks -> workflow commands of GitHub Actions, shown as annotations: an error for each failure, else a notice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.names import printable
from arenite.report.console import number
from arenite.report.gate.text import change_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from arenite.report.gate.checked import Checked

_IN_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTY = {**_IN_DATA, ":": "%3A", ",": "%2C"}


def as_commands(checks: Sequence[Checked]) -> str:
    """A line per failure, and a line per check that holds."""
    return "".join(f"{line}\n" for each in checks for line in _lines(each))


def _lines(each: Checked) -> Iterator[str]:
    for why in each.failures:
        yield _command("error", each, why.message)
    if each.holds and each.fit is not None:
        left = number(each.fit.available - each.fit.before.declare_bytes)
        change = f"; change: {change_words(each.fit, each.base)}" if each.base else ""
        yield _command("notice", each, f"fits, {left} left{change}")


def _command(level: str, each: Checked, message: str) -> str:
    path = each.path.as_posix()
    text = _escaped(f"{printable(path)}: {printable(message)}", _IN_DATA)
    return f"::{level} file={_escaped(path, _IN_PROPERTY)},title=arenite check::{text}"


def _escaped(text: str, escapes: dict[str, str]) -> str:
    return printable("".join(escapes.get(character, character) for character in text))
