"""Layout without overlap of tens of thousands of buffers, by first and best fit, in memory linear in their number.

The fits of `core/` need a list of neighbors per buffer; with thousands alive at once, these lists are quadratic. Here,
arrays hold the placed buffers by rising offset, and each new buffer selects those that are alive with it:

    low, high    12 40 | 40 64 | 64 90 | ...      by rising `low`
    first, last   0  7 |  2  3 |  9  9 | ...      a buffer alive from 2 to 5 selects the first two only
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from arenite.budget import Budget
    from arenite.problems.placement import Buffer

    Numbers = NDArray[np.int64]

_CHECK = 256
"""Buffers placed between two checks of the time limit."""
_TRIES = 24
"""Layouts made after the first one per order and fit; twice as many lowered none of idealloc's instances."""
_SHARE = 0.6
"""Share of the budget for all layouts together. Of a command's minute, it pays for 20 layouts of 28,000 buffers."""
_STEPS_OF_BUFFER = 25
"""Budget steps to place one buffer, without the scan of the buffers placed before."""
_LOOKED_AT_IN_STEP = 300
"""Placed buffers scanned in one budget step."""
_SHARES = (0.02, 0.2, 0.5)
"""Parts of the gap between load and height. Buffers that end within such a part below the top are placed earlier in
the next layout; a walk draws one part per layout."""
_STEPS = (1, 2, 4, 16, 64)
"""Divisors of the number of buffers: the quotient is the number of ranks by which these buffers move forward."""


@dataclass(frozen=True, slots=True)
class Found:
    """Offsets and height in bytes, and the number of layouts made."""

    offsets: tuple[int, ...]
    height: int
    layouts: int


def lowest(buffers: Sequence[Buffer], load: int, enough: int, budget: Budget) -> Found:
    """The lowest layout of first and best fit over several orders and a local search that begins with the best one.

    Args:
        buffers: buffers of at least one byte.
        load: their maximum load in bytes.
        enough: height in bytes at which the search stops.
        budget: a share of it is charged; one layout is made in any case.
    """
    search = _Search(_Buffers(buffers), load, enough, budget.part(_SHARE))
    return search.run()


class _Buffers:
    def __init__(self, buffers: Sequence[Buffer]) -> None:
        self.size = np.array([each.size for each in buffers], np.int64)
        self.first = np.array([each.first for each in buffers], np.int64)
        self.last = np.array([each.last for each in buffers], np.int64)

    def __len__(self) -> int:
        return len(self.size)

    def orders(self) -> Iterator[Numbers]:
        """Orders of all buffers, those that usually give the lowest layouts first; ties are broken by number."""
        size, first, length = self.size, self.first, self.last - self.first + 1
        keys = (
            (-size, first),
            (first, -length),
            (-size, -length),
            (-size * length, -size),
        )
        for key in keys:
            yield np.lexsort(key[::-1])


class _Start(NamedTuple):
    """A layout that a walk may start from.

    `top` is its height in bytes, `number` the position of its `order` among those tried, `tightest` says whether best
    fit made it.
    """

    top: int
    number: int
    tightest: bool
    order: Numbers


