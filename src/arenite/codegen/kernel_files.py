"""The kernel sources that come with Arenite, and which of them a header needs."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_INCLUDE = re.compile(r'#include "(arenite_\w+\.h)"')


def kernel_files(kernels: Iterable[str]) -> dict[str, str]:
    """Name and text of the headers `arenite_<kernel>.h`, of their sources, and of all that these include."""
    folders = [files("arenite.codegen") / "kernels", files("arenite.codegen.cmsis_nn") / "kernels"]
    found: dict[str, str] = {}
    wanted = [f"arenite_{kernel}.h" for kernel in kernels]
    while wanted:
        name = wanted.pop()
        if name in found:
            continue
        folder = next(each for each in folders if (each / name).is_file())
        found[name] = (folder / name).read_text("ascii")
        wanted += _INCLUDE.findall(found[name])
        body = name.removesuffix(".h") + ".c"
        if name.endswith(".h") and (folder / body).is_file():
            found[body] = (folder / body).read_text("ascii")
            wanted += _INCLUDE.findall(found[body])
    return dict(sorted(found.items()))
