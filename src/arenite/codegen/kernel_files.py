"""The kernel sources that ship with Arenite, and those that a header needs."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from arenite.codegen.kernel_templates import KERNELS, expanded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PREFIX = "arenite_"
"""Prefix of the names of all kernel files and functions."""


def kernel_files(kernels: Iterable[str]) -> dict[str, str]:
    """Name -> text of the headers `arenite_<kernel>.h`, their sources, and all kernel headers that these include."""
    found: dict[str, str] = {}
    wanted = [f"{PREFIX}{kernel}.h" for kernel in kernels]
    while wanted:
        name = wanted.pop()
        text = None if name in found else _text(name)
        if text is not None:
            found[name] = text
            wanted += [*_included(text), *([name.removesuffix(".h") + ".c"] if name.endswith(".h") else [])]
    return dict(sorted(found.items()))


def _text(name: str) -> str | None:
    """Text of a file; None for the source of a header that has no source."""
    for folder in (files("arenite.codegen") / "kernels", files("arenite.codegen.cmsis_nn") / "kernels"):
        if (folder / name).is_file():
            return (folder / name).read_text("ascii")
    kernel, _, ending = name.removeprefix(PREFIX).rpartition(".")
    if kernel not in KERNELS:
        assert ending == "c", f"there is no {name}"
        return None
    template, words = KERNELS[kernel]
    return expanded(f"{template}.{ending}", kernel, words)


def _included(text: str) -> Iterator[str]:
    """Names of the kernel headers that a file includes."""
    for line in text.splitlines():
        directive, _, name = line.partition(" ")
        if directive == "#include" and name.startswith(f'"{PREFIX}'):
            yield name.strip('"')
