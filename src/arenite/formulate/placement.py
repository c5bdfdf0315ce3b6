"""Which buffers of a model may share bytes, and where, for its order and a set of kernels.

There are two reasons why two buffers alive together may share bytes:

1. **The input is used up.** One is the input of an operator, the other its output, the operator's scope is the only
   one in which both are alive, and nobody asks for the input afterwards. Then the kernel's rule holds: whatever it
   writes hits no byte of the input that is still to be read.
2. **They hold the same.** All common bytes are copies of the same original bytes (`contents`), so that whoever writes
   them writes what is there already. Views stay true for as long as both live, also views of views, and two views
   of one whole. Where one of the two is an input of the operator that writes the other, the kernel's rule must say
   so too (`Overlap.intact`), since a kernel may tear what it copies onto itself elsewhere.

It is enough to look at pairs. Take any write of any operator v to a byte of its output b, and any other buffer x that
is alive and lies there. If x lives before and after v, the pair (x, b) has reason 2 (or the byte would not be shared),
so the write changes nothing. If x dies at v, reason 1 or 2: nobody reads the byte later, or it does not change. If x is
another output of v, likewise 2. In no case does anybody read a byte other than the one that was put there for it.
Copying kernels, those with `intact` distances, write each byte of their output once, so no other value is ever seen.

Scratch, what nothing runs, variables, tensors written by several operators, and everything about operators that run
graphs of their own have no relations. Neither have inputs that are to be kept: they are placed above all else, where
TFLM's own placing of scratch does not reach them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

from arenite.backends.tflm.head import layout_problem, scratch_buffers
from arenite.formulate.contents import equal_distances, own, with_copy
from arenite.operators.liveness import ALIGNMENT, NEVER, align, lifetimes
from arenite.problems.distances import between, multiples
from arenite.problems.placement import PlacementProblem, Relation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arenite.backends import Backend
    from arenite.backends.overlap import Overlap
    from arenite.formulate.contents import Pieces
    from arenite.model import Graph, Model, Operator, Tensor
    from arenite.problems.distances import Distances
    from arenite.problems.placement import Buffer


def overlap_problem(
    model: Model,
    kernels: Backend,
    orders: Mapping[int, Sequence[int]] | None = None,
    *,
    keep_inputs: bool = False,
    scratch_of: Backend | None = None,
) -> tuple[PlacementProblem, tuple[Tensor, ...]]:
    """The problem of laying out the head with overlap, and the model's tensors for the problem's first buffers.

    The buffers after those of the tensors are scratch. Room for it is part of the height; TFLM places it itself.

    Args:
        model: the model.
        kernels: the kernels that the layout has to be safe with.
        orders: for some graphs (by position) another order of execution, as positions of operators in the file. For
            generated C the model has to be one `as_run` then.
        keep_inputs: the inputs of the main graph stay intact to the end of the inference.
        scratch_of: the kernels whose scratch is charged; None means the same kernels. A layout that has to be safe
            with many may still be made as low as can be for one of them.
    """
    model = kernels.as_run(model) if orders is None else model
    problem, tensors = layout_problem(model, orders, keep_inputs=keep_inputs)
    liveness = lifetimes(model, orders)
    own = problem.buffers[: len(tensors)]
    if kernels.generated:
        own = _with_unread_inputs(model, own, tensors)
    buffers = (*own, *scratch_buffers(model, liveness, (scratch_of or kernels).planned_scratch))
    pairs = _Pairs(model, kernels, buffers, tensors, keep_inputs)
    for position, graph in enumerate(model.graphs):
        spans = liveness.operators[position]
        order = (orders or {}).get(position, range(len(graph.operators)))
        for index in order:
            if spans[index] is not NEVER and spans[index].first == spans[index].last:
                pairs.add_operator(graph, graph.operators[index], spans[index].first)
    pairs.add_copies()
    relations = (pairs.relations[key] for key in sorted(pairs.relations))
    return PlacementProblem(buffers, tuple(each for each in relations if each), problem.alignment), tensors


def _with_unread_inputs(model: Model, buffers: Sequence[Buffer], tensors: Sequence[Tensor]) -> tuple[Buffer, ...]:
    """Inputs that nothing reads are alive at the beginning: whoever calls generated C writes them all the same."""
    read = {tensor for operator in model.main.operators for tensor in operator.inputs}
    unread = set(model.main.inputs) - read - set(model.main.outputs)
    return tuple(
        replace(buffer, first=0, last=0) if tensor in unread else buffer
        for buffer, tensor in zip(buffers, tensors, strict=True)
    )


class _Pairs:
    """Collects relations: (source, target) -> relation, or None for a pair that an operator's rule keeps apart."""

    def __init__(
        self, model: Model, kernels: Backend, buffers: Sequence[Buffer], tensors: Sequence[Tensor], keep_inputs: bool
    ) -> None:
        barred = unshared(model, keep_inputs=keep_inputs)
        self.kernels = kernels
        self.buffers = buffers
        self.number = {tensor: number for number, tensor in enumerate(tensors) if tensor not in barred}
        self.pieces: dict[Tensor, Pieces] = {tensor: own(tensor) for tensor in self.number}
        self.relations: dict[tuple[int, int], Relation | None] = {}

    def add_operator(self, graph: Graph, operator: Operator, scope: int) -> None:
        """Relations of inputs and outputs of an operator that runs in this scope alone, and what it copies."""
        for target in operator.outputs:
            for source in dict.fromkeys(operator.inputs):
                if source is not None and source in self.number and target in self.number and source is not target:
                    rule = self.kernels.overlap(operator, source, target)
                    for distance in rule.intact:
                        self.pieces[target] = with_copy(self.pieces[target], self.pieces[source], distance)
                    used_up = source not in graph.outputs and self._used_up(source, target, scope)
                    self._add(source, target, rule, used_up)

    def _used_up(self, source: Tensor, target: Tensor, scope: int) -> bool:
        before, after = self.buffers[self.number[source]], self.buffers[self.number[target]]
        return before.first < before.last == scope == after.first

    def _add(self, source: Tensor, target: Tensor, rule: Overlap, used_up: bool) -> None:
        pair = self.number[source], self.number[target]
        if used_up:
            distance = None if rule.distance is None else align(rule.distance)
            self._put(pair, distance, rule.exactly)
        else:
            self._put(pair, None, rule.intact)

    def add_copies(self) -> None:
        """Relations of pairs that hold the same bytes, but where no operator makes one from the other."""
        holders: defaultdict[Tensor, dict[Tensor, None]] = defaultdict(dict)
        for tensor, pieces in self.pieces.items():
            for piece in pieces:
                holders[piece.origin][tensor] = None
        pairs = {pair: None for group in holders.values() for pair in combinations(group, 2)}
        for one, other in pairs:
            pair = self.number[one], self.number[other]
            if pair in self.relations or pair[::-1] in self.relations or not self._meet(*pair):
                continue
            self._put(pair, None, equal_distances(self.pieces[one], self.pieces[other]))

    def _meet(self, one: int, other: int) -> bool:
        first, second = self.buffers[one], self.buffers[other]
        return first.first <= second.last and second.first <= first.last

    def _put(self, pair: tuple[int, int], distance: int | None, exactly: Distances) -> None:
        """Record what is left of a rule for places at multiples of the alignment; None where nothing is."""
        if distance is not None and distance >= self.buffers[pair[1]].size:
            distance = None
        points = between(multiples(exactly, ALIGNMENT), None, distance)
        self.relations[pair] = Relation(*pair, distance, points) if points or distance is not None else None


def unshared(model: Model, *, keep_inputs: bool) -> frozenset[Tensor]:
    """Tensors that share no byte in any layout made here. See `views_of_inputs` for what that means for bounds."""
    return frozenset(written_twice(model) | (set(model.main.inputs) if keep_inputs else set()))


def views_of_inputs(model: Model, kernels: Backend) -> bool:
    """Whether something could lie on an input of the model and leave it intact, so that it could even be kept.

    No layout made here has such a view on an input that is kept, so a bound for these layouts is none for all.
    """
    inputs = set(model.main.inputs)
    return any(
        kernels.overlap(operator, source, target).intact
        for operator in model.main.operators
        for source in inputs.intersection(operator.inputs)
        for target in operator.outputs
    )


def written_twice(model: Model) -> set[Tensor]:
    """Tensors that more than one operator writes, or an operator and whoever feeds the graph."""
    writers = Counter(
        tensor
        for graph in model.graphs
        for tensors in (graph.inputs, *(operator.outputs for operator in graph.operators))
        for tensor in dict.fromkeys(tensors)
    )
    return {tensor for tensor, count in writers.items() if count > 1}
