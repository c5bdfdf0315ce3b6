"""Names and lines that may hold anything, made fit to be printed: no character that a terminal obeys, no endless line.

Names of tensors, operators and metadata come from a file, and names of files from whoever sent them. Every one of them
that a person reads goes through `printable`, a path that a person may copy through `escaped`, and every error
through `one_line`. JSON keeps full names, since it has escapes of its own.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LONGEST_NAME = 1000
"""Characters of a name that are printed; converters join names of fused operators, which gives up to 700."""
SHORT_NAME = 60
"""Characters of a name in the `repr` of an object, which is to fit a line or two."""
LONGEST_LINE = 2000
"""Characters of an error, which fills a screen."""
_CUT = "..."
_MOST_SUGGESTED = 5
"""Names in a suggestion: as many as one can take in."""
_LEAST_SIMILAR = 0.6
"""Share of letters that a suggested name has in common with the one that was given; with fewer it is no mistyping."""
_MOST_PARTS = 16
"""Slashes at which a name is cut into parts: more than converters nest scopes."""


def printable(name: str, length: int = LONGEST_NAME) -> str:
    """A name for a person: escaped, and cut in the middle where it is longer. No converter gives a name that long."""
    return escaped(_cut(name, length))


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


def did_you_mean(wanted: str, known: Iterable[str], otherwise: str, *, near: Sequence[str] = ()) -> str:
    """The end of a message about a name that is not known: similar ones, or what to do `otherwise`.

    Args:
        near: names that are better than similar ones, if there are any.
    """
    from difflib import get_close_matches  # here, because only messages need it

    found = list(near) or get_close_matches(wanted, list(known), n=_MOST_SUGGESTED, cutoff=_LEAST_SIMILAR)
    return f"did you mean {', '.join(found[:_MOST_SUGGESTED])}?" if found else otherwise


def _cut(text: str, length: int) -> str:
    if len(text) <= length:
        return text
    half = (length - len(_CUT)) // 2
    return text[:half] + _CUT + text[len(text) - half :]


def short_names(names: Iterable[str]) -> dict[str, str]:
    """For each name the shortest end, in whole parts between slashes, that no other of the names ends with.

    Of names that a converter joined with semicolons, the first one counts.

    >>> short_names(["net/block1/Relu6", "net/block2/Relu6;net/block2/Conv2D", "net/logits"])
    {'net/block1/Relu6': 'block1/Relu6', 'net/block2/Relu6;net/block2/Conv2D': 'block2/Relu6', 'net/logits': 'logits'}
    """
    ends = {name: _ends(name) for name in dict.fromkeys(names)}
    counts = Counter(end for each in ends.values() for end in each)
    return {name: next((end for end in each if end and counts[end] == 1), _whole(name)) for name, each in ends.items()}


def _whole(name: str) -> str:
    """The first of several joined names, or the only one."""
    first, joined, _ = name.partition(";")
    return f"{first};..." if joined else name


def _ends(name: str) -> list[str]:
    parts = name.partition(";")[0].split("/", _MOST_PARTS)
    return ["/".join(parts[-count:]) for count in range(1, len(parts) + 1)]
