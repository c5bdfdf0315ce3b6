"""Lines of generated files: none longer than `WIDTH`, and comments that nothing inside of them can end."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH = 120
"""Characters of a line at most, as in the kernels."""

_AROUND = len(" *  */")
"""Characters of a comment's line beside its text."""


def comment(text: str) -> str:
    """Text that is safe inside a C comment: one line of ASCII that does not end the comment."""
    plain = "".join(each if " " <= each <= "~" else "?" for each in text)
    return plain.replace("\\", "/").replace("*/", "* /").replace("/*", "/ *").rstrip()


def comment_lines(text: str, indent: str = "", hang: str = "") -> str:
    """A comment on lines of its own; `text` may have several, and what continues a long one begins with `hang`."""
    width = WIDTH - len(indent) - _AROUND
    lines = [part for line in text.split("\n") for part in _wrapped(comment(line), width, hang)]
    return indent + "/* " + "\n".join([lines[0], *(f"{indent} * {line}".rstrip() for line in lines[1:])]) + " */\n"


def _wrapped(line: str, width: int, hang: str) -> list[str]:
    """A line in parts of `width` characters at most; one part where it is empty."""
    begin = " " * (len(line) - len(line.lstrip()))
    return textwrap.wrap(line, width, subsequent_indent=begin + hang, break_on_hyphens=False) or [""]


def filled(items: Sequence[str], indent: str) -> str:
    """Items with commas between them, as many in a line as fit."""
    lines: list[str] = []
    line = ""
    for number, item in enumerate(items):
        text = f"{item}," if number + 1 < len(items) else item
        if line and len(line) + 1 + len(text) > WIDTH:
            lines.append(line)
            line = ""
        line = f"{line} {text}" if line else f"{indent}{text}"
    return "\n".join([*lines, line])


def call_lines(indent: str, function: str, arguments: Sequence[str], tail: str) -> str:
    """A call, its arguments below each other where they do not fit one line; `tail` follows the last argument."""
    head = f"{indent}{function}("
    lines = filled([*arguments[:-1], f"{arguments[-1]}{tail}"], " " * len(head))
    return f"{head}{lines[len(head) :]}\n"
