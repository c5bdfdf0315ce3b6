"""Repeated stretches of the schedule as loops, so that the code does not grow with the number of strips.

Calls are alike where they differ in numbers only: addresses in the arena, rows. From one repetition to the next a
number stays, or grows by a constant step and is computed, or it is looked up in a table of constants. How the calls
came to be repeated does not matter here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from arenite.codegen.unit import Call

LONGEST = 200
"""Calls in the body of a loop at most."""

CALL, ARGUMENT, LOOP, COMPUTED, LOOKED_UP = 4, 6, 24, 6, 10
"""About the bytes of Thumb-2 code for a call, each of its arguments, a loop, and a number that changes in it."""

_NUMBER = re.compile(r"(?<=\(arena \+ )\d+(?=\))|^-?\d+$")


@dataclass(frozen=True)
class Loop:
    """Calls `body`, repeated `count` times with other numbers; `index` of the calls is that of the first time.

    `last` is the index of the last call of the last time. `table` has a row for each repetition, or none if nothing is
    looked up.
    """

    count: int
    body: tuple[Call, ...]
    last: int
    table: tuple[tuple[int, ...], ...]

    @property
    def width(self) -> str:
        """The type of the table's elements."""
        smallest = min(min(row) for row in self.table)
        largest = max(max(row) for row in self.table)
        return "uint16_t" if smallest >= 0 and largest < 1 << 16 else "int32_t"


@dataclass(frozen=True)
class _Shape:
    """A call without its numbers: `text` has a mark for each of them."""

    function: str
    text: tuple[str, ...]


def rolled(calls: Sequence[Call]) -> list[Call | Loop]:
    """The same calls, with loops where that makes the code smaller, as far as an estimate tells."""
    shapes = [_shape(call) for call in calls]
    numbers = [_numbers(call) for call in calls]
    saved = [0] * (len(calls) + 1)
    chosen: list[tuple[int, int]] = [(0, 0)] * len(calls)
    alike = [0] * (LONGEST + 1)  # calls from here on that are like those `period` later
    for first in range(len(calls) - 1, -1, -1):
        saved[first] = saved[first + 1]
        for period in range(1, min(LONGEST, len(calls) - first - 1) + 1):
            alike[period] = alike[period] + 1 if shapes[first] == shapes[first + period] else 0
            count = alike[period] // period + 1
            if count > 1:
                gain = _gain(numbers, first, period, count) + saved[first + period * count]
                if gain > saved[first]:
                    saved[first], chosen[first] = gain, (period, count)
    return list(_chosen(calls, numbers, chosen))


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
            yield calls[first]
            first += 1


def _shape(call: Call) -> _Shape:
    return _Shape(call.function, tuple(_NUMBER.sub("#", argument) for argument in call.arguments))


def _numbers(call: Call) -> tuple[int, ...]:
    return tuple(int(each) for argument in call.arguments for each in _NUMBER.findall(argument))


def _columns(
    numbers: Sequence[tuple[int, ...]], first: int, period: int, count: int
) -> Iterator[tuple[int, list[int], int | None]]:
    """For every number of the body: its call, its values in all repetitions, and the step between them if it is one."""
    for place in range(first, first + period):
        for values in zip(*numbers[place : place + period * count : period], strict=True):
            steps = {after - before for before, after in pairwise(values)}
            yield place, list(values), steps.pop() if len(steps) == 1 else None


def _gain(numbers: Sequence[tuple[int, ...]], first: int, period: int, count: int) -> int:
    """Bytes of code saved, about."""
    body = sum(CALL + ARGUMENT * (len(numbers[place]) + 1) for place in range(first, first + period))
    cost = LOOP
    for _, values, step in _columns(numbers, first, period, count):
        if step is None:
            cost += LOOKED_UP + (2 if max(values) < 1 << 16 else 4) * count
        elif step:
            cost += COMPUTED
    return body * (count - 1) - cost


def _loop(calls: Sequence[Call], numbers: Sequence[tuple[int, ...]], first: int, period: int, count: int) -> Loop:
    table: dict[tuple[int, ...], int] = {}  # equal columns once
    texts: dict[int, list[str]] = {place: [] for place in range(first, first + period)}
    for place, values, step in _columns(numbers, first, period, count):
        if step is None:
            column = table.setdefault(tuple(values), len(table))
            texts[place].append(f"row[{column}]")
        else:
            begin = f"{values[0]} + " if values[0] else ""
            texts[place].append(f"{begin}{step} * i" if step else str(values[0]))
    body = []
    for place, found in texts.items():
        arguments = _filled(calls[place].arguments, iter(found))
        body.append(replace(calls[place], arguments=tuple(arguments)))
    rows = tuple(zip(*table, strict=True)) if table else ()
    return Loop(count, tuple(body), calls[first + period * count - 1].index, rows)


def _filled(arguments: Sequence[str], numbers: Iterator[str]) -> Iterator[str]:
    """Arguments with other numbers, in order."""
    return (_NUMBER.sub(lambda _: next(numbers), each) for each in arguments)
