"""The placement problem: buffers with lifetimes, to be placed in one arena of least height.

    offset
      ^  +---------+                     ^  +---------+
      |  |    b    +-----+               |  |  input  |        distance = offset(input) - offset(output)
      |  +----+----+  c  |               |  |    +----|----+
      |  | a  |    +-----+               |  +----|----+    |
      +--+----+----------+---> time      |       | output  |
                                         |       +---------+
                                         +----------------------> time (scopes)

Two buffers that are alive in a common scope must not share a byte, unless a relation permits their distance. A buffer
may have a cap, the highest address at which it may end. Offsets, sizes, distances and caps are bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from arenite.problems.distances import Distances


@dataclass(frozen=True, slots=True)
class Buffer:
    """A buffer of `size` bytes, alive in the scopes `first` to `last`, both included."""

    name: str
    size: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Relation:
    """The safe distances offset(source) - offset(target) of two buffers, given by their positions in the problem.

    Every distance of at least `distance` is safe (None: no lower limit), and every distance in `exactly`. All are
    multiples of the problem's alignment. Sharing no byte is always safe. `target` is a buffer here, not a runtime.
    """

    source: int
    target: int
    distance: int | None = None
    exactly: Distances = ()


@dataclass(frozen=True, slots=True)
class PlacementProblem:
    """Buffers to place so that the height is least.

    buffers: their sizes are multiples of `alignment`, and their offsets have to be.
    relations: at most one for each pair of buffers.
    caps: for each buffer the highest address at which it may end, None for no limit; () for no limits at all.
    aside: number of buffers at the end that need a place but do not count in the height: scratch of sets of kernels
        whose height is limited, not minimized.
    """

    buffers: tuple[Buffer, ...]
    relations: tuple[Relation, ...] = ()
    alignment: int = 1
    caps: tuple[int | None, ...] = ()
    aside: int = 0

    @property
    def counted(self) -> int:
        """The number of buffers that the height counts: all but the last `aside`."""
        return len(self.buffers) - self.aside

    @property
    def apart(self) -> PlacementProblem:
        """The problem of the counted buffers without overlap and without caps."""
        return PlacementProblem(self.buffers[: self.counted], alignment=self.alignment)

    @property
    def plain(self) -> bool:
        """Whether there is neither overlap, nor a cap, nor a buffer that does not count."""
        return not (self.relations or self.caps or self.aside)


@dataclass(frozen=True, slots=True)
class Exhausted:
    """The record of an exhaustive search: no layout fits in `height` bytes.

    search: name of the method.
    states: number of states visited.
    buffers: positions of buffers that by themselves do not fit in `height`; the checker searches these again.
    """

    height: int
    search: str
    states: int
    buffers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """An address for every buffer: `offsets[i]` is where `problem.buffers[i]` begins.

    height: bytes of arena, the highest end of a counted buffer.
    lower_bound: no layout has a smaller height; the layout is optimal if `height` equals it.
    proof: where the bound comes from. "scope": the buffers alive in scope `scope` need it by themselves. "search": an
        exhaustive search over all buffers.
    exhausted: for a plain problem, the record of the search. No layout fits in `exhausted.height`, so the bound is the
        next multiple of the alignment. None: only searching again can check a bound by "search".
    """

    offsets: tuple[int, ...]
    height: int
    lower_bound: int
    proof: Literal["scope", "search"] = "scope"
    scope: int = 0
    exhausted: Exhausted | None = None

    @property
    def optimal(self) -> bool:
        """Whether the lower bound proves that no layout is lower."""
        return self.height == self.lower_bound
