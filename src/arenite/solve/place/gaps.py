"""A layout problem with overlap in its smallest terms: the difference that each pair alive together has to keep."""

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
    """With d = offset of one buffer - offset of the other: d >= up, or d <= -down, or d is one of `points`."""

    other: int
    up: int
    down: int
    points: Distances = ()

    @property
    def free(self) -> bool:
        """Whether any difference will do."""
        return self.up + self.down <= 1

    def kept(self, difference: int) -> bool:
        """Whether this difference is one of those."""
        return difference >= self.up or difference <= -self.down or difference in self.points


ABOVE = 1 << 48
"""Units that a layout counts as where a buffer ends above its cap, far more than any address: searches avoid it."""


@dataclass(frozen=True, slots=True)
class Gaps:
    """Buffers of `sizes[i]` units of `unit` bytes; `of[i]` has a gap for each other buffer that i has to mind.

    `caps[i]` is the highest unit at which i may end, `ABOVE` where any will do; () means that for all. `aside` are
    the buffers that do not count in the height.
    """

    sizes: tuple[int, ...]
    of: tuple[tuple[Gap, ...], ...]
    unit: int
    caps: tuple[int, ...] = ()
    aside: frozenset[int] = frozenset()

    def height(self, offsets: Sequence[int]) -> int:
        """Units that a layout takes; above `ABOVE` where a buffer ends above its cap, the more the further."""
        return max(self.ends(offsets), default=0)

    def ends(self, offsets: Sequence[int]) -> list[int]:
        """Where each buffer ends, as far as it counts in the height."""
        ends = [offset + size for offset, size in zip(offsets, self.sizes, strict=True)]
        if not self.caps:
            return ends
        return [
            ABOVE + end - cap if end > cap else 0 if number in self.aside else end
            for number, (end, cap) in enumerate(zip(ends, self.caps, strict=True))
        ]

    def ceiling(self, number: int) -> int:
        """The highest unit at which a buffer ends in any layout that need be looked at: its cap, or all in a stack."""
        return min(sum(self.sizes), self.caps[number] if self.caps else ABOVE)

    def part(self, members: Sequence[int]) -> Gaps:
        """The same for these buffers only, in this order; whatever height they need, all together need."""
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
    """All gaps of a problem, in units of the largest common divisor of sizes and distances."""
    together = enumerate(neighbors(problem.buffers))
    return gaps_of(problem, ((one, other) for one, others in together for other in others if one < other))


def gaps_of(problem: PlacementProblem, pairs: Iterable[tuple[int, int]]) -> Gaps:
    """The gaps of these pairs of buffers, the lower number first, whenever the buffers are alive."""
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
        else:  # most pairs
            found[one].append(Gap(other, sizes[other], sizes[one]))
            found[other].append(Gap(one, sizes[one], sizes[other]))
            continue
        if not gap.free:
            found[one].append(gap)
            found[other].append(_turned(gap, one))
    # Sizes and differences are multiples of the unit, so the lowest layouts are, and no cap loses one by being rounded.
    caps = tuple(ABOVE if cap is None else cap // unit for cap in problem.caps)
    aside = frozenset(range(problem.counted, len(buffers)))
    return Gaps(sizes, tuple(map(tuple, found)), unit, caps, aside)


def _gap(sizes: Sequence[int], relation: Relation, unit: int) -> Gap:
    """What the source of a relation has to keep to its target; `sizes` in units."""
    up = sizes[relation.target] if relation.distance is None else relation.distance // unit
    return Gap(relation.target, up, sizes[relation.source], divided(relation.exactly, unit))


def _turned(gap: Gap, one: int) -> Gap:
    """The same seen from the other side; `one` is the buffer that had the gap."""
    return Gap(one, gap.down, gap.up, divided(gap.points, -1))
