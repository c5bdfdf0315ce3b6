"""Rolls repeated calls of the schedule into loops, so that the code does not grow with the number of strips.

Calls are alike if they differ in numbers only: addresses in the arena, and rows. From one repetition to the next, a
number stays, grows by a constant step and is computed, or is looked up in a table of constants. The origin of the
repetition does not matter here.

Idle calls do nothing: they copy bytes onto themselves. They are left out, unless the same call of a loop does something
in another repetition.
"""

from __future__ import annotations

from itertools import accumulate, groupby, pairwise
from typing import TYPE_CHECKING

from arenite.codegen.program import Block, Call, Growing, LookedUp, Loop, Number, Step

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


LONGEST = 200
"""Most calls in the body of a loop. A larger limit finds longer loops but makes the search slower."""

CALL, ARGUMENT, LOOP, COMPUTED, LOOKED_UP = 4, 6, 24, 6, 10
"""Approximate bytes of Thumb-2 code: per call, argument, loop, computed number of a loop, and looked-up number."""


def rolled(steps: Sequence[Call | Block]) -> list[Step]:
    """The same steps with loops of calls, where the estimate says that a loop makes the code smaller."""
    found: list[Step] = []
    for _, group in groupby(steps, key=lambda step: isinstance(step, Call)):
        alike = list(group)
        calls = [step for step in alike if isinstance(step, Call)]
        found += _rolled(calls) if calls else alike
    return found


def _rolled(calls: Sequence[Call]) -> list[Call | Loop]:
    estimate = _Estimate(calls)
    known: dict[tuple[object, ...], int] = {}
    patterns = [known.setdefault(call.pattern, len(known)) for call in calls]  # equal for calls that are alike
    saved = [0] * (len(calls) + 1)
    chosen: list[tuple[int, int]] = [(0, 0)] * len(calls)
    alike = [0] * (LONGEST + 1)  # calls from `first` on that are like those `period` later
    for first in range(len(calls) - 1, -1, -1):
        saved[first] = saved[first + 1]
        for period in range(1, min(LONGEST, len(calls) - first - 1) + 1):
            alike[period] = alike[period] + 1 if patterns[first] == patterns[first + period] else 0
            count = alike[period] // period + 1
            if count > 1:
                after = saved[first + period * count]
                gain = estimate.gain(first, period, count, saved[first] - after)
                if gain is not None:
                    saved[first], chosen[first] = gain + after, (period, count)
    return list(_chosen(calls, estimate.numbers, chosen))


def _chosen(
    calls: Sequence[Call], numbers: Sequence[tuple[int, ...]], chosen: Sequence[tuple[int, int]]
) -> Iterator[Call | Loop]:
    first = 0
    while first < len(calls):
        period, count = chosen[first]
        if count:
            yield _loop(calls, numbers, first, period, count)
            first += period * count
        else:
            if not calls[first].idle:
                yield calls[first]
            first += 1


def _columns(
    numbers: Sequence[tuple[int, ...]], first: int, period: int, count: int
) -> Iterator[tuple[int, list[int], int | None]]:
    """For every number of the body: position of its call, values in all repetitions, and the step if it is constant."""
    for place in range(first, first + period):
        for values in zip(*numbers[place : place + period * count : period], strict=True):
            steps = {after - before for before, after in pairwise(values)}
            yield place, list(values), steps.pop() if len(steps) == 1 else None


class _Estimate:
    """Approximate bytes of code that loops over a schedule's calls save."""

    def __init__(self, calls: Sequence[Call]) -> None:
        self.numbers = [call.numbers for call in calls]
        self.costs = [0 if call.idle else CALL + ARGUMENT * len(call.arguments) for call in calls]
        self.before = [0, *accumulate(self.costs)]
        """Prefix sums of the costs: bytes of all calls before each position."""
        self.idle = [0, *accumulate(call.idle for call in calls)]
        """Prefix sums of idle calls."""
        self.wide = any(number >= 1 << 16 for row in self.numbers for number in row)
        """Whether some number needs more than 16 bits."""
        self.runs: dict[tuple[int, int, int], int] = {}
        """Length of the run over which a number grows by the same step, by (call, number, period)."""

    def gain(self, first: int, period: int, count: int, least: int) -> int | None:
        """Bytes that a loop saves; None if that is not more than `least`."""
        saved = self._without_numbers(first, period, count)
        for place in range(first, first + period):
            if saved <= least:
                return None
            if any(self.costs[place : first + period * count : period]):
                saved -= self._numbers_cost(place, period, count)
        return saved if saved > least else None

    def _without_numbers(self, first: int, period: int, count: int) -> int:
        """Bytes that the loop would save if no number changed in it."""
        last = first + period * count
        if self.idle[first] == self.idle[last]:
            once = self.before[first + period] - self.before[first]
        else:
            once = sum(max(self.costs[place:last:period]) for place in range(first, first + period))
        return self.before[last] - self.before[first] - once - LOOP

    def _numbers_cost(self, place: int, period: int, count: int) -> int:
        """Bytes for those numbers of one call of the body that change between repetitions."""
        cost = 0
        for column in range(len(self.numbers[place])):
            step = self._step(place, column, period, count)
            if step is None:
                ends = range(place, place + period * count, period)
                wide = self.wide and max(self.numbers[end][column] for end in ends) >= 1 << 16
                cost += LOOKED_UP + (4 if wide else 2) * count
            elif step:
                cost += COMPUTED
        return cost

    def _step(self, place: int, column: int, period: int, count: int) -> int | None:
        """Constant step of a number between repetitions; None if the step varies."""
        step, times = self._run(place, column, period)
        return step if times >= count - 1 else None

    def _run(self, place: int, column: int, period: int) -> tuple[int | None, int]:
        """Growth of a number to the call `period` later, and the number of repetitions with this growth."""
        step = self._growth(place, column, period)
        passed, times, at = [], 0, place
        while step is not None and self._growth(at, column, period) == step:
            if (known := self.runs.get((at, column, period))) is not None:
                times = known
                break
            passed.append(at)
            at += period
        for start in reversed(passed):
            times += 1
            self.runs[start, column, period] = times
        return step, times

    def _growth(self, place: int, column: int, period: int) -> int | None:
        """Difference of a number to the call `period` later; None if that call lacks the number."""
        after = self.numbers[place + period] if place + period < len(self.numbers) else ()
        return after[column] - self.numbers[place][column] if column < len(after) else None


def _loop(calls: Sequence[Call], numbers: Sequence[tuple[int, ...]], first: int, period: int, count: int) -> Loop:
    last = first + period * count
    busy = [place for place in range(first, first + period) if not all(call.idle for call in calls[place:last:period])]
    table: dict[tuple[int, ...], int] = {}  # equal columns are stored once
    changing: dict[int, list[Number]] = {place: [] for place in busy}
    for place, values, step in _columns(numbers, first, period, count):
        if place in changing and step is None:
            changing[place].append(LookedUp(table.setdefault(tuple(values), len(table))))
        elif place in changing:
            changing[place].append(Growing(values[0], step) if step else values[0])
    body = tuple(calls[place].with_numbers(changing[place]) for place in busy)
    rows = tuple(zip(*table, strict=True)) if table else ()
    return Loop(count, body, calls[last - 1].index, rows)
