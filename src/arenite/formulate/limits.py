"""Layout problem of the charged set of kernels -> the same problem with limits for the other sets.

One layout serves several sets of kernels, each with its own scratch, which TFLM places around the tensors. The height
with the charged set is minimized; the height with each other set must not exceed a limit.

    offset
      ^  - - - - - - - - - - - - -  limit of set K
      |       | scratch of K |
      |  +----+--------------+--+
      |  | a  |   +----------+  |   height: what the charged set takes
      |  +----+---|    b     |--+
      |           +----------+
      +-----------------------------> time (scopes)

So the scratch of K becomes a buffer whose cap is the limit, and which the height does not count. Scratch buffers of
different sets may share bytes, because only one set runs.

Every layout with which TFLM keeps to the limits is a solution of this problem, so a lower bound of the problem holds
for all of them. The reverse does not hold: TFLM may place several scratch buffers of one operator worse than the
solution does. So a solution has to be checked by following TFLM.

If a tensor on top of some scratch would exceed the limit, the tensor has to lie below the scratch. It gets a lower cap
for this. The cap is redundant, but it guides first fit.
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


@dataclass(frozen=True, slots=True)
class Pressing:
    """Scratch of one operator with a set of kernels, for which a layout may leave too little room.

    kernels: the set.
    graph, position: where the operator is in the file.
    first: index of the operator's first scratch buffer among all scratch of this set, in the order of requests.
    sizes: bytes of the operator's scratch buffers, rounded up.
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
    """The layout problem with a cap for every buffer, and with scratch of other sets (`pressing`) added at its end.

    Args:
        problem: from `overlap_problem` with `scratch_of=charged`.
        tensors: number of the problem's buffers, from the first on, that are tensors.
        limits: bytes that the head must not exceed, for each set of kernels.
        charged: the set of kernels whose scratch the height counts.
        orders: as in `overlap_problem`.
    """
    spans = lifetimes(model, orders).operators
    found = list(pressing(model, limits, charged))
    buffers, caps = list(problem.buffers), [min(limits.values())] * tensors
    # Tensors are placed with every set, so the lowest limit caps them. Scratch is only there with the charged set.
    caps += [limits[charged]] * (len(buffers) - tensors)
    sets: list[Backend] = []
    for scratch in found:
        span, limit = spans[scratch.graph][scratch.position], limits[scratch.kernels]
        for number, buffer in enumerate(problem.buffers[:tensors]):
            if buffer.size and buffer.first <= span.last and span.first <= buffer.last:
                below = sum(size for size in scratch.sizes if size + buffer.size > min(limits.values()))
                caps[number] = min(caps[number], limit - below)
        for size in scratch.sizes:
            operator = model.graphs[scratch.graph].operators[scratch.position]
            name = f"scratch of {operator.label} with {scratch.kernels.name}"
            buffers.append(Buffer(name, size, span.first, span.last))
            caps.append(limit)
            sets.append(scratch.kernels)
    relations = (*problem.relations, *_never_together(buffers, tensors, sets))
    return replace(problem, buffers=tuple(buffers), relations=relations, caps=tuple(caps), aside=len(sets))


def pressing(model: Model, limits: Mapping[Backend, int], charged: Backend) -> Iterator[Pressing]:
    """The scratch of executed operators for which a layout may leave too little room, in the order of the file.

    Scratch is left out if it fits above all tensors in every layout, or wherever other scratch of the operator fits.
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
    """The sets with too little room for the scratch of one operator; not those that another set's scratch implies."""
    top = min(limits.values())
    kept = [charged]
    for kernels, sizes in requests.items():
        covered = any(limits[other] <= limits[kernels] and _no_larger(sizes, requests[other]) for other in kept)
        if kernels is not charged and limits[kernels] - sum(sizes) < top and not covered:
            kept.append(kernels)
            yield kernels


def _no_larger(sizes: Sequence[int], others: Sequence[int]) -> bool:
    """Whether buffers of `sizes` fit wherever buffers of `others` fit."""
    pairs = zip(sorted(sizes, reverse=True), sorted(others, reverse=True), strict=False)
    return len(sizes) <= len(others) and all(size <= other for size, other in pairs)


def _never_together(buffers: Sequence[Buffer], tensors: int, sets: Sequence[Backend]) -> Iterator[Relation]:
    """Relations that allow every distance between scratch of different sets; the last buffers are scratch of `sets`."""
    charged = len(buffers) - len(sets) - tensors
    for one, others in enumerate(neighbors(buffers[tensors:])):
        for other in others:
            if one < other >= charged and (one < charged or sets[one - charged] is not sets[other - charged]):
                yield Relation(tensors + one, tensors + other, -buffers[tensors + one].size)
