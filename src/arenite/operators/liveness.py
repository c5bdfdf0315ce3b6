"""Lifetimes of tensors by TFLM's rules, and the bytes alive at each time.

Time is counted in scopes. Scope 0 is before the first operator: the inputs of the main graph are created there. Each
operator opens the next scope. A control-flow operator then opens one more scope per graph that it calls and runs
through that graph before it ends, so its own tensors stay alive during all of it.

    scope   0     1     2     3
    input   #######
    a             #######          a lives from the operator that produces it to the last one that reads it,
    output              #######    an output of the graph to the end of the graph

Source of the rules: TFLM's micro_allocation_info.cc (class AllocationInfoBuilder).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING

from arenite.errors import ModelError
from arenite.operators.state import resources

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from arenite.model import Model, Operator, Tensor

ALIGNMENT = 16
"""Every planned size is rounded up to a multiple of this many bytes (TFLM's MicroArenaBufferAlignment)."""

UNUSED = -1
"""First and last scope of a tensor that no operator creates or uses. TFLM plans all of them as if alive together."""

MOST_NESTED = 64
"""Most nested calls of graphs: converters nest a few loops, and TFLM's own planner recurses once per level."""
MOST_SCOPES = 10_000
"""Most scopes of a model: real models have a few thousand, and 10,000 are planned within seconds.

TFLM plans every run of a graph anew, so a small file can have any number of scopes."""

PLANNED_CONTROL_FLOW = frozenset({"IF", "WHILE", "CALL_ONCE"})
"""Operators that call graphs in TFLM, and into whose graphs TFLM's planner descends.

TFLM has no kernel for any other operator that names a graph. STABLEHLO_COMPOSITE names its decomposition, which LiteRT
runs if it has no kernel for the composite; TFLM refuses the operator.
"""


def called_graphs(operator: Operator) -> tuple[int, ...]:
    """Positions of the graphs that TFLM runs for an operator."""
    return operator.graphs if operator.code in PLANNED_CONTROL_FLOW else ()


def executed_graphs(model: Model, roots: Sequence[int] = (0,)) -> tuple[int, ...]:
    """Positions of the graphs that an inference runs, callees before callers; the main graph is last.

    With other `roots`, the graphs at these positions and the graphs that they call.

    TFLM invokes graph 0 only (MicroInterpreter::Invoke). It prepares the graphs of other signatures and decompositions
    of STABLEHLO_COMPOSITE and plans their tensors, but never runs them.
    """
    begun, ended = set(roots), []
    trail = [(root, _calls(model, root)) for root in reversed(dict.fromkeys(roots))]
    while trail:
        position, calls = trail[-1]
        called = next((callee for callee in calls if callee not in begun), None)
        if called is None:
            ended.append(position)
            trail.pop()
        else:
            begun.add(called)
            trail.append((called, _calls(model, called)))
    return tuple(ended)


def _calls(model: Model, position: int) -> Iterator[int]:
    return (called for operator in model.graphs[position].operators for called in called_graphs(operator))


def align(size: int) -> int:
    """`size` rounded up to a multiple of the arena's alignment, in bytes."""
    return -(-size // ALIGNMENT) * ALIGNMENT


def occupies(tensor: Tensor) -> bool:
    """Whether a tensor takes head.

    It is no constant, no variable (TFLM keeps variables in the tail), not empty, and not outside of the arena.
    """
    return tensor.data is None and not tensor.variable and tensor.outside is None and tensor.bytes != 0


def head_bytes(tensor: Tensor) -> int:
    """Bytes that a tensor takes in the head while it is alive."""
    return align(tensor.bytes) if occupies(tensor) else 0


def resource_handles(model: Model) -> frozenset[Tensor]:
    """Outputs of VAR_HANDLE. They count in a working set, but the kernel keeps their 4 bytes in the tail."""
    return frozenset(handle for graph in model.graphs for handle, _ in resources(graph.operators))


@dataclass(frozen=True, slots=True)
class Span:
    """The scopes `first` to `last`, both included; a tensor that is read but never produced begins at -1."""

    first: int
    last: int


NEVER = Span(UNUSED, UNUSED)


@dataclass(frozen=True, slots=True, eq=False)
class Lifetime:
    """Lifetime of one tensor: the scopes `first` to `last`; `size` is rounded up to 16 bytes, 0 for a constant.

    `planned` says whether TFLM reserves head for the tensor: true for every tensor with a size except the handles of
    resources (`resource_handles`). `graph` is the position of the tensor's graph in the model.
    """

    tensor: Tensor
    graph: int
    size: int
    first: int
    last: int
    planned: bool

    @property
    def dead(self) -> bool:
        """Whether no operator that runs creates or uses the tensor."""
        return self.last == UNUSED


@dataclass(frozen=True, eq=False)
class Liveness:
    """Lifetimes of all tensors of all graphs in file order, and the scopes of every operator.

    `operators[g][i]` is the span of the operator at position i of the file's graph g, whatever the order of execution;
    operators of graphs that never run have `NEVER`. `early` lists (tensor, scope) for every operator that runs before
    the producer of its input: TFLM does not keep such a tensor alive and computes wrong results.
    """

    lifetimes: tuple[Lifetime, ...]
    operators: tuple[tuple[Span, ...], ...]
    of: Mapping[Tensor, Lifetime] = field(repr=False)
    early: tuple[tuple[Tensor, int], ...] = ()

    @property
    def planned(self) -> tuple[Lifetime, ...]:
        """Lifetimes of the tensors that take head, in file order."""
        return tuple(lifetime for lifetime in self.lifetimes if lifetime.planned)

    @property
    def peak(self) -> int:
        """Bytes of the largest working set: tensors alive before the first operator, or during one operator."""
        return max(self.working_bytes(), default=0)

    def working_bytes(self) -> list[int]:
        """Bytes alive in each scope, from scope 0 on."""
        alive = ((entry.size, entry.first, entry.last) for entry in self.lifetimes if entry.size)
        return load([*alive, *((align(tensor.bytes), scope, scope) for tensor, scope in self.early)])[1:]


class _Walk:
    """One pass over the operators in order of execution, which records first creation and last use."""

    def __init__(self, model: Model, orders: Mapping[int, Sequence[int]]) -> None:
        self.model = model
        self.orders = orders
        self.first: dict[Tensor, int] = {}
        self.last: dict[Tensor, int] = {}
        self.operators: list[dict[int, Span]] = [{} for _ in model.graphs]
        self.early: list[tuple[Tensor, int]] = []
        self.scope = 0
        self.running: list[int] = []

    def graph(self, position: int) -> None:
        if position in self.running:
            raise ModelError(f"graph {position} runs itself through control flow; such a model cannot be planned")
        if len(self.running) == MOST_NESTED:
            raise ModelError(f"more than {MOST_NESTED} graphs run inside each other; such a model cannot be planned")
        self.running.append(position)
        graph = self.model.graphs[position]
        for tensor in graph.inputs:
            self.first.setdefault(tensor, self.scope)
            self.last[tensor] = self.scope
        for index in self.orders.get(position, range(len(graph.operators))):
            self.scope += 1
            if self.scope > MOST_SCOPES:
                raise ModelError(
                    f"more than {MOST_SCOPES:,} operators run, those of a graph counted each time that control flow "
                    "runs it; such a model cannot be planned"
                )
            self.operator(position, index, graph.operators[index])
        for tensor in graph.outputs:
            self.first.setdefault(tensor, self.scope)
            self.last[tensor] = self.scope
        self.running.pop()

    def operator(self, graph: int, index: int, operator: Operator) -> None:
        start = self.scope
        for tensor in operator.outputs:
            self.first.setdefault(tensor, start)
        for called in called_graphs(operator):
            self.scope += 1
            self.graph(called)
        first, last, scope = self.first, self.last, self.scope
        for read in operator.inputs:
            if read is not None:
                if read.data is None and read not in first and last.get(read) != scope:
                    self.early.append((read, scope))
                last[read] = scope
        for tensor in operator.outputs:
            last[tensor] = scope
        earlier = self.operators[graph].get(index)
        self.operators[graph][index] = Span(earlier.first if earlier else start, scope)

    def read_early(self) -> tuple[tuple[Tensor, int], ...]:
        """Tensors that are read before they are created; tensors that are never created are not an error here."""
        return tuple((tensor, scope) for tensor, scope in self.early if tensor in self.first and occupies(tensor))


def lifetimes(model: Model, orders: Mapping[int, Sequence[int]] | None = None, *, root: int = 0) -> Liveness:
    """Lifetimes of every tensor of the model, exactly as TFLM's planner computes them.

    Args:
        orders: another order of execution for some graphs: graph position -> operator positions in the file.
        root: position of the graph that runs first; only this graph and its callees are walked.

    Raises:
        ModelError: a graph calls itself through control flow.
    """
    if orders:
        return _lifetimes(model, orders, root)
    # Kept by the model, since one plan asks dozens of times.
    return model.once((lifetimes, root), lambda each: _lifetimes(each, {}, root))


def _lifetimes(model: Model, orders: Mapping[int, Sequence[int]], root: int) -> Liveness:
    walk = _Walk(model, orders)
    walk.graph(root)
    handles = resource_handles(model)
    first, last = walk.first.get, walk.last.get
    entries = tuple(
        Lifetime(
            tensor, position, size, first(tensor, UNUSED), last(tensor, UNUSED), size != 0 and tensor not in handles
        )
        for position, graph in enumerate(model.graphs)
        for tensor in graph.tensors
        for size in (head_bytes(tensor),)
    )
    operators = tuple(
        tuple(spans.get(index, NEVER) for index in range(len(graph.operators)))
        for graph, spans in zip(model.graphs, walk.operators, strict=True)
    )
    return Liveness(entries, operators, {entry.tensor: entry for entry in entries}, walk.read_early())


def load(buffers: Iterable[tuple[int, int, int]]) -> list[int]:
    """Bytes alive per scope, from scope -1 on, of buffers given as (size, first, last); empty without buffers."""
    buffers = list(buffers)
    if not buffers:
        return []
    steps = [0] * (max(last for _, _, last in buffers) + 3)
    for size, first, last in buffers:
        steps[first + 1] += size
        steps[last + 2] -= size
    return list(accumulate(steps[:-1]))


@dataclass(frozen=True, slots=True, eq=False)
class WorkingSet:
    """Tensors alive while one operator runs, including those of graphs that call it or that it calls.

    `size` is the largest number of bytes alive at once in the operator's scopes; `tensors` are the tensors alive then.
    `position` is the operator's position in the file's graph `graph`.
    """

    graph: int
    position: int
    operator: Operator
    size: int
    tensors: tuple[Tensor, ...]


def working_sets(model: Model, orders: Mapping[int, Sequence[int]] | None = None) -> tuple[WorkingSet, ...]:
    """Working set of every operator that runs, in order of execution; see `lifetimes` for the arguments."""
    liveness = lifetimes(model, orders)
    sizes = {entry.tensor: entry.size for entry in liveness.lifetimes}
    bytes_alive = liveness.working_bytes()
    widest: list[tuple[int, int, int, int]] = []
    for position, spans in enumerate(liveness.operators):
        for index, span in enumerate(spans):
            if span is not NEVER:
                window = bytes_alive[span.first : span.last + 1]
                size = max(window, default=0)
                widest.append((span.first, position, index, span.first + window.index(size) if window else span.first))
    alive = _alive(liveness, {scope for *_, scope in widest})
    return tuple(
        WorkingSet(
            position,
            index,
            model.graphs[position].operators[index],
            sum(map(sizes.__getitem__, alive[scope])),
            alive[scope],
        )
        for _, position, index, scope in sorted(widest)
    )


def _alive(liveness: Liveness, scopes: set[int]) -> dict[int, tuple[Tensor, ...]]:
    """Tensors alive in each of `scopes`, in file order."""
    begins: dict[int, list[int]] = {}
    ends: dict[int, list[int]] = {}
    number = {entry.tensor: place for place, entry in enumerate(liveness.lifetimes)}
    intervals = [(entry.tensor, entry.first, entry.last) for entry in liveness.lifetimes if entry.size]
    for tensor, first, last in (*intervals, *((tensor, scope, scope) for tensor, scope in liveness.early)):
        begins.setdefault(first, []).append(number[tensor])
        ends.setdefault(last, []).append(number[tensor])
    alive: set[int] = set()
    result = {}
    for scope in range(UNUSED, max(scopes, default=UNUSED) + 1):
        alive.update(begins.get(scope, ()))
        if scope in scopes:
            result[scope] = tuple(liveness.lifetimes[place].tensor for place in sorted(alive))
        alive.difference_update(ends.get(scope, ()))
    return result
