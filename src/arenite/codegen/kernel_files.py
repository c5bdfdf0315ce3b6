"""The kernel sources that come with Arenite, and which of them a header needs."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from arenite.codegen.kernel_templates import KERNELS, expanded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PREFIX = "arenite_"
"""What the names of all kernel files and functions begin with."""


def kernel_files(kernels: Iterable[str]) -> dict[str, str]:
    """Name and text of the headers `arenite_<kernel>.h`, of their sources, and of all that these include."""
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
    """The text of a file; None for the source of a header that has none."""
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
    """Kernel headers that a file includes."""
    for line in text.splitlines():
        directive, _, name = line.partition(" ")
        if directive == "#include" and name.startswith(f'"{PREFIX}'):
            yield name.strip('"')
