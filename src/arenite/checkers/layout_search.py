"""Buffers, a height -> whether the buffers fit without overlap, by an exhaustive search independent of the solvers.

Of two buffers alive together, one lies below the other. The search branches on which one, pair by pair. For every
buffer it keeps the lowest and the highest offset that the decisions so far permit. A branch ends if a pair fits neither
way, or if the buffers of one scope cannot be stacked between their limits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.problems.placement import Buffer

    Pairs = Sequence[tuple[int, int]]

MOST_STATES = 1000
"""Branches after which the search gives up and the record under test is believed: checking must not take long."""


class _TooManyError(Exception):
    """The search exceeded its number of states."""


def fits(buffers: Sequence[Buffer], height: int, most_states: int = MOST_STATES) -> bool | None:
    """Whether the buffers can be laid out within `height` bytes; None if the search exceeds `most_states` states."""
    search = _Search([each for each in buffers if each.size], height, most_states)
    try:
        return search.run([0] * len(search.sizes), [height - size for size in search.sizes], search.pairs)
    except (_TooManyError, RecursionError):
        return None


class _Search:
    def __init__(self, buffers: Sequence[Buffer], height: int, most_states: int) -> None:
        self.height, self.left = height, most_states
        self.sizes = [buffer.size for buffer in buffers]
        self.pairs = [
            (i, j)
            for j, other in enumerate(buffers)
            for i, one in enumerate(buffers[:j])
            if one.first <= other.last and other.first <= one.last
        ]
        # Buffers that are all alive together are alive when the last of them begins, so these groups suffice.
        self.together = [[j for j, b in enumerate(buffers) if b.first <= a.first <= b.last] for a in buffers]

    def run(self, low: list[int], high: list[int], pairs: list[tuple[int, int]], decided: Pairs = ()) -> bool:
        """Whether offsets from `low` to `high` can keep `pairs` apart; `decided`: pairs (below, above) fixed before."""
        if self.left == 0:
            raise _TooManyError
        self.left -= 1
        settled = self._settle(low, high, pairs, [*decided])
        if settled is None:
            return False
        undecided, known = settled
        if not undecided:
            return True
        one, other = max(undecided, key=lambda pair: sum(self.sizes[number] for number in pair))
        rest = [pair for pair in undecided if pair != (one, other)]
        return any(self.run([*low], [*high], rest, (*known, way)) for way in ((one, other), (other, one)))

    def _settle(
        self, low: list[int], high: list[int], pairs: list[tuple[int, int]], decided: list[tuple[int, int]]
    ) -> tuple[list[tuple[int, int]], list[tuple[int, int]]] | None:
        """Propagate the decisions to a fixed point, narrowing `low` and `high` in place.

        Returns the pairs left to decide and the decided ones, or None if the branch has no layout.
        """
        sizes, before = self.sizes, None
        while before != (low, high, len(decided)):
            before = ([*low], [*high], len(decided))
            for below, above in decided:
                low[above] = max(low[above], low[below] + sizes[below])
                high[below] = min(high[below], high[above] - sizes[below])
            undecided = []
            for one, other in pairs:
                up, down = low[one] + sizes[one] <= high[other], low[other] + sizes[other] <= high[one]
                if up and down:
                    undecided.append((one, other))
                elif up or down:
                    decided.append((one, other) if up else (other, one))
                else:
                    return None
            pairs = undecided
            if any(least > most for least, most in zip(low, high, strict=True)) or not self._stacks(low, high):
                return None
        return pairs, decided

    def _stacks(self, low: list[int], high: list[int]) -> bool:
        """Whether the buffers of every scope alone fit: stacked upwards from `low`, and downwards from `high`."""
        sizes = self.sizes
        for group in self.together:
            top, bottom = 0, self.height
            for number in sorted(group, key=low.__getitem__):
                top = max(top, low[number]) + sizes[number]
            for number in sorted(group, key=lambda member: -high[member] - sizes[member]):
                bottom = min(bottom, high[number] + sizes[number]) - sizes[number]
            if top > self.height or bottom < 0:
                return False
        return True
