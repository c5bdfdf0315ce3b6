"""A layout problem with overlap as the search sees it: in units, scope by scope."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from arenite.solve.place.gaps import gaps

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from arenite.problems.placement import PlacementProblem
    from arenite.solve.place.gaps import Gap

Places = dict[int, int]
"""Offsets, in units, of the buffers that are alive."""
Join = dict[int, int]
"""Where, in units from its begin, a buffer wants each of the buffers that it is made of."""


class Field:
    """`begins` has the scopes in which something begins, in order of time, and what it is. Each of them is a step."""

    def __init__(self, problem: PlacementProblem) -> None:
        small = gaps(problem)
        self.small = small
        self.unit = small.unit
        self.sizes: Sequence[int] = small.sizes
        self.last = [buffer.last for buffer in problem.buffers]
        self.first = [buffer.first for buffer in problem.buffers]
        self.rules: list[Mapping[int, Gap]] = [{gap.other: gap for gap in each} for each in small.of]
        numbers = sorted(
            (number for number, size in enumerate(self.sizes) if size),
            key=lambda number: (self.first[number], -self.sizes[number], number),
        )
        self.begins = {scope: list(new) for scope, new in groupby(numbers, key=lambda number: self.first[number])}
        self.joins = {number: join for number in numbers if len(join := self._join(number)) > 1}

    @property
    def alive(self) -> list[list[int]]:
        """What is alive in each step, by number."""
        steps: list[list[int]] = []
        living: list[int] = []
        for scope, new in self.begins.items():
            living = sorted([*(one for one in living if self.last[one] >= scope), *new])
            steps.append(living)
        return steps

    @property
    def load(self) -> int:
        """The largest sum of what is alive at once."""
        return max((sum(self.sizes[one] for one in alive) for alive in self.alive), default=0)

    @property
    def simple(self) -> bool:
        """Whether no two buffers that may share bytes live on together, so that each one always moves alone."""
        return not any(
            not self.apart(one, gap)
            and min(self.last[one], self.last[gap.other]) > max(self.first[one], self.first[gap.other])
            for one, rules in enumerate(self.rules)
            for gap in rules.values()
        )

    def _join(self, number: int) -> Join:
        """Where the buffer wants those that end with its begin, or later, and may share bytes with it."""
        return {
            other: -gap.points[0] if gap.points else gap.down
            for other, gap in self.rules[number].items()
            if self.first[other] < self.first[number] and not self.apart(number, gap)
        }

    def apart(self, number: int, gap: Gap) -> bool:
        """Whether a buffer may share no byte with the other one of its gap."""
        return (gap.up, gap.down, gap.points) == (self.sizes[gap.other], self.sizes[number], ())

    def taken(self, places: Mapping[int, int]) -> int:
        """Units in which something lies."""
        total, end = 0, 0
        for low, high in sorted((at, at + self.sizes[one]) for one, at in places.items()):
            if high > end:
                total += high - max(low, end)
                end = high
        return total

    def fits(self, number: int, offset: int, places: Mapping[int, int]) -> bool:
        """Whether a buffer may lie there beside those placed."""
        rules = self.rules[number]
        for other, at in places.items():  # the innermost loop of the search
            gap = rules.get(other)
            if gap is not None and at - gap.down < offset < at + gap.up and offset - at not in gap.points:
                return False
        return True

    def touch(self, one: int, at: int, other: int, other_at: int) -> bool:
        """Whether two buffers have a common byte."""
        return at < other_at + self.sizes[other] and other_at < at + self.sizes[one]

    def groups(self, places: Mapping[int, int]) -> list[tuple[int, ...]]:
        """The buffers placed, those with common bytes together, from the lowest up."""
        found: list[list[int]] = []
        end = -1
        for number in sorted(places, key=lambda number: (places[number], number)):
            if found and places[number] < end:
                found[-1].append(number)
            else:
                found.append([number])
                end = 0
            end = max(end, places[number] + self.sizes[number])
        return [tuple(group) for group in found]

    def span(self, group: Iterable[int], places: Mapping[int, int]) -> tuple[int, int]:
        """Begin and end of a group."""
        group = tuple(group)
        return min(places[each] for each in group), max(places[each] + self.sizes[each] for each in group)
