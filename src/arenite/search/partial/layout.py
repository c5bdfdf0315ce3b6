"""Layouts of models in strips: views stay on their wholes, which leaves few things to place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.formulate.placement import overlap_problem
from arenite.problems.placement import Layout
from arenite.solve.place.gaps import gaps
from arenite.solve.place.rigid import Groups
from arenite.solve.place.solver import scope_bound

if TYPE_CHECKING:
    from arenite.backends import Backend
    from arenite.budget import Budget
    from arenite.model import Model
    from arenite.problems.placement import PlacementProblem
    from arenite.search.layout_policy import LayoutPolicy, Shared

_STEPS_OF_PROBLEM = 300
"""Steps for each buffer of a layout: rewriting the model, its lifetimes and relations; measured on the zoo."""
_STEPS_OF_GAP = 5
"""Steps for each rule about two buffers: it is worked out, and joined with others of the same groups."""
_FEW = 8
"""Buffers of which it is found out at once how low a layout can be."""


def laid_out(model: Model, policy: LayoutPolicy, work: int, budget: Budget) -> Shared | None:
    """The lowest layout found for the target, checked; None if none does what was asked for.

    What is low is the most of all sets of kernels that the target may run: room is left for the scratch of the set
    that is charged, or of the one that requests most.

    Args:
        model: in its order, without a plan.
        policy: how layouts are made.
        work: how many groups may be placed in all, for each of the two.
        budget: is charged for the layouts; once it is spent there is a first one only.
    """
    best: Shared | None = None
    for scratch_of in dict.fromkeys((policy.target.backend, policy.target.charged)):
        problem, tensors = policy.problem(model, scratch_of)
        found = policy.settle(model, problem, tensors, _solved(problem, work, budget))
        if policy.admits(found) and (best is None or max(found.heads.values()) < max(best.heads.values())):
            best = found
    return best


def head(model: Model, kernels: Backend, work: int, enough: int, budget: Budget) -> int:
    """Bytes of the lowest layout found with the scratch of these kernels, quickly; `enough` need not be improved on."""
    problem, _ = overlap_problem(model, kernels)
    return _solved(problem, work, budget, enough).height


def _solved(problem: PlacementProblem, work: int, budget: Budget, enough: int = 0) -> Layout:
    small = gaps(problem)
    budget.spend(_STEPS_OF_PROBLEM * len(problem.buffers) + _STEPS_OF_GAP * sum(map(len, small.of)))
    groups = Groups(small)
    tries = work // max(1, len(groups.groups))
    least = max(scope_bound(problem, small)[0] if len(problem.buffers) <= _FEW else 0, enough // small.unit)
    orders = groups.orders(problem.buffers)
    offsets = groups.improve(orders, least, tries, budget, lambda _: None)
    if small.height(offsets) > least and not budget.over:
        offsets = groups.from_above(orders, small.height(offsets), budget) or offsets
    return Layout(tuple(offset * small.unit for offset in offsets), small.height(offsets) * small.unit, lower_bound=0)
