"""What other sets of kernels may take at most, as part of the layout problem for one set.

One layout serves several sets of kernels, each with scratch of its own, which TFLM places around the tensors. With the
set that is charged the height is to be small; with each other set it must not be above a limit.

    offset
      ^  - - - - - - - - - - - - -  limit of set K
      |       | scratch of K |
      |  +----+--------------+--+
      |  | a  |   +----------+  |   height: what the charged set takes
      |  +----+---|    b     |--+
      |           +----------+
      +-----------------------------> time (scopes)

So the scratch of K comes in as a buffer that has the limit for a cap and that the height does not count; scratch of
different sets may share bytes, since only one of them runs. Whatever layout TFLM stays within the limits with is a
layout of this problem, so a proof that there is none lower speaks of all of those. Not the other way round: where an
operator requests several scratch buffers, TFLM may place them worse than they could be. What is found here is to be
checked by following TFLM.

Where a tensor and the scratch are so large that the tensor would end too high above it, the tensor lies below the
scratch, and has a cap of its own. It says nothing new, but first fit sees it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from arenite.operators.liveness import NEVER, align, lifetimes
from arenite.problems.lifetimes import neighbors
from arenite.problems.placement import Buffer, Relation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from arenite.backends import Backend
    from arenite.model import Model
    from arenite.problems.placement import PlacementProblem

NO_LIMITS: dict[Backend, int] = {}


@dataclass(frozen=True, slots=True)
class Pressing:
    """Scratch of a set of kernels that a layout may leave too little room for: `sizes` of one operator, rounded up.

    `graph` and `position` say where the operator is in the file, `first` which number the first of the buffers has
    among all scratch of this set, as TFLM's kernels request it.
    """

    kernels: Backend
    graph: int
    position: int
    first: int
    sizes: tuple[int, ...]


def within_limits(
    problem: PlacementProblem,
    tensors: int,
    model: Model,
    limits: Mapping[Backend, int],
    charged: Backend,
    *,
    orders: Mapping[int, Sequence[int]] | None = None,
) -> PlacementProblem:
    """A layout problem with the limits of all sets of kernels in it, and the scratch that presses on them at its end.

    Args:
        problem: of `overlap_problem` with `scratch_of=charged`, as is `tensors`, how many of its buffers are tensors.
        tensors: the number of the problem's first buffers that are tensors, not scratch.
        model: the model.
        limits: bytes that the head must not exceed, for each set of kernels.
        charged: the set of kernels whose scratch counts in the height.
        orders: as in `overlap_problem`.
    """
    spans = lifetimes(model, orders).operators
    found = list(pressing(model, limits, charged))
    buffers, caps = list(problem.buffers), [*ceilings(problem, tensors, limits, charged)]
    sets: list[Backend] = []
    for each in found:
        span, limit = spans[each.graph][each.position], limits[each.kernels]
        for number, buffer in enumerate(problem.buffers[:tensors]):
            if buffer.size and buffer.first <= span.last and span.first <= buffer.last:
                below = sum(size for size in each.sizes if size + buffer.size > min(limits.values()))
                caps[number] = min(caps[number], limit - below)
        for size in each.sizes:
            name = f"scratch of {model.graphs[each.graph].operators[each.position].label} with {each.kernels.name}"
            buffers.append(Buffer(name, size, span.first, span.last))
            caps.append(limit)
            sets.append(each.kernels)
    relations = (*problem.relations, *_never_together(buffers, tensors, sets))
    return replace(problem, buffers=tuple(buffers), relations=relations, caps=tuple(caps), aside=len(sets))


def ceilings(problem: PlacementProblem, tensors: int, limits: Mapping[Backend, int], charged: Backend) -> Iterator[int]:
    """The cap of each buffer of a problem in any order: tensors are there with every set, scratch with the charged."""
    for number in range(len(problem.buffers)):
        yield min(limits.values()) if number < tensors else limits[charged]


def pressing(model: Model, limits: Mapping[Backend, int], charged: Backend) -> Iterator[Pressing]:
    """The scratch that a layout may leave too little room for, of operators that are run, in the order of the file.

    Not what fits above all tensors wherever these are, nor what takes no more than what room is left for anyway.
    """
    spans = lifetimes(model).operators
    seen = dict.fromkeys(limits, 0)
    for graph, operators in enumerate(model.graphs):
        for position, operator in enumerate(operators.operators):
            if spans[graph][position] is NEVER:
                continue
            requests = {kernels: tuple(map(align, kernels.planned_scratch(operator))) for kernels in limits}
            for kernels in _hard(requests, limits, charged):
                yield Pressing(kernels, graph, position, seen[kernels], requests[kernels])
            for kernels, sizes in requests.items():
                seen[kernels] += len(sizes)


def _hard(
    requests: Mapping[Backend, Sequence[int]], limits: Mapping[Backend, int], charged: Backend
) -> Iterator[Backend]:
    """The sets for whose scratch of one operator room may be missing, but for those that another set speaks for."""
    top = min(limits.values())
    kept = [charged]
    for kernels, sizes in requests.items():
        covered = any(limits[each] <= limits[kernels] and _no_larger(sizes, requests[each]) for each in kept)
        if kernels is not charged and limits[kernels] - sum(sizes) < top and not covered:
            kept.append(kernels)
            yield kernels


def _no_larger(sizes: Sequence[int], others: Sequence[int]) -> bool:
    """Whether some buffers find room wherever the others do."""
    pairs = zip(sorted(sizes, reverse=True), sorted(others, reverse=True), strict=False)
    return len(sizes) <= len(others) and all(size <= other for size, other in pairs)


def _never_together(buffers: Sequence[Buffer], tensors: int, sets: Sequence[Backend]) -> Iterator[Relation]:
    """Relations that let scratch of different sets lie anywhere; the last buffers are scratch of `sets`."""
    charged = len(buffers) - len(sets) - tensors
    for one, others in enumerate(neighbors(buffers[tensors:])):
        for other in others:
            if one < other >= charged and (one < charged or sets[one - charged] is not sets[other - charged]):
                yield Relation(tensors + one, tensors + other, -buffers[tensors + one].size)
