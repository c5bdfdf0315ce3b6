"""A placement problem in units, for searches: for each pair of buffers alive together, the differences it may have.

The unit is the greatest common divisor of all sizes and distances, so that offsets are small whole numbers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from arenite.problems.distances import divided, greatest_divisor
from arenite.problems.lifetimes import neighbors

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from arenite.problems.distances import Distances
    from arenite.problems.placement import PlacementProblem, Relation


@dataclass(frozen=True, slots=True)
class Gap:
    """The allowed differences of two buffers' offsets, in units.

    With d = offset of the buffer that has the gap - offset of buffer `other`: d >= up, or d <= -down, or d is in
    `points`.
    """

    other: int
    up: int
    down: int
    points: Distances = ()

    @property
    def free(self) -> bool:
        """Whether the gap allows every difference."""
        return self.up + self.down <= 1

    def kept(self, difference: int) -> bool:
        """Whether the gap allows this difference."""
        return difference >= self.up or difference <= -self.down or difference in self.points


ABOVE = 1 << 48
"""Penalty in units for a buffer that ends above its cap: far above any address, so that searches avoid it."""


@dataclass(frozen=True, slots=True)
class Gaps:
    """A placement problem in units of `unit` bytes.

    `sizes[i]` is the size of buffer i; `of[i]` holds its gaps, one per buffer that it may not overlap freely. `caps[i]`
    is the highest unit at which buffer i may end, `ABOVE` if it has no cap; () means that no buffer has one. `aside`
    are the buffers that the height does not count.
    """

    sizes: tuple[int, ...]
    of: tuple[tuple[Gap, ...], ...]
    unit: int
    caps: tuple[int, ...] = ()
    aside: frozenset[int] = frozenset()

    def height(self, offsets: Sequence[int]) -> int:
        """Height of a layout in units; `ABOVE` plus the largest excess if a buffer ends above its cap."""
        return max(self.ends(offsets), default=0)

    def ends(self, offsets: Sequence[int]) -> list[int]:
        """End of each buffer in units, as the height counts it.

        `ABOVE` plus the excess for a buffer above its cap; 0 for a buffer of `aside` within its cap. Without caps,
        `aside` has no effect.
        """
        ends = [offset + size for offset, size in zip(offsets, self.sizes, strict=True)]
        if not self.caps:
            return ends
        return [
            ABOVE + end - cap if end > cap else 0 if number in self.aside else end
            for number, (end, cap) in enumerate(zip(ends, self.caps, strict=True))
        ]

    def ceiling(self, number: int) -> int:
        """The highest end, in units, that a search has to consider for a buffer: its cap, or the sum of all sizes."""
        return min(sum(self.sizes), self.caps[number] if self.caps else ABOVE)

    def part(self, members: Sequence[int]) -> Gaps:
        """The problem of these buffers only, in this order. Its lower bounds hold for the whole problem."""
        place = {member: number for number, member in enumerate(members)}
        inside = (
            tuple(replace(gap, other=place[gap.other]) for gap in self.of[member] if gap.other in place)
            for member in members
        )
        return Gaps(
            tuple(self.sizes[member] for member in members),
            tuple(inside),
            self.unit,
            tuple(self.caps[member] for member in members) if self.caps else (),
            frozenset(place[member] for member in members if member in self.aside),
        )


def gaps(problem: PlacementProblem) -> Gaps:
    """The problem in units, with the gaps of all pairs of buffers alive together."""
    together = enumerate(neighbors(problem.buffers))
    return gaps_of(problem, ((one, other) for one, others in together for other in others if one < other))


def gaps_of(problem: PlacementProblem, pairs: Iterable[tuple[int, int]]) -> Gaps:
    """The problem in units, with gaps for these pairs only; lifetimes are ignored. Lower numbers come first."""
    buffers = problem.buffers
    relations = {(each.source, each.target): each for each in problem.relations}
    numbers = [buffer.size for buffer in buffers]
    for relation in problem.relations:
        numbers += [relation.distance or 0, greatest_divisor(relation.exactly)]
    unit = math.gcd(*numbers) or 1
    sizes = tuple(buffer.size // unit for buffer in buffers)
    found: list[list[Gap]] = [[] for _ in buffers]
    for one, other in pairs:
        if not (sizes[one] and sizes[other]):
            continue
        if (other, one) in relations:
            gap = _turned(_gap(sizes, relations[other, one], unit), other)
        elif (one, other) in relations:
            gap = _gap(sizes, relations[one, other], unit)
        else:  # most pairs: a short way for speed
            found[one].append(Gap(other, sizes[other], sizes[one]))
            found[other].append(Gap(one, sizes[one], sizes[other]))
            continue
        if not gap.free:
            found[one].append(gap)
            found[other].append(_turned(gap, one))
    # Sizes and differences are multiples of the unit, so some lowest layout has such offsets: rounding caps down to
    # the unit loses no lowest layout.
    caps = tuple(ABOVE if cap is None else cap // unit for cap in problem.caps)
    aside = frozenset(range(problem.counted, len(buffers)))
    return Gaps(sizes, tuple(map(tuple, found)), unit, caps, aside)


def _gap(sizes: Sequence[int], relation: Relation, unit: int) -> Gap:
    """The gap of a relation's source to its target; `sizes` in units, `unit` in bytes."""
    up = sizes[relation.target] if relation.distance is None else relation.distance // unit
    return Gap(relation.target, up, sizes[relation.source], divided(relation.exactly, unit))


def _turned(gap: Gap, one: int) -> Gap:
    """The same gap for the other buffer of the pair; `one` is the buffer that had the gap."""
    return Gap(one, gap.down, gap.up, divided(gap.points, -1))
