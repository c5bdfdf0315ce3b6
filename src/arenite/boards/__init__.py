"""Known boards: memory, core, and the target whose kernels they run. The data is in `boards.csv`."""

from arenite.boards.load import Board, find, find_target, load

__all__ = ["Board", "find", "find_target", "load"]
