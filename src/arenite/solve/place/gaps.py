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
    from collections.abc import Iterable, Mapping, Sequence

    from arenite.problems.distances import Distances
    from arenite.problems.placement import Buffer, PlacementProblem, Relation


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
class Units:
    """The sizes of a placement problem in units of `unit` bytes, and what its height counts.

    `sizes[i]` is the size of buffer i. `caps[i]` is the highest unit at which buffer i may end, `ABOVE` if it has no
    cap; () means that no buffer has one. `aside` are the buffers that the height does not count.
    """

    sizes: tuple[int, ...]
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaps(Units):
    """A placement problem in units with all its gaps.

    `of[i]` holds the gaps of buffer i, one per buffer that it may not overlap freely.
    """

    of: tuple[tuple[Gap, ...], ...]

    def part(self, members: Sequence[int]) -> Gaps:
        """The problem of these buffers only, in this order. Its lower bounds hold for the whole problem."""
        place = {member: number for number, member in enumerate(members)}
        inside = (
            tuple(replace(gap, other=place[gap.other]) for gap in self.of[member] if gap.other in place)
            for member in members
        )
        return Gaps(
            tuple(self.sizes[member] for member in members),
            self.unit,
            tuple(self.caps[member] for member in members) if self.caps else (),
            frozenset(place[member] for member in members if member in self.aside),
            of=tuple(inside),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Related(Units):
    """A placement problem in units that lists only the gaps of related buffers, for searches that need few others.

    `gaps[one, other]`, with one < other, is the gap of buffer `one` to `other` as their relation allows it, whether or
    not they are alive together.
    """

    buffers: tuple[Buffer, ...]
    gaps: Mapping[tuple[int, int], Gap]

    def _meet(self, one: int, other: int) -> bool:
        """Whether two buffers have bytes and are alive together."""
        mine, theirs = self.buffers[one], self.buffers[other]
        together = mine.first <= theirs.last and theirs.first <= mine.last
        return together and bool(self.sizes[one] and self.sizes[other])

    def allows(self, one: int, other: int, difference: int) -> bool:
        """Whether offset(one) - offset(other), in units, may be `difference`; the same as the `gap` of the two says."""
        if not self._meet(one, other):
            return True
        known = self.gaps.get((one, other) if one < other else (other, one))
        if known is None:
            return difference >= self.sizes[other] or difference <= -self.sizes[one]
        return known.kept(difference if one < other else -difference)

    def gap(self, one: int, other: int) -> Gap | None:
        """The gap of buffer `one` to `other`; None if they may overlap freely."""
        if not self._meet(one, other):
            return None
        known = self.gaps.get((one, other) if one < other else (other, one))
        if known is None:
            return Gap(other, self.sizes[other], self.sizes[one])
        if known.free:
            return None
        return known if one < other else _turned(known, other)


def related(problem: PlacementProblem) -> Related:
    """The problem in units, with the gaps of related pairs only."""
    units = _units(problem)
    return Related(
        units.sizes,
        units.unit,
        units.caps,
        units.aside,
        buffers=problem.buffers,
        gaps=_of_relations(problem, units),
    )


def gaps(problem: PlacementProblem) -> Gaps:
    """The problem in units, with the gaps of all pairs of buffers alive together."""
    together = enumerate(neighbors(problem.buffers))
    return gaps_of(problem, ((one, other) for one, others in together for other in others if one < other))


def gaps_of(problem: PlacementProblem, pairs: Iterable[tuple[int, int]]) -> Gaps:
    """The problem in units, with gaps for these pairs only; lifetimes are ignored. Lower numbers come first."""
    units = _units(problem)
    sizes, relations = units.sizes, _of_relations(problem, units)
    found: list[list[Gap]] = [[] for _ in sizes]
    for one, other in pairs:
        if not (sizes[one] and sizes[other]):
            continue
        gap = relations.get((one, other))
        if gap is None:  # most pairs
            found[one].append(Gap(other, sizes[other], sizes[one]))
            found[other].append(Gap(one, sizes[one], sizes[other]))
        elif not gap.free:
            found[one].append(gap)
            found[other].append(_turned(gap, one))
    return Gaps(sizes, units.unit, units.caps, units.aside, of=tuple(map(tuple, found)))


def _units(problem: PlacementProblem) -> Units:
    numbers = [buffer.size for buffer in problem.buffers]
    for relation in problem.relations:
        numbers += [relation.distance or 0, greatest_divisor(relation.exactly)]
    unit = math.gcd(*numbers) or 1
    # Sizes and differences are multiples of the unit, so some lowest layout has such offsets: rounding caps down to
    # the unit loses no lowest layout.
    caps = tuple(ABOVE if cap is None else cap // unit for cap in problem.caps)
    aside = frozenset(range(problem.counted, len(problem.buffers)))
    return Units(tuple(buffer.size // unit for buffer in problem.buffers), unit, caps, aside)


def _of_relations(problem: PlacementProblem, units: Units) -> dict[tuple[int, int], Gap]:
    """For each related pair (one, other), with one < other, the gap of buffer `one` to `other`."""
    found = {}
    for relation in problem.relations:
        one, other = relation.source, relation.target
        gap = _gap(units.sizes, relation, units.unit)
        if one < other:
            found[one, other] = gap
        else:
            found[other, one] = _turned(gap, one)
    return found


def _gap(sizes: Sequence[int], relation: Relation, unit: int) -> Gap:
    """The gap of a relation's source to its target; `sizes` in units, `unit` in bytes."""
    up = sizes[relation.target] if relation.distance is None else relation.distance // unit
    return Gap(relation.target, up, sizes[relation.source], divided(relation.exactly, unit))


def _turned(gap: Gap, one: int) -> Gap:
    """The same gap for the other buffer of the pair; `one` is the buffer that had the gap."""
    return Gap(one, gap.down, gap.up, divided(gap.points, -1))
