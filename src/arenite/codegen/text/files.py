"""All files of a program, with their origin in the comment at the start of each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import metadata
from typing import TYPE_CHECKING

from arenite.codegen.kernel_files import kernel_files
from arenite.codegen.text.constants import constants_header, constants_source
from arenite.codegen.text.header import header
from arenite.codegen.text.lines import comment_lines
from arenite.codegen.text.naming import named
from arenite.codegen.text.schedule import schedule

if TYPE_CHECKING:
    from arenite.codegen.program import Program


_GUIDE = """\
The schedule of one inference. Numbers behind `arena +` are bytes; the memory map at the end says who has them. \
Operators without a call need none: their outputs are views, which lie in the bytes of other tensors."""

version = cache(metadata.version)
"""The version of an installed package, which takes a millisecond to read; an export of C names it in every file."""


@dataclass(frozen=True)
class Provenance:
    """Name of the model's file, SHA-256 of its bytes, and command line; "" if no command was typed."""

    model: str
    sha256: str
    command: str = ""


def printed(program: Program, provenance: Provenance) -> dict[str, str]:
    """Name -> text of every file of a program, kernels included."""
    name, names = program.name, named(program)
    beside = " beside what is in memory of the caller's" if program.in_memory else ""
    size = f"One inference of {program.model} in {program.memory.size:,} bytes of RAM{beside}."
    own = {
        f"{name}.h": header(program, top(f"{name}.h", provenance, size)),
        f"{name}.c": schedule(program, names, top(f"{name}.c", provenance, _GUIDE.format(name=name))),
        f"{name}_constants.h": constants_header(name, names, top(f"{name}_constants.h", provenance)),
        f"{name}_constants.c": constants_source(name, names, top(f"{name}_constants.c", provenance)),
    }
    return own | kernel_files({*program.kernels, "place"})


def top(file: str, provenance: Provenance, *more: str) -> str:
    """The comment at the start of a file; `more` are further paragraphs."""
    command = [f"  {provenance.command}"] if provenance.command else []
    lines = [
        f"{file}: made by Arenite {version('arenite')}; whatever is changed here is lost with the next export.",
        "",
        *command,
        f"  {provenance.model}: SHA-256 {provenance.sha256}",
        "",
        "The kernels are Apache-2.0; the model's constants belong to the model.",
        *(line for text in more for line in ("", text)),
    ]
    return comment_lines("\n".join(lines))
