"""Model, target -> MemoryMap: which buffer has which bytes of the head during which operators.

     address
        |            +---------+
    32  |  +---------+    b    |      Each buffer is a rectangle. Its height is the bytes that TFLM reserves for it,
        |  |    a    +---------+      its width the scopes in which it is alive. The highest end is the head.
     0  +--+---------+---------+--
    scope     0   1     2   3         Scope 0 is before the first operator. Each operator opens the next scope.

Addresses are those of the file's offline plan, and of TFLM's own planner for buffers without a given offset. Nothing is
drawn here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from arenite.backends.generated_c.folding import macs_as_run, of_file
from arenite.backends.target import TFLM
from arenite.backends.tflm.head import head_lifetimes, head_plan, planned_offsets, scratch_buffers
from arenite.names import whole_name
from arenite.operators.liveness import NEVER, UNUSED, align, lifetimes, load
from arenite.rewrite.strips import why_not
from arenite.search.task import mark

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from arenite.backends.target import Target
    from arenite.model import Model, Operator, Tensor
    from arenite.operators.liveness import Lifetime, Liveness

Kind = Literal["input", "output", "activation", "variable", "unused", "scratch"]
"""What a buffer holds. An input of the main graph that is an output as well counts as an input; "unused" is a tensor
that no operator uses, for which TFLM reserves bytes all the same."""


@dataclass(frozen=True, slots=True)
class Shared:
    """Bytes that a buffer shares with the buffer at position `buffer` of the map while both are alive."""

    buffer: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Part:
    """A step that computes part `number` (from 0) of the `count` parts of the source's operator at `operator`."""

    operator: int
    number: int
    count: int


@dataclass(frozen=True, slots=True)
class MappedBuffer:
    """A tensor or a scratch buffer in the head.

    tensor: index of the tensor as in `inspect`, which counts on over all graphs; None for scratch. For generated C the
        index in the model with folded PADs.
    bytes: what the buffer holds; size: `bytes` rounded up to 16, which it takes from `address` on.
    first, last: the scopes in which it is alive, both included. Both are -1 for "unused".
    shape, type: of the tensor; () and "" for scratch.
    producer: position in `MemoryMap.steps` of the operator that writes the tensor or requests the scratch; None for
        what no operator writes. consumers: positions of the operators that read it.
    shares: the buffers with which it shares bytes while both are alive.
    """

    tensor: int | None
    name: str
    kind: Kind
    address: int
    bytes: int
    size: int
    first: int
    last: int
    shape: tuple[int, ...] = ()
    type: str = ""
    producer: int | None = None
    consumers: tuple[int, ...] = ()
    shares: tuple[Shared, ...] = ()

    @property
    def end(self) -> int:
        """The address after its last byte."""
        return self.address + self.size


@dataclass(frozen=True, slots=True)
class Step:
    """An operator that runs, in the order of execution.

    graph, index: its position in the model. first, last: its scopes, which differ for control flow alone.
    working_set_bytes: the most bytes of tensors alive in one of its scopes, without scratch. macs: its own, without
    those of graphs that it calls. cannot_split: why it cannot be executed in strips; None if it can. source: position
    of the operator of the source's main graph that it implements; None if that is not known, or for what splitting
    added. part: which part of this operator it computes; None if it computes all of it.
    """

    graph: int
    index: int
    name: str
    first: int
    last: int
    working_set_bytes: int
    scratch_bytes: int
    macs: int
    cannot_split: str | None
    source: int | None = None
    part: Part | None = None


@dataclass(frozen=True, slots=True)
class MemoryMap:
    """The head of a model over time, in bytes.

    target: name of the target whose kernels request the scratch.
    head_bytes: the highest end of a buffer.
    working_set_bytes, scratch_bytes, end_bytes: for each scope from 0 on, the tensors alive, the scratch alive, and the
        highest end of a buffer alive.
    peak_scope: of the scopes in which a buffer reaches the head, the first of those in which the most bytes are alive;
        None if only unused tensors do. pins: positions of the buffers alive then.
    """

    model: str
    target: str
    head_bytes: int
    buffers: tuple[MappedBuffer, ...]
    steps: tuple[Step, ...]
    working_set_bytes: tuple[int, ...]
    scratch_bytes: tuple[int, ...]
    end_bytes: tuple[int, ...]
    peak_scope: int | None
    pins: tuple[int, ...]

    @property
    def scopes(self) -> int:
        """The number of scopes, scope 0 included."""
        return len(self.working_set_bytes)


