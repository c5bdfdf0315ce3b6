"""First fit of groups in Python; the twin in C is `c/groups.c`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from arenite.solve.place.grouping import GroupProblem

_SHARE_OF_NEIGHBORS = 0.5
"""Probability that a walk moves a neighbor of the highest group instead of that group itself."""


@dataclass(frozen=True, slots=True)
class PythonGroupFits:
    """`GroupFits` in Python."""

    problem: GroupProblem

    def first_fit(self, order: Sequence[int], first: tuple[int, int] | None = None) -> list[int]:
        """See `GroupFits`."""
        places = [-1] * len(self.problem.groups)
        if first is not None:
            places[first[0]] = first[1]
        for one in order:
            if first is not None and one == first[0]:
                continue
            ranges = sorted(
                (places[other] + low, places[other] + high)
                for other, each in self.problem.ranges[one].items()
                if places[other] >= 0
                for low, high in each
            )
            at = 0
            for low, high in ranges:
                if low < at < high:
                    at = high
                elif low >= at:
                    break
            places[one] = at
        return places

    def walk(
        self, order: Sequence[int], places: Sequence[int], enough: int, tries: int, chance: random.Random
    ) -> tuple[list[int], list[int], int]:
        """See `GroupFits`."""
        order, places = list(order), list(places)
        for done in range(tries):
            height = self.problem.height(places)
            if height <= enough:
                return order, places, done
            moved = self._promoted(order, places, height, chance)
            new = self.first_fit(moved)
            if self.problem.height(new) <= height:
                order, places = moved, new
        return order, places, tries

    def _promoted(self, order: list[int], places: list[int], height: int, chance: random.Random) -> list[int]:
        """The order with a group that ends at the height, or a neighbor of it, moved forward at random.

        The first group of the order moves to any position.
        """
        ends = self.problem.ends(places)
        top = [one for one in order if ends[one] >= height]
        one = chance.choice(top)
        if chance.random() < _SHARE_OF_NEIGHBORS and self.problem.ranges[one]:
            one = chance.choice(list(self.problem.ranges[one]))
        moved = list(order)
        place = moved.index(one)
        moved.pop(place)
        moved.insert(chance.randrange(place + 1) if place else chance.randrange(len(moved) + 1), one)
        return moved
