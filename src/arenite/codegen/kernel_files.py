"""The kernel sources that ship with Arenite, and those that a header needs.

A file in `kernels/` has only what is its own: a header its description, types and functions, a source its functions.
What all files have alike is put around it here: the license, and in headers the include guard and C linkage for C++.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from arenite.codegen.kernel_templates import KERNELS, expanded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PREFIX = "arenite_"
"""Prefix of the names of all kernel files and functions."""

_LICENSE = """\
/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: {kind}. */
"""
_PLAIN = "plain C99, no allocation, no state"
_KINDS = {"arenite.codegen": _PLAIN, "arenite.codegen.cmsis_nn": "calls of CMSIS-NN"}
"""What the kernels of a package are, by the name of the package; they are in its folder `kernels`."""


def kernel_files(kernels: Iterable[str]) -> dict[str, str]:
    """Name -> text of the headers `arenite_<kernel>.h`, their sources, and all kernel headers that these include."""
    found: dict[str, str] = {}
    wanted = [f"{PREFIX}{kernel}.h" for kernel in kernels]
    while wanted:
        name = wanted.pop()
        text = None if name in found else _text(name)
        if text is not None:
            found[name] = text
            wanted += [*_included(text), *([_source_of(name)] if name.endswith(".h") else [])]
    return dict(sorted(found.items()))


def _source_of(header: str) -> str:
    return header.removesuffix(".h") + ".c"


def _text(name: str) -> str | None:
    """Text of a file as it is exported; None for the source of a header that has no source."""
    own = _own(name)
    if own is None:
        assert name.endswith(".c"), f"there is no {name}"
        return None
    text, kind = own
    if name.endswith(".h"):
        text = _guarded(name, _linked(text) if _own(_source_of(name)) else text)
    return _LICENSE.format(kind=kind) + text


@cache
def _own(name: str) -> tuple[str, str] | None:
    """What a file alone has, and what kind of kernel it is of; None if there is no such file."""
    for package, kind in _KINDS.items():
        file = files(package) / "kernels" / name
        if file.is_file():
            return file.read_text("ascii"), kind
    kernel, _, ending = name.removeprefix(PREFIX).rpartition(".")
    if kernel not in KERNELS:
        return None
    template, words = KERNELS[kernel]
    return expanded(f"{template}.{ending}", kernel, words), _PLAIN


def _guarded(name: str, text: str) -> str:
    guard = name.upper().replace(".", "_")
    return f"#ifndef {guard}\n#define {guard}\n\n{text}\n#endif\n"


def _linked(text: str) -> str:
    """A header whose types and functions, all that follows its last `#include`, have C linkage in C++."""
    first = text.index("\n", text.rindex("#include")) + 1
    return f"""\
{text[:first]}
#ifdef __cplusplus
extern "C" {{
#endif
{text[first:]}
#ifdef __cplusplus
}}
#endif
"""


def _included(text: str) -> Iterator[str]:
    """Names of the kernel headers that a file includes."""
    for line in text.splitlines():
        directive, _, name = line.partition(" ")
        if directive == "#include" and name.startswith(f'"{PREFIX}'):
            yield name.strip('"')
