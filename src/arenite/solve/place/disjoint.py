"""Layout without overlap: from a plain placement problem to offsets of least height and a proven lower bound.

Greedy layouts give the upper bound, the maximum load the lower bound. An exact search closes the gap between the two.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TYPE_CHECKING, Literal

from arenite.budget import Budget
from arenite.problems.lifetimes import components, conflicts, maximum_load, neighbors, sections
from arenite.problems.placement import Exhausted, Layout, PlacementProblem
from arenite.solve.core.choice import core
from arenite.solve.place import portfolio, timeline
from arenite.solve.place.decide import Answer, Boxes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from arenite.problems.placement import Buffer

    Progress = Callable[[str, int, int], None]

_MOST_CONFLICTS = 300_000
"""Pairs of buffers alive together up to which they are listed and searched exactly; 300,000 pairs take some 20 MB."""
_LONG = 500
"""Buffers from which `timeline` lays out stretch by stretch first; a search of the whole slows down with the length."""


def solve(
    problem: PlacementProblem,
    *,
    budget: Budget | None = None,
    goal: int | None = None,
    progress: Progress | None = None,
) -> Layout:
    """The layout of least height with the lower bound that proves it, or the best one within the budget.

    Args:
        problem: a plain problem; sizes in bytes.
        budget: charged for the exact searches, which stop once the budget is spent. None: a new default budget.
        goal: height in bytes at which the search stops.
        progress: called with ("layout", height, lower bound), both in bytes, after each search of a component.
    """
    budget = budget or Budget()
    load = maximum_load(problem)
    enough = max(load, goal or 0)
    parts = [_Part.of(problem, members, enough, budget) for members in components(problem.buffers)]
    effort = 0
    while any(part.open(_enough(parts, goal)) for part in parts) and not budget.over:
        for part in parts:
            part.improve(_enough(parts, goal), effort, budget)
            if progress is not None:
                progress("layout", _height(parts), _enough(parts, None))
        effort += 1
    offsets = [0] * len(problem.buffers)
    for part in parts:
        for i, offset in zip(part.members, part.offsets, strict=True):
            offsets[i] = offset
    record = _record(parts)
    proof: Literal["scope", "search"] = "scope" if record is None else "search"
    return Layout(tuple(offsets), _height(parts), _enough(parts, None), proof, _fullest(problem), record)


def _record(parts: list[_Part]) -> Exhausted | None:
    """The record that proves a bound above the load, with the numbers of its buffers; None if the load is the
    bound."""
    hardest = max(parts, key=lambda part: part.bound, default=None)
    if hardest is None or hardest.exhausted is None:
        return None
    return replace(hardest.exhausted, buffers=tuple(sorted(hardest.members[place] for place in hardest.filled)))


def _fullest(problem: PlacementProblem) -> int:
    """The first scope with the maximum load."""
    counts = Counter[int]()
    for buffer in problem.buffers:
        counts[buffer.first] += buffer.size
        counts[buffer.last + 1] -= buffer.size
    scopes = sorted(counts)
    loads = list(accumulate(counts[scope] for scope in scopes))
    return scopes[loads.index(max(loads))] if loads else 0


def _height(parts: list[_Part]) -> int:
    return max((part.height for part in parts), default=0)


def _enough(parts: list[_Part], goal: int | None) -> int:
    return max((part.bound for part in parts), default=0) if goal is None else max(goal, _enough(parts, None))


@dataclass(slots=True)
class _Part:
    """A component: buffers whose lifetimes touch no others. Best offsets, height and lower bound so far, in bytes.

    `filled` are the positions in `members` of the buffers with a size. `boxes` are these buffers in units of `unit`
    bytes.
    """

    members: list[int]
    alignment: int
    unit: int
    boxes: Boxes
    filled: list[int]
    offsets: list[int]
    height: int
    bound: int
    exhausted: Exhausted | None = None
    searched: bool = False
    """Whether no exact search follows, because the component is too large."""

    @classmethod
    def of(cls, problem: PlacementProblem, members: list[int], enough: int, budget: Budget) -> _Part:
        """The component with its best greedy layout; no further one is made at a height of `enough` bytes."""
        buffers = [problem.buffers[i] for i in members]
        filled = [place for place, b in enumerate(buffers) if b.size]
        unit = math.gcd(*(buffers[place].size for place in filled)) or problem.alignment
        spans = sections([buffers[place] for place in filled])
        boxes = Boxes(tuple(buffers[place].size // unit for place in filled), tuple(spans))
        bound = maximum_load(PlacementProblem(tuple(buffers)))
        large = conflicts([buffers[place] for place in filled]) > _MOST_CONFLICTS
        offsets = _of_many(buffers, filled, bound, enough, budget) if large else _greedy(buffers, enough)
        height = _top(buffers, offsets)
        return cls(members, problem.alignment, unit, boxes, filled, offsets, height, bound, searched=large)

    def open(self, enough: int) -> bool:
        """Whether a search could still help: the height exceeds both `enough` bytes and the lower bound."""
        return not self.searched and self.height > max(enough, self.bound)

    def improve(self, enough: int, effort: int, budget: Budget) -> None:
        """Search for layouts below the current height, at rising heights from `enough` bytes on.

        `effort` limits the work at each height. An undecided height is followed by one halfway to the current height.
        """
        height = max(enough, self.bound)
        if self.searched:
            return
        while height < self.height and not budget.over:
            answer = self._search(height // self.unit, effort, budget)
            if answer.offsets is not None:
                for place, offset in zip(self.filled, answer.offsets, strict=True):
                    self.offsets[place] = offset * self.unit
                tops = (o + s for o, s in zip(answer.offsets, self.boxes.sizes, strict=True))
                self.height = max(tops) * self.unit
            elif answer.proven:
                # A least height is a sum of sizes, so a multiple of the unit: no height up to the next one is possible.
                height = height // self.unit * self.unit + self.unit
                self.bound = height
                self.exhausted = Exhausted(height - self.alignment, answer.search, answer.states)
            else:
                height = max(height + self.unit, (height + self.height) // 2)

    def _search(self, height: int, effort: int, budget: Budget) -> Answer:
        """Decide a height in units: long problems stretch by stretch first, then any problem as a whole."""
        if len(self.boxes.sizes) >= _LONG:
            answer = timeline.fit(self.boxes, height, effort, budget)
            if answer.proven:
                return answer
        return portfolio.fit(self.boxes, height, effort, budget)


def _top(buffers: Sequence[Buffer], offsets: Sequence[int]) -> int:
    return max(offset + b.size for offset, b in zip(offsets, buffers, strict=True))


def _of_many(buffers: Sequence[Buffer], filled: Sequence[int], load: int, enough: int, budget: Budget) -> list[int]:
    from arenite.solve.place.many import lowest

    found = lowest([buffers[place] for place in filled], load, enough, budget)
    offsets = [0] * len(buffers)
    for place, offset in zip(filled, found.offsets, strict=True):
        offsets[place] = offset
    return offsets


def _greedy(buffers: Sequence[Buffer], enough: int) -> list[int]:
    meets = neighbors(buffers)
    best: list[int] = []
    fits = core().plain_fits([buffer.size for buffer in buffers], meets)
    for order in greedy_orders(buffers, meets):
        for place in (fits.first_fit, fits.best_fit, fits.lowest_first):
            offsets = place(order)
            if not best or _top(buffers, offsets) < _top(buffers, best):
                best = offsets
            if _top(buffers, best) <= enough:
                return best
    return best


def greedy_orders(buffers: Sequence[Buffer], meets: list[list[int]]) -> Iterator[list[int]]:
    """Orders of all buffers, those that usually give the lowest layouts first. They often reach the load already.

    `meets[i]` lists the buffers alive together with buffer i. Ties are broken by number, so that orders are
    reproducible.
    """
    length = [b.last - b.first + 1 for b in buffers]
    around = [sum(buffers[j].size for j in meets[i]) + b.size for i, b in enumerate(buffers)]
    keys: tuple[Callable[[int], tuple[int, ...]], ...] = (
        lambda i: (-buffers[i].size, -length[i]),
        lambda i: (-buffers[i].size * length[i], -buffers[i].size),
        lambda i: (-length[i], -buffers[i].size),
        lambda i: (-around[i], -buffers[i].size),
        lambda i: (buffers[i].first, -buffers[i].size),
        lambda i: (-buffers[i].last, -buffers[i].size),
        lambda i: (buffers[i].first, -length[i]),
        lambda i: (-buffers[i].last, -length[i]),
    )
    for key in keys:
        yield sorted(range(len(buffers)), key=lambda i: (*key(i), i))
