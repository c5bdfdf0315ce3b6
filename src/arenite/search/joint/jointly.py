"""Model, an order, its layout -> a lower layout in another order, searched with CP-SAT (OR-tools).

Small graphs are searched as a whole. In larger ones, each search is a window of the order around a highest buffer:

    order   | fixed ...... | window: operators reorder, buffers move | ...... fixed |
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from arenite.budget import Budget
from arenite.checkers.placement import check
from arenite.formulate.placement import unshared, views_of_inputs
from arenite.problems.placement import Layout
from arenite.search.joint.common import Common, main_alone
from arenite.search.joint.joint_model import Arrangement, JointModel, Part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.model import Model, Tensor
    from arenite.problems.placement import PlacementProblem
    from arenite.search.joint.common import Conflict, Rules

_EFFORT = 2.0
"""CP-SAT's deterministic time for an effort of 1: about five seconds."""
_MOST_BUFFERS = 800
"""Buffers up to which a graph is searched at all; the number of pairs, and so the CP-SAT model, grows quadratically."""
_MOST_WHOLE = 48
"""Buffers up to which the whole order is searched at once; of larger graphs, search by windows finds more."""
_LEAST, _MOST = 6, 48
"""Operators on each side of a window's middle, at first and at most; a window without gain is doubled."""
_SEARCHES, _MOST_SEARCHES = 5, 40
"""Windows the effort is divided among; hard cap, reached if every window ends early."""
_CORE = 30
"""Buffers near a highest one in the first search for a bound; each further search takes a third more."""
_CORE_EFFORT = 1.25
"""CP-SAT's deterministic time for an effort of 1, for all searches for a bound together."""


@dataclass(frozen=True)
class JointOverlapSolution:
    """The lowest layout known, its order, and a lower bound in bytes for every order and layout.

    `problem` and `tensors`: from `overlap_problem` for `order`. `solution`: a checked layout of the problem.
    """

    order: tuple[int, ...]
    problem: PlacementProblem
    tensors: tuple[Tensor, ...]
    solution: Layout
    lower_bound: int

    @property
    def optimal(self) -> bool:
        """Whether the lower bound proves that no order and no layout is lower."""
        return self.solution.height == self.lower_bound


def solve_jointly(
    model: Model,
    rules: Rules,
    order: Sequence[int],
    solution: Layout,
    *,
    bound: int = 0,
    effort: float = 1.0,
    budget: Budget | None = None,
) -> JointOverlapSolution:
    """Search a layout lower than the given one, in any order of the main graph, and a lower bound for all of them.

    Nothing is searched if other graphs take room in the head (`main_alone`), or if there are too many buffers.

    Args:
        rules: what layouts have to respect.
        order: of the main graph, as positions in the file.
        solution: a layout of `rules.problem` for that order.
        bound: a lower bound in bytes for every order that is already known.
        effort: limit of the searches' work; 1 is about five seconds, plus three for the bound.
        budget: charged for the searches; none begins once the budget is spent. None is a budget of its own.

    Raises:
        VerificationError: the given layout, or the one that the search found, is not valid.
    """
    budget = budget or Budget()
    problem, tensors = rules.problem(model, order)
    check(problem, solution)
    start = JointOverlapSolution(tuple(order), problem, tensors, solution, bound)
    if solution.height <= bound or len(problem.buffers) > _MOST_BUFFERS:
        return start
    # The search space has no views of kept inputs, so its bound would not hold for all layouts.
    views_are_missing = rules.keep_inputs and views_of_inputs(model, rules.kernels)
    if views_are_missing or not main_alone(model, tensors, {rules.charged, *rules.limits}):
        return start
    common = Common(model, rules, tensors, unshared(model, keep_inputs=rules.keep_inputs))
    conflicts = list(common.conflicts())
    if not common.complete:
        return start
    start = replace(
        start, lower_bound=_core_bound(start, common, conflicts, effort=_CORE_EFFORT * effort, budget=budget)
    )
    if start.optimal:
        return start
    sizes, bound = [buffer.size for buffer in problem.buffers], start.lower_bound
    if problem.counted > _MOST_WHOLE:
        found = _lowered(start, common, conflicts, effort=_EFFORT * effort, budget=budget)
        least = bound
    else:
        whole = JointModel(common, conflicts, sizes, Arrangement(tuple(order), solution.offsets), bound=bound)
        found, least, _ = whole.run(_EFFORT * effort, budget)
        least = max(least, bound)
    if found is None:
        return replace(start, lower_bound=least)
    problem, tensors = rules.problem(model, found.order)
    height = _height(found, sizes, common)
    better = Layout(found.offsets, height, min(least, height), "search")
    check(problem, better)
    return JointOverlapSolution(found.order, problem, tensors, better, min(least, height))


