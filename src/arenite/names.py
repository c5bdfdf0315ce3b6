"""Names and lines that may hold anything, made fit to be printed: no character that a terminal obeys, no endless line.

Names of tensors, operators and metadata come from a file, and names of files from whoever sent them. Every one of them
that a person reads goes through `printable`, a path that a person may copy through `escaped`, and every error
through `one_line`. JSON keeps full names, since it has escapes of its own.
"""

from __future__ import annotations

LONGEST_NAME = 1000
"""Characters of a name that are printed; converters join names of fused operators, which gives up to 700."""
LONGEST_LINE = 2000
"""Characters of an error, which fills a screen."""
_CUT = "..."


def printable(name: str) -> str:
    """A name for a person: escaped, and cut in the middle where it is longer than any that a converter gives."""
    return escaped(_cut(name, LONGEST_NAME))


def one_line(text: str) -> str:
    """A message in one line of limited length; what it says first and last stays."""
    return escaped(_cut(text, LONGEST_LINE))


def escaped(text: str) -> str:
    """Text with escapes in place of line ends, controls and whatever else is not to be seen.

    >>> escaped("a" + chr(10) + "b" + chr(27) + "[31mc")
    'a\\\\nb\\\\x1b[31mc'
    """
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else repr(character)[1:-1] for character in text)


def _cut(text: str, length: int) -> str:
    if len(text) <= length:
        return text
    half = (length - len(_CUT)) // 2
    return text[:half] + _CUT + text[len(text) - half :]
