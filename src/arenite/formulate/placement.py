"""Model in its order, kernels -> placement problem: which buffers may share bytes, and at which distances.

Two buffers that are alive together may share bytes for two reasons:

1. **The input is used up.** One buffer is an input of an operator, the other its output. The operator's scope is the
   only one in which both are alive, and nothing reads the input afterwards. Then the kernel's rule applies: at a safe
   distance, no write hits a byte of the input that is still to be read.
2. **They hold the same data.** All common bytes are copies of the same original bytes (`contents`), so a write stores
   the value that is there already. This holds as long as both buffers live, for views of views and for two views of
   one tensor as well. If one is an input of the operator that writes the other, the kernel's rule must allow the
   distance too (`Overlap.intact`), because a kernel may corrupt data that it copies onto itself elsewhere.

Relations between pairs suffice. Proof: let operator v write a byte of its output b, and let another live buffer x share
that byte.

- x lives before and after v: the pair (x, b) has reason 2, so the write changes nothing.
- x ends with v: reason 1 or 2, so nothing reads the byte later, or the byte does not change.
- x is another output of v: reason 2.

So every read gets the byte that was written for it. Copying kernels, those with `intact` distances, write each output
byte once, so there is no intermediate value either.

There are no relations for scratch, for tensors that nothing runs, for variables, for tensors with several writers, and
for inputs and outputs of operators that call graphs. Inputs that have to be kept have none either: they are placed
above everything else, where TFLM's own placement of scratch does not reach them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

from arenite.backends.tflm.head import scratch_buffers, tensor_buffers
from arenite.formulate.contents import equal_distances, own, with_copy
from arenite.operators.liveness import ALIGNMENT, NEVER, align, lifetimes
from arenite.problems.distances import aligned, multiples
from arenite.problems.placement import PlacementProblem, Relation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arenite.backends import Backend
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

    The further buffers are scratch. The height counts them, but TFLM places scratch itself.

    Args:
        kernels: the set of kernels that the layout has to be safe with.
        orders: graph number -> order of execution, as positions of operators in the file; other graphs run in file
            order. If given for generated C, the model must already be converted by `as_run`.
        keep_inputs: the inputs of the main graph stay intact to the end of the inference.
        scratch_of: the set of kernels whose scratch the height counts; None means `kernels`. It may be one of several
            sets that the layout has to be safe with.
    """
    if orders is None:
        model = kernels.as_run(model)
        # In file order they are kept by the model: they do not depend on scratch, so that all problems share them.
        key = _overlapping, kernels, keep_inputs
        tensors = model.once(key, lambda each: _overlapping(each, kernels, {}, keep_inputs))
    else:
        tensors = _overlapping(model, kernels, orders, keep_inputs)
    scratch = scratch_buffers(model, lifetimes(model, orders), (scratch_of or kernels).planned_scratch)
    return PlacementProblem((*tensors.buffers, *scratch), tensors.relations, ALIGNMENT), tensors.tensors


@dataclass(frozen=True, slots=True)
class _Overlapping:
    """The tensors of a model, their buffers, and the relations between these; no scratch."""

    tensors: tuple[Tensor, ...]
    buffers: tuple[Buffer, ...]
    relations: tuple[Relation, ...]


def _overlapping(
    model: Model, kernels: Backend, orders: Mapping[int, Sequence[int]], keep_inputs: bool
) -> _Overlapping:
    buffers, tensors = tensor_buffers(model, orders, keep_inputs=keep_inputs)
    if kernels.generated:
        buffers = _with_unread_inputs(model, buffers, tensors)
    pairs = _Pairs(model, kernels, buffers, tensors, keep_inputs)
    liveness = lifetimes(model, orders)
    for position, graph in enumerate(model.graphs):
        spans = liveness.operators[position]
        for index in orders.get(position, range(len(graph.operators))):
            if spans[index] is not NEVER and spans[index].first == spans[index].last:
                pairs.add_operator(graph, graph.operators[index], spans[index].first)
    pairs.add_copies()
    relations = (pairs.relations[key] for key in sorted(pairs.relations))
    return _Overlapping(tensors, buffers, tuple(relation for relation in relations if relation))


def _with_unread_inputs(model: Model, buffers: Sequence[Buffer], tensors: Sequence[Tensor]) -> tuple[Buffer, ...]:
    """The buffers with unread inputs alive in scope 0, because callers of generated C write these inputs as well."""
    read = {tensor for operator in model.main.operators for tensor in operator.inputs}
    unread = set(model.main.inputs) - read - set(model.main.outputs)
    return tuple(
        replace(buffer, first=0, last=0) if tensor in unread else buffer
        for buffer, tensor in zip(buffers, tensors, strict=True)
    )


