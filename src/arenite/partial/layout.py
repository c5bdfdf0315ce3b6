"""Layouts of models in strips: views stay on their wholes, which leaves few things to place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.overlap import OverlapSolution, overlap_problem
from arenite.overlap.gaps import gaps
from arenite.overlap.rigid import Groups

if TYPE_CHECKING:
    from arenite.kernels import Kernels
    from arenite.model import Model
    from arenite.overlap import OverlapProblem
    from arenite.sharing import Shared, Sharing


def laid_out(model: Model, sharing: Sharing, work: int) -> Shared | None:
    """The lowest layout found for the target, checked; None if none does what was asked for.

    What is low is the most of all sets of kernels that the target may run: room is left for the scratch of the set
    that is charged, or of the one that requests most.

    Args:
        model: in its order, without a plan.
        sharing: how layouts are made.
        work: how many groups may be placed in all, for each of the two.
    """
    best: Shared | None = None
    for scratch_of in dict.fromkeys((sharing.target.kernels, sharing.target.charged)):
        problem, tensors = sharing.problem(model, scratch_of)
        found = sharing.settle(model, problem, tensors, _solved(problem, work))
        if sharing.admits(found) and (best is None or max(found.heads.values()) < max(best.heads.values())):
            best = found
    return best


def head(model: Model, kernels: Kernels, work: int) -> int:
    """Bytes of the lowest layout found with the scratch of these kernels, quickly."""
    problem, _ = overlap_problem(model, kernels)
    return _solved(problem, work).height


def _solved(problem: OverlapProblem, work: int) -> OverlapSolution:
    small = gaps(problem)
    groups = Groups(small)
    tries = work // max(1, len(groups.groups))
    offsets = groups.improve(groups.orders(problem.buffers), 0, tries, lambda _: None)
    return OverlapSolution(
        tuple(offset * small.unit for offset in offsets), small.height(offsets) * small.unit, lower_bound=0
    )
