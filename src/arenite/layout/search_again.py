"""Checks that buffers do not fit in a height, by a search of its own that knows nothing of the solvers.

In a layout pushed down as far as it goes every buffer lies at 0 or on another one that is alive with it, so laying
buffers in the order of their addresses, each on the highest one below it, comes upon it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.layout.problem import Buffer

MOST_STATES = 50_000


class _TooManyError(Exception):
    """The search was given up."""


def fits(buffers: Sequence[Buffer], height: int, most_states: int = MOST_STATES) -> bool | None:
    """Whether the buffers can be laid out within `height` bytes; None if that takes more than `most_states` states."""
    search = _Search([each for each in buffers if each.size], height, most_states)
    try:
        return search.run(0, (0,) * len(search.buffers))
    except (_TooManyError, RecursionError):
        return None


class _Search:
    def __init__(self, buffers: Sequence[Buffer], height: int, most_states: int) -> None:
        self.buffers, self.height, self.most_states = buffers, height, most_states
        pairs = [[(one.first <= other.last and other.first <= one.last) for other in buffers] for one in buffers]
        self.meets = [[j for j, meet in enumerate(row) if meet and j != i] for i, row in enumerate(pairs)]
        # All that are alive together are so when the last of them begins.
        self.together = [[j for j, b in enumerate(buffers) if b.first <= a.first <= b.last] for a in buffers]
        self.seen: set[tuple[int, ...]] = set()

    def run(self, floor: int, lowest: tuple[int, ...]) -> bool:
        """Whether the rest can be laid at `floor` and above; `lowest`: for each buffer, -1 once it has its place."""
        lowest = tuple(max(low, floor) if low >= 0 else low for low in lowest)
        rest = [number for number, low in enumerate(lowest) if low >= 0]
        if not rest:
            return True
        if lowest in self.seen or self._too_high(lowest):
            return False
        if len(self.seen) >= self.most_states:
            raise _TooManyError
        self.seen.add(lowest)
        return any(self.run(lowest[number], self._with(number, lowest)) for number in rest)

    def _too_high(self, lowest: tuple[int, ...]) -> bool:
        """Whether those of the rest that are alive together are too much above the lowest of them."""
        for group in self.together:
            left = [number for number in group if lowest[number] >= 0]
            if left and min(lowest[i] for i in left) + sum(self.buffers[i].size for i in left) > self.height:
                return True
        return False

    def _with(self, number: int, lowest: tuple[int, ...]) -> tuple[int, ...]:
        """With this buffer as low as it goes, and what is alive with it above it."""
        top = lowest[number] + self.buffers[number].size
        after = list(lowest)
        after[number] = -1
        for other in self.meets[number]:
            if after[other] >= 0:
                after[other] = max(after[other], top)
        return tuple(after)
