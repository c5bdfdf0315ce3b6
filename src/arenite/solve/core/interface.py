"""The interface of a core, in Python or C: fits, walks over orders, the exhaustive search of boxes, order searches.

The order of all buffers (or groups) decides a layout by first fit. A walk is a local search over orders: it moves one
buffer forward at a time, and keeps the new order where the layout is no higher. `SingleFits` also goes on from some
higher layouts. All offsets, places and heights are in units, except that `PlainFits` computes in bytes. A unit is the
largest number of bytes of which all sizes and distances are multiples.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence


TRIES_AT_ONCE = 256
"""Layouts that a walk makes between two checks of the time limit: milliseconds in C, up to a second in Python."""

STATES_AT_ONCE = 4096
"""States that an exhaustive search visits between two checks of the time limit: a fraction of a second in Python."""
MOVES_AT_ONCE = 1024
"""Moves of a depth-first search for an order, or states of a beam search, between two checks of the time limit:
milliseconds in C, up to a second in Python."""

STATES_OF_BREADTH_FIRST_AT_ONCE = 8192
"""States of a breadth-first search for an order between two checks of the time limit: hundredths of a second. In Python
these states are processed together, and their columns should fit into the cache."""


class GroupFits(Protocol):
    """First fit of the groups of one problem. Orders and places cover all groups; places are in units."""

    @property
    def gaps(self) -> int:
        """Number of gaps between single buffers, each counted for both of its buffers."""

    @property
    def ranges(self) -> int:
        """Number of open intervals of unsafe differences between two groups, each counted for both groups."""

    def first_fit(self, order: Sequence[int], first: tuple[int, int] | None = None) -> list[int]:
        """The places when each group in turn takes the lowest place that the groups before it allow.

        `first`: a group and its place in units, fixed before all others.
        """

    def walk(
        self, order: Sequence[int], places: Sequence[int], enough: int, tries: int, chance: random.Random
    ) -> tuple[list[int], list[int], int]:
        """Local search from `places`, the layout of an order: move one group at a time, keep layouts no higher.

        The walk ends at a height of `enough` units, or after `tries` layouts. Returns the order and the places reached,
        and the number of layouts made.
        """


@dataclass(frozen=True, slots=True)
class Walk:
    """The state of a walk.

    `order` and its offsets `best` are the best layout; `current` and its `offsets` the layout that the next step starts
    from.
    """

    order: list[int]
    best: list[int]
    current: list[int]
    offsets: list[int]


class SingleFits(Protocol):
    """First fit of the buffers of one problem with overlap; offsets in units."""

    def first_fit(self, order: Sequence[int]) -> list[int]:
        """The offsets when each buffer in turn takes the lowest offset that its gaps to the ones before it allow."""

    def walk(self, at: Walk, enough: int, tries: int, chance: random.Random) -> tuple[Walk, int]:
        """Local search: move one buffer forward at a time, sometimes from a layout higher than the best.

        The walk goes on from state `at`, to a height of `enough` units or for `tries` layouts. Returns the state
        reached, and the number of layouts made.
        """


class BoxSearch(Protocol):
    """The exhaustive search that decides whether boxes fit in a height; it can be interrupted. Offsets in units."""

    def run(self, states: int) -> tuple[bool | None, int]:
        """Visit at most `states` further states.

        Returns whether the boxes fit (None: not decided yet), and the number of states visited.
        """

    def offsets(self) -> list[int]:
        """The offsets of the boxes; valid after `run` has returned True."""


@dataclass(frozen=True, slots=True)
class Packing:
    """Boxes of which some lie within a height and the others are outside.

    `offsets` in units, -1 for the boxes `outside`; `weights` is what it costs to take out each box.
    """

    offsets: list[int]
    weights: list[int]
    outside: list[int]


class Ejection(Protocol):
    """A local search that fills a height with boxes: each box outside takes out those in its way. Offsets in units."""

    def run(self, at: Packing, height: int, tries: int, chance: random.Random) -> tuple[Packing, int]:
        """Place boxes from state `at` on, until none is outside, but at most `tries` boxes.

        `height` in units is at least the largest size. Returns the state reached, and the number of boxes placed.
        """


class PlainFits(Protocol):
    """Greedy layouts of buffers that share no bytes, each from an order of all buffers; offsets in bytes."""

    def first_fit(self, order: Sequence[int]) -> list[int]:
        """The offsets when each buffer in turn takes the lowest hole that it fits into."""

    def best_fit(self, order: Sequence[int]) -> list[int]:
        """The offsets when each buffer in turn takes the tightest hole that it fits into, or else goes on top."""

    def lowest_first(self, order: Sequence[int]) -> list[int]:
        """The offsets when the buffer with the lowest possible offset goes next; the order breaks ties."""
