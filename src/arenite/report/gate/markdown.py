"""Checks -> one table in GitHub's Markdown, with the change against the base, for the comment on a pull request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from arenite.names import printable
from arenite.report.arena import at_least
from arenite.report.console import number
from arenite.report.gate.text import change_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from arenite.report.gate.checked import Checked

_TAME = re.compile(r"[A-Za-z0-9 .,;:()/%+='-]*")
"""Text in which GitHub's Markdown finds no markup: no mention, no link, no end of a cell."""
_LINKS = ("://", "www.")
"""What makes a link of plain text."""
_PLAIN = re.compile(r"[^A-Za-z0-9 .,/-]")


def as_markdown(checks: Sequence[Checked]) -> str:
    """A table with a row per check; the columns of the base only where some check has one. Empty without checks."""
    if not checks:
        return ""
    compared = any(each.base is not None for each in checks)
    heads = ["model", "device", "arena", "room", "left", *(["base", "change"] if compared else []), "result"]
    rules = ["---", "---", *["---:"] * (len(heads) - 3), "---"]
    rows = [heads, rules, *(list(_cells(each, compared=compared)) for each in checks)]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _cells(each: Checked, *, compared: bool) -> Iterator[str]:
    found = each.fit
    yield inline(each.path.as_posix())
    if found is None:
        yield from [""] * (6 if compared else 4)
    else:
        yield inline(found.board.name if found.board else found.target.name)
        yield at_least(found.before) + number(found.before.declare_bytes)
        yield number(found.available)
        yield number(found.available - found.before.declare_bytes) if found.certain else "not known"
        if compared and each.base is None:
            yield from ["", ""]
        elif each.base is not None:
            yield number(each.base.arena.declare_bytes) if each.base.arena else ""
            yield change_words(found, each.base)
    yield "fits" if each.holds else f"**fails**: {inline(each.reasons.replace('`', chr(39)))}"


def inline(text: str) -> str:
    """Text in a cell that shows as it is: code where it holds what could be markup, a mention or a link.

    >>> inline("a/b-1.tflite"), inline("@all|x")
    ('a/b-1.tflite', '<code>&#64;all&#124;x</code>')
    """
    shown = printable(text)
    if _TAME.fullmatch(shown) and not any(link in shown for link in _LINKS):
        return shown
    return f"<code>{_PLAIN.sub(lambda found: f'&#{ord(found[0])};', shown)}</code>"
