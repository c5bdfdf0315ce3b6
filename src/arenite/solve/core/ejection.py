"""Fills a height with boxes by a local search that takes out what is in the way; the twin in C is `c/ejection.c`.

Each box outside goes where the boxes in its way weigh least, and these go out instead:

    offset                                offset
      ^ +-----+ +-------+                   ^ +-----+ +-------+
      | |  a  | |   b   |     c outside     | |  a  | +-------+     b outside
      | +-----+ +-------+    ----------->   | +-----+ |   c   |
      +-------------------> time            +-------------------> time

A box that has to take out others gets heavier, so that those which are hard to place stay. After each box, one that is
drawn by lot moves to another free place, or stays: this joins free places.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.solve.core.interface import Packing

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class PythonEjection:
    """`Ejection` in Python."""

    sizes: Sequence[int]
    meets: Sequence[Sequence[int]]

    def run(self, at: Packing, height: int, tries: int, chance: random.Random) -> tuple[Packing, int]:
        """See `Ejection`."""
        packing = Packing(list(at.offsets), list(at.weights), list(at.outside))
        for done in range(tries):
            if not packing.outside:
                return packing, done
            self._try(packing, height, chance)
        return packing, tries

    def _try(self, at: Packing, height: int, chance: random.Random) -> None:
        """Place one of the boxes outside, then move one of all boxes."""
        drawn = chance.randrange(len(at.outside))
        box = at.outside[drawn]
        at.outside[drawn] = at.outside[-1]
        at.outside.pop()
        place, cost = self._cheapest(at, box, height, chance)
        if cost:
            at.weights[box] += 1
            self._eject(at, box, place)
        at.offsets[box] = place
        moved = chance.randrange(len(self.sizes))
        if at.offsets[moved] >= 0:
            at.offsets[moved], _ = self._cheapest(at, moved, height, chance)

    def _cheapest(self, at: Packing, box: int, height: int, chance: random.Random) -> tuple[int, int]:
        """One of the places of least cost for a box, and the cost: what the boxes in the way there weigh.

        The cost changes only at events, places where a box in the way begins or ends to be in the way.
        """
        size, cost = self.sizes[box], 0
        highest = height - size
        events = [(0, 0), (highest, 0)]
        for other in self.meets[box]:
            offset, weight = at.offsets[other], at.weights[other]
            if offset < 0:
                continue
            if offset < size:
                cost += weight
            else:
                events.append((offset - size, weight))
            if offset + self.sizes[other] <= highest:
                events.append((offset + self.sizes[other], -weight))
        costs: dict[int, int] = {}
        for place, weight in sorted(events):
            if weight <= 0:
                cost += weight
                costs[place] = cost
            else:
                costs.setdefault(place, cost)
                cost += weight
        least = min(costs.values())
        return chance.choice([place for place, cost in costs.items() if cost == least]), least

    def _eject(self, at: Packing, box: int, place: int) -> None:
        """Take out what lies in the way of a box at a place."""
        for other in self.meets[box]:
            offset = at.offsets[other]
            if 0 <= offset < place + self.sizes[box] and place < offset + self.sizes[other]:
                at.offsets[other] = -1
                at.outside.append(other)
