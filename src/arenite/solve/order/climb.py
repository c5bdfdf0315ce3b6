"""Which budget to refute next: the number of states grows with the budget, mostly by a constant factor per byte."""

from __future__ import annotations

from math import exp, log

_STEP = 5.0
"""A step up takes about so many times the states of the one before; larger steps risk more than small ones cost."""
_LEAP = 12.0
"""The last step may take so many: it decides."""
_PATIENCE = 4.0
"""A search may take so many times the states that are expected."""
_SHARE = 0.7
"""Share of the states that are left which the next search may be expected to take."""
_PARTS = 16
"""The first step up is such a part of the way to the ceiling."""


class Climb:
    """Learns from budgets (bytes) that were refuted how many states others will take."""

    def __init__(self) -> None:
        self._known: list[tuple[int, int]] = []

    def refuted(self, budget: int, states: int) -> None:
        """There is no order within this budget, and that took so many states."""
        self._known.append((budget, states))

    def budget(self, lower: int, ceiling: int, grain: int, states_left: float) -> int:
        """The next budget to try, at least `lower` and below `ceiling`; peaks are multiples of `grain` bytes.

        `states_left` fit into what is left of the work; what is likely to take more than most of them is not tried.
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
        """How many states a search for this budget may take."""
        expected = self._expected(budget)
        return max(least, int(_PATIENCE * expected)) if expected < float("inf") else least

    def _rate(self) -> float:
        """The logarithm of the growth of the number of states per byte; 0 if unknown."""
        if len(self._known) < 2:
            return 0.0
        (low, few), (high, many) = self._known[-2:]
        return max(0.0, log(many / few) / (high - low)) if high > low else 0.0

    def _expected(self, budget: int) -> float:
        rate = self._rate()
        if not rate:
            return float("inf")
        last, states = self._known[-1]
        return states * exp(min(50.0, rate * (budget - last)))