class _Pairs:
    """Collects the relations: (source, target) -> relation, or None for a pair that a rule keeps apart."""

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
        """Add the relations between an operator's inputs and outputs, and update the pieces by what it copies.

        The operator must run in `scope` alone.
        """
        for source, target, rule in _rules(operator, self.kernels):
            one, other = self.number.get(source), self.number.get(target)
            if one is not None and other is not None:
                for distance in rule.views:
                    self.pieces[target] = with_copy(self.pieces[target], self.pieces[source], distance)
                if source not in graph.outputs and self._used_up(one, other, scope):
                    self._put((one, other), rule.distance, rule.exactly)
                else:
                    self._put((one, other), None, rule.intact)

    def _used_up(self, source: int, target: int, scope: int) -> bool:
        before, after = self.buffers[source], self.buffers[target]
        return before.first < before.last == scope == after.first

    def add_copies(self) -> None:
        """Add the relations of pairs that hold equal bytes and are not input and output of one operator."""
        holders: defaultdict[Tensor, dict[Tensor, None]] = defaultdict(dict)
        for tensor, pieces in self.pieces.items():
            for piece in pieces:
                holders[piece.origin][tensor] = None
        pairs = {pair: None for group in holders.values() for pair in combinations(group, 2)}
        for one, other in pairs:
            pair = self.number[one], self.number[other]
            if pair in self.relations or pair[::-1] in self.relations or not self._meet(*pair):
                continue
            self._put(pair, None, multiples(equal_distances(self.pieces[one], self.pieces[other]), ALIGNMENT))

    def _meet(self, one: int, other: int) -> bool:
        first, second = self.buffers[one], self.buffers[other]
        return first.first <= second.last and second.first <= first.last

    def _put(self, pair: tuple[int, int], distance: int | None, exactly: Distances) -> None:
        """Record the safe distances of a pair, which are multiples of the alignment, or None if there are none."""
        known = distance is not None or exactly
        self.relations[pair] = Relation(*pair, distance, exactly) if known else None


@dataclass(frozen=True, slots=True)
class _Aligned:
    """The rule for an input and an output, at multiples of the alignment.

    `distance` and `exactly` are safe where the operator uses up the input, `intact` where it does not. `views` are the
    distances at which the output has bytes of the input, whether or not they are such multiples.
    """

    distance: int | None
    exactly: Distances
    intact: Distances
    views: Distances


def _rules(operator: Operator, kernels: Backend) -> Sequence[tuple[Tensor, Tensor, _Aligned]]:
    """Each input that is no constant, each output, and the rule for the two; kept by the operator."""
    return operator.once(
        (_rules, kernels),
        lambda each: [
            (source, target, _aligned(kernels, each, source, target))
            for target in each.outputs
            for source in dict.fromkeys(each.inputs)
            if source is not None and source.data is None and source is not target
        ],
    )


def _aligned(kernels: Backend, operator: Operator, source: Tensor, target: Tensor) -> _Aligned:
    """The rule of a kernel, found once for all operators that kernels see alike."""

    def find() -> _Aligned:
        rule = kernels.overlap(operator, source, target)
        distance, exactly = aligned(rule.distance, rule.exactly, ALIGNMENT, align(target.bytes))
        return _Aligned(distance, exactly, multiples(rule.intact, ALIGNMENT), rule.intact)

    return operator.signature.once(("aligned", kernels, operator.reads[source], operator.writes[target]), find)


def unshared(model: Model, *, keep_inputs: bool) -> frozenset[Tensor]:
    """Tensors without any relation in `overlap_problem`; `views_of_inputs` says what this means for bounds."""
    return frozenset(written_twice(model) | (set(model.main.inputs) if keep_inputs else set()))


def views_of_inputs(model: Model, kernels: Backend) -> bool:
    """Whether some kernel could write an output over a model input without changing the input (a view).

    A valid layout could use such a view even if the inputs are kept, but `overlap_problem` does not allow it. So a
    bound of the problem does not hold for all valid layouts then.
    """
    inputs = set(model.main.inputs)
    return any(
        kernels.overlap(operator, source, target).intact
        for operator in model.main.operators
        for source in inputs.intersection(operator.inputs)
        for target in operator.outputs
    )


def written_twice(model: Model) -> set[Tensor]:
    """Tensors with several writers: operators of any graph, and the caller who feeds a graph's inputs."""
    writers = Counter(
        tensor
        for graph in model.graphs
        for tensors in (graph.inputs, *(operator.outputs for operator in graph.operators))
        for tensor in dict.fromkeys(tensors)
    )
    return {tensor for tensor, count in writers.items() if count > 1}
