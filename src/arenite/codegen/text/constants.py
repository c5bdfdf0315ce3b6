"""NAME_constants.h and NAME_constants.c: all data in flash."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.codegen.program import Constant, Parameters
from arenite.codegen.text.lines import filled
from arenite.codegen.text.literals import elements
from arenite.codegen.text.values import structure

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from arenite.codegen.text.naming import Named
    from arenite.codegen.text.values import Names

_HEADER = """\
{top}#ifndef {macro}_CONSTANTS_H
#define {macro}_CONSTANTS_H

#include <stdint.h>

{includes}
#ifdef __cplusplus
extern "C" {{
#endif

{declarations}

#ifdef __cplusplus
}}
#endif

#endif
"""

_SOURCE = """\
{top}#include "{name}_constants.h"

#include <stddef.h>

#include "arenite_place.h"

#if defined(__cplusplus) && defined(__GNUC__) /* fields by name, which C++ has from C++20 on */
#if defined(__clang__) || __GNUC__ >= 12
#pragma GCC diagnostic ignored "-Wc++20-extensions"
#else
#pragma GCC diagnostic ignored "-Wpedantic"
#endif
#endif

{definitions}
"""

_ALIGNED = "ARENITE_ALIGNED(4) ARENITE_FLASH "
"""Attributes of an array: aligned to 4 bytes, since kernels may read whole words."""


def constants_header(name: str, names: Names, top: str) -> str:
    """NAME_constants.h; `top` is the comment at the start of the file."""
    return _HEADER.format(
        top=top,
        macro=name.upper(),
        includes=_includes(names),
        declarations="\n".join(f"extern {_declared(each, own)};" for each, own in names.items()),
    )


def constants_source(name: str, names: Names, top: str) -> str:
    """NAME_constants.c; `top` is the comment at the start of the file."""
    definitions = "\n\n".join(_defined(each, own, names) for each, own in names.items())
    return _SOURCE.format(top=top, name=name, definitions=definitions)


def _includes(constants: Iterable[Named]) -> str:
    kernels = {each.kernel for each in constants if isinstance(each, Parameters)}
    return "".join(f'#include "arenite_{kernel}.h"\n' for kernel in sorted(kernels))


def _declared(constant: Named, name: str) -> str:
    if isinstance(constant, Constant):
        return f"const {constant.kind.name} {name}[{constant.length}]"
    if isinstance(constant, Parameters):
        return f"const arenite_{constant.kernel}_t {name}"
    return f"const {constant.width} {name}[{len(constant.table)}][{len(constant.table[0])}]"


def _defined(constant: Named, name: str, names: Names) -> str:
    declared = _declared(constant, name)
    if isinstance(constant, Constant):
        return f"{_ALIGNED}{declared} = {{\n{elements(constant.kind, constant.content)}\n}};"
    if isinstance(constant, Parameters):
        return f"ARENITE_FLASH {declared} = {{\n{structure(constant.structure, names, '    ')}\n}};"
    rows = "\n".join(map(_row, constant.table))
    return f"{_ALIGNED}{declared} = {{\n{rows}\n}};"


def _row(numbers: Sequence[int]) -> str:
    *cells, last = map(str, numbers)
    first, *others = [*cells, f"{last}}},"]
    return filled([f"{{{first}", *others], "  ")
