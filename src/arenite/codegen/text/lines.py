"""Lines of generated files, at most `WIDTH` characters long, and comments that their text cannot terminate."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH = 120
"""Most characters of a line, the limit of the hand-written kernels too."""

_AROUND = len(" *  */")
"""Characters of a comment line in addition to its text."""


def comment(text: str) -> str:
    """`text` made safe inside a C comment: one line of ASCII that does not end the comment."""
    plain = "".join(each if " " <= each <= "~" else "?" for each in text)
    return plain.replace("\\", "/").replace("*/", "* /").replace("/*", "/ *").rstrip()


def comment_lines(text: str, indent: str = "", hang: str = "") -> str:
    """A comment on lines of its own. `text` may have several lines; continuation lines start with `hang`."""
    width = WIDTH - len(indent) - _AROUND
    lines = [part for line in text.split("\n") for part in _wrapped(comment(line), width, hang)]
    return indent + "/* " + "\n".join([lines[0], *(f"{indent} * {line}".rstrip() for line in lines[1:])]) + " */\n"


def _wrapped(line: str, width: int, hang: str) -> list[str]:
    """Wrap a line into parts of at most `width` characters; an empty line gives one part."""
    begin = " " * (len(line) - len(line.lstrip()))
    return textwrap.wrap(line, width, subsequent_indent=begin + hang, break_on_hyphens=False) or [""]


def filled(items: Sequence[str], indent: str) -> str:
    """Items separated by commas, as many per line as fit."""
    if not items:
        return ""
    sizes = [len(item) + len(",") for item in items]
    sizes[-1] = len(items[-1])
    lines: list[str] = []
    first, length = 0, len(indent) + sizes[0]
    for number in range(1, len(items)):
        length += len(" ") + sizes[number]
        if length > WIDTH:
            lines.append(indent + ", ".join(items[first:number]))
            first, length = number, len(indent) + sizes[number]
    return ",\n".join([*lines, indent + ", ".join(items[first:])])


def call_lines(indent: str, function: str, arguments: Sequence[str], tail: str) -> str:
    """A call, with one argument per line if they do not fit on one line; `tail` follows the last argument."""
    head = f"{indent}{function}("
    lines = filled([*arguments[:-1], f"{arguments[-1]}{tail}"], " " * len(head))
    return f"{head}{lines[len(head) :]}\n"
