"""A model as C99 without dependencies: its constants, a schedule of straight calls, and the kernels that they use.

    Model, Arena  --assemble-->  Program  --text-->  NAME.h, NAME.c, NAME_constants.h, NAME_constants.c, kernels

The addresses of tensors and their moves are inputs: `arenite.search.relocation` decides them.
"""

from arenite.codegen.folder import write_files

__all__ = ["write_files"]
