"""C names for the free-form names of a model."""

from __future__ import annotations

import re

from arenite.errors import OptionError

LONGEST = 40
"""Most characters of a name or a part of one, so that lines of generated C stay short."""

_KEYWORDS = (
    "alignas alignof and and_eq asm auto bitand bitor bool break case catch char class compl const "
    "constexpr const_cast continue decltype default delete do double dynamic_cast else enum explicit "
    "export extern false float for friend goto if inline int long main mutable namespace new noexcept not "
    "not_eq nullptr operator or or_eq private protected public register reinterpret_cast restrict return "
    "short signed sizeof static static_assert static_cast struct switch template this thread_local throw "
    "true try typedef typeid typename union unsigned using virtual void volatile wchar_t while xor xor_eq "
)
_HEADERS = (
    "arm_acle assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal stdalign stdarg "
    "stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string tgmath threads time uchar wchar wctype"
)
"""Headers of the C library and of compilers: a `string.h` in the folder of the code would hide the library's."""

_BUILD_TARGETS = (
    "all all_build clean edit_cache help install package package_source preinstall rebuild_cache run_tests test "
    "zero_check"
)
"""Targets that CMake and Make define themselves."""

_RESERVED = frozenset(f"{_KEYWORDS} {_HEADERS} {_BUILD_TARGETS}".split())
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def identifier(name: str) -> str:
    """A C and C++ identifier from a model's name: `person detect.v2.tflite` -> `person_detect_v2`."""
    plain = part(name.removesuffix(".tflite"))
    if not plain:
        return "model"
    return f"model_{plain}" if plain[0].isdigit() or plain in _RESERVED or plain.startswith("arenite") else plain


def part(name: str) -> str:
    """A name as part of an identifier, at most `LONGEST` characters, perhaps none: `Then, or` -> `then_or`."""
    return words(name)[:LONGEST].rstrip("_")


def words(name: str) -> str:
    """Letters and digits of a name, perhaps none, for use inside an identifier: `conv/Relu` -> `conv_relu`."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def checked(name: str) -> str:
    """A given name, if generated code can use it as a prefix.

    Raises:
        OptionError: the name is not an identifier, or it is reserved.
    """
    lower = name.lower()  # macros are in capitals, and some file systems ignore case
    usable = _NAME.fullmatch(name) and "__" not in name and len(name) <= LONGEST  # C++ reserves two underscores
    if not usable or lower in _RESERVED or lower.startswith("arenite_"):
        raise OptionError(
            f"name: {name!r} cannot be a prefix of C identifiers; give a letter and then letters, digits and single "
            f"'_', at most {LONGEST}, that is no keyword, header or target of C and CMake and does not begin with "
            "'arenite_'"
        )
    return name
