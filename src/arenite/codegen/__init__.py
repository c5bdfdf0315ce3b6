"""A model as C99 without any dependency: its constants, a schedule of straight calls, and the kernels these use."""

from arenite.codegen.export import arena_size, export_c, moved_bytes, write_files

__all__ = ["arena_size", "export_c", "moved_bytes", "write_files"]
