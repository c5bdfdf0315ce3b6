"""Graph -> the problem of ordering its operators without overlap, with the sizes and lifetimes of TFLM's planner.

The problem never charges more than TFLM does, so its lower bounds hold for the model. Graphs that it cannot express
(called by two operators, or with a tensor of two producers) keep the order of the file.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from arenite.errors import ModelError
from arenite.operators.liveness import (
    NEVER,
    align,
    called_graphs,
    executed_graphs,
    lifetimes,
    load,
    occupies,
    resource_handles,
)
from arenite.operators.rows_outside import rows_order
from arenite.operators.state import state_order
from arenite.problems.order import Charge, Problem
from arenite.problems.topological import CircleError, lowest_first
from arenite.tflite.metadata import edges_by_place

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from arenite.model import Graph, Model, Operator, Tensor

    Scratch = Callable[[Operator], Sequence[int]]


def no_scratch(_: Operator) -> tuple[int, ...]:
    """The scratch requests, in bytes, of kernels that use only their inputs and outputs: none."""
    return ()


def ordering_problem(
    model: Model, graph: int = 0, *, keep_inputs: bool = False, scratch: Scratch = no_scratch
) -> tuple[Problem, tuple[Tensor, ...]]:
    """The problem of ordering one graph's operators, and the model's tensors for the problem's first tensors.

    An operator's number is its position in the file. Sizes are rounded up to 16 bytes. Each graph is a problem of its
    own: the peak of the graphs that an operator calls does not depend on the order around it, and is charged to the
    operator as `extra`.

    Args:
        graph: number of the graph to order.
        keep_inputs: the inputs of the graph stay intact to its end.
        scratch: operator -> bytes of each scratch buffer that its kernel requests. Each is a further tensor of the
            problem, after those of the model.

    Raises:
        ModelError: operators form a cycle, or a graph calls itself.
    """
    target = model.graphs[graph]
    default = file_order(target)
    before = (
        *state_order(target.operators, default),
        *rows_order(target.operators, default),
        *edges_by_place(target),
    )
    if not order_is_free(model, graph):
        before = tuple(pairwise(default))
    pairs = {*before, *data_dependences(target)}
    charges, tensors = _charges(target, resource_handles(model), keep_inputs, _last_operator(target, pairs))
    # TFLM places each scratch buffer separately.
    requests = ((index, size) for index, operator in enumerate(target.operators) for size in scratch(operator))
    charges += tuple(Charge(align(size), index, ()) for index, size in requests)
    extra = tuple(_called_peak(model, operator, scratch) for operator in target.operators)
    problem = Problem(
        operators=len(target.operators),
        tensors=charges,
        before=_not_implied(pairs, charges),
        extra=extra if any(extra) else (),
        floor=_floor(model, graph),
    )
    return problem, tensors


def file_order(graph: Graph) -> tuple[int, ...]:
    """The order of the file, or the nearest valid order if an operator is filed before the producer of its input.

    Raises:
        ModelError: operators form a cycle.
    """
    needs: list[list[int]] = [[] for _ in graph.operators]
    for before, after in sorted(data_dependences(graph)):
        needs[after].append(before)
    try:
        return tuple(lowest_first(needs))
    except CircleError as circle:
        stuck = graph.operators[circle.node]
        raise ModelError(
            f"graph {graph.name!r}: operator {circle.node} ({stuck.label}) needs its own result through "
            "other operators; there is no order in which such a model can run"
        ) from None


def filed_in_order(graph: Graph) -> bool:
    """Whether every operator is filed after the producers of its inputs; TFLM silently runs other files wrongly."""
    return all(before < after for before, after in data_dependences(graph))


def runs_as_filed(model: Model) -> bool:
    """Whether the file's order computes every operator's inputs before the operator, in all executed graphs."""
    return all(filed_in_order(model.graphs[position]) for position in executed_graphs(model))


def data_dependences(graph: Graph) -> set[tuple[int, int]]:
    """Pairs (a, b) where operator b reads a tensor that operator a produces; graph inputs and variables give none."""
    producer: dict[Tensor, int] = {}
    for index, operator in enumerate(graph.operators):
        for tensor in operator.outputs:
            producer.setdefault(tensor, index)
    fed = set(graph.inputs)
    return {
        (producer[tensor], index)
        for index, operator in enumerate(graph.operators)
        for tensor in operator.inputs
        if tensor is not None and tensor in producer and tensor not in fed and not tensor.variable
    }


def least_need(model: Model, graph: int) -> int:
    """A lower bound in bytes on the peak of every order: the largest inputs and outputs of a single operator."""
    unmade = _unmade(model.graphs[graph])
    return max(
        (
            sum(
                align(tensor.bytes)
                for tensor in {*operator.inputs, *operator.outputs}.difference(unmade)
                if tensor and occupies(tensor)
            )
            for operator in model.graphs[graph].operators
            if operator.code != "VAR_HANDLE"
        ),
        default=0,
    )


def _last_operator(graph: Graph, pairs: set[tuple[int, int]]) -> int | None:
    """The operator that every order runs last, or None; `pairs` (a, b): a runs before b in every order."""
    ends = set(range(len(graph.operators))).difference(before for before, _ in pairs)
    return ends.pop() if len(ends) == 1 else None


def _unmade(graph: Graph) -> frozenset[Tensor]:
    """Outputs that no operator produces and that are no inputs; TFLM lets them begin to live when the graph ends."""
    made = {tensor for operator in graph.operators for tensor in operator.outputs}
    return frozenset(graph.outputs).difference(made, graph.inputs)


def _charges(
    graph: Graph, handles: frozenset[Tensor], keep_inputs: bool, final: int | None
) -> tuple[tuple[Charge, ...], tuple[Tensor, ...]]:
    """The tensors that take room in the head beyond scope 0, in file order, with their charges.

    An output without producer is charged to the operator `final`, which every order runs last. If there is no such
    operator, or if it calls graphs, which end before the output begins to live, only the problem's floor counts it.
    """
    producers: dict[Tensor, int] = {}
    users: dict[Tensor, set[int]] = {}
    for index, operator in enumerate(graph.operators):
        for read in operator.inputs:
            if read is not None:
                users.setdefault(read, set()).add(index)
        for tensor in operator.outputs:
            if producers.setdefault(tensor, index) != index:
                users.setdefault(tensor, set()).add(index)
    inputs, outputs, unmade = set(graph.inputs), set(graph.outputs), _unmade(graph)
    if final is not None and called_graphs(graph.operators[final]):
        final = None
    charges, tensors = [], []
    for tensor in graph.tensors:
        producer = None if tensor in inputs else producers.get(tensor)
        consumers = tuple(sorted(users.get(tensor, ())))
        kept = tensor in outputs or (keep_inputs and tensor in inputs)
        if tensor in unmade:
            producer, consumers, kept = final, (), final is not None
        if occupies(tensor) and tensor not in handles and (producer is not None or consumers or kept):
            charges.append(Charge(align(tensor.bytes), producer, consumers, kept))
            tensors.append(tensor)
    return tuple(charges), tuple(tensors)


def _not_implied(pairs: set[tuple[int, int]], charges: tuple[Charge, ...]) -> tuple[tuple[int, int], ...]:
    """The pairs that do not follow from a charged tensor's producer and consumers, sorted."""
    said = {(charge.producer, user) for charge in charges for user in charge.consumers}
    return tuple(sorted(pair for pair in pairs if pair not in said))


