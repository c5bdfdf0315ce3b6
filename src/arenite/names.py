"""Names and lines that may hold anything, made fit to be printed: no character that a terminal obeys, no endless line.

Names of tensors, operators and metadata come from a file, and names of files from whoever sent them. Every one of them
that a person reads goes through `printable`, a path that a person may copy through `escaped`, and every error
through `one_line`. JSON keeps full names, since it has escapes of its own.
"""

from __future__ import annotations

import re
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
_MORE = ";..."
"""Behind a short name that several tensors have, of which other names were joined to it."""
_MOST_SUGGESTED = 5
"""Names in a suggestion: as many as one can take in."""
_LEAST_SIMILAR = 0.6
"""Share of letters that a suggested name has in common with the one that was given; with fewer it is no mistyping."""
_PART = re.compile(r"strip \d+ of \d+|(rows|channels)\d+-\d+|joined\d+of\d+|padded|untrimmed|new")
"""The words with which `part_name` names parts."""
_MOST_WORDS = 16
"""Slashes at which a name is cut into words: more than converters nest scopes."""


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


def part_name(name: str, part: str) -> str:
    """The name of a part of a tensor, below the name of the whole; without a part, the name itself.

    Of names that a converter joined with semicolons, the first one tells the part: viewers of models cut long names.

    >>> part_name("net/Relu6;net/Conv2D", "strip 2 of 8")
    'net/Relu6/strip 2 of 8;net/Conv2D'
    """
    first, joined, others = name.partition(";")
    return f"{first}/{part}{joined}{others}" if part else name


def whole_name(name: str) -> str:
    """The name of the tensor of which a tensor is a part; its own name if it is none.

    >>> whole_name("net/Relu6/strip 2 of 8;net/Conv2D")
    'net/Relu6;net/Conv2D'
    """
    first, part, _ = _split(name)
    return first + name[len(first) + len(part) + 1 :] if part else name


def short_names(names: Iterable[str]) -> dict[str, str]:
    """For each name the shortest end, in whole words between slashes, that no other of the names ends with.

    Of names that a converter joined with semicolons, the first one counts, and has dots behind it where several tensors
    have it. Parts have the short name of their whole.

    >>> short_names(["net/block1/Relu6", "net/block2/Relu6;net/block2/Conv2D", "net/logits"])
    {'net/block1/Relu6': 'block1/Relu6', 'net/block2/Relu6;net/block2/Conv2D': 'block2/Relu6', 'net/logits': 'logits'}
    """
    split = {name: _split(name) for name in names}
    ends = {first: _ends(first) for first, _, _ in split.values()}
    counts = Counter(end for each in ends.values() for end in each)
    short = {first: next((end for end in each if end and counts[end] == 1), first) for first, each in ends.items()}
    wholes = Counter(first for first, _ in {(first, others) for first, _, others in split.values()})
    return {
        name: part_name(short[first] + _MORE * bool(others and wholes[first] > 1), part)
        for name, (first, part, others) in split.items()
    }


def _split(name: str) -> tuple[str, str, str]:
    """The first of joined names without what tells a part, the part, and the other names."""
    first, _, others = name.partition(";")
    words = first.rsplit("/", _MOST_WORDS)
    own = len(words)
    while own > 1 and _PART.fullmatch(words[own - 1]):
        own -= 1
    return "/".join(words[:own]), "/".join(words[own:]), others


def _ends(name: str) -> list[str]:
    words = name.rsplit("/", _MOST_WORDS)
    return ["/".join(words[-count:]) for count in range(1, len(words) + 1)]
