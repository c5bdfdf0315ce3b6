"""The exact least height of a few buffers, all alive at once: of stars, and by branching on how two that clash lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.solve.place.star import groups, star

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from arenite.solve.place.gaps import Gap, Gaps

_MOST_NODES = 2000
_MOST_BRANCHED = 8
"""Buffers of a star up to which branching is tried as well: with views it may prove more. Beyond, it hardly ends."""
_MOST_TRIES = 100_000
"""Choices that are tried in all; two buffers may have as many as an image has pixels."""


def least_height(gaps: Gaps, members: Sequence[int]) -> int:
    """Units that these buffers take at least; exact where the search ends within its limit, a lower bound elsewhere.

    Buffers that may overlap nothing, and groups that may not overlap each other, add up: whatever lies between the
    parts of a group can be taken out, and the gap closed, without bringing any two closer that were not apart.
    """
    return sum(_least(gaps, group) for group in groups(gaps, members))


def _least(gaps: Gaps, group: Sequence[int]) -> int:
    found = star(gaps, group) if len(group) > 2 else None
    bound = 0 if found is None else found.least()
    if found is not None and (len(group) > _MOST_BRANCHED or not found.views):
        return bound
    return max(bound, _Group(gaps, group).least())


class _Group:
    """Branch and bound: every place is the lowest that the differences chosen so far allow."""

    def __init__(self, gaps: Gaps, members: Sequence[int]) -> None:
        place = {member: number for number, member in enumerate(members)}
        self.sizes = [gaps.sizes[member] for member in members]
        self.pairs = [
            (place[member], place[gap.other], gap)
            for member in members
            for gap in gaps.of[member]
            if place.get(gap.other, -1) > place[member]
        ]
        self.pairs.sort(key=lambda pair: -self.sizes[pair[0]] - self.sizes[pair[1]])
        self.best = sum(self.sizes)
        self.nodes = self.tried = 0
        self.given_up: int | None = None

    def least(self) -> int:
        """The least height, or what was proven when the limit was reached."""
        self._search([0] * len(self.sizes), [])
        return self.best if self.given_up is None else min(self.best, self.given_up)

    def _search(self, offsets: list[int], chosen: list[tuple[int, int, int]]) -> None:
        height = max(offset + size for offset, size in zip(offsets, self.sizes, strict=True))
        if height >= self.best:
            return
        self.nodes += 1
        if self.nodes > _MOST_NODES:
            self.given_up = height if self.given_up is None else min(height, self.given_up)
            return
        clash = next((pair for pair in self.pairs if not pair[2].kept(offsets[pair[0]] - offsets[pair[1]])), None)
        if clash is None:
            self.best = height
            return
        for choice in self._choices(*clash):
            self.tried += 1
            if self.tried > _MOST_TRIES:  # what is left of the choices needs no less than what was chosen so far
                self.given_up = height if self.given_up is None else min(height, self.given_up)
                return
            differences = [*chosen, *choice]
            lowest = self._lowest(offsets, differences)
            if lowest is not None:
                self._search(lowest, differences)

    @staticmethod
    def _choices(one: int, other: int, gap: Gap) -> Iterator[list[tuple[int, int, int]]]:
        """The ways in which a gap can be kept, each as least differences."""
        yield [(other, one, gap.up)]
        yield [(one, other, gap.down)]
        for point in gap.points:
            yield [(other, one, point), (one, other, -point)]

    def _lowest(self, offsets: list[int], differences: list[tuple[int, int, int]]) -> list[int] | None:
        """Least offsets with offset[b] >= offset[a] + c for all differences (a, b, c); None where there are none."""
        lowest = list(offsets)
        changed = True
        while changed:
            changed = False
            for a, b, least in differences:
                if lowest[b] < lowest[a] + least:
                    lowest[b] = lowest[a] + least
                    if lowest[b] + self.sizes[b] >= self.best:
                        return None
                    changed = True
        return lowest
