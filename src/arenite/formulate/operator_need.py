"""Operator -> bytes that its inputs and outputs need together in any layout, if the operator is their last reader.

Savings of single inputs add up to too much where an operator has many inputs: two inputs of a CONCATENATION may each be
allowed to lie on the last row of the output, but only one of them can. So all buffers of an operator are bounded
together.

The bound adds to the bytes of all other names alive (see `order_with_overlap`). Proof: take any layout, remove the
bytes that other names occupy, and close the gaps. This leaves a layout of the operator's own buffers: two that share
bytes keep their distance, and two that share none still share none.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import TYPE_CHECKING

from arenite.formulate.contents import equal_distances
from arenite.formulate.holdings import runs_graphs
from arenite.operators.liveness import ALIGNMENT, align
from arenite.problems.distances import aligned, with_more
from arenite.problems.placement import Buffer, PlacementProblem, Relation
from arenite.solve.place.gaps import gaps
from arenite.solve.place.least import least_height

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arenite.backends import Backend
    from arenite.formulate.contents import Pieces
    from arenite.model import Operator, Tensor
    from arenite.problems.distances import Distances
    from arenite.problems.order import Charge

_FEWEST = 3
"""Least buffers of an operator for a joint bound; with fewer it equals the sum of the single savings."""
_MOST = 300
"""Most buffers of an operator for a joint bound: their pairs, some 45,000, take about a second."""


@dataclass(frozen=True)
class OperatorNeeds:
    """Computes the joint need of single operators of a graph.

    charges: the tensors that take room in the head.
    pieces: of each of these tensors.
    barred: tensors that share no memory.
    kernels: the set of kernels that layouts have to be safe with.
    """

    charges: Mapping[Tensor, Charge]
    pieces: Mapping[Tensor, Pieces]
    barred: frozenset[Tensor]
    kernels: Backend

    def of(self, operator: Operator) -> tuple[int, tuple[Tensor, ...]] | None:
        """A lower bound in bytes on the operator's inputs and outputs in any layout, and these tensors.

        None if there are too few of them to gain anything over single savings, or too many to compute.
        """
        used = dict.fromkeys((*operator.inputs, *operator.outputs))
        own = tuple(tensor for tensor in used if tensor is not None and tensor in self.charges)
        if not _FEWEST <= len(own) <= _MOST or runs_graphs(operator):
            return None
        sizes = tuple(align(tensor.bytes) for tensor in own)
        found = (self._relation(operator, own, pair) for pair in combinations(range(len(own)), 2))
        relations = tuple(relation for relation in found if relation is not None)
        return _least(sizes, relations), own

    def _relation(self, operator: Operator, own: Sequence[Tensor], pair: tuple[int, int]) -> Relation | None:
        """The safe distances of two of the tensors, if the operator is the last reader of its inputs; None for none.

        `pair`: indices into `own`, which lists inputs before outputs.
        """
        source, target = (own[number] for number in pair)
        if {source, target} & self.barred:
            return None
        distance: int | None = None
        points: Distances = equal_distances(self.pieces[source], self.pieces[target])
        if source in operator.inputs and target in operator.outputs and source not in operator.outputs:
            rule = self.kernels.overlap(operator, source, target)
            points = rule.intact
            if not self.charges[source].kept:
                points = with_more(rule.exactly, rule.intact)
                distance = rule.distance
        distance, exactly = aligned(distance, points, ALIGNMENT, align(target.bytes))
        return Relation(*pair, distance, exactly) if exactly or distance is not None else None


@lru_cache(maxsize=1024)  # an unrolled recurrence has hundreds of operators with the same need
def _least(sizes: tuple[int, ...], relations: tuple[Relation, ...]) -> int:
    """A lower bound in bytes on the height of buffers that are alive together."""
    buffers = tuple(Buffer(f"buffer {number}", size, 0, 0) for number, size in enumerate(sizes))
    small = gaps(PlacementProblem(buffers, relations, ALIGNMENT))
    return least_height(small, range(len(sizes))) * small.unit