def memory_map(model: Model, target: Target = TFLM, *, origins: Sequence[int | None] = ()) -> MemoryMap:
    """Map the head of a model in the order and layout of its file.

    Args:
        model: the model, with or without an offline plan.
        target: whose kernels request the scratch; for a portable target, the kernels that `optimize` charges. The head
            is `target.planned_head(model)`.
        origins: for each operator of the main graph, the position of the operator of the source that it implements, as
            in `Plan.order`; () if there is no source.

    Raises:
        ModelError: the model's plan does not match its tensors, or a graph calls itself.
    """
    return _Mapping(model, target, origins).map()


def origins_by_name(source: Model, result: Model) -> tuple[int | None, ...]:
    """The `origins` of a result of which only the file is known, as far as names of tensors tell them.

    Rewrites keep the names of results. Parts have the name of the whole, followed by what they are: "conv1/strip 2 of
    8" or "conv1/strip 2 of 8;norm1".
    Names that several operators of the source give are ambiguous, and tell nothing.
    """
    named = Counter(operator.outputs[0].name for operator in source.main.operators if operator.outputs)
    places = {each.outputs[0].name: place for place, each in enumerate(source.main.operators) if each.outputs}

    def origin(operator: Operator) -> int | None:
        if not operator.outputs:
            return None
        whole = whole_name(operator.outputs[0].name)
        place = places.get(whole) if named[whole] == 1 else None
        return place if place is not None and source.main.operators[place].label == operator.label else None

    return tuple(map(origin, result.main.operators))


class _Mapping:
    """Collects the parts of a map."""

    def __init__(self, model: Model, target: Target, origins: Sequence[int | None]) -> None:
        self.name = model.name
        self.target = target
        self.model = target.backend.as_run(model)
        self.liveness = lifetimes(self.model)
        self.origins = dict(zip(map(mark, model.main.operators), origins, strict=False))
        self.running = sorted(_running(self.liveness))

    def map(self) -> MemoryMap:
        buffers = _with_shares(tuple(self.buffers()))
        ends = [*(each.last for each in self.liveness.lifetimes), *(last for *_, last in self.running)]
        scopes = max([0, *ends]) + 1
        alive = _padded(self.liveness.working_bytes(), scopes)
        scratch = load((each.size, each.first, each.last) for each in buffers if each.kind == "scratch")
        scratch = _padded(scratch[1:], scopes)
        tops = _tops(buffers, scopes)
        head = max((buffer.end for buffer in buffers), default=0)
        peak = _peak(head, tops, [sum(each) for each in zip(alive, scratch, strict=True)])
        return MemoryMap(
            model=self.name,
            target=self.target.name,
            head_bytes=head,
            buffers=buffers,
            steps=tuple(self.steps(alive)),
            working_set_bytes=tuple(alive),
            scratch_bytes=tuple(scratch),
            end_bytes=tuple(tops),
            peak_scope=peak,
            pins=tuple(n for n, each in enumerate(buffers) if peak is not None and each.first <= peak <= each.last),
        )

    def buffers(self) -> Iterator[MappedBuffer]:
        """Tensors in file order, then scratch, as TFLM adds them."""
        model, requests = self.model, self.target.charged.planned_scratch
        offsets = head_plan(model, requests=requests).offsets
        entries = head_lifetimes(self.liveness, planned_offsets(model, model.plan))
        uses = _Uses(model, self.running)
        index = {tensor: n for n, tensor in enumerate(t for graph in model.graphs for t in graph.tensors)}
        for entry, address in zip(entries, offsets, strict=False):
            yield _tensor(entry, address, index[entry.tensor], self.kind(entry), uses)
        opened = {first: step for step, (first, *_) in enumerate(self.running)}
        scratch = scratch_buffers(model, self.liveness, requests)
        for each, address in zip(scratch, offsets[len(entries) :], strict=True):
            yield MappedBuffer(
                None,
                each.name,
                "scratch",
                address,
                each.size,
                each.size,
                each.first,
                each.last,
                producer=opened[each.first],
            )

    def kind(self, entry: Lifetime) -> Kind:
        main = self.model.main
        if entry.tensor.variable:
            return "variable"
        if entry.dead:
            return "unused"
        if entry.tensor in main.inputs:
            return "input"
        return "output" if entry.tensor in main.outputs else "activation"

    def steps(self, alive: Sequence[int]) -> Iterator[Step]:
        parts = _Parts(self.model, self.running, self.origins)
        for first, graph, index, last in self.running:
            operator = self.model.graphs[graph].operators[index]
            yield Step(
                graph=graph,
                index=index,
                name=operator.label,
                first=first,
                last=last,
                working_set_bytes=max(alive[first : last + 1]),
                scratch_bytes=sum(map(align, self.target.charged.planned_scratch(operator))),
                macs=macs_as_run(operator),
                cannot_split="is not in the main graph" if graph else why_not(of_file(operator), self.target),
                source=parts.source(operator),
                part=parts.next(operator),
            )


