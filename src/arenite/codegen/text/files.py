"""All files of a program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.codegen.kernel_files import kernel_files
from arenite.codegen.text.constants import constants_header, constants_source
from arenite.codegen.text.header import header
from arenite.codegen.text.naming import named
from arenite.codegen.text.provenance import top
from arenite.codegen.text.schedule import schedule

if TYPE_CHECKING:
    from arenite.codegen.program import Program
    from arenite.codegen.text.provenance import Provenance


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


_GUIDE = """\
The schedule of one inference. Numbers behind `arena +` are bytes; the memory map at the end says who has them. \
Operators without a call need none: their outputs are views, which lie in the bytes of other tensors."""
