"""How much work searches may do, counted in steps that are the same on every machine and under any load.

A search says what it did (`spend`), and stops where nothing is left (`over`). All searches for one result draw on the
same budget, so that a search which ends early leaves more for those after it:

    budget of the command  |#############---------------------------|      # spent, - left
    part for the order     |#########|------------|                        at most half of what was left then
    part for a layout                 |####|--|                            spends from the command's budget as well

Where a person asked for a time limit, the clock ends the same searches earlier, and `struck` says that it did.
"""

from __future__ import annotations

import math
import time

STEPS_PER_SECOND = 1_000_000
"""Steps in one second of one core, measured once. Solvers state what their work costs in steps (`_STEPS_OF_...`).

A step is about a microsecond."""
NORMAL_STEPS = 60 * STEPS_PER_SECOND
"""Steps for all searches of one command: a minute of one core, after which larger networks hardly gained more."""


class Budget:
    """Steps that searches may still do, out of those of the budget that this one is a part of."""

    def __init__(
        self, steps: float = NORMAL_STEPS, *, seconds: float | None = None, whole: Budget | None = None
    ) -> None:
        """A budget of `steps`.

        Args:
            steps: how many there are.
            seconds: a time limit that a person asked for, from now on; None means that the clock does not matter.
            whole: the budget that this one is a part of; its time limit holds here too.
        """
        self._left = float(steps)
        self._whole = whole
        self._clock: _Clock = whole._clock if whole is not None else _Clock(seconds)

    @property
    def left(self) -> float:
        """Steps that may still be done; 0 where the time limit has struck."""
        return 0.0 if self._clock.struck() else self._left

    @property
    def over(self) -> bool:
        """Whether a search has to settle for what it has."""
        return self.left <= 0

    @property
    def struck(self) -> bool:
        """Whether a search was stopped by the clock: only then may another run find something else."""
        return self._clock.stopped

    @property
    def seconds(self) -> float:
        """Seconds until the time limit, for solvers that look at the clock themselves; infinite without a limit."""
        return self._clock.seconds()

    def spend(self, steps: float, times: int = 1) -> None:
        """Note that so many steps were done, once or several times: the same sum to the last bit as one by one."""
        part: Budget | None = self
        while part is not None:
            for _ in range(times):
                part._left -= steps
            part = part._whole

    def affordable(self, steps: float, most: int) -> int:
        """How often, up to `most` times, work of so many steps each can begin before the budget is over."""
        left, times = self.left, 0
        while times < most and left > 0:
            left -= steps
            times += 1
        return times

    def part(self, share: float, least: float = 0.0) -> Budget:
        """A share of what is left, from 0 to 1, for one search; at least `least` steps, however little is left."""
        return Budget(max(least, share * max(0.0, self._left)), whole=self)


class _Clock:
    """The time limit of a command, and whether it has ended a search."""

    def __init__(self, seconds: float | None) -> None:
        self._end = math.inf if seconds is None else time.monotonic() + seconds
        self.stopped = False

    def seconds(self) -> float:
        return math.inf if self._end == math.inf else max(0.0, self._end - time.monotonic())

    def struck(self) -> bool:
        if self._end < math.inf and not self.stopped and time.monotonic() >= self._end:
            self.stopped = True
        return self.stopped
