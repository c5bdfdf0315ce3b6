"""Model, a layout -> lower bound in bytes on the head of every order, from the conflicts that all orders share.

Two tensors conflict in every order if each has a user that is the producer of the other or depends on it. In any order
such a pair shares no byte, or lies at a distance that is safe in some order. The least height under these constraints
alone is a lower bound for all orders. If the graph has only one order, the bound is exact.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from arenite.budget import Budget
from arenite.formulate.placement import written_twice
from arenite.problems.placement import PlacementProblem
from arenite.search.joint.common import Common, main_alone
from arenite.solve.place import exact as cpsat
from arenite.solve.place.exact import core_bound, stretch
from arenite.solve.place.gaps import gaps, gaps_of
from arenite.solve.place.solver import scope_bound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.model import Model
    from arenite.problems.placement import Layout
    from arenite.search.joint.common import Rules

_MOST_BUFFERS = 300
"""Buffers in the bound's problem; of larger models the ones nearest in time to the highest buffer. Leaving out buffers
keeps the bound valid, and more would make the model for CP-SAT too large."""
_MOST_GAPS = 40_000
"""Constraints between two buffers up to which CP-SAT gets all buffers at once; larger models cost too much work."""
_LONG = 40
"""Buffers from which on the ones near the highest buffer are bounded alone first: few buffers are proven faster."""


def order_bound(problem: PlacementProblem) -> int:
    """A lower bound in bytes on the height of a placement problem, the largest of its single scopes' bounds."""
    small = gaps(problem)
    return scope_bound(problem, small)[0] * small.unit


def every_order_bound(
    model: Model,
    rules: Rules,
    order: Sequence[int],
    solution: Layout,
    *,
    bound: int = 0,
    effort: float = 1.0,
    budget: Budget | None = None,
) -> int:
    """A lower bound in bytes on the head of every order and every layout with overlap; at least `bound`.

    Arguments are those of `solve_jointly`. The limits of the rules are not looked at. An effort of 1 is one unit of
    CP-SAT's deterministic time.
    """
    budget = budget or Budget()
    rules = replace(rules, limits={})
    problem, tensors = rules.problem(model, order)
    if solution.height <= bound or not main_alone(model, tensors, {rules.charged}):
        return bound
    buffers, members = problem.buffers, list(range(len(problem.buffers)))
    if len(members) > _MOST_BUFFERS:
        ends = [at + buffer.size for at, buffer in zip(solution.offsets, buffers, strict=True)]
        members = stretch(buffers, ends.index(max(ends)), _MOST_BUFFERS)
    # Kept inputs are not barred: the bound has to hold even for layouts with views of them, which are valid.
    common = Common(model, rules, tensors, frozenset(written_twice(model)))
    conflicts = list(common.conflicts(members, every_order=True))
    relations = tuple(conflict.widest for conflict in conflicts if conflict.widest is not None)
    together = PlacementProblem(buffers, relations, problem.alignment)
    small = gaps_of(together, ((conflict.one, conflict.other) for conflict in conflicts)).part(members)
    start = [solution.offsets[member] // small.unit for member in members]
    least = -(-bound // small.unit)
    if len(members) >= _LONG:
        inside = [buffers[member] for member in members]
        least = core_bound(inside, small, start, least, effort=0.4 * effort, budget=budget)
    if least < small.height(start) and sum(map(len, small.of)) <= _MOST_GAPS:
        least = max(least, cpsat.search(small, start, least, effort=0.6 * effort, budget=budget).bound)
    return least * small.unit
