"""From a graph to the problem of ordering its operators where buffers may share bytes, as `relations` allows it.

The problem never charges more than a layout needs, so that a lower bound of it holds for the model, whatever the order
and the layout. For each operator, look at the names (see `holdings`) alive while it runs, and give each one a place in
memory where it is: that of a tensor that outlives the operator and was there before, or else that of an output of the
operator, or else that of an input that ends with it. Places of different names differ, but for those in outputs and
in inputs that end: such a pair is where the kernel's rule lets it be, so that both have at most `shared_bytes` in
common. And names that were there before the operator have different places in any case: so what it writes over is at
most what it makes. That gives its `InPlaceSaving`; and names are the tensors of the problem.

Nor does an operator save more than the names that its inputs and outputs hold are above what these buffers need at
least (`OperatorNeeds`). Where they need more than they hold, since a rule leaves gaps, it is charged the rest.
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

NO_GRAPHS: dict[int, int] = {}


@dataclass(frozen=True)
class OverlapOrdering:
    """`problem`: of ordering a graph's operators. `held`: what of the model the problem's first tensors stand for.

    `by_input` is the problem in which each input saves by itself. Its bound is no higher, but where a single operator
    decides the peak of every order of `problem`, the best order of `by_input` is often better around the others.
    """

    problem: Problem
    by_input: Problem
    held: tuple[Holding, ...]


def overlap_ordering_problem(
    model: Model,
    kernels: Backend,
    graph: int = 0,
    *,
    keep_inputs: bool = False,
    scratch_of: Backend | None = None,
    called: Mapping[int, int] = NO_GRAPHS,
) -> OverlapOrdering:
    """The problem of ordering one graph's operators, with what its tensors stand for.

    Operators have the numbers of their positions in the file. Where the file's order is kept (`order_is_free` is
    false), the problem speaks of that order alone.

    Args:
        model: the model.
        kernels: the kernels that the layout has to be safe with.
        graph: position of the graph to order.
        keep_inputs: the inputs of the graph stay intact to its end.
        scratch_of: the kernels whose scratch is charged; None means the same kernels.
        called: bytes that the head has at least while each graph runs, by its position; for graphs that operators run.

    Raises:
        ModelError: operators need each other's results in a circle, or a graph runs itself.
    """
    target = model.graphs[graph]
    apart, charged = ordering_problem(model, graph, keep_inputs=keep_inputs)
    charges = dict(zip(charged, apart.tensors, strict=True))
    barred = frozenset(written_twice(model))
    pieces, held = _holdings(target, charges, barred, kernels)
    tensors = [_charge(each, charges) for each in held]
    places: dict[Tensor, list[int]] = {}
    for number, each in enumerate(held):
        for holder in each.holders:
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
        tensors += (Charge(size, index, ()) for size in _scratch(operator, scratch_of or kernels))
    needs = {(t.producer, user) for t in apart.tensors if t.producer is not None for user in t.consumers}
    said = {(t.producer, user) for t in tensors for user in t.consumers}
    before = tuple(sorted({*apart.before, *needs, *data_dependences(target)} - said))
    extra = tuple(
        max((called.get(each, 0) for each in called_graphs(operator)), default=0) for operator in target.operators
    )
    unmade = set(target.outputs).difference(target.inputs, *(operator.outputs for operator in target.operators))
    by_input = replace(
        apart,
        tensors=tuple(tensors),
        before=before,
        extra=extra if any(extra) else (),
        # Where nothing makes some output, it counts all outputs, of which some may be views of others.
        floor=0 if unmade else apart.floor,
        savings=tuple(savings),
    )
    return OverlapOrdering(_together(by_input, spare), by_input, held)


def _together(problem: Problem, spare: Mapping[int, int]) -> Problem:
    """The problem in which operators save no more than they have to spare; the same object if none saves less then.

    `spare`: bytes for some operators; what is missing is charged to the operator.
    """
    saving = tuple(
        replace(each, most=least)
        for each in problem.savings
        if (least := min(each.most, max(0, spare.get(each.operator, each.most))))
    )
    missing = {index: -bytes_ for index, bytes_ in spare.items() if bytes_ < 0}
    if saving == problem.savings and not missing:
        return problem
    extra = [*problem.extra] or [0] * problem.operators
    for index, bytes_ in missing.items():
        extra[index] = max(extra[index], bytes_)
    return replace(problem, savings=saving, extra=tuple(extra) if any(extra) else ())


def _spare(need: int, own: Sequence[Tensor], places: Mapping[Tensor, Sequence[int]], tensors: Sequence[Charge]) -> int:
    """Bytes that the names held by an operator's inputs and outputs are above what these buffers need.

    All of them where some granule has no name of which the buffer is a holder: then nothing is known.
    """
    together = sum(tensors[number].size for number in {number for tensor in own for number in places.get(tensor, ())})
    named = all(sum(tensors[number].size for number in places.get(each, ())) == align(each.bytes) for each in own)
    return together - need if named else together


def _holdings(
    graph: Graph, charges: Mapping[Tensor, Charge], barred: frozenset[Tensor], kernels: Backend
) -> tuple[Mapping[Tensor, Pieces], tuple[Holding, ...]]:
    """Whose bytes the charged tensors hold, and all names of these, those that are computed first coming first."""
    order = file_order(graph)
    sources: dict[Tensor, tuple[Tensor, ...]] = {
        tensor: () for tensor, charge in charges.items() if charge.producer is None
    }
    for index in order:
        for tensor in graph.operators[index].outputs:
            if tensor in charges and tensor not in sources:
                sources[tensor] = tuple(read for read in graph.operators[index].inputs if read is not None)
    for tensor in charges:
        sources.setdefault(tensor, ())  # outputs that nothing makes
    pieces = copied_pieces((graph.operators[index] for index in order), sources, barred, kernels)
    return pieces, tuple(holdings(pieces, sources))


def _charge(holding: Holding, charges: Mapping[Tensor, Charge]) -> Charge:
    """What is alive as long as any of its holders."""
    own = [charges[holder] for holder in holding.holders]
    consumers = sorted({user for each in own for user in each.consumers})
    return Charge(holding.size, own[0].producer, tuple(consumers), any(each.kept for each in own))


def _scratch(operator: Operator, kernels: Backend) -> list[int]:
    return [align(size) for size in kernels.planned_scratch(operator)]


def _shared(
    operator: Operator, charged: Collection[Tensor], barred: frozenset[Tensor], kernels: Backend
) -> dict[Tensor, int]:
    """Bytes of each input that outputs can be written over, if it ends with the operator."""
    outputs = [tensor for tensor in dict.fromkeys(operator.outputs) if tensor in charged and tensor not in barred]
    result = {}
    for source in dict.fromkeys(operator.inputs):
        if source is not None and source in charged and source not in barred:
            bytes_ = sum(shared_bytes(operator, source, target, kernels) for target in outputs if target is not source)
            if bytes_:
                result[source] = min(bytes_, align(source.bytes))
    return result


def _saved(tensors: Sequence[Charge], shared: Iterable[tuple[int, Sequence[int]]]) -> tuple[tuple[int, int], ...]:
    """What an operator saves of the problem's tensors; `shared`: bytes to write over, and tensors, of each input."""
    saved: dict[int, int] = {}
    for bytes_, parts in shared:
        for number in parts:
            if not tensors[number].kept:
                saved[number] = min(saved.get(number, tensors[number].size), bytes_)
    return tuple(sorted(saved.items()))
