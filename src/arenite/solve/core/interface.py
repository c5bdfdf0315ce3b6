"""What a core can do, whichever language it is written in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from arenite.solve.place.grouping import GroupProblem

TRIES_AT_ONCE = 256
"""Layouts that a walk makes between two looks at the time limit: milliseconds compiled, up to a second in Python."""


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


class Core(Protocol):
    """Makes what can be done with one problem; each of these holds the problem in a form of its own."""

    @property
    def name(self) -> str:
        """What `arenite --version` calls it."""
        ...

    def group_fits(self, problem: GroupProblem) -> GroupFits:
        """First fit of groups."""
        ...
