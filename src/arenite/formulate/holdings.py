"""Graph -> holdings: which bytes of its tensors may be the same memory because they hold equal data, in any order.

Offsets are multiples of 16, so tensors share memory in units of 16 bytes, called granules. A granule's name is the
origin of its first byte: the tensor that computed it, and the position there. (Padding from rounding up is never the
first byte.) Granules of the same name may share memory; granules of different names may not. So at any time memory
holds every name that is alive at least once:

    A       |a0|a1|                 granules a0 and a1 are alive until the last reader of A or C;
    B          |b0|b1|              CONCATENATION adds no new names
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
    """`size` bytes, a multiple of 16, of names that the tensors `holders` have in common.

    The first holder's operator computes the bytes; every further holder copies them from an earlier one. A tensor that
    holds the same names without such a chain of copies is left out. The bytes then count for fewer tensors, so a bound
    stays valid.
    """

    size: int
    holders: tuple[Tensor, ...]


def copied_pieces(
    operators: Iterable[Operator], tensors: Iterable[Tensor], barred: frozenset[Tensor], kernels: Backend
) -> dict[Tensor, Pieces]:
    """The pieces of each of `tensors` after the operators have run.

    Args:
        operators: in a valid order.
        barred: tensors that never share memory; nothing counts as copied into or out of them.
        kernels: the set of kernels whose rules say what is a copy (`Overlap.intact`).
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
    """Whether an operator calls other graphs, so that it takes more than one scope."""
    return bool(called_graphs(operator))


def holdings(pieces: Mapping[Tensor, Pieces], sources: Mapping[Tensor, Sequence[Tensor]]) -> list[Holding]:
    """All names of granules, grouped by the tensors that hold them.

    Args:
        pieces: of all tensors, in the order in which they are computed.
        sources: for each tensor, the tensors that its producer reads.
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
    """The first holder, and the holders that copy from it directly or through each other."""
    found = dict.fromkeys(holders[:1])
    for holder in holders[1:]:
        if any(source in found for source in sources[holder]):
            found[holder] = None
    return tuple(found)


def shared_bytes(operator: Operator, source: Tensor, target: Tensor, kernels: Backend) -> int:
    """The most bytes in which output `target` can overlap input `source` if the operator is its last reader.

    Both sizes are rounded up to 16.
    """
    if runs_graphs(operator):
        return 0
    rule = kernels.overlap(operator, source, target)
    above, below = align(source.bytes), align(target.bytes)
    distances = nearest(multiples(rule.exactly, ALIGNMENT), min(0, below - above))
    if rule.distance is not None:
        distances.append(max(align(rule.distance), 0))
    return max((max(0, min(distance + above, below) - max(distance, 0)) for distance in distances), default=0)
