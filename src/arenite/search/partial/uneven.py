"""Where strips of uneven height end, so that the largest of them needs as little as can be."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from arenite.search.partial.load import Load

    Ints = NDArray[np.int64]

MOST_ENDS = 192
"""Rows at which strips may end; of taller outputs only every second row is considered, or every third, and so on."""
_NEVER = np.iinfo(np.int64).max


class Uneven:
    """The boundaries of any number of strips that need the least; every number is worked out once."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self._levels: list[Ints] = []
        self._before: list[Ints] = []

    def boundaries(self, number: int) -> tuple[int, ...]:
        """Rows of the last output at which so many strips begin and end, of which the largest needs the least bytes.

        Of several such ways one that ends with the longest strip.
        """
        while len(self._levels) < number:
            self._add()
        at, result = len(self._ends) - 1, [self.load.height]
        for before in reversed(self._before[:number]):
            at = int(before[at])
            result.append(int(self._ends[at]))
        return tuple(result[::-1])

    def least(self, number: int) -> int:
        """Bytes that the largest of these strips needs."""
        while len(self._levels) < number:
            self._add()
        return int(self._levels[number - 1][-1])

    @cached_property
    def _ends(self) -> Ints:
        height = self.load.height
        step = -(-height // MOST_ENDS)
        return np.array([*range(0, height, step), height])

    @cached_property
    def _loads(self) -> Ints:
        """Bytes that a strip needs, by where it begins and where it ends."""
        ends = self._ends
        loads = self.load.most(ends[:, None], ends[None, :])
        return np.where(ends[:, None] < ends[None, :], loads, _NEVER)

    def _add(self) -> None:
        """One strip more: for each end the least that strips up to there need, and where the last of them begins."""
        if not self._levels:
            self._levels.append(self._loads[0])
            self._before.append(np.zeros(len(self._ends), np.int64))
            return
        through = np.maximum(self._levels[-1][:, None], self._loads)
        self._before.append(through.argmin(axis=0))
        self._levels.append(through.min(axis=0))
