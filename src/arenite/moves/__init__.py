"""Layouts in which buffers move between operators, so that the arena is no larger than one operator needs."""

from arenite.moves.check import check
from arenite.moves.solution import Move, MovingSolution
from arenite.moves.solver import least_height, solve

__all__ = ["Move", "MovingSolution", "check", "least_height", "solve"]
