"""Where every tensor of a model lies in the arena of the generated code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite import overlap
from arenite.codegen.sharing import shared
from arenite.errors import ModelError, VerificationError
from arenite.layout import Buffer
from arenite.liveness import NEVER, lifetimes
from arenite.overlap import OverlapProblem, OverlapSolution, Relation
from arenite.targets.tflm import planned_offsets
from arenite.tflite.memory_plan import read_plan

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from arenite.liveness import Liveness
    from arenite.model import Model, Tensor

WORD = 4
"""Least alignment of a tensor in bytes: kernels may read whole words."""

SECONDS = 20.0
"""After which no further search for a layout is begun. Most end long before, and so give the same every time."""


@dataclass(frozen=True)
class Arena:
    """Offsets of all tensors that are used, in bytes from the arena's begin, the arena's size and its alignment."""

    offsets: Mapping[Tensor, int]
    size: int
    alignment: int


def arena(model: Model) -> Arena:
    """The lowest layout found for the model's order, or that of its own plan where it is safe here and as low; checked.

    An output may lie on an input that nobody needs afterwards, as far as the kernels allow it (`shared`).

    Raises:
        ModelError: operators are filed before what they read.
    """
    problem, tensors = _problem(model)
    carried = _carried(model, problem, tensors)
    solution = overlap.solve(problem, time_limit=SECONDS, goal=carried.height if carried else None)
    if carried is not None and carried.height <= solution.height:
        solution = carried
    overlap.check(problem, solution)
    return Arena(dict(zip(tensors, solution.offsets, strict=True)), solution.height, problem.alignment)


def _problem(model: Model) -> tuple[OverlapProblem, tuple[Tensor, ...]]:
    """What is alive when: tensors that an operator of the main graph uses, its inputs and its outputs."""
    liveness = lifetimes(model)
    if liveness.early:
        raise ModelError(
            f"{model.name}: {liveness.early[0][0].name!r} is read by an operator that is filed before the one which "
            "makes it; put the operators in order with 'arenite optimize' first"
        )
    inputs = set(model.main.inputs)
    used = [entry for entry in liveness.lifetimes if entry.size and (not entry.dead or entry.tensor in inputs)]
    alignment = max([WORD, *(entry.tensor.type.bytes for entry in used)])
    buffers = tuple(
        Buffer(
            entry.tensor.name, -(-entry.tensor.bytes // alignment) * alignment, max(entry.first, 0), max(entry.last, 0)
        )
        for entry in used
    )
    tensors = tuple(entry.tensor for entry in used)
    return OverlapProblem(buffers, tuple(_relations(model, liveness, tensors, alignment)), alignment), tensors


def _relations(model: Model, liveness: Liveness, tensors: tuple[Tensor, ...], alignment: int) -> Iterator[Relation]:
    """The pairs of an operator's input and output of which the input is used up, and where they may share bytes."""
    number = {tensor: place for place, tensor in enumerate(tensors)}
    for operator, span in zip(model.main.operators, liveness.operators[0], strict=True):
        if span is NEVER or span.first != span.last or len(operator.outputs) != 1:
            continue
        target = operator.outputs[0]
        for source in dict.fromkeys(operator.inputs):
            if source is None or source not in number or target not in number or source is target:
                continue
            before, after = liveness.of[source], liveness.of[target]
            if not before.first < before.last == span.first == after.first:
                continue
            distance = shared(operator, source, target).within(source.bytes, target.bytes).distance
            if distance is not None:
                yield Relation(number[source], number[target], -(-distance // alignment) * alignment)


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
