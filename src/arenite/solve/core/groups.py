"""First fit of groups in Python; the twin in C is `c/groups.c`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.problems.lifetimes import neighbors

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from arenite.solve.place.gaps import Gap, Related
    from arenite.solve.place.grouping import Group, GroupProblem

_SHARE_OF_NEIGHBORS = 0.5
"""Probability that a walk moves a neighbor of the highest group instead of that group itself."""


Range = tuple[int, int]
"""An open interval of unsafe differences, in units: both ends are safe."""


class PythonGroupFits:
    """`GroupFits` in Python."""

    def __init__(self, problem: GroupProblem) -> None:
        """Find the unsafe differences between the groups of a problem."""
        self.problem = problem
        gaps = _gaps(problem.units)
        self.gaps = sum(map(len, gaps))
        self.unsafe = _unsafe(problem.groups, gaps)
        """`unsafe[one][other]` lists the unsafe differences place(one) - place(other) as disjoint open intervals."""
        self.ranges = sum(len(ranges) for each in self.unsafe for ranges in each.values())

    def first_fit(self, order: Sequence[int], first: tuple[int, int] | None = None) -> list[int]:
        """See `GroupFits`."""
        places = [-1] * len(self.problem.groups)
        if first is not None:
            places[first[0]] = first[1]
        for group in order:
            if first is not None and group == first[0]:
                continue
            ranges = sorted(
                (places[other] + low, places[other] + high)
                for other, unsafe in self.unsafe[group].items()
                if places[other] >= 0
                for low, high in unsafe
            )
            at = 0
            for low, high in ranges:
                if low < at < high:
                    at = high
                elif low >= at:
                    break
            places[group] = at
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
        top = [group for group in order if ends[group] >= height]
        group = chance.choice(top)
        if chance.random() < _SHARE_OF_NEIGHBORS and self.unsafe[group]:
            group = chance.choice(list(self.unsafe[group]))
        moved = list(order)
        place = moved.index(group)
        moved.pop(place)
        moved.insert(chance.randrange(place + 1) if place else chance.randrange(len(moved) + 1), group)
        return moved


def _gaps(units: Related) -> list[list[Gap]]:
    """The gaps of each buffer: to buffers with a lower number by that number, then to those that `neighbors` lists."""
    found: list[list[Gap]] = [[] for _ in units.sizes]
    for one, others in enumerate(neighbors(units.buffers)):
        for other in others:
            gap = units.gap(one, other) if one < other else None
            back = None if gap is None else units.gap(other, one)
            if gap is not None and back is not None:
                found[one].append(gap)
                found[other].append(back)
    return found


def _unsafe(groups: Sequence[Group], gaps: Sequence[Sequence[Gap]]) -> list[dict[int, list[Range]]]:
    where = {
        member: (number, offset)
        for number, group in enumerate(groups)
        for member, offset in zip(group.members, group.offsets, strict=True)
    }
    ranges: list[dict[int, list[Range]]] = [{} for _ in groups]
    for number, group in enumerate(groups):
        for member, offset in zip(group.members, group.offsets, strict=True):
            for gap in gaps[member]:
                other, other_offset = where[gap.other]
                if other != number:
                    ranges[number].setdefault(other, []).append(
                        (other_offset - offset - gap.down, other_offset - offset + gap.up)
                    )
    return [{other: _joined(unsafe) for other, unsafe in by_other.items()} for by_other in ranges]


def _joined(ranges: list[Range]) -> list[Range]:
    """The same differences in as few open intervals as possible.

    Two intervals that only touch stay apart: their common end is safe.
    """
    result: list[Range] = []
    for low, high in sorted(ranges):
        if result and low < result[-1][1]:
            result[-1] = result[-1][0], max(high, result[-1][1])
        else:
            result.append((low, high))
    return result
