"""A layout problem in which some pairs of buffers may share bytes.

    offset
      ^  +---------+
      |  |  input  |        distance = offset(input) - offset(output)
      |  |    +----|----+
      |  +----|----+    |
      |       | output  |
      |       +---------+
      +----------------------> time (scopes)

Two buffers that are alive in a common scope are apart, unless a relation says which distances are safe as well. A
buffer may have a cap, the highest address at which it may end. All offsets, sizes, distances and caps are bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.problems.layout import Problem

if TYPE_CHECKING:
    from arenite.problems.distances import Distances
    from arenite.problems.layout import Buffer


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
    """Buffers to place at multiples of `alignment`, as are their sizes; at most one relation for each pair of them.

    `caps` holds for each buffer the highest address at which it may end, None for no limit; () means no limit for any.
    The last `aside` buffers need a place like all others, but the height that is to be small does not count them: the
    scratch of kernels whose height is only limited (see `limits`).
    """

    buffers: tuple[Buffer, ...]
    relations: tuple[Relation, ...] = ()
    alignment: int = 1
    caps: tuple[int | None, ...] = ()
    aside: int = 0

    @property
    def counted(self) -> int:
        """How many buffers the height counts: all but the last `aside`."""
        return len(self.buffers) - self.aside

    @property
    def apart(self) -> Problem:
        """The buffers that count, without any overlap and without caps."""
        return Problem(self.buffers[: self.counted], self.alignment)
