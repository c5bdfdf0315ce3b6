"""The least height of a few buffers that are all alive at once: a lower bound for every layout that contains them.

Stars have a rule of their own (`star`). Other sets are searched by branch and bound: each node takes one pair of
buffers whose gap is violated, each branch fixes one way to keep that gap.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.solve.place.star import groups, star

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from arenite.problems.distances import Distances
    from arenite.solve.place.gaps import Gaps

    Pair = tuple[int, int, int, int, Distances]

_MOST_NODES = 2000
"""Nodes of one branch and bound; at the limit, the lowest open height is the bound. More nodes prove tighter bounds,
but every scope may need a search of its own."""
_MOST_CONSTRAINTS = 10_000_000
"""Constraints that all searches of one problem may look at: a second or two. A model in strips has hundreds of scopes
whose searches do not end."""
_LOOKS_AT_GAP = 4
"""How often a gap of the buffers is looked at before a search begins, to find groups and pairs."""
_MOST_BRANCHED = 8
"""Buffers of a star with views up to which it is also searched by branch and bound, which may prove more than the
star's rule. Searches of larger stars hardly ever end."""
_MOST_TRIES = 100_000
"""Branches of one search; a pair of buffers may have as many exact distances as an image has pixels."""


@dataclass(slots=True)
class Allowance:
    """What the searches of one problem may still do: constraints that they look at."""

    constraints: int = _MOST_CONSTRAINTS

    @property
    def spent(self) -> bool:
        """Whether no search may begin or go on."""
        return self.constraints < 0


def least_height(gaps: Gaps, members: Sequence[int], allowance: Allowance | None = None) -> int:
    """Least height of these buffers in units; exact if all searches end within their limits, else a lower bound.

    The heights of groups that may not overlap each other add up. Proof: take out everything that lies between the
    buffers of one group and close the holes. Only buffers that are apart come closer, and they stay apart. So the
    bytes that a group covers in a layout are at least its least height.

    `allowance` is shared by all searches of one problem; None: these buffers are the only ones.
    """
    allowance = allowance or Allowance()
    allowance.constraints -= _LOOKS_AT_GAP * sum(len(gaps.of[member]) for member in members)
    return sum(_least(gaps, group, allowance) for group in groups(gaps, members))


def _least(gaps: Gaps, group: Sequence[int], allowance: Allowance) -> int:
    found = star(gaps, group) if len(group) > 2 else None
    bound = 0 if found is None else found.least()
    if found is not None and (len(group) > _MOST_BRANCHED or not found.views):
        return bound
    return max(bound, _Group(gaps, group, allowance).least())


class _Group:
    """Branch and bound over the gaps. A node's offsets are the lowest that its chosen difference constraints allow.

    `pairs` lists each gap once, as the places of its buffers and the fields of `Gap`. `above[a]` lists the chosen
    constraints offset[b] >= offset[a] + c as pairs (b, c).
    """

    def __init__(self, gaps: Gaps, members: Sequence[int], allowance: Allowance) -> None:
        self.allowance = allowance
        place = {member: number for number, member in enumerate(members)}
        self.sizes = [gaps.sizes[member] for member in members]
        self.pairs: list[Pair] = [
            (place[member], place[gap.other], gap.up, gap.down, gap.points)
            for member in members
            for gap in gaps.of[member]
            if place.get(gap.other, -1) > place[member]
        ]
        self.pairs.sort(key=lambda pair: -self.sizes[pair[0]] - self.sizes[pair[1]])
        self.above: list[list[tuple[int, int]]] = [[] for _ in members]
        self.best = sum(self.sizes)
        self.nodes = self.tried = 0
        self.given_up: int | None = None

    def least(self) -> int:
        """The least height in units, or the lower bound proven when a limit was reached."""
        self._search([0] * len(self.sizes))
        return self.best if self.given_up is None else min(self.best, self.given_up)

    def _search(self, offsets: list[int]) -> None:
        height = max(offset + size for offset, size in zip(offsets, self.sizes, strict=True))
        if height >= self.best:
            return
        self.nodes += 1
        if self.nodes > _MOST_NODES:
            self.given_up = height if self.given_up is None else min(height, self.given_up)
            return
        clash = self._clash(offsets)
        if clash is None:
            self.best = height
            return
        for choice in self._choices(*clash):
            self.tried += 1
            # The choices left only add constraints, so this height stays a lower bound.
            if self.tried > _MOST_TRIES or self.allowance.spent:
                self.given_up = height if self.given_up is None else min(height, self.given_up)
                return
            for a, b, least in choice:
                self.above[a].append((b, least))
            lowest = self._lowest(offsets, [a for a, _, _ in choice])
            if lowest is not None:
                self._search(lowest)
            for a, _, _ in choice:
                self.above[a].pop()

    def _clash(self, offsets: list[int]) -> Pair | None:
        """The first pair of buffers whose gap the offsets do not keep; None if they keep all."""
        for pair in self.pairs:
            one, other, up, down, points = pair
            difference = offsets[one] - offsets[other]
            if -down < difference < up and difference not in points:
                return pair
        return None

    @staticmethod
    def _choices(one: int, other: int, up: int, down: int, points: Distances) -> Iterator[list[tuple[int, int, int]]]:
        """The ways to keep a gap, each as constraints (a, b, c): offset[b] >= offset[a] + c."""
        yield [(other, one, up)]
        yield [(one, other, down)]
        for point in points:
            yield [(other, one, point), (one, other, -point)]

    def _lowest(self, offsets: list[int], below: list[int]) -> list[int] | None:
        """The least offsets in units that keep all chosen constraints.

        None if there are none below the best height. `offsets` are the least ones without the last constraints, which
        are above the buffers `below`. Only what these raise is looked at (longest paths).
        """
        lowest = list(offsets)
        while below:
            a = below.pop()
            self.allowance.constraints -= len(self.above[a])
            for b, least in self.above[a]:
                if lowest[b] < lowest[a] + least:
                    lowest[b] = lowest[a] + least
                    if lowest[b] + self.sizes[b] >= self.best:
                        return None
                    below.append(b)
        return lowest
