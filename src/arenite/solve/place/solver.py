"""The least height with overlap: first fit against the bounds of single scopes, then CP-SAT between the two."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Literal

from arenite.budget import STEPS_PER_SECOND, Budget
from arenite.problems.lifetimes import conflicts, maximum_load, neighbors
from arenite.problems.placement import Layout, PlacementProblem
from arenite.solve.place import exact as cpsat
from arenite.solve.place import greedy
from arenite.solve.place.disjoint import solve as solve_disjoint
from arenite.solve.place.fit import improve, lowest_fit
from arenite.solve.place.gaps import ABOVE, gaps
from arenite.solve.place.least import least_height
from arenite.solve.place.rigid import Groups
from arenite.solve.place.star import order_around
from arenite.solve.place.windows import core_bound, lowered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from arenite.problems.placement import Buffer
    from arenite.solve.place.gaps import Gaps

    Progress = Callable[[str, int, int], None]

_WORK = 40_000
_EFFORT = 1.0
_MOST_CONFLICTS = 300_000
"""Pairs alive together up to which their gaps are listed: these take some 100 MB."""
_LONG = 100
"""Buffers from which on a layout is searched stretch by stretch as well."""
_MOST_GAPS = 40_000
"""Gaps up to which CP-SAT is given the whole; beyond, building its model takes longer than the search may."""


def solve(
    problem: PlacementProblem,
    *,
    budget: Budget | None = None,
    goal: int | None = None,
    effort: float = _EFFORT,
    progress: Progress | None = None,
) -> Layout:
    """The lowest layout found, with a lower bound.

    A plain problem is searched by `disjoint.solve`, which is exact there. Other layouts are no higher than what that
    search finds where no buffers may overlap.

    Args:
        problem: the buffers and where they may overlap, without caps; see `solve_within`.
        budget: is charged for the searches; none is begun once it is spent. None is a budget of its own.
        goal: a height in bytes that is low enough; the search ends as soon as it is reached.
        effort: how much work to spend where first fit misses the bound, 1 being a second or so.
        progress: is called with ("layout", height, lower bound), both in bytes, whenever one of them has changed.
    """
    found = solve_within(problem, budget=budget, goal=goal, effort=effort, progress=progress)
    assert found is not None, "a layout without caps is always found"
    return found


def solve_within(
    problem: PlacementProblem,
    *,
    budget: Budget | None = None,
    goal: int | None = None,
    effort: float = _EFFORT,
    progress: Progress | None = None,
) -> Layout | None:
    """The lowest layout found that keeps to the caps of a problem; None where none was found. Otherwise as `solve`.

    The lower bound speaks of layouts within the caps.
    """
    budget = budget or Budget()
    if problem.plain:
        return solve_disjoint(problem, budget=_for_effort(budget, effort), goal=goal, progress=progress)
    if conflicts(problem.buffers) > _MOST_CONFLICTS:
        return _of_many(problem, budget, goal)
    small = gaps(problem)
    bound, scope = scope_bound(problem, small)
    enough = max(bound, -(-(goal or 0) // small.unit))

    def found(offsets: Sequence[int]) -> None:
        if progress is not None and small.height(offsets) < ABOVE:
            progress("layout", small.height(offsets) * small.unit, bound * small.unit)

    search = _Search(problem, small, effort, budget, found)
    best = search.by_first_fit(scope, enough)
    least = bound
    if small.height(best) > enough and not budget.over:
        best, least = search.by_cp_sat(best, bound, enough)
        enough = max(enough, least)
    apart = _apart(problem, small, best, budget) if small.height(best) > enough else None
    if apart is not None:
        best = apart
        found(best)
    if small.height(best) >= ABOVE:
        return None
    offsets = tuple(offset * small.unit for offset in best)
    proof: Literal["scope", "search"] = "search" if least > bound else "scope"
    return Layout(offsets, small.height(best) * small.unit, least * small.unit, proof, scope)


def _for_effort(budget: Budget, effort: float) -> Budget:
    """The part of a budget that a search of this effort may use, 1 being a second or so."""
    return budget.part(min(1.0, effort * STEPS_PER_SECOND / max(budget.left, 1.0)))


def _of_many(problem: PlacementProblem, budget: Budget, goal: int | None) -> Layout | None:
    """A layout without overlap, where who may overlap whom would take too much memory to list; None if above a cap.

    The largest buffer alone is what a layout with overlap has at least.
    """
    everything = PlacementProblem(problem.buffers, alignment=problem.alignment)
    offsets = solve_disjoint(everything, budget=budget, goal=goal).offsets
    ends = [offset + buffer.size for offset, buffer in zip(offsets, problem.buffers, strict=True)]
    if any(cap is not None and end > cap for end, cap in zip(ends, problem.caps, strict=False)):
        return None
    least, scope = max(((each.size, each.first) for each in problem.buffers[: problem.counted]), default=(0, 0))
    return Layout(offsets, max(ends[: problem.counted], default=0), least, "scope", scope)


@dataclass(frozen=True)
class _Search:
    """The searches of one problem, which is also given in units; `found` is called with each better layout.

    `effort` is how much work to spend, 1 being a second or so; `budget` is charged.
    """

    problem: PlacementProblem
    small: Gaps
    effort: float
    budget: Budget
    found: Callable[[Sequence[int]], None]

    def by_first_fit(self, scope: int, enough: int) -> list[int]:
        """The lower of the layouts that first fit makes of single buffers, and of views together with their wholes.

        Args:
            scope: the one that needs most.
            enough: a height in units that ends the search.
        """
        problem, small = self.problem, self.small
        orders = [_aside_last(problem, order) for order in _orders(problem.buffers)]
        if problem.caps:
            orders.append(sorted(orders[0], key=small.caps.__getitem__))
        best = improve(small, orders, enough, round(_WORK * self.effort), budget=self.budget, found=self.found)
        if small.height(best) > enough:
            stars = (_aside_last(problem, order) for order in _star_first(problem.buffers, small, scope))
            best = min([best, *(lowest_fit(small, order) for order in stars)], key=small.height)
        groups = Groups(small)
        if small.height(best) <= enough or len(groups.groups) == len(problem.buffers):
            return best
        height = small.height(best)
        together = groups.improve(
            groups.orders(problem.buffers),
            enough,
            round(_WORK * self.effort) // len(groups.groups),
            self.budget,
            lambda offsets: self.found(offsets) if small.height(offsets) < height else None,
        )
        return min(best, together, key=small.height)

    def by_cp_sat(self, best: list[int], bound: int, enough: int) -> tuple[list[int], int]:
        """A layout that is no higher than `best`, and a bound that is no lower than `bound`, in units.

        CP-SAT is given the whole problem, which is quick for up to a hundred buffers and often lucky beyond. Longer
        problems are also searched stretch by stretch. A height of `enough` units ends the search.
        """
        buffers, small, is_long = self.problem.buffers, self.small, len(best) >= _LONG
        if is_long:
            bound = core_bound(buffers, small, best, bound, effort=0.8 * self.effort, budget=self.budget)
        if small.height(best) > max(bound, enough) and sum(map(len, small.of)) <= _MOST_GAPS:
            share = 0.5 if is_long else 1.0
            answer = cpsat.search(small, best, bound, effort=share * self.effort, budget=self.budget)
            bound = answer.bound
            if answer.offsets is not None:
                best = list(answer.offsets)
                self.found(best)
        enough = max(bound, enough)
        if small.height(best) > enough and is_long:
            effort = 0.5 * self.effort
            best = lowered(buffers, small, best, enough, effort=effort, budget=self.budget, found=self.found)
        return best, bound


def _aside_last(problem: PlacementProblem, order: list[int]) -> list[int]:
    """The order with what does not count in the height after all that does, as TFLM places it."""
    return sorted(order, key=lambda one: one >= problem.counted) if problem.aside else order


def scope_bound(problem: PlacementProblem, small: Gaps) -> tuple[int, int]:
    """The largest least height of what is alive in one scope, in units, and that scope; whatever the caps are."""
    numbers = [number for number, buffer in enumerate(problem.buffers[: problem.counted]) if buffer.size]
    numbers.sort(key=lambda number: problem.buffers[number].first)
    sets: list[tuple[int, int, list[int]]] = []
    alive: list[int] = []
    for scope, new in groupby(numbers, key=lambda number: problem.buffers[number].first):
        alive = [*(number for number in alive if problem.buffers[number].last >= scope), *new]
        sets.append((sum(small.sizes[number] for number in alive), scope, alive))
    best, where = 0, 0
    for load, scope, members in sorted(sets, key=lambda each: (-each[0], each[1])):
        if load <= best:
            break
        least = least_height(small, members)
        if least > best:
            best, where = least, scope
    return best, where


def _orders(buffers: Sequence[Buffer]) -> Iterator[list[int]]:
    """Orders for first fit: those that do without overlap, then against time, which lets outputs lie below inputs."""
    numbers = range(len(buffers))
    yield sorted(numbers, key=lambda one: (-buffers[one].first, -buffers[one].last, one))
    yield from greedy.orders(buffers, neighbors(buffers))
    largest = max(numbers, key=lambda one: buffers[one].size, default=0)
    if buffers:
        middle = buffers[largest].first
        yield sorted(numbers, key=lambda one: (abs(buffers[one].first - middle), -buffers[one].first, one))


def _star_first(buffers: Sequence[Buffer], small: Gaps, scope: int) -> Iterator[list[int]]:
    """An order for first fit that begins with the star alive in the scope that needs most, if there is a large one."""
    alive = [one for one, buffer in enumerate(buffers) if buffer.size and buffer.first <= scope <= buffer.last]
    first = order_around(small, alive)
    if first:
        rest = set(range(len(buffers))).difference(first)
        yield [*first, *sorted(rest, key=lambda one: (-buffers[one].last, -buffers[one].first, one))]


def _apart(problem: PlacementProblem, small: Gaps, best: list[int], budget: Budget) -> list[int] | None:
    """A layout without overlap that is lower; the load alone often rules it out. Caps are beyond that search."""
    height = small.height(best) * small.unit
    if problem.caps or maximum_load(problem.apart) >= height:
        return None
    found = solve_disjoint(problem.apart, budget=budget, goal=height)
    return [offset // small.unit for offset in found.offsets] if found.height < height else None
