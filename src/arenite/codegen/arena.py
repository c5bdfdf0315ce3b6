"""Where every tensor of a model lies in the arena of the generated code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite import layout
from arenite.errors import ModelError, VerificationError
from arenite.layout import Buffer, Problem, Solution
from arenite.liveness import lifetimes
from arenite.targets.tflm import planned_offsets
from arenite.tflite.memory_plan import read_plan

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arenite.model import Model, Tensor

ALIGNMENT = 8
"""Of every tensor's address in bytes: the largest element, and whole words for kernels that read those."""

SECONDS = 10.0
"""For the search of a layout, where the model carries none."""


@dataclass(frozen=True)
class Arena:
    """Offsets of all tensors that are used, in bytes from the arena's begin, and the arena's size."""

    offsets: Mapping[Tensor, int]
    size: int


def arena(model: Model) -> Arena:
    """The layout of the model's own plan where its tensors keep apart, or a lower one if there is none; checked.

    Raises:
        ModelError: operators are filed before what they read.
    """
    problem, tensors = _problem(model)
    carried = _carried(model, problem, tensors)
    goal = carried.height if carried else None
    solution = layout.solve(problem, time_limit=SECONDS, goal=goal)
    if carried is not None and carried.height <= solution.height:
        solution = carried
    layout.check(problem, solution)
    return Arena(dict(zip(tensors, solution.offsets, strict=True)), solution.height)


def _problem(model: Model) -> tuple[Problem, tuple[Tensor, ...]]:
    """What is alive when: tensors that an operator of the main graph uses, its inputs and its outputs."""
    liveness = lifetimes(model)
    if liveness.early:
        raise ModelError(
            f"{model.name}: {liveness.early[0][0].name!r} is read by an operator that is filed before the one which "
            "makes it; put the operators in order with 'arenite optimize' first"
        )
    inputs, buffers, tensors = set(model.main.inputs), [], []
    for entry in liveness.lifetimes:
        tensor = entry.tensor
        if entry.size and (not entry.dead or tensor in inputs):
            size = -(-tensor.bytes // ALIGNMENT) * ALIGNMENT
            buffers.append(Buffer(tensor.name, size, max(entry.first, 0), max(entry.last, 0)))
            tensors.append(tensor)
    return Problem(tuple(buffers), ALIGNMENT), tuple(tensors)


def _carried(model: Model, problem: Problem, tensors: tuple[Tensor, ...]) -> Solution | None:
    """The plan that the model carries; None without one, or where it lets tensors share bytes."""
    planned = planned_offsets(model, read_plan(model))
    if any(tensor not in planned for tensor in tensors):
        return None
    offsets = tuple(planned[tensor] for tensor in tensors)
    height = max((offset + each.size for offset, each in zip(offsets, problem.buffers, strict=True)), default=0)
    solution = Solution(offsets, height, 0)
    try:
        layout.check(problem, solution)
    except VerificationError:
        return None
    return solution
