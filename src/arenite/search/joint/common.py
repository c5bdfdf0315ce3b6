"""Model, rules -> Common: for all orders of a graph at once, which buffers conflict and where these may lie then.

Two buffers do not conflict if all users of the one run before the producer of the other:

    producer(a) ... last user(a) | producer(b) ... last user(b)       a and b may have the same address

For a pair of buffers this holds in every order, in no order, or in the orders in which certain operators run before
others.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING

from arenite.formulate.contents import equal_distances
from arenite.formulate.holdings import copied_pieces, runs_graphs
from arenite.formulate.limits import pressing, within_limits
from arenite.formulate.order import file_order, order_is_free, ordering_problem
from arenite.formulate.placement import overlap_problem
from arenite.operators.liveness import ALIGNMENT, align, executed_graphs, head_bytes
from arenite.problems.distances import aligned, with_more
from arenite.problems.order import Charge
from arenite.problems.placement import Relation
from arenite.solve.order.graph import Graph, bits

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from arenite.backends import Backend
    from arenite.model import Model, Tensor
    from arenite.problems.distances import Distances
    from arenite.problems.placement import PlacementProblem

Before = tuple[tuple[int, int], ...]
"""A conjunction: for every pair (u, v), operator u runs before operator v. Neither operator depends on the other."""


@dataclass(frozen=True)
class Rules:
    """What a layout must respect in a joint search of order and layout, and the layout problem of one order by it.

    kernels: the set of kernels that layouts have to be safe with.
    charged: the set whose scratch counts in the head to minimize.
    keep_inputs: the inputs of the main graph stay intact to the end of the inference.
    limits: largest head in bytes for sets of kernels; the charged set must be one of them. Empty: no limits.
    """

    kernels: Backend
    charged: Backend
    keep_inputs: bool = False
    limits: Mapping[Backend, int] = field(default_factory=dict)

    def problem(self, model: Model, order: Sequence[int]) -> tuple[PlacementProblem, tuple[Tensor, ...]]:
        """The layout problem of an order of the main graph, within the limits, and the tensors of its first buffers.

        Buffer i stands for tensor i; the buffers after the last tensor are scratch.
        """
        problem, tensors = overlap_problem(
            model, self.kernels, {0: order}, keep_inputs=self.keep_inputs, scratch_of=self.charged
        )
        if self.limits:
            problem = within_limits(problem, len(tensors), model, self.limits, self.charged, orders={0: order})
        return problem, tensors


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two buffers, by their numbers, that are alive together in some order.

    apart: alternatives under any of which the two are not alive together; () if they are alive together in every order.
    always: the distances that are safe in every order; None for none.
    used_up: the distances that are safe if the operator that reads the one buffer and writes the other is the last
        reader; None if there are none, or no such operator.
    last: what must hold for that operator to be the last reader.
    """

    one: int
    other: int
    apart: tuple[Before, ...]
    always: Relation | None
    used_up: Relation | None = None
    last: Before = ()

    @property
    def widest(self) -> Relation | None:
        """The distances that are safe in some order."""
        return self.always if self.used_up is None else self.used_up


def main_alone(model: Model, tensors: Sequence[Tensor], sets: Collection[Backend]) -> bool:
    """Whether the main graph's order is free and no other executed graph takes room in the head.

    Only these tensors, and scratch of these sets of kernels, take room.
    """
    others = [model.graphs[position] for position in executed_graphs(model) if position != 0]
    further = {tensor for graph in others for tensor in graph.tensors}
    operators = (operator for graph in others for operator in graph.operators)
    return (
        order_is_free(model, 0)
        and not any(tensor in further for tensor in tensors)
        and not any(size for operator in operators for kernels in sets for size in kernels.planned_scratch(operator))
    )