class _Search:
    def __init__(self, buffers: _Buffers, load: int, enough: int, budget: Budget) -> None:
        self.buffers, self.load, self.enough, self.budget = buffers, load, enough, budget
        self.best: Numbers | None = None
        self.height = 0
        self.layouts = 0

    def run(self) -> Found:
        starts: list[_Start] = []
        for number, order in enumerate(self.buffers.orders()):
            for tightest in (False, True):
                offsets = self._fit(order, tightest)
                if offsets is not None:
                    starts.append(_Start(self._top(offsets), number, tightest, order))
        assert self.best is not None
        lowest = min(starts, key=lambda start: (start.top, start.number, start.tightest))
        self._walk(lowest.order, lowest.tightest)
        return Found(tuple(self.best.tolist()), self.height, self.layouts)

    def _walk(self, order: Numbers, tightest: bool) -> None:
        """Local search: move the buffers that end near the top forward in the order; keep layouts no higher."""
        assert self.best is not None
        chance, offsets = random.Random(1), self.best
        for _ in range(_TRIES):
            height = self._top(offsets)
            bar = height - (height - self.load) * chance.choice(_SHARES)
            ranks = np.empty(len(order))
            ranks[order] = np.arange(len(order))
            ranks[offsets + self.buffers.size > bar] -= len(order) / chance.choice(_STEPS)
            moved = np.argsort(ranks, kind="stable")
            fitted = self._fit(moved, tightest)
            if fitted is not None and self._top(fitted) <= height:
                order, offsets = moved, fitted

    def _fit(self, order: Numbers, tightest: bool) -> Numbers | None:
        """The offsets for an order, kept if they are the lowest; None once the search is over."""
        if self.best is not None and (self.height <= self.enough or self.budget.over):
            return None
        self.budget.spend(len(order) * (_STEPS_OF_BUFFER + len(order) / 2 / _LOOKED_AT_IN_STEP))
        offsets = fit(self.buffers, order, tightest, None if self.best is None else self.budget)
        if offsets is not None:
            self.layouts += 1
            if self.best is None or self._top(offsets) < self.height:
                self.best, self.height = offsets, self._top(offsets)
        return offsets

    def _top(self, offsets: Numbers) -> int:
        return int((offsets + self.buffers.size).max())


def fit(buffers: _Buffers, order: Numbers, tightest: bool, budget: Budget | None) -> Numbers | None:
    """Offsets in bytes when each buffer in turn takes the lowest hole that it fits into, or the tightest.

    A buffer that fits into no hole goes on top. Returns None if the time limit of the budget has struck; no budget, no
    time limit.
    """
    offsets = np.zeros(len(buffers), np.int64)
    times = np.dtype(np.int32 if int(buffers.last.max()) < 1 << 31 else np.int64)
    placed = Placed(len(buffers), times)
    sizes, firsts, lasts = buffers.size.tolist(), buffers.first.tolist(), buffers.last.tolist()
    for count, number in enumerate(order.tolist()):
        if budget is not None and count % _CHECK == 0 and budget.seconds <= 0 and budget.over:
            return None
        size, first, last = sizes[number], firsts[number], lasts[number]
        offsets[number] = at = placed.gap(size, first, last, tightest)
        placed.add(at, at + size, first, last)
    return offsets


class Placed:
    """The buffers placed so far, as arrays by rising offset."""

    def __init__(self, room: int, times: np.dtype[np.signedinteger]) -> None:
        self.count = 0
        self.low, self.high = np.empty(room, np.int64), np.empty(room, np.int64)
        self.first, self.last = np.empty(room, times), np.empty(room, times)

    def gap(self, size: int, first: int, last: int, tightest: bool) -> int:
        """The offset, in bytes, of a new buffer among those alive with it: the lowest hole, or the tightest."""
        count = self.count
        alive = np.flatnonzero((self.first[:count] <= last) & (self.last[:count] >= first))
        if not len(alive):
            return 0
        tops = np.maximum.accumulate(self.high[alive])
        gaps = self.low[alive]
        gaps[1:] -= tops[:-1]
        wide = gaps >= size
        place = int(wide.argmax())
        if not wide[place]:
            return int(tops[-1])
        if tightest:
            place = int(np.where(wide, gaps, np.iinfo(np.int64).max).argmin())
        return int(tops[place - 1]) if place else 0

    def add(self, low: int, high: int, first: int, last: int) -> None:
        """Insert a buffer of bytes `low` to `high`, alive from `first` to `last`."""
        count = self.count
        place = int(np.searchsorted(self.low[:count], low))
        for values, value in ((self.low, low), (self.high, high), (self.first, first), (self.last, last)):
            values[place + 1 : count + 1] = values[place:count]
            values[place] = value
        self.count += 1
