"""Layout with overlap: from a placement problem to offsets and a proven lower bound on the height.

First fit gives the upper bound, the least height of each single scope the lower bound. Where they differ, CP-SAT
searches between them. A plain problem (no relations, no caps) goes to `disjoint` instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from math import inf
from typing import TYPE_CHECKING, Literal

from arenite.budget import STEPS_PER_SECOND, Budget
from arenite.problems.lifetimes import conflicts, maximum_load, neighbors
from arenite.problems.placement import Layout, PlacementProblem
from arenite.solve.place.disjoint import greedy_orders
from arenite.solve.place.disjoint import solve as solve_disjoint
from arenite.solve.place.exact import core_bound, lowered, search
from arenite.solve.place.fit import improve, lowest_fit
from arenite.solve.place.gaps import ABOVE, gaps
from arenite.solve.place.least import Allowance, least_height
from arenite.solve.place.rigid import Groups
from arenite.solve.place.star import order_around

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from arenite.problems.placement import Buffer
    from arenite.solve.place.gaps import Gaps

    Progress = Callable[[str, int, int], None]

_WORK = 40_000
"""Placements of single buffers that the walks of first fit make at an effort of 1. More placements lower some layouts,
but delay CP-SAT."""
_EFFORT = 1.0
"""Default effort; 1 is about a second of one core."""
_MOST_CONFLICTS = 300_000
"""Pairs of buffers alive together up to which their gaps are listed; the lists of 300,000 pairs take some 100 MB."""
_CONSTRAINTS_OF_GAIN = 100_000
"""Constraints that bounds may look at to tell what CP-SAT could gain, some 0.1 s; the zoo's bounds are the same with a
hundred times as many."""
_LONG = 100
"""Buffers from which CP-SAT also searches a layout window by window; the whole is quick only for smaller problems."""
_MOST_GAPS = 40_000
"""Gaps up to which CP-SAT searches the whole problem; building a larger model takes longer than the search may."""


def solve(
    problem: PlacementProblem,
    *,
    budget: Budget | None = None,
    goal: int | None = None,
    effort: float = _EFFORT,
    progress: Progress | None = None,
) -> Layout:
    """The lowest layout found, with a lower bound on the height.

    A plain problem is searched exactly by `disjoint.solve`. While the budget lasts, a layout with overlap is also
    compared with the layout that `disjoint.solve` finds without overlap; the lower one is returned.

    Args:
        problem: buffers and safe distances, without caps; for caps see `solve_within`.
        budget: charged for all searches; no search begins once the budget is spent. None: a new default budget.
        goal: height in bytes at which the search stops.
        effort: work to spend where first fit misses the bound; 1 is about a second of one core.
        progress: called with ("layout", height, lower bound), both in bytes, after each improvement.
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
    """The lowest layout found within the problem's caps, or None if none was found; arguments as for `solve`.

    The lower bound holds for layouts within the caps only.
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
    return _in_bytes(small, best, least, bound, scope)


def _in_bytes(small: Gaps, offsets: Sequence[int], least: int, bound: int, scope: int) -> Layout:
    """The layout of offsets in units, with the bound `least`; `bound` is that of a single scope, `scope`."""
    proof: Literal["scope", "search"] = "search" if least > bound else "scope"
    in_bytes = tuple(offset * small.unit for offset in offsets)
    return Layout(in_bytes, small.height(offsets) * small.unit, least * small.unit, proof, scope)


def lowered_from(
    problem: PlacementProblem, start: Layout, *, least_gain: float, effort: float, budget: Budget
) -> Layout:
    """A layout found by CP-SAT that is lower than `start`, or `start` if there is none.

    Args:
        problem: buffers and safe distances, without caps.
        start: a valid layout of the problem; its offsets are multiples of the unit in which searches compute.
        least_gain: no search begins if the bound of the single scopes rules out that it saves this share of the height.
        effort: as for `solve`.
    """
    if conflicts(problem.buffers) > _MOST_CONFLICTS or budget.over:
        return start
    small = gaps(problem)
    most = start.height * (1 - least_gain) / small.unit
    bound, scope = scope_bound(problem, small, Allowance(_CONSTRAINTS_OF_GAIN), enough=most)
    if bound >= most:
        return start
    best = [offset // small.unit for offset in start.offsets]
    found, least = _Search(problem, small, effort, budget, lambda _: None).by_cp_sat(best, bound, bound)
    if small.height(found) >= small.height(best):
        return start
    return _in_bytes(small, found, least, bound, scope)


def _for_effort(budget: Budget, effort: float) -> Budget:
    """The part of the budget that a search of this effort may use; effort 1 is about a second of one core."""
    return budget.part(min(1.0, effort * STEPS_PER_SECOND / max(budget.left, 1.0)))


def _of_many(problem: PlacementProblem, budget: Budget, goal: int | None) -> Layout | None:
    """A layout without overlap for problems with too many pairs to list, or None if a buffer exceeds its cap.

    The lower bound is the largest buffer, since any other pair of buffers might overlap.
    """
    everything = PlacementProblem(problem.buffers, alignment=problem.alignment)
    offsets = solve_disjoint(everything, budget=budget, goal=goal).offsets
    ends = [offset + buffer.size for offset, buffer in zip(offsets, problem.buffers, strict=True)]
    if any(cap is not None and end > cap for end, cap in zip(ends, problem.caps, strict=False)):
        return None
    least, scope = max(((buffer.size, buffer.first) for buffer in problem.buffers[: problem.counted]), default=(0, 0))
    return Layout(offsets, max(ends[: problem.counted], default=0), least, "scope", scope)


@dataclass(frozen=True)
class _Search:
    """The searches of one problem, in bytes and, `small`, in units; `effort` and `budget` as for `solve`.

    `found` is called with the offsets, in units, of each better layout.
    """

    problem: PlacementProblem
    small: Gaps
    effort: float
    budget: Budget
    found: Callable[[Sequence[int]], None]

    def by_first_fit(self, scope: int, enough: int) -> list[int]:
        """The lowest layout of first fit: of single buffers, and of groups in which views stay on their wholes.

        `scope` is the one with the largest least height. The search stops at a height of `enough` units.
        """
        problem, small = self.problem, self.small
        orders = [_aside_last(problem, order) for order in _orders(problem.buffers)]
        if problem.caps:
            orders.append(sorted(orders[0], key=small.caps.__getitem__))
        best = improve(small, orders, enough, round(_WORK * self.effort), budget=self.budget, found=self.found)
        if small.height(best) > enough:
            stars = (_aside_last(problem, order) for order in _star_first(problem.buffers, small, scope))
            best = min([best, *(lowest_fit(small, order) for order in stars)], key=small.height)
        groups = Groups(problem)
        if small.height(best) <= enough or len(groups.groups) == len(problem.buffers):
            return best
        height = small.height(best)
        together = groups.improve(
            groups.orders(),
            enough,
            round(_WORK * self.effort) // len(groups.groups),
            self.budget,
            lambda offsets: self.found(offsets) if small.height(offsets) < height else None,
        )
        return min(best, together, key=small.height)

    def by_cp_sat(self, best: list[int], bound: int, enough: int) -> tuple[list[int], int]:
        """A layout no higher than `best` and a lower bound no lower than `bound`, both in units.

        CP-SAT searches the whole problem, which is quick up to a hundred buffers and often succeeds beyond. Longer
        problems are also searched window by window. The search stops at a height of `enough` units.
        """
        buffers, small, is_long = self.problem.buffers, self.small, len(best) >= _LONG
        if is_long:
            bound = core_bound(buffers, small, best, bound, effort=0.8 * self.effort, budget=self.budget)
        if small.height(best) > max(bound, enough) and sum(map(len, small.of)) <= _MOST_GAPS:
            share = 0.5 if is_long else 1.0
            answer = search(small, best, bound, effort=share * self.effort, budget=self.budget)
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
    """The order with the buffers that the height does not count behind all others, since TFLM places them last."""
    return sorted(order, key=lambda one: one >= problem.counted) if problem.aside else order


def scope_bound(
    problem: PlacementProblem, small: Gaps, allowance: Allowance | None = None, *, enough: float = inf
) -> tuple[int, int]:
    """The largest least height of a single scope, in units, and that scope. Ignores caps.

    Scopes are tried by falling load, until the load is at most the best bound, since no scope needs more than its load.
    They end sooner where the bound is at least `enough`, or where the allowance (None: a default one) is spent; the
    scopes left then add nothing to the bound.
    """
    numbers = [number for number, buffer in enumerate(problem.buffers[: problem.counted]) if buffer.size]
    numbers.sort(key=lambda number: problem.buffers[number].first)
    sets: list[tuple[int, int, list[int]]] = []
    alive: list[int] = []
    for scope, new in groupby(numbers, key=lambda number: problem.buffers[number].first):
        alive = [*(number for number in alive if problem.buffers[number].last >= scope), *new]
        sets.append((sum(small.sizes[number] for number in alive), scope, alive))
    best, where, allowance = 0, 0, allowance or Allowance()
    for load, scope, members in sorted(sets, key=lambda entry: (-entry[0], entry[1])):
        if load <= best or best >= enough or allowance.spent:
            break
        least = least_height(small, members, allowance)
        if least > best:
            best, where = least, scope
    return best, where


def _orders(buffers: Sequence[Buffer]) -> Iterator[list[int]]:
    """Orders for first fit: against time (so that outputs lie below inputs), those of `greedy_orders`, and outward
    from the first scope of the largest buffer."""
    numbers = range(len(buffers))
    yield sorted(numbers, key=lambda number: (-buffers[number].first, -buffers[number].last, number))
    yield from greedy_orders(buffers, neighbors(buffers))
    largest = max(numbers, key=lambda number: buffers[number].size, default=0)
    if buffers:
        middle = buffers[largest].first
        yield sorted(numbers, key=lambda number: (abs(buffers[number].first - middle), -buffers[number].first, number))


def _star_first(buffers: Sequence[Buffer], small: Gaps, scope: int) -> Iterator[list[int]]:
    """An order for first fit that begins with the star alive in `scope`, if that star is large."""
    alive = [one for one, buffer in enumerate(buffers) if buffer.size and buffer.first <= scope <= buffer.last]
    first = order_around(small, alive)
    if first:
        rest = set(range(len(buffers))).difference(first)
        yield [*first, *sorted(rest, key=lambda one: (-buffers[one].last, -buffers[one].first, one))]


def _apart(problem: PlacementProblem, small: Gaps, best: list[int], budget: Budget) -> list[int] | None:
    """A layout without overlap that is lower than `best`, in units, or None.

    The load alone often rules such a layout out. `disjoint` knows no caps, so problems with caps are left out.
    """
    height = small.height(best) * small.unit
    if problem.caps or maximum_load(problem.apart) >= height:
        return None
    found = solve_disjoint(problem.apart, budget=budget, goal=height)
    return [offset // small.unit for offset in found.offsets] if found.height < height else None