class Common:
    """What holds for the layout problems of all orders of a main graph; the model must satisfy `main_alone`.

    Buffers have their numbers of the layout problem: first `tensors`, then the scratch of the charged set, then the
    scratch of other sets of kernels that may not fit within its limit (`pressing`). Operators have their positions in
    the main graph.

    `barred`: tensors that never share bytes with others. `charges`: lifetime and size of each buffer that is ever
    alive, by its number. `counted`, `caps`: as in `PlacementProblem`, valid for every order.
    """

    def __init__(self, model: Model, rules: Rules, tensors: Sequence[Tensor], barred: frozenset[Tensor]) -> None:
        kernels, scratch_of, limits = rules.kernels, rules.charged, rules.limits
        self._kernels = kernels
        self._operators = model.main.operators
        self._tensors = tensors
        ordering, charged = ordering_problem(model, keep_inputs=rules.keep_inputs)
        graph = Graph(ordering)
        self._from = [graph.descendants[v] | 1 << v for v in range(graph.count)]
        """For each operator the set (bit mask) of itself and its descendants."""
        charges = dict(zip(charged, ordering.tensors, strict=True))
        unused = {tensor: Charge(head_bytes(tensor), None, ()) for tensor in model.main.inputs}
        charges = {**unused, **charges}
        self.charges = {number: charges[tensor] for number, tensor in enumerate(tensors) if tensor in charges}
        self.complete = all(tensor in charges for tensor in tensors if tensor in model.main.outputs)
        """Whether `charges` has every buffer that is ever alive; false if the graph has an output without producer."""
        requests = [
            (index, align(size), scratch_of)
            for index, operator in enumerate(self._operators)
            for size in scratch_of.planned_scratch(operator)
        ]
        hard = list(pressing(model, limits, scratch_of)) if limits else []
        beside = [(scratch.position, size, scratch.kernels) for scratch in hard for size in scratch.sizes]
        for number, (index, size, _) in enumerate([*requests, *beside], len(tensors)):
            self.charges[number] = Charge(size, index, ())
        self._sets = [kernels for _, _, kernels in [*requests, *beside]]
        self.counted = len(tensors) + len(requests)
        self.caps = (
            (*[min(limits.values())] * len(tensors), *[limits[kernels] for kernels in self._sets]) if limits else ()
        )
        self._users = {
            number: sorted({*charge.consumers, *(() if charge.producer is None else (charge.producer,))})
            for number, charge in self.charges.items()
        }
        in_order = [self._operators[index] for index in file_order(model.main)]
        pieces = copied_pieces(in_order, charged, barred, kernels)
        self._pieces = {tensor: parts for tensor, parts in pieces.items() if tensor not in barred}

    def conflicts(self, buffers: Iterable[int] | None = None, *, every_order: bool = False) -> Iterator[Conflict]:
        """Yield the pairs of `buffers` (None: all) that conflict in some order, or with `every_order` in every order.

        The lower number comes first in each pair.
        """
        among = self.charges if buffers is None else self.charges.keys() & set(buffers)
        for one, other in combinations(sorted(among), 2):
            if self._of_different_sets(one, other):
                continue
            ways = (self._ends_before(one, other), self._ends_before(other, one))
            apart = tuple(way for way in ways if way is not None)
            if () not in apart and not (every_order and apart):
                yield self._conflict(one, other, apart)

    def _of_different_sets(self, one: int, other: int) -> bool:
        """Whether two buffers are scratch of different sets of kernels; only one set runs, so they may share bytes."""
        first = len(self._tensors)
        return min(one, other) >= first and self._sets[one - first] is not self._sets[other - first]

    def needs(self, operators: Collection[int]) -> Iterator[tuple[int, int]]:
        """Pairs (u, v) of `operators` where v depends on u, directly or indirectly; without pairs that others imply."""
        among = sum(1 << operator for operator in operators)
        for operator in sorted(operators):
            after = self._from[operator] & among & ~(1 << operator)
            direct = after
            for other in bits(after):
                direct &= ~self._from[other] | 1 << other
            for other in bits(direct):
                yield operator, other

    def users(self, buffer: int) -> list[int]:
        """The operators that write or read a buffer."""
        return self._users[buffer]

    def _ends_before(self, one: int, other: int) -> Before | None:
        """What must hold for buffer `one` to end before buffer `other` begins; None if no order does that."""
        begins = self.charges[other].producer
        if begins is None or self.charges[one].kept:
            return None
        return self._all_before(self._users[one], begins)

    def _all_before(self, operators: Iterable[int], last: int) -> Before | None:
        """What must hold for all `operators` to run before `last`; None if no order does that."""
        needed = []
        for operator in operators:
            if self._from[last] >> operator & 1:
                return None
            if not self._from[operator] >> last & 1:
                needed.append((operator, last))
        return tuple(needed)

    def _conflict(self, one: int, other: int, apart: tuple[Before, ...]) -> Conflict:
        if max(one, other) >= len(self._tensors):
            return Conflict(one, other, apart, None)
        first, second = self._tensors[one], self._tensors[other]
        if first not in self._pieces or second not in self._pieces:
            return Conflict(one, other, apart, None)
        for source, target in ((one, other), (other, one)):
            operator = self.charges[target].producer
            if operator is None or self._tensors[target] not in self._operators[operator].outputs:
                continue
            if operator in self.charges[source].consumers:
                return self._direct(Conflict(one, other, apart, None), operator, source, target)
        points = equal_distances(self._pieces[first], self._pieces[second])
        return Conflict(one, other, apart, _relation(one, other, None, points, self.charges))

    def _direct(self, conflict: Conflict, operator: int, source: int, target: int) -> Conflict:
        """The conflict of an operator's input `source` and its output `target`."""
        if runs_graphs(self._operators[operator]):
            return conflict
        rule = self._kernels.overlap(self._operators[operator], self._tensors[source], self._tensors[target])
        always = _relation(source, target, None, rule.intact, self.charges)
        consumers = self.charges[source].consumers
        last = self._all_before((user for user in consumers if user != operator), operator)
        if self.charges[source].kept or last is None:
            return Conflict(conflict.one, conflict.other, conflict.apart, always)
        used_up = _relation(source, target, rule.distance, with_more(rule.exactly, rule.intact), self.charges)
        return Conflict(conflict.one, conflict.other, conflict.apart, always, used_up, last)


def _relation(
    source: int, target: int, distance: int | None, exactly: Distances, charges: Mapping[int, Charge]
) -> Relation | None:
    """The relation of two buffers at multiples of the alignment; None if no safe distance is left."""
    distance, found = aligned(distance, exactly, ALIGNMENT, charges[target].size)
    return Relation(source, target, distance, found) if found or distance is not None else None
