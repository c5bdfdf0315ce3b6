"""A layout problem with overlap in its smallest terms: for each pair of buffers alive together, a difference to keep."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.layout.lifetimes import neighbours

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.overlap.problem import OverlapProblem


@dataclass(frozen=True, slots=True)
class Gap:
    """With d = offset of one buffer - offset of the other: d >= up, or d <= -down, or d is one of `points`."""

    other: int
    up: int
    down: int
    points: tuple[int, ...] = ()

    @property
    def free(self) -> bool:
        """Whether any difference will do."""
        return self.up + self.down <= 1


@dataclass(frozen=True, slots=True)
class Gaps:
    """Buffers of `sizes[i]` units of `unit` bytes; `of[i]` has a gap for each other buffer that i has to mind."""

    sizes: tuple[int, ...]
    of: tuple[tuple[Gap, ...], ...]
    unit: int

    def height(self, offsets: Sequence[int]) -> int:
        """Units that a layout takes."""
        return max((offset + size for offset, size in zip(offsets, self.sizes, strict=True)), default=0)


def gaps(problem: OverlapProblem) -> Gaps:
    """All gaps of a problem, in units of the largest common divisor of sizes and distances."""
    buffers = problem.buffers
    relations = {(each.source, each.target): each for each in problem.relations}
    numbers = [buffer.size for buffer in buffers]
    for each in problem.relations:
        numbers += [each.distance or 0, *each.exactly]
    unit = math.gcd(*numbers) or 1
    found: list[list[Gap]] = [[] for _ in buffers]
    for one, others in enumerate(neighbours(buffers)):
        for other in others:
            if one < other and buffers[one].size and buffers[other].size:
                up, down, points = buffers[other].size, buffers[one].size, ()
                turned = relations.get((other, one))
                straight = relations.get((one, other))
                if straight is not None:
                    up, points = up if straight.distance is None else straight.distance, straight.exactly
                elif turned is not None:
                    down = down if turned.distance is None else turned.distance
                    points = tuple(-each for each in turned.exactly)
                gap = Gap(other, up // unit, down // unit, tuple(each // unit for each in points))
                if not gap.free:
                    found[one].append(gap)
                    found[other].append(Gap(one, gap.down, gap.up, tuple(-each for each in gap.points)))
    return Gaps(tuple(buffer.size // unit for buffer in buffers), tuple(map(tuple, found)), unit)
