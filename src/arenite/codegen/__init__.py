"""A model as C99 without any dependency: its constants, a schedule of straight calls, and the kernels these use.

    Model, Arena  --assemble-->  Program  --text-->  NAME.h, NAME.c, NAME_constants.h, NAME_constants.c, kernels

Where tensors lie and when they move is decided before (`arenite.search.relocation`).
"""

from arenite.codegen.folder import write_files

__all__ = ["write_files"]
