"""Graph, kernels -> the problem of ordering its operators where buffers may overlap.

The problem never charges more than a layout needs, so its lower bounds hold for every order and every layout. Its
tensors are the names of granules (see `holdings`), not the model's tensors. The argument for one operator:

1. Each name alive while the operator runs has a place in memory: in a tensor alive before and after the operator, else
   in an output, else in an input that ends with the operator.
2. Places of different names are disjoint, except that a name in an output may lie on a name in an input that ends. The
   kernel's rule limits such a pair of tensors to `shared_bytes`.
3. Names that were alive before the operator have disjoint places. So the bytes overwritten are at most the bytes that
   the operator computes.

This gives the operator's `InPlaceSaving`.

`OperatorNeeds` limits the saving further: the names in the operator's inputs and outputs, less the saving, are at least
what these buffers need together. If they need more than the names' bytes, because a rule leaves gaps, the operator is
charged the difference.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from arenite.formulate.holdings import copied_pieces, holdings, shared_bytes
from arenite.formulate.operator_need import OperatorNeeds
from arenite.formulate.order import data_dependences, file_order, ordering_problem
from arenite.formulate.placement import written_twice
from arenite.operators.liveness import align, called_graphs
from arenite.problems.order import Charge, InPlaceSaving

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from arenite.backends import Backend
    from arenite.formulate.contents import Pieces
    from arenite.formulate.holdings import Holding
    from arenite.model import Graph, Model, Operator, Tensor
    from arenite.problems.order import Problem


@dataclass(frozen=True)
class OverlapOrdering:
    """The ordering problem of a graph with overlap.

    problem: the problem, whose bound is the tightest.
    by_input: the problem in which each input saves by itself, without `OperatorNeeds`. Its bound is no higher. But if a
        single operator sets the peak of every order of `problem`, `by_input` often has the better order elsewhere.
    held: the holdings that the tensors of both problems stand for.
    """

    problem: Problem
    by_input: Problem
    held: tuple[Holding, ...]


def overlap_ordering_problem(
    model: Model,
    kernels: Backend,
    graph: int,
    *,
    keep_inputs: bool,
    scratch_of: Backend,
    called: Mapping[int, int],
) -> OverlapOrdering:
    """The problem of ordering one graph's operators with overlap.

    An operator's number is its position in the file. If `order_is_free` is false for the graph, the problem allows only
    the order of the file.

    Args:
        kernels: the set of kernels that layouts have to be safe with.
        graph: number of the graph to order.
        keep_inputs: the inputs of the graph stay intact to its end.
        scratch_of: the set of kernels whose scratch is charged.
        called: number of each graph that operators call -> lower bound in bytes on the head while it runs.

    Raises:
        ModelError: operators form a cycle, or a graph calls itself.
    """
    target = model.graphs[graph]
    apart, charged = ordering_problem(model, graph, keep_inputs=keep_inputs)
    charges = dict(zip(charged, apart.tensors, strict=True))
    barred = frozenset(written_twice(model))
    pieces, held = _holdings(target, charges, barred, kernels)
    tensors = [_charge(holding, charges) for holding in held]
    places: dict[Tensor, list[int]] = {}
    for number, holding in enumerate(held):
        for holder in holding.holders:
            places.setdefault(holder, []).append(number)
    made: dict[int, int] = {}
    for tensor in tensors:
        if tensor.producer is not None:
            made[tensor.producer] = made.get(tensor.producer, 0) + tensor.size
    savings = []
    for index, operator in enumerate(target.operators):
        shared = _shared(operator, places, barred, kernels)
        most = min(made.get(index, 0), sum(shared.values()))
        saved = _saved(tensors, ((bytes_, places[tensor]) for tensor, bytes_ in shared.items()))
        if most and saved:
            savings.append(InPlaceSaving(index, most, saved))
    needs_of = OperatorNeeds(charges, pieces, barred, kernels)
    found = ((index, needs_of.of(operator)) for index, operator in enumerate(target.operators))
    spare = {index: _spare(*need, places, tensors) for index, need in found if need is not None}
    for index, operator in enumerate(target.operators):
        tensors += (Charge(size, index, ()) for size in map(align, scratch_of.planned_scratch(operator)))
    needs = {(t.producer, user) for t in apart.tensors if t.producer is not None for user in t.consumers}
    said = {(t.producer, user) for t in tensors for user in t.consumers}
    before = tuple(sorted({*apart.before, *needs, *data_dependences(target)} - said))
    extra = tuple(
        max((called.get(callee, 0) for callee in called_graphs(operator)), default=0) for operator in target.operators
    )
    unmade = set(target.outputs).difference(target.inputs, *(operator.outputs for operator in target.operators))
    by_input = replace(
        apart,
        tensors=tuple(tensors),
        before=before,
        extra=extra if any(extra) else (),
        # With an output without producer, the floor counts all outputs, but some of them may be views of others.
        floor=0 if unmade else apart.floor,
        savings=tuple(savings),
    )
    return OverlapOrdering(_together(by_input, spare), by_input, held)


def _together(problem: Problem, spare: Mapping[int, int]) -> Problem:
    """The problem with each operator's saving limited to `spare`; the same object if no limit applies.

    `spare`: operator -> bytes by which its names exceed its joint need. A negative value is charged to the operator.
    """
    saving = tuple(
        replace(saved, most=least)
        for saved in problem.savings
        if (least := min(saved.most, max(0, spare.get(saved.operator, saved.most))))
    )
    missing = {index: -bytes_ for index, bytes_ in spare.items() if bytes_ < 0}
    if saving == problem.savings and not missing:
        return problem
    extra = [*problem.extra] or [0] * problem.operators
    for index, bytes_ in missing.items():
        extra[index] = max(extra[index], bytes_)
    return replace(problem, savings=saving, extra=tuple(extra) if any(extra) else ())


def _spare(need: int, own: Sequence[Tensor], places: Mapping[Tensor, Sequence[int]], tensors: Sequence[Charge]) -> int:
    """Bytes by which the names in an operator's inputs and outputs exceed the joint need of these buffers.

    If some granule of a buffer has no name that counts the buffer as a holder, the need limits nothing, and the result
    is all bytes of the names.
    """
    together = sum(tensors[number].size for number in {number for tensor in own for number in places.get(tensor, ())})
    named = all(sum(tensors[number].size for number in places.get(each, ())) == align(each.bytes) for each in own)
    return together - need if named else together


def _holdings(
    graph: Graph, charges: Mapping[Tensor, Charge], barred: frozenset[Tensor], kernels: Backend
) -> tuple[Mapping[Tensor, Pieces], tuple[Holding, ...]]:
    """The pieces of the charged tensors, and their holdings, in the order in which they are computed."""
    order = file_order(graph)
    sources: dict[Tensor, tuple[Tensor, ...]] = {
        tensor: () for tensor, charge in charges.items() if charge.producer is None
    }
    for index in order:
        for tensor in graph.operators[index].outputs:
            if tensor in charges and tensor not in sources:
                sources[tensor] = tuple(read for read in graph.operators[index].inputs if read is not None)
    for tensor in charges:
        sources.setdefault(tensor, ())  # outputs without producer
    pieces = copied_pieces((graph.operators[index] for index in order), sources, barred, kernels)
    return pieces, tuple(holdings(pieces, sources))


def _charge(holding: Holding, charges: Mapping[Tensor, Charge]) -> Charge:
    """The charge of a holding, alive as long as any of its holders."""
    own = [charges[holder] for holder in holding.holders]
    consumers = sorted({user for each in own for user in each.consumers})
    return Charge(holding.size, own[0].producer, tuple(consumers), any(each.kept for each in own))


def _shared(
    operator: Operator, charged: Collection[Tensor], barred: frozenset[Tensor], kernels: Backend
) -> dict[Tensor, int]:
    """For each input, the bytes that outputs can overwrite if the input ends with the operator."""
    outputs = [tensor for tensor in dict.fromkeys(operator.outputs) if tensor in charged and tensor not in barred]
    result = {}
    for source in dict.fromkeys(operator.inputs):
        if source is not None and source in charged and source not in barred:
            bytes_ = sum(shared_bytes(operator, source, target, kernels) for target in outputs if target is not source)
            if bytes_:
                result[source] = min(bytes_, align(source.bytes))
    return result


def _saved(tensors: Sequence[Charge], shared: Iterable[tuple[int, Sequence[int]]]) -> tuple[tuple[int, int], ...]:
    """An operator's savings as (tensor of the problem, bytes).

    `shared`: for each input, the bytes that outputs can overwrite, and the problem's tensors that the input holds.
    """
    saved: dict[int, int] = {}
    for bytes_, parts in shared:
        for number in parts:
            if not tensors[number].kept:
                saved[number] = min(saved.get(number, tensors[number].size), bytes_)
    return tuple(sorted(saved.items()))
