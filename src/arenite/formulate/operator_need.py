"""Bytes that one operator's inputs and outputs take at least, wherever they lie, if nobody needs its inputs any more.

What each input can save of the output by itself says too little where there are many of them. Of two inputs that both
may lie on the last row of a joined tensor, only one can. So the buffers of one operator are looked at together.

Buffers of other names lie elsewhere (see `ordering`). Taking out what they occupy, and closing the gaps, leaves a
layout of the operator's own buffers: the distances of two that share bytes stay, others stay apart. So what the
operator's buffers need by themselves, and the bytes of other names, add up.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from arenite.formulate.contents import equal_distances
from arenite.formulate.holdings import runs_graphs
from arenite.operators.liveness import ALIGNMENT, align
from arenite.problems.distances import between, multiples, with_more
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
"""Buffers from which on looking at all together may tell more than the sum of what each input saves."""
_MOST = 300
"""Buffers up to which they are looked at together: their pairs, some 45,000, take about a second."""


@dataclass(frozen=True)
class OperatorNeeds:
    """What single operators of a graph need.

    `charges`: what takes room in the head. `pieces`: whose bytes each of these tensors holds. `barred`: tensors that
    share no memory. `kernels`: those that the layout has to be safe with.
    """

    charges: Mapping[Tensor, Charge]
    pieces: Mapping[Tensor, Pieces]
    barred: frozenset[Tensor]
    kernels: Backend

    def of(self, operator: Operator) -> tuple[int, tuple[Tensor, ...]] | None:
        """Bytes that the operator's inputs and outputs take at least in any layout, and these tensors.

        None where there are too few of them to tell more than the sum of what each input saves, or too many to look at.
        """
        each = dict.fromkeys((*operator.inputs, *operator.outputs))
        own = tuple(tensor for tensor in each if tensor is not None and tensor in self.charges)
        if not _FEWEST <= len(own) <= _MOST or runs_graphs(operator):
            return None
        buffers = tuple(Buffer(tensor.name, align(tensor.bytes), 0, 0) for tensor in own)
        found = (self._relation(operator, own, pair) for pair in combinations(range(len(own)), 2))
        relations = tuple(relation for relation in found if relation is not None)
        small = gaps(PlacementProblem(buffers, relations, ALIGNMENT))
        return least_height(small, range(len(own))) * small.unit, own

    def _relation(self, operator: Operator, own: Sequence[Tensor], pair: tuple[int, int]) -> Relation | None:
        """Where two of the tensors, inputs first, may lie if the operator is the last to read its inputs."""
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
                distance = None if rule.distance is None else align(rule.distance)
        if distance is not None and distance >= align(target.bytes):
            distance = None
        exactly = between(multiples(points, ALIGNMENT), None, distance)
        return Relation(*pair, distance, exactly) if exactly or distance is not None else None
