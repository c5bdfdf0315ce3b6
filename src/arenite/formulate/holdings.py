"""Which bytes of a graph's tensors may be the same memory since they hold the same, whatever the order.

Offsets are multiples of 16, so memory is shared 16 bytes at a time, a granule. Two granules that both hold the same are
copies of one original byte, their first one (what rounding adds is never the first). So every granule of a tensor is
named by the tensor that its first byte was computed in, and that byte's place there; granules of the same name may
share memory, others may not. A layout without any copy of a granule has its name once at each moment, so that the
names alive are what memory holds at least.

    A       |a0|a1|                 granules a0 and a1 are alive until nobody needs A or C any more;
    B          |b0|b1|              CONCATENATION itself makes nothing
    C       |a0|a1|b0|b1|
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from arenite.formulate.contents import own, with_copy
from arenite.operators.liveness import ALIGNMENT, align, called_graphs
from arenite.problems.distances import multiples, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from arenite.backends import Backend
    from arenite.formulate.contents import Pieces
    from arenite.model import Operator, Tensor


@dataclass(frozen=True, slots=True)
class Holding:
    """`size` bytes, a multiple of 16, that `holders` hold, each a copy of one before it; the first one computes them.

    Bytes that several tensors hold of which none was copied from the other count for the first of these alone, with
    what is copied from it: together they need no less.
    """

    size: int
    holders: tuple[Tensor, ...]


def copied_pieces(
    operators: Iterable[Operator], tensors: Iterable[Tensor], barred: frozenset[Tensor], kernels: Backend
) -> dict[Tensor, Pieces]:
    """Whose bytes each of `tensors` holds, when the operators run in this order, which has to be a valid one.

    `barred` are those that never share memory: nothing is copied into or out of them.
    """
    pieces = {tensor: own(tensor) for tensor in tensors}
    for operator in operators:
        if runs_graphs(operator):
            continue
        for target in operator.outputs:
            for source in dict.fromkeys(operator.inputs):
                if source not in pieces or target not in pieces or source is target or {source, target} & barred:
                    continue
                for distance in kernels.overlap(operator, source, target).intact:
                    pieces[target] = with_copy(pieces[target], pieces[source], distance)
    return pieces


def runs_graphs(operator: Operator) -> bool:
    """Whether an operator takes more scopes than its own."""
    return bool(called_graphs(operator))


def holdings(pieces: Mapping[Tensor, Pieces], sources: Mapping[Tensor, Sequence[Tensor]]) -> list[Holding]:
    """All names of granules, grouped by who holds them.

    `pieces`: of all tensors, in the order in which they are computed. `sources`: the tensors that the operator reads
    which computes a tensor.
    """
    lines: defaultdict[tuple[Tensor, int], list[tuple[int, int, Tensor]]] = defaultdict(list)
    for tensor, parts in pieces.items():
        for part in parts:
            first, end = -(-part.start // ALIGNMENT), -(-part.end // ALIGNMENT)
            if first < end:
                begin = part.begin + first * ALIGNMENT - part.start
                low = begin // ALIGNMENT
                lines[part.origin, begin % ALIGNMENT].append((low, low + end - first, tensor))
    sizes: defaultdict[tuple[Tensor, ...], int] = defaultdict(int)
    for line in lines.values():
        bounds = sorted({bound for low, high, _ in line for bound in (low, high)})
        for low, high in pairwise(bounds):
            holders = tuple(dict.fromkeys(tensor for begin, end, tensor in line if begin <= low and high <= end))
            if holders:
                sizes[_connected(holders, sources)] += (high - low) * ALIGNMENT
    return [Holding(size, holders) for holders, size in sizes.items()]


def _connected(holders: tuple[Tensor, ...], sources: Mapping[Tensor, Sequence[Tensor]]) -> tuple[Tensor, ...]:
    """The first holder and those that copy from it, directly or by way of each other."""
    found = dict.fromkeys(holders[:1])
    for holder in holders[1:]:
        if any(source in found for source in sources[holder]):
            found[holder] = None
    return tuple(found)


def shared_bytes(operator: Operator, source: Tensor, target: Tensor, kernels: Backend) -> int:
    """The most bytes that an output and an input that is used up can have in common, both rounded up to 16."""
    if runs_graphs(operator):
        return 0
    rule = kernels.overlap(operator, source, target)
    above, below = align(source.bytes), align(target.bytes)
    distances = nearest(multiples(rule.exactly, ALIGNMENT), min(0, below - above))
    if rule.distance is not None:
        distances.append(max(align(rule.distance), 0))
    return max((max(0, min(each + above, below) - max(each, 0)) for each in distances), default=0)
