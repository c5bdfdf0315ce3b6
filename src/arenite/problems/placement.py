"""The placement problem: buffers with lifetimes, to be placed in one arena of least height.

    offset
      ^  +---------+                     ^  +---------+
      |  |    b    +-----+               |  |  input  |        distance = offset(input) - offset(output)
      |  +----+----+  c  |               |  |    +----|----+
      |  | a  |    +-----+               |  +----|----+    |
      +--+----+----------+---> time      |       | output  |
                                         |       +---------+
                                         +----------------------> time (scopes)

Two buffers that are alive in a common scope must not share a byte, unless a relation says at which distances they may.
A problem without relations is plain layout. A buffer may have a cap, the highest address at which it may end. All
offsets, sizes, distances and caps are bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from arenite.problems.distances import Distances


@dataclass(frozen=True, slots=True)
class Buffer:
    """`size` bytes that are alive in the scopes `first` to `last`, both included."""

    name: str
    size: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Relation:
    """The safe distances of two buffers, given by their positions in the problem: offset(source) - offset(target).

    Every distance of at least `distance` is safe (None: no such bound), and so is each one in `exactly`. They are
    multiples of the problem's alignment. Being apart is always safe. Here `target` is a buffer, not a runtime.
    """

    source: int
    target: int
    distance: int | None = None
    exactly: Distances = ()


@dataclass(frozen=True, slots=True)
class PlacementProblem:
    """Buffers to place at multiples of `alignment`, as are their sizes; at most one relation for each pair of them.

    `caps` holds for each buffer the highest address at which it may end, None for no limit; () means no limit for any.
    The last `aside` buffers need a place like all others, but the height that is to be small does not count them: the
    scratch of kernels whose height is only limited.
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
    def apart(self) -> PlacementProblem:
        """The buffers that count, without any overlap and without caps."""
        return PlacementProblem(self.buffers[: self.counted], alignment=self.alignment)

    @property
    def plain(self) -> bool:
        """Whether no two buffers may share a byte, and nothing but the height limits where they lie."""
        return not (self.relations or self.caps or self.aside)


@dataclass(frozen=True, slots=True)
class Exhausted:
    """The record of a search that looked at everything: no layout fits in `height` bytes.

    `search` names the method, `states` counts what it visited. `buffers` are the positions of buffers that alone do not
    fit in `height`; the checker searches these again.
    """

    height: int
    search: str
    states: int
    buffers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """An address for every buffer: `offsets[i]` is where `problem.buffers[i]` begins; `height` is the arena this takes.

    `lower_bound` is a height in bytes below which no layout exists; the layout is optimal when the two meet. `proof`
    names the source of the bound. "scope": the buffers alive in scope `scope` alone need it. "search": an exhausted
    search over all buffers. For a plain problem, `exhausted` is the record of that search: no layout fits in
    `exhausted.height`, so the bound is the next multiple of the alignment. Without a record, only searching again can
    check the bound.
    """

    offsets: tuple[int, ...]
    height: int
    lower_bound: int
    proof: Literal["scope", "search"] = "scope"
    scope: int = 0
    exhausted: Exhausted | None = None

    @property
    def optimal(self) -> bool:
        """Whether the lower bound proves the height."""
        return self.height == self.lower_bound
