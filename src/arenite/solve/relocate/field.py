"""A placement problem for searches with moves: in units, scope by scope."""

from __future__ import annotations

from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

from arenite.solve.place.gaps import gaps

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from arenite.problems.placement import PlacementProblem
    from arenite.solve.place.gaps import Gap

Places = dict[int, int]
"""Offsets, in units, by buffer."""
Join = dict[int, int]
"""Of a buffer that may share bytes with earlier ones, such as the output of CONCATENATION with its inputs: the final
position of each of them, in units from the begin of the buffer."""


class Field:
    """A placement problem in units.

    `begins` maps each scope in which buffers begin to these buffers, in order of time. Each such scope is a step.
    `rules[i]` maps each buffer with a gap to buffer i to this gap. `joins` holds the joins of at least two buffers.
    """

    def __init__(self, problem: PlacementProblem) -> None:
        small = gaps(problem)
        self.small = small
        self.unit = small.unit
        self.sizes: Sequence[int] = small.sizes
        self.rules: list[Mapping[int, Gap]] = [{gap.other: gap for gap in gaps} for gaps in small.of]
        self._limits = [
            {other: (-gap.down, gap.up, gap.points) for other, gap in rules.items()} for rules in self.rules
        ]
        """The same rules as bare numbers: differences between the first two are unsafe, but for those of the third."""
        self.last = [buffer.last for buffer in problem.buffers]
        self.first = [buffer.first for buffer in problem.buffers]
        numbers = sorted(
            (number for number, size in enumerate(self.sizes) if size),
            key=lambda number: (self.first[number], -self.sizes[number], number),
        )
        self.begins = {scope: list(new) for scope, new in groupby(numbers, key=lambda number: self.first[number])}
        self.joins = {number: join for number in numbers if len(join := self._join(number)) > 1}

    @cached_property
    def alive(self) -> list[list[int]]:
        """The buffers alive in each step, in rising order."""
        steps: list[list[int]] = []
        living: list[int] = []
        for scope, new in self.begins.items():
            living = sorted([*(one for one in living if self.last[one] >= scope), *new])
            steps.append(living)
        return steps

    @cached_property
    def loads(self) -> list[int]:
        """The load of each step in units: what the buffers alive there take side by side."""
        return [sum(self.sizes[one] for one in alive) for alive in self.alive]

    @property
    def load(self) -> int:
        """The maximum load in units."""
        return max(self.loads, default=0)

    @property
    def simple(self) -> bool:
        """Whether no two buffers that may share bytes are alive together in several scopes: each one moves alone."""
        return not any(
            not self.apart(one, gap)
            and min(self.last[one], self.last[gap.other]) > max(self.first[one], self.first[gap.other])
            for one, rules in enumerate(self.rules)
            for gap in rules.values()
        )

    def _join(self, number: int) -> Join:
        """The positions, in a buffer, of the earlier buffers that may share bytes with it."""
        return {
            other: -gap.points[0] if gap.points else gap.down
            for other, gap in self.rules[number].items()
            if self.first[other] < self.first[number] and not self.apart(number, gap)
        }

    def apart(self, number: int, gap: Gap) -> bool:
        """Whether a buffer may share no byte with the other one of its gap."""
        return (gap.up, gap.down, gap.points) == (self.sizes[gap.other], self.sizes[number], ())

    def taken(self, places: Mapping[int, int]) -> int:
        """Units that buffers cover at these offsets."""
        total, end = 0, 0
        for low, high in sorted((at, at + self.sizes[one]) for one, at in places.items()):
            if high > end:
                total += high - max(low, end)
                end = high
        return total

    def fits(self, number: int, offset: int, places: Mapping[int, int]) -> bool:
        """Whether all gaps of a buffer at `offset` to the buffers placed hold."""
        rules = self._limits[number]
        for other, at in places.items():
            limits = rules.get(other)
            if limits is not None and limits[0] < offset - at < limits[1] and offset - at not in limits[2]:
                return False
        return True

    def fitting(self, number: int, offsets: Iterable[int], places: Mapping[int, int]) -> Iterator[int]:
        """The offsets at which a buffer keeps its gaps to all buffers placed."""
        rules = self._limits[number]
        limits = [(at, *rules[other]) for other, at in places.items() if other in rules]
        for offset in offsets:  # the innermost loop of the search
            for at, low, high, points in limits:
                if low < offset - at < high and offset - at not in points:
                    break
            else:
                yield offset

    def touch(self, one: int, at: int, other: int, other_at: int) -> bool:
        """Whether two buffers have a common byte."""
        return at < other_at + self.sizes[other] and other_at < at + self.sizes[one]

    def groups(self, places: Mapping[int, int]) -> list[tuple[int, ...]]:
        """The buffers placed, in groups that share bytes, from the lowest up."""
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

    def span(self, group: Sequence[int], places: Mapping[int, int]) -> tuple[int, int]:
        """Begin and end of a group, in units."""
        if len(group) == 1:  # as most are
            (one,) = group
            return places[one], places[one] + self.sizes[one]
        return min(places[each] for each in group), max(places[each] + self.sizes[each] for each in group)
