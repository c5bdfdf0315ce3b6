"""A layout problem in which some pairs of buffers may share bytes.

    offset
      ^  +---------+
      |  |  input  |        distance = offset(input) - offset(output)
      |  |    +----|----+
      |  +----|----+    |
      |       | output  |
      |       +---------+
      +----------------------> time (scopes)

Two buffers that are alive in a common scope are apart, unless a relation says which distances are safe as well. All
offsets, sizes and distances are bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.layout.problem import Problem

if TYPE_CHECKING:
    from arenite.kernels.points import Distances
    from arenite.layout.problem import Buffer


@dataclass(frozen=True, slots=True)
class Relation:
    """The safe distances of two buffers, given by their positions in the problem: offset(source) - offset(target).

    Every distance of at least `distance` is safe (None: no such bound), and so is each one in `exactly`. They are
    multiples of the problem's alignment. Being apart is always safe.
    """

    source: int
    target: int
    distance: int | None = None
    exactly: Distances = ()


@dataclass(frozen=True, slots=True)
class OverlapProblem:
    """Buffers to place at multiples of `alignment`, as are their sizes; at most one relation for each pair of them."""

    buffers: tuple[Buffer, ...]
    relations: tuple[Relation, ...] = ()
    alignment: int = 1

    @property
    def apart(self) -> Problem:
        """The same buffers without any overlap."""
        return Problem(self.buffers, self.alignment)
