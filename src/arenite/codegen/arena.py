"""Where every tensor of a model lies in the arena of the generated code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite import overlap
from arenite.errors import ModelError, VerificationError
from arenite.kernels import Kernels
from arenite.liveness import lifetimes
from arenite.overlap import OverlapProblem, OverlapSolution, overlap_problem
from arenite.targets.target import C
from arenite.targets.tflm import planned_offsets
from arenite.tflite.memory_plan import read_plan
from arenite.tflite.target_name import read_target_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arenite.model import Model, Tensor

SECONDS = 20.0
"""After which no further search for a layout is begun. Most end long before, and so give the same every time."""


@dataclass(frozen=True)
class Arena:
    """Offsets of all tensors that are used, in bytes from the arena's begin, the arena's size and its alignment."""

    offsets: Mapping[Tensor, int]
    size: int
    alignment: int


def arena(model: Model) -> Arena:
    """The layout of a model's own plan where it was made for the target `c` and is right; else the lowest one found.

    Outputs may lie on inputs that nobody needs afterwards, and views on their wholes, as far as the kernels allow it
    (`arenite.kernels.generated_c`). What comes out has been checked.

    Args:
        model: `folded`.

    Raises:
        ModelError: operators are filed before what they read.
    """
    liveness = lifetimes(model)
    if liveness.early:
        raise ModelError(
            f"{model.name}: {liveness.early[0][0].name!r} is read by an operator that is filed before the one which "
            "makes it; put the operators in order with 'arenite optimize' first"
        )
    problem, tensors = overlap_problem(model, Kernels.C)
    solution = _carried(model, problem, tensors)
    if solution is None or read_target_name(model) != C.name:
        found = overlap.solve(problem, time_limit=SECONDS, goal=solution.height if solution else 0)
        solution = found if solution is None or found.height < solution.height else solution
    overlap.check(problem, solution)
    return Arena(dict(zip(tensors, solution.offsets, strict=True)), solution.height, problem.alignment)


def _carried(model: Model, problem: OverlapProblem, tensors: tuple[Tensor, ...]) -> OverlapSolution | None:
    """The plan that the model carries; None without one, or where these kernels would not be safe with it."""
    planned = planned_offsets(model, read_plan(model))
    if any(tensor not in planned for tensor in tensors):
        return None
    offsets = tuple(planned[tensor] for tensor in tensors)
    height = max((offset + each.size for offset, each in zip(offsets, problem.buffers, strict=True)), default=0)
    solution = OverlapSolution(offsets, height, 0)
    try:
        overlap.check(problem, solution)
    except VerificationError:
        return None
    return solution
