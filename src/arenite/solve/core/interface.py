"""What a core can do, whichever language it is written in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from arenite.solve.place.decide import Boxes
    from arenite.solve.place.gaps import Gaps
    from arenite.solve.place.grouping import GroupProblem

TRIES_AT_ONCE = 256
"""Layouts that a walk makes between two looks at the time limit: milliseconds compiled, up to a second in Python."""

STATES_AT_ONCE = 4096
"""States that an exhaustive search looks at between two looks at the time limit: a fraction of a second in Python."""


class GroupFits(Protocol):
    """First fit of the groups of one problem; orders and places are of all groups, places in units."""

    def first_fit(self, order: Sequence[int], first: tuple[int, int] | None = None) -> list[int]:
        """Places when each group in turn takes the lowest one that the groups before it leave.

        `first` is a group and its place, to which the others come.
        """
        ...

    def walk(
        self, order: Sequence[int], places: Sequence[int], enough: int, tries: int, chance: random.Random
    ) -> tuple[list[int], list[int], int]:
        """Go on to layouts that are no higher, from that of an order, by moving one group forward at a time.

        Returns the order and the places reached, and how many layouts were made: `tries`, or fewer where the height was
        `enough` before.
        """
        ...


@dataclass(frozen=True, slots=True)
class Walk:
    """Where a walk is: the order and the offsets of its best layout, and those from which it takes the next step."""

    order: list[int]
    best: list[int]
    current: list[int]
    offsets: list[int]


class SingleFits(Protocol):
    """First fit of the buffers of one problem, which may overlap; offsets in units."""

    def first_fit(self, order: Sequence[int]) -> list[int]:
        """Offsets when each buffer in turn takes the lowest place that the ones before it leave."""
        ...

    def walk(self, at: Walk, enough: int, tries: int, chance: random.Random) -> tuple[Walk, int]:
        """Go on by moving one buffer forward at a time, now and then from a layout that is higher than the best.

        Returns where the walk is then, and how many layouts were made: `tries`, or fewer where the height was `enough`
        before.
        """
        ...


class BoxSearch(Protocol):
    """The search whether boxes fit in a height, which can be interrupted; offsets in units."""

    def run(self, states: int) -> tuple[bool | None, int]:
        """Look at so many further states at most.

        Returns whether the boxes fit, None where that is open still, and how many states were looked at.
        """
        ...

    def offsets(self) -> list[int]:
        """Where the boxes lie, once they fit."""
        ...


class PlainFits(Protocol):
    """Layouts of buffers that may not share bytes, each made in one go from an order of all; offsets in bytes."""

    def first_fit(self, order: Sequence[int]) -> list[int]:
        """Offsets when each buffer in turn takes the lowest gap that it fits into."""
        ...

    def best_fit(self, order: Sequence[int]) -> list[int]:
        """Offsets when each buffer in turn takes the tightest gap that it fits into, or else goes on top."""
        ...

    def lowest_first(self, order: Sequence[int]) -> list[int]:
        """Offsets when the buffer that can go lowest goes next, in the given order among equals."""
        ...


class Core(Protocol):
    """Makes what can be done with one problem; each of these holds the problem in a form of its own."""

    @property
    def name(self) -> str:
        """What `arenite --version` calls it."""
        ...

    def group_fits(self, problem: GroupProblem) -> GroupFits:
        """First fit of groups."""
        ...

    def single_fits(self, gaps: Gaps) -> SingleFits:
        """First fit of single buffers."""
        ...

    def plain_fits(self, sizes: Sequence[int], meets: Sequence[Sequence[int]]) -> PlainFits:
        """Layouts of buffers that share no bytes; `meets[i]` are those that are alive together with buffer i."""
        ...

    def box_search(self, boxes: Boxes, height: int, ranks: Sequence[int], *, fewest: bool) -> BoxSearch:
        """The search for a layout of boxes in `height` units; the other arguments are those of `canonical.fit`."""
        ...