def _running(liveness: Liveness) -> Iterator[tuple[int, int, int, int]]:
    """(first scope, graph, position, last scope) of every operator that runs."""
    for graph, spans in enumerate(liveness.operators):
        for index, span in enumerate(spans):
            if span is not NEVER:
                yield span.first, graph, index, span.last


class _Uses:
    """The steps that write and read each tensor."""

    def __init__(self, model: Model, running: Sequence[tuple[int, int, int, int]]) -> None:
        self.producer: dict[Tensor, int] = {}
        self.consumers: defaultdict[Tensor, dict[int, None]] = defaultdict(dict)
        for step, (_, graph, index, _) in enumerate(running):
            operator = model.graphs[graph].operators[index]
            for tensor in operator.outputs:
                self.producer.setdefault(tensor, step)
            for tensor in operator.reads:
                self.consumers[tensor][step] = None


def _tensor(entry: Lifetime, address: int, index: int, kind: Kind, uses: _Uses) -> MappedBuffer:
    tensor = entry.tensor
    return MappedBuffer(
        tensor=index,
        name=tensor.name,
        kind=kind,
        address=address,
        bytes=tensor.bytes,
        size=align(tensor.bytes),
        first=entry.first,
        last=entry.last,
        shape=tensor.shape,
        type=tensor.type.name.lower(),
        producer=uses.producer.get(tensor),
        consumers=tuple(uses.consumers.get(tensor, ())),
    )


class _Parts:
    """Counts the operators of a kind that implement one operator of the source: these are its parts."""

    def __init__(
        self, model: Model, running: Sequence[tuple[int, int, int, int]], origins: Mapping[object, int | None]
    ) -> None:
        self.origins = origins
        main = (model.main.operators[index] for _, graph, index, _ in running if graph == 0)
        self.counts = Counter((self.source(operator), operator.label) for operator in main)
        self.seen: Counter[tuple[int | None, str]] = Counter()

    def source(self, operator: Operator) -> int | None:
        return self.origins.get(mark(operator))

    def next(self, operator: Operator) -> Part | None:
        """The part that the next operator in the order of execution computes."""
        source = self.source(operator)
        key = source, operator.label
        if source is None or self.counts[key] == 1:
            return None
        number = self.seen[key]
        self.seen[key] += 1
        return Part(source, number, self.counts[key])


def _with_shares(buffers: tuple[MappedBuffer, ...]) -> tuple[MappedBuffer, ...]:
    shares: defaultdict[int, list[Shared]] = defaultdict(list)
    for one, other, common in _common(buffers):
        shares[one].append(Shared(other, common))
        shares[other].append(Shared(one, common))
    return tuple(
        replace(each, shares=tuple(sorted(shares[number], key=lambda share: share.buffer)))
        if number in shares
        else each
        for number, each in enumerate(buffers)
    )


def _common(buffers: Sequence[MappedBuffer]) -> Iterator[tuple[int, int, int]]:
    """Pairs of buffers that share bytes while both are alive, and how many bytes."""
    import numpy as np

    numbers = [number for number, each in enumerate(buffers) if each.kind != "unused"]
    numbers.sort(key=lambda number: buffers[number].first)
    rows = [(each.last, each.address, each.end) for each in (buffers[number] for number in numbers)]
    last, begin, end = np.array(rows, np.int64).reshape(-1, 3).T
    for place, number in enumerate(numbers):
        each = buffers[number]
        common = np.minimum(end[:place], each.end) - np.maximum(begin[:place], each.address)
        for other in np.flatnonzero((last[:place] >= each.first) & (common > 0)):
            yield numbers[other], number, int(common[other])


def _tops(buffers: Sequence[MappedBuffer], scopes: int) -> list[int]:
    """For each scope the highest end of a buffer alive."""
    import numpy as np

    ends = np.zeros(scopes, np.int64)
    for each in buffers:
        if each.last != UNUSED:
            alive = ends[max(each.first, 0) : each.last + 1]
            np.maximum(alive, each.end, out=alive)
    return [int(end) for end in ends]


def _peak(head: int, tops: Sequence[int], alive: Sequence[int]) -> int | None:
    reached = [scope for scope, end in enumerate(tops) if end == head > 0]
    return max(reached, key=alive.__getitem__, default=None)


def _padded(sizes: Sequence[int], scopes: int) -> list[int]:
    return [*sizes, *[0] * (scopes - len(sizes))]
