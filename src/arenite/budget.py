"""Budgets of searches, counted in steps of work, so that results do not depend on the machine or its load.

A search reports its work (`spend`) and stops when nothing is left (`over`). The searches that most results need share
one budget, so a search that ends early leaves more for the next ones:

    budget of the command  |#############---------------------------|      # spent, - left
    part for the order     |#########|------------|                        at most half of what was left then
    part for a layout                 |####|--|                            spends from the command's budget as well

If the user set a time limit, the clock may end the searches earlier; `struck` says whether it did. So may the user, at
any moment while searches run (`searching`, `interrupt`). The user may also choose the core that does the work, compiled
or Python (`wanted_core`): the steps are the same.
"""

from __future__ import annotations

import contextlib
import math
import os
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

STEPS_PER_SECOND = 1_000_000
"""Steps per second of one core, so a step is about a microsecond; measured once, never at run time. Solvers state the
costs of their work in steps (`_STEPS_OF_...`)."""
NORMAL_STEPS = 60 * STEPS_PER_SECOND
"""Budget in steps of one command: a minute of one core, after which larger networks hardly gained more."""
STEPS = {"low": NORMAL_STEPS // 10, "normal": NORMAL_STEPS, "high": 10 * NORMAL_STEPS}
"""Budget in steps that searches share, by the name of the effort."""

CORE_VARIABLE = "ARENITE_CORE"
"""Name of the environment variable that chooses a core."""


def wanted_core() -> str | None:
    """The name of the core that the environment asks for; None for the compiled one where it is installed."""
    return os.environ.get(CORE_VARIABLE) or None


class Budget:
    """The steps that searches may still do. Spending from a part also spends from the budget that it is a part of."""

    def __init__(
        self, steps: float = NORMAL_STEPS, *, seconds: float | None = None, whole: Budget | None = None
    ) -> None:
        """Create a budget.

        Args:
            seconds: time limit from now on, set by the user; None: no limit.
            whole: the budget that this one is a part of; its time limit holds here too, and `seconds` is ignored.
        """
        self._left = float(steps)
        self._whole = whole
        self._clock: _Clock = whole._clock if whole is not None else _Clock(seconds)

    @property
    def left(self) -> float:
        """Steps left; 0 after the time limit. Negative if the last search overdrew the budget."""
        return 0.0 if self._clock.struck() else self._left

    @property
    def over(self) -> bool:
        """Whether no steps are left, so that a search has to return its best result so far."""
        return self.left <= 0

    @property
    def struck(self) -> bool:
        """Whether the clock or the user stopped a search: only then may another run give another result."""
        return self._clock.stopped

    @property
    def interrupted(self) -> bool:
        """Whether the user stopped the searches with `interrupt`."""
        return self._clock.interrupted

    @contextlib.contextmanager
    def searching(self) -> Iterator[None]:
        """The time in which searches run that `interrupt` may end."""
        self._clock.running = True
        try:
            yield
        finally:
            self._clock.running = False

    def interrupt(self) -> bool:
        """End all searches as if the time limit were over; False if none runs or they were interrupted before.

        Made to be called by the handler of a signal and by other threads.
        """
        return self._clock.interrupt()

    @contextlib.contextmanager
    def stopping(self, stop: Callable[[], None]) -> Iterator[None]:
        """The time in which a solver runs that does not look at the budget; `interrupt` then calls `stop`."""
        self._clock.stop = stop
        try:
            yield
        finally:
            self._clock.stop = _nothing

    @property
    def seconds(self) -> float:
        """Seconds until the time limit, for solvers that watch the clock themselves; infinite without a limit."""
        return self._clock.seconds()

    def spend(self, steps: float, times: int = 1) -> None:
        """Subtract `steps`, `times` times.

        The subtractions are repeated, not multiplied, because sums of floats depend on it: the compiled core, which
        reports many steps at once, and its twin in Python have to leave exactly the same budget.
        """
        part: Budget | None = self
        while part is not None:
            for _ in range(times):
                part._left -= steps
            part = part._whole

    @property
    def clock(self) -> Hashable:
        """What all budgets of one command have in common, so that a result may be remembered for this command alone."""
        return self._clock

    def affordable(self, steps: float, most: int) -> int:
        """How many times, at most `most`, work of `steps` steps can begin before the budget is over."""
        left, times = self.left, 0
        while times < most and left > 0:
            left -= steps
            times += 1
        return times

    def part(self, share: float, least: float = 0.0) -> Budget:
        """A budget for one search: the `share` (0 to 1) of the steps left, and at least `least` steps in any case."""
        return Budget(max(least, share * max(0.0, self._left)), whole=self)


class _Clock:
    """The time limit of a command.

    `stopped`: it has ended a search. `running`: searches run that a user may end; `interrupted`: a user has ended them.
    `stop`: ends a solver that does not look at the budget.
    """

    stop: Callable[[], None]

    def __init__(self, seconds: float | None) -> None:
        self._end = math.inf if seconds is None else time.monotonic() + seconds
        self.stopped = self.running = self.interrupted = False
        self.stop = _nothing

    def interrupt(self) -> bool:
        if not self.running or self.interrupted:
            return False
        self._end = -math.inf
        self.stopped = self.interrupted = True
        self.stop()
        return True

    def seconds(self) -> float:
        return math.inf if self._end == math.inf else max(0.0, self._end - time.monotonic())

    def struck(self) -> bool:
        if self._end < math.inf and not self.stopped and time.monotonic() >= self._end:
            self.stopped = True
        return self.stopped


def _nothing() -> None:
    """Stop no solver."""
