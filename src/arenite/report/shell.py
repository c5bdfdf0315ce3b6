"""Words -> a command to paste into a shell; one that is long is broken over lines and stays one command.

      arenite optimize models/net.tflite --target c --split -o models/net.c.tflite \\
          && arenite export models/net.c.tflite --c models/net_c
          # C without an interpreter: not tried yet
"""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from arenite.names import escaped
from arenite.report.commands import file_word

if TYPE_CHECKING:
    from collections.abc import Sequence

COLUMNS = 100
"""Columns of a line, as many as a piped report has."""
THEN = "&&"
"""The word between two commands of which the second is run if the first succeeds."""
_INDENT, _HANGING = " " * 2, " " * 6
_BROKEN = " \\"
"""The end of a line that goes on in the next one."""


def quoted(word: Path | str) -> str:
    """A word as shells take it; in one line, whatever it holds. A path is shortened, and never taken for an option."""
    text = file_word(_shortest(word)) if isinstance(word, Path) else word
    if text.isprintable():
        return shlex.quote(text)
    inside = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"$'{escaped(inside)}'"


def _shortest(path: Path) -> str:
    """The path as it is, or from the current folder if that is shorter; one with `..` may lead through a link."""
    if not path.is_absolute() or ".." in path.parts:
        return str(path)
    try:
        return min(str(path), os.path.relpath(path), key=len)
    except (OSError, ValueError):  # the current folder is gone, or on another drive
        return str(path)


def to_paste(words: Sequence[str], gives: str) -> list[str]:
    """The lines of a command, with what it gives as a comment in the last line, or below it if there is no room."""
    *first, last = _lines(words)
    comment = f"# {gives}"
    if len(last) + len(_INDENT) + len(comment) <= COLUMNS:
        return [*first, f"{last}{_INDENT}{comment}"]
    return [*first, last, f"{_HANGING}{comment}"]


def _lines(words: Sequence[str]) -> list[str]:
    """The command in one line if it fits; or broken, but never between an option and its value."""
    whole = f"{_INDENT}{' '.join(words)}"
    if len(whole) <= COLUMNS:
        return [whole]
    first, *parts = _parts(words)
    lines = [f"{_INDENT}{first}"]
    for part in parts:
        if part == THEN or len(lines[-1]) + 1 + len(part) + len(_BROKEN) > COLUMNS:
            lines[-1] += _BROKEN
            lines.append(f"{_HANGING}{part}")
        else:
            lines[-1] += f" {part}"
    return lines


def _parts(words: Sequence[str]) -> list[str]:
    """The words, each option together with its value."""
    parts: list[str] = []
    for before, word in zip(["", *words], words, strict=False):
        if before.startswith("-") and not word.startswith("-") and word != THEN:
            parts[-1] += f" {word}"
        else:
            parts.append(word)
    return parts
