"""Chooses the memory budget that a breadth-first search tries to refute next. All memory budgets here are in bytes.

In: memory budgets refuted so far, with the states that each refutation took. Out: the next memory budget and a limit
of states. The model: states grow exponentially with the memory budget.
"""

from __future__ import annotations

from math import exp, log

_STEP = 5.0
"""Expected growth in states from one memory budget to the next. Larger steps risk more states than small steps cost."""
_LEAP = 12.0
"""Largest expected growth in states for a step straight to the last memory budget, whose search decides."""
_PATIENCE = 4.0
"""Limit of states of a search, as a multiple of the expected states. A lower limit would stop searches that are about
to decide; a higher one wastes more states where the expectation is wrong."""
_SHARE = 0.7
"""Share of the remaining states that the next search may be expected to take; the rest covers wrong expectations."""
_PARTS = 16
"""The first step up, before the growth is known, is 1/16 of the way to the ceiling."""


class Climb:
    """Estimates the states that a memory budget will take from the last two that were refuted."""

    def __init__(self) -> None:
        self._known: list[tuple[int, int]] = []

    def refuted(self, budget: int, states: int) -> None:
        """Record that no order keeps to `budget` bytes, and that the proof took `states` states."""
        self._known.append((budget, states))

    def budget(self, lower: int, ceiling: int, grain: int, states_left: float) -> int:
        """The next memory budget to try, in bytes: at least `lower`, below `ceiling`, and a multiple of `grain`.

        `states_left` is the number of states that the remaining work allows. The step is chosen so that the search is
        expected to take at most a share of them.
        """
        last = max(lower, (ceiling - 1) // grain * grain)
        if not self._known:
            return lower
        known, states = self._known[-1]
        most = _SHARE * states_left
        if self._expected(last) <= min(_LEAP * states, most):
            return last
        rate = self._rate()
        step = int(log(max(1.0, min(_STEP * states, most) / states)) / rate) if rate else (ceiling - lower) // _PARTS
        return min(max((known + step) // grain * grain, lower), last)

    def limit(self, budget: int, least: int) -> int:
        """Limit of states for a search within `budget` bytes: a multiple of the expected states, at least `least`."""
        expected = self._expected(budget)
        return max(least, int(_PATIENCE * expected)) if expected < float("inf") else least

    def _rate(self) -> float:
        """Natural logarithm of the growth of states per byte; 0 if unknown."""
        if len(self._known) < 2:
            return 0.0
        (low, few), (high, many) = self._known[-2:]
        return max(0.0, log(many / few) / (high - low)) if high > low else 0.0

    def _expected(self, budget: int) -> float:
        """Expected states of a search within `budget` bytes; infinite if the growth is unknown."""
        rate = self._rate()
        if not rate:
            return float("inf")
        last, states = self._known[-1]
        return states * exp(min(50.0, rate * (budget - last)))