def _height(arrangement: Arrangement, sizes: Sequence[int], common: Common) -> int:
    return max(arrangement.offsets[buffer] + sizes[buffer] for buffer in range(common.counted))


def _core_bound(
    start: JointOverlapSolution, common: Common, conflicts: Sequence[Conflict], *, effort: float, budget: Budget
) -> int:
    """A lower bound in bytes for every order and layout, from the buffers near a highest one alone.

    Few buffers usually suffice to prove that nothing is lower, and a problem with few buffers is solved much faster.
    """
    sizes = [buffer.size for buffer in start.problem.buffers]
    arrangement, spans = Arrangement(start.order, start.solution.offsets), _spans(start.order, common)
    first, last = spans[_highest(arrangement, sizes, common)]
    near = sorted(spans, key=lambda buffer: (max(spans[buffer][0] - last, first - spans[buffer][1], 0), buffer))
    least, left, count = start.lower_bound, effort, _CORE
    while count < len(near) and left > 0 and not budget.over and least < start.solution.height:
        members = set(near[:count])
        inside = [conflict for conflict in conflicts if conflict.one in members and conflict.other in members]
        part = Part({operator for buffer in members for operator in common.users(buffer)}, members)
        model = JointModel(common, inside, sizes, arrangement, bound=least, part=part)
        found, proven, spent = model.run(left, budget, any_lower=True)
        least = max(least, proven)
        if found is None:
            break
        left -= max(spent, effort / _MOST_SEARCHES)
        count += count // 3
    return least


def _lowered(
    start: JointOverlapSolution, common: Common, conflicts: Sequence[Conflict], *, effort: float, budget: Budget
) -> Arrangement | None:
    """Lower the start by windows around its highest buffers, one after the other; None if no window gains."""
    sizes = [buffer.size for buffer in start.problem.buffers]
    best, lowest = Arrangement(start.order, start.solution.offsets), None
    left, around = effort, _LEAST
    while left > 0 and not budget.over and _height(best, sizes, common) > start.lower_bound:
        part = _window(best, sizes, common, around)
        model = JointModel(common, conflicts, sizes, best, bound=start.lower_bound, part=part)
        found, _, spent = model.run(min(left, effort / _SEARCHES), budget)
        left -= max(spent, effort / _MOST_SEARCHES)
        if found is not None:
            best = lowest = found
        elif around >= _MOST:
            break
        else:
            around *= 2
    return lowest


def _window(arrangement: Arrangement, sizes: Sequence[int], common: Common, around: int) -> Part:
    """The `around` operators on each side of where a highest buffer begins, and all buffers alive meanwhile."""
    spans, order = _spans(arrangement.order, common), arrangement.order
    highest = _highest(arrangement, sizes, common)
    middle = spans[highest][0]
    first, last = max(0, middle - around), min(len(order) - 1, middle + around)
    alive = [number for number, (begin, end) in spans.items() if begin <= last and end >= first]
    return Part(order[first : last + 1], sorted({*alive, highest}))


def _spans(order: Sequence[int], common: Common) -> dict[int, tuple[int, int]]:
    """The first and the last place in the order at which each buffer is alive; -1: before the first operator."""
    rank = {operator: place for place, operator in enumerate(order)}
    spans = {}
    for number, charge in common.charges.items():
        places = [rank[operator] for operator in common.users(number)]
        last = len(rank) if charge.kept else max(places, default=-1)
        spans[number] = (-1 if charge.producer is None else min(places), last)
    return spans


def _highest(arrangement: Arrangement, sizes: Sequence[int], common: Common) -> int:
    """The counted buffer with the highest end, the first of equals."""
    counted = (buffer for buffer in common.charges if buffer < common.counted)
    return min(counted, key=lambda buffer: (-arrangement.offsets[buffer] - sizes[buffer], buffer))