def order_is_free(model: Model, graph: int) -> bool:
    """Whether an ordering problem can express the graph: one origin per tensor, at most one caller per graph.

    Other graphs keep the order of the file, and a bound on this order does not hold for others.
    """
    running = (model.graphs[position] for position in executed_graphs(model))
    calls = [called for target in running for operator in target.operators for called in called_graphs(operator)]
    if len(calls) != len(set(calls)):
        return False
    origins = set(model.graphs[graph].inputs)
    for operator in model.graphs[graph].operators:
        for tensor in operator.outputs:
            if tensor in origins:
                return False
            origins.add(tensor)
    return True


def _called_peak(model: Model, operator: Operator, scratch: Scratch) -> int:
    """Peak in bytes of the graphs that a control-flow operator calls, without the tensors of the calling graph."""
    peak = 0
    for called in called_graphs(operator):
        liveness = lifetimes(model, root=called)
        buffers = [(entry.size, entry.first, entry.last) for entry in liveness.planned if not entry.dead]
        for position, spans in enumerate(liveness.operators):
            for inner, span in zip(model.graphs[position].operators, spans, strict=True):
                if span is not NEVER:
                    buffers.extend((align(size), span.first, span.last) for size in scratch(inner))
        peak = max(peak, *load(buffers), 0)
    return peak


def _floor(model: Model, graph: int) -> int:
    """A lower bound in bytes on the peak of every order: bytes alive before the first operator.

    If the graph has outputs without producer, also all outputs together, which are alive at its end.
    """
    entries = [entry for entry in lifetimes(model, root=graph).planned if not entry.dead]
    start = sum(entry.size for entry in entries if entry.first <= 0)
    target = model.graphs[graph]
    if not _unmade(target):
        return start
    outputs = set(target.outputs)
    return max(start, sum(entry.size for entry in entries if entry.tensor in outputs))
