"""A layout problem: buffers with lifetimes, to be placed in one arena of least height.

    offset
      ^  +---------+
      |  |    b    +-----+
      |  +----+----+  c  |
      |  | a  |    +-----+
      +--+----+----------+---> time (scopes)

Two buffers whose lifetimes meet must not share a byte. All offsets and sizes are bytes.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Buffer:
    """`size` bytes that are alive in the scopes `first` to `last`, both included."""

    name: str
    size: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Problem:
    """Buffers to place at offsets that are multiples of `alignment`; sizes are multiples of it as well."""

    buffers: tuple[Buffer, ...]
    alignment: int = 1


@dataclass(frozen=True, slots=True)
class Exhausted:
    """The record of a search that looked at everything: no layout fits in `height` bytes.

    `search` names the method, `states` counts what it visited. `buffers` are numbers of the problem's buffers that do
    not fit by themselves, so that whoever doubts it can search again, as `check` does. A search over orders as well
    names none.
    """

    height: int
    search: str
    states: int
    buffers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Solution:
    """`offsets[i]` is where `problem.buffers[i]` begins; `height` is the arena that this takes.

    `lower_bound` is a height below which no layout exists; the solution is optimal when the two meet. The bound is
    the maximum load, or, where `exhausted` is given, the next multiple of the alignment above the height searched.
    """

    offsets: tuple[int, ...]
    height: int
    lower_bound: int
    exhausted: Exhausted | None = None

    @property
    def optimal(self) -> bool:
        """Whether the lower bound proves the height."""
        return self.height == self.lower_bound
