"""C or C++ source -> the TensorFlow Lite models in its arrays of bytes.

    alignas(16) const unsigned char g_model[] = { 0x1c, 0x00, 0x00, 0x00, 0x54, 0x46, 0x4c, 0x33, ... };
                                    name          byte 0                  "TFL3"

Comments, texts and lines of the preprocessor are taken out first, so what looks like an array there is not read as one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SUFFIXES = (".c", ".cc", ".cpp", ".cxx", ".h", ".hh", ".hpp", ".hxx", ".inc")
"""Endings of the names of C and C++ files, in lower case."""

# What is not closed reaches to the end of its line or of the file, so that no character is looked at twice.
_NO_CODE = re.compile(
    rb'"(?:\\.|[^"\\\n])*"?' rb"|'(?:\\.|[^'\\\n]){1,8}'" rb"|//(?:\\\r?\n|[^\n])*|/\*.*?(?:\*/|\Z)", re.DOTALL
)
_DIRECTIVE = re.compile(rb"^[ \t]*#(?:\\\r?\n|[^\n])*", re.MULTILINE)
_BRACES = re.compile(rb"\{([^{}]*)\}")
_NAME = re.compile(rb"\b([A-Za-z_]\w*)\s*\[[^\[\]]*\]")
_STATEMENT_END = re.compile(rb"[;{}]")
_NUMBER = re.compile(rb"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0([0-7]*)|([1-9][0-9]*))[uUlL]*")
_BASES = (16, 2, 8, 10)
"""Base of the digits in each group of `_NUMBER` behind the sign."""
_SPACES = b" \t\r\n\v\f"
_LONGEST_NUMBER = 16
"""Most characters of a number that is read: a byte with eight binary digits, a sign and suffixes has fewer."""
_HEADER = slice(4, 8)
"""Place of the identifier in a model: behind the offset of its first table."""


def is_source(text: str) -> bool:
    """Whether a text is source rather than a path: an array needs brackets and braces, and few paths have both."""
    return "[" in text and "{" in text


def models_in(source: bytes, identifier: bytes) -> list[tuple[str, bytes]]:
    """The arrays of the source whose bytes 4 to 7 are the identifier, each with its name, as they come."""
    return [(name, content) for name, content in _arrays(source) if content[_HEADER] == identifier]


def _arrays(source: bytes) -> Iterator[tuple[str, bytes]]:
    """All arrays of bytes, each with its name."""
    code = _DIRECTIVE.sub(b"", _NO_CODE.sub(b" ", source))
    end = 0
    for braces in _BRACES.finditer(code):
        declaration = _STATEMENT_END.split(code[end : braces.start()])[-1]
        end = braces.end()
        names = _NAME.findall(declaration)
        content = _bytes(braces[1]) if names else None
        if content is not None:
            yield names[-1].decode(), content


def _bytes(numbers: bytes) -> bytes | None:
    """The bytes of a list such as `0x1c, 0, -1,`; None if it is not a list of bytes."""
    words = numbers.translate(None, _SPACES).split(b",")
    if not words[-1]:
        words.pop()
    values = {word: _value(word) for word in set(words)}
    if None in values.values():
        return None
    return bytes(map(values.__getitem__, words))  # type: ignore[arg-type]


def _value(word: bytes) -> int | None:
    """The byte that a number of C stands for, as signed or unsigned; None if it is none."""
    found = _NUMBER.fullmatch(word)
    if found is None or len(word) > _LONGEST_NUMBER:
        return None
    sign, *digits = found.groups()
    value = sum(int(each or b"0", base) for each, base in zip(digits, _BASES, strict=True))
    value = -value if sign == b"-" else value
    return value & 0xFF if -128 <= value <= 255 else None
