"""Layouts in which views stay on their wholes: buffers that belong together are placed as one.

    offset
      ^   +-----------------------+
      |   | whole                 |      A slice lies on its rows of the whole, a part of a join on its rows of the
      |   | +-----+ +-----+       |      joined tensor. All of them move together; what is free is known for each of
      |   | | one | | two | ...   |      them at its own time, so that others may lie where a slice was.
      |   +-+-----+-+-----+-------+
      +-----------------------------> time (scopes)

There are few such groups in a model that is executed in strips, where single buffers are many.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.problems.distances import between
from arenite.solve.place.fit import STEPS_OF_BUFFER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from arenite.budget import Budget
    from arenite.problems.distances import Distances
    from arenite.problems.placement import Buffer
    from arenite.solve.place.gaps import Gaps


_STEPS_OF_RANGE = 0.2
"""Steps for each range of unsafe differences between two groups; half of the ranges are looked at in a layout."""
_TALL = 4
"""Groups of which each is once placed at the very top."""
_FINE = 400
"""Of a height the part that is not looked for any more."""


@dataclass(frozen=True, slots=True)
class Group:
    """Buffers at fixed offsets from each other: `offsets` in units, the least of them 0."""

    members: tuple[int, ...]
    offsets: tuple[int, ...]
    height: int


Range = tuple[int, int]
"""Differences that are not safe: those between the two numbers, both excluded."""


class Groups:
    """All buffers of a problem in groups, the differences that the groups may not have, and their layouts."""

    def __init__(self, gaps: Gaps) -> None:
        self.gaps = gaps
        self.groups = _grouped(gaps)
        self._ranges = self._forbidden()
        ranges = sum(len(each) for one in self._ranges for each in one.values())
        self._steps = STEPS_OF_BUFFER * len(self.groups) + _STEPS_OF_RANGE * ranges
        """Steps that a layout takes by first fit."""

    def orders(self, buffers: Sequence[Buffer]) -> list[list[int]]:
        """Orders for first fit: the highest first, against time, the longest alive first, and with time."""
        numbers = range(len(self.groups))
        first = [min(buffers[member].first for member in group.members) for group in self.groups]
        last = [max(buffers[member].last for member in group.members) for group in self.groups]
        height = [group.height for group in self.groups]
        return [
            sorted(numbers, key=lambda one: (-height[one], one)),
            sorted(numbers, key=lambda one: (-first[one], one)),
            sorted(numbers, key=lambda one: (first[one] - last[one], -height[one], one)),
            sorted(numbers, key=lambda one: (first[one], one)),
        ]

    def spread(self, places: Sequence[int]) -> list[int]:
        """The offsets of all buffers, from those of the groups."""
        result = [0] * len(self.gaps.sizes)
        for group, place in zip(self.groups, places, strict=True):
            for member, offset in zip(group.members, group.offsets, strict=True):
                result[member] = place + offset
        return result

    def height(self, places: Sequence[int]) -> int:
        """Units that a layout takes; see `Gaps.height` for caps."""
        return max(self._ends(places), default=0)

    def _ends(self, places: Sequence[int]) -> list[int]:
        """Where each group ends, as far as its buffers count in the height."""
        if not self.gaps.caps:
            return [place + group.height for place, group in zip(places, self.groups, strict=True)]
        ends = self.gaps.ends(self.spread(places))
        return [max(ends[member] for member in group.members) for group in self.groups]

    def first_fit(self, order: Sequence[int], first: tuple[int, int] | None = None) -> list[int]:
        """Places when each group in turn takes the lowest one that the groups before it leave.

        `first` is a group and its place, to which the others come.
        """
        places = [-1] * len(self.groups)
        if first is not None:
            places[first[0]] = first[1]
        for one in order:
            if first is not None and one == first[0]:
                continue
            ranges = sorted(
                (places[other] + low, places[other] + high)
                for other, each in self._ranges[one].items()
                if places[other] >= 0
                for low, high in each
            )
            at = 0
            for low, high in ranges:
                if low < at < high or (at == 0 and low < 0 < high):
                    at = high
                elif low >= at:
                    break
            places[one] = at
        return places

    def from_above(self, orders: Sequence[Sequence[int]], height: int, budget: Budget) -> list[int] | None:
        """Offsets of all buffers in the lowest layout that first fit reaches below a tall group at the very top.

        So the free memory is in one piece between what is read from the top and what is written from the bottom.

        Args:
            orders: of all groups.
            height: units; the layout has to be lower.
            budget: is charged for each layout; there is no further one once it is spent.
        """
        tall = sorted(range(len(self.groups)), key=lambda one: (-self.groups[one].height, one))
        best: list[int] | None = None
        for one in tall[:_TALL]:
            low, enough = self.groups[one].height, height - max(1, height // _FINE)
            while low <= enough and not budget.over:
                budget.spend(self._steps * len(orders))
                fits = (self.first_fit(order, (one, enough - self.groups[one].height)) for order in orders)
                found = next((places for places in fits if self.height(places) <= enough), None)
                if found is not None:
                    best, height = found, self.height(found)
                elif enough < height - max(1, height // _FINE):
                    low = enough + 1
                else:
                    break
                enough = (low + height - 1) // 2
        return None if best is None else self.spread(best)

    def improve(
        self,
        orders: Sequence[Sequence[int]],
        enough: int,
        tries: int,
        budget: Budget,
        found: Callable[[list[int]], None],
    ) -> list[int]:
        """Offsets of all buffers in the lowest layout that first fit reaches by moving forward what ends too high.

        Args:
            orders: of all groups; each is a start.
            enough: a height in units that ends the search.
            tries: how many layouts to make beyond one for each order.
            budget: is charged for each layout; there is none beyond one for each order once it is spent.
            found: is called with the offsets of all buffers in each better layout.
        """
        starts = sorted(
            ((self.first_fit(order), list(order)) for order in orders), key=lambda start: self.height(start[0])
        )
        budget.spend(self._steps * len(orders))
        best = starts[0][0]
        found(self.spread(best))
        for rank, (places, order) in enumerate(starts):
            if self.height(best) > enough:
                chance = random.Random(rank)
                walks = (chance for _ in range(tries // (2 << rank)) if not budget.over)
                walked = self._walk(order, places, enough, budget, walks)
                if self.height(walked) < self.height(best):
                    best = walked
                    found(self.spread(best))
        return self.spread(best)

    def _walk(
        self, order: list[int], places: list[int], enough: int, budget: Budget, tries: Iterable[random.Random]
    ) -> list[int]:
        """The lowest of the layouts, one for each try, that come of an order by moving one group forward at a time."""
        for chance in tries:
            height = self.height(places)
            if height <= enough:
                break
            moved = self._promoted(order, places, height, chance)
            new = self.first_fit(moved)
            budget.spend(self._steps)
            if self.height(new) <= height:
                order, places = moved, new
        return places

    def _promoted(self, order: list[int], places: list[int], height: int, chance: random.Random) -> list[int]:
        ends = self._ends(places)
        top = [one for one in order if ends[one] >= height]
        one = chance.choice(top)
        if chance.random() < 0.5 and self._ranges[one]:
            one = chance.choice(list(self._ranges[one]))
        moved = list(order)
        place = moved.index(one)
        moved.pop(place)
        moved.insert(chance.randrange(place + 1) if place else chance.randrange(len(moved) + 1), one)
        return moved

    def _forbidden(self) -> list[dict[int, list[Range]]]:
        """For each group the others and the ranges of place(group) - place(other) that are not safe, joined."""
        where = {
            member: (number, offset)
            for number, group in enumerate(self.groups)
            for member, offset in zip(group.members, group.offsets, strict=True)
        }
        ranges: list[dict[int, list[Range]]] = [{} for _ in self.groups]
        for number, group in enumerate(self.groups):
            for member, offset in zip(group.members, group.offsets, strict=True):
                for gap in self.gaps.of[member]:
                    other, its = where[gap.other]
                    if other != number:
                        ranges[number].setdefault(other, []).append((its - offset - gap.down, its - offset + gap.up))
        return [{other: _joined(each) for other, each in one.items()} for one in ranges]


def _joined(ranges: list[Range]) -> list[Range]:
    """The same differences in as few ranges as possible; two that meet leave their common end."""
    result: list[Range] = []
    for low, high in sorted(ranges):
        if result and low < result[-1][1]:
            result[-1] = result[-1][0], max(high, result[-1][1])
        else:
            result.append((low, high))
    return result


def _grouped(gaps: Gaps) -> tuple[Group, ...]:
    """Each view on its whole, the largest first, wherever all that is placed by it already allows it.

    Only what lies inside is placed so: rows kept from strip to strip, each overlapping the next, would add up to all.
    """
    place = {one: (one, 0) for one in range(len(gaps.sizes))}
    inside = {one: [one] for one in range(len(gaps.sizes))}
    span = {one: (0, size) for one, size in enumerate(gaps.sizes)}
    pairs = [
        (min(gaps.sizes[one], gaps.sizes[gap.other]), one, gap)
        for one, each in enumerate(gaps.of)
        for gap in each
        if gap.points and one < gap.other
    ]
    for _, one, gap in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2].other)):
        group, offset = place[one]
        other, its = place[gap.other]
        if group == other:
            continue
        for point in _inside_points(gap.points, span[group], span[other], offset - its):
            shift = offset - point - its  # of the other group, so that offset(one) - offset(gap.other) = point
            if _fits(gaps, inside[group], inside[other], place, shift):
                for member in inside.pop(other):
                    place[member] = group, place[member][1] + shift
                    inside[group].append(member)
                low, high = span.pop(other)
                span[group] = min(span[group][0], low + shift), max(span[group][1], high + shift)
                break
    return tuple(_group(gaps, members, place) for members in inside.values())


def _inside_points(points: Distances, span: tuple[int, int], other: tuple[int, int], base: int) -> Distances:
    """The points at which one of two groups lies within the other, which is moved by `base` less the point."""
    ends = span[0] - other[0], span[1] - other[1]  # the shifts at which the groups begin, or end, together
    return between(points, base - max(ends), base - min(ends) + 1)


def _fits(
    gaps: Gaps, group: Sequence[int], other: Sequence[int], place: dict[int, tuple[int, int]], shift: int
) -> bool:
    members = set(group)
    return all(
        gap.kept(place[one][1] + shift - place[gap.other][1])
        for one in other
        for gap in gaps.of[one]
        if gap.other in members
    )


def _group(gaps: Gaps, members: Sequence[int], place: dict[int, tuple[int, int]]) -> Group:
    least = min(place[member][1] for member in members)
    offsets = tuple(place[member][1] - least for member in members)
    height = max(offset + gaps.sizes[member] for offset, member in zip(offsets, members, strict=True))
    return Group(tuple(members), offsets, height)
