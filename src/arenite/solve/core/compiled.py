"""The core in C, `_compiled`: what it is given as tables, and what it gives back as lists.

A problem whose sums might not fit in int64 is left to the core in Python, whose whole numbers have any size.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from arenite.solve.core import _compiled
from arenite.solve.core.groups import PythonGroupFits
from arenite.solve.core.tables import LARGEST, continue_from, ends, packed, starts, state_of, unpacked

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from arenite.solve.core.interface import GroupFits
    from arenite.solve.place.grouping import GroupProblem


class CompiledCore:
    """`Core` in C."""

    name = "compiled core"

    def group_fits(self, problem: GroupProblem) -> GroupFits:
        """See `Core`."""
        ends_of = (chain.from_iterable(chain(*one.values())) for one in problem.ranges)
        farthest = (max(map(abs, each), default=0) for each in ends_of)
        highest = sum(farthest) + sum(group.height for group in problem.groups)
        if max(highest, *map(abs, problem.gaps.caps), 0) > LARGEST:
            return PythonGroupFits(problem)
        return _CompiledGroupFits(problem)


class _CompiledGroupFits:
    def __init__(self, problem: GroupProblem) -> None:
        others = [list(each) for each in problem.ranges]
        ranges = list(chain.from_iterable(each.values() for each in problem.ranges))
        self._tables = (
            starts(others),
            packed(chain.from_iterable(others)),
            starts(ranges),
            packed(end for each in chain.from_iterable(ranges) for end in each),
            ends(problem.gaps, _rises(problem)),
        )

    def first_fit(self, order: Sequence[int], first: tuple[int, int] | None = None) -> list[int]:
        """See `GroupFits`."""
        return unpacked(_compiled.groups_first_fit(*self._tables, packed(order), *(first or (-1, 0))))

    def walk(
        self, order: Sequence[int], places: Sequence[int], enough: int, tries: int, chance: random.Random
    ) -> tuple[list[int], list[int], int]:
        """See `GroupFits`."""
        moved, reached, state, done = _compiled.groups_walk(
            *self._tables, packed(order), packed(places), state_of(chance), min(enough, LARGEST), tries
        )
        continue_from(chance, state)
        return unpacked(moved), unpacked(reached), done


def _rises(problem: GroupProblem) -> list[tuple[int, int, int]]:
    """Of each buffer its group, itself, and where it ends above the group's place; without caps the highest will do."""
    sizes = problem.gaps.sizes
    every = [
        [(number, one, offset + sizes[one]) for one, offset in zip(group.members, group.offsets, strict=True)]
        for number, group in enumerate(problem.groups)
    ]
    if problem.gaps.caps:
        return list(chain.from_iterable(every))
    return [max(rises, key=lambda rise: rise[2]) for rises in every]
