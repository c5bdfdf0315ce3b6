"""Load -> boundaries of strips of uneven height that minimize the most bytes alive in any of them.

Strips at an image's edge have one halo less, so they may be taller. Dynamic programming over the number of strips.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from arenite.search.partial.load import Load

    Ints = NDArray[np.int64]

MOST_ENDS = 192
"""Most boundaries considered, since time and memory grow with its square; taller outputs use every second or third row,
and so on."""
_NEVER = np.iinfo(np.int64).max


class Uneven:
    """The best boundaries for any number of strips; each number is computed once."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self._levels: list[Ints] = []
        self._before: list[Ints] = []

    def boundaries(self, number: int) -> tuple[int, ...]:
        """Rows of the last output at which `number` strips begin and end, with the smallest possible maximum of bytes.

        Ties go to the boundaries with the longest last strip.
        """
        while len(self._levels) < number:
            self._add()
        at, result = len(self._ends) - 1, [self.load.height]
        for before in reversed(self._before[:number]):
            at = int(before[at])
            result.append(int(self._ends[at]))
        return tuple(result[::-1])

    def least(self, number: int) -> int:
        """Bytes of the strip that needs the most, with the best boundaries for `number` strips."""
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
        """Most bytes alive in a strip, by the indices of its first and its last boundary."""
        ends = self._ends
        loads = self.load.most(ends[:, None], ends[None, :])
        return np.where(ends[:, None] < ends[None, :], loads, _NEVER)

    def _add(self) -> None:
        """Add a level of the dynamic program, one strip more.

        It holds for each end the least maximum of bytes of the strips up to there, and where the last of them begins.
        """
        if not self._levels:
            self._levels.append(self._loads[0])
            self._before.append(np.zeros(len(self._ends), np.int64))
            return
        through = np.maximum(self._levels[-1][:, None], self._loads)
        self._before.append(through.argmin(axis=0))
        self._levels.append(through.min(axis=0))
