"""Metadata entries that are fields of the model: the memory plan, the name of its target, and control edges.

Reading moves them from `Model.metadata` to fields; writing puts them back at their old places, or at the end. Unchanged
entries keep their bytes. A file may have several entries of one name: TFLM follows the last plan, the last name of a
target belongs to it, and of control edges the first entry counts.

Memory plan, which stock TFLM follows instead of planning at run time: little-endian int32, namely version 1, number of
subgraphs, number of offsets, then one offset per tensor of all subgraphs in file order. TFLM reads only the third
number and the offsets; Vela writes version 0. Format and rules: `GetOfflinePlannedOffsets` in TFLM's
micro_allocation_info.cc, and its docs/memory_management.md.

Control edges, pairs of operators that must keep their order, which some converters store: version 1, the number of
subgraphs, and for each subgraph the number of pairs and the pairs. The file names operators by number, so the numbers
change when operators move. Every number is a varint of 7-bit groups, lowest group first; signed numbers use zigzag.
Format: metadata_util.cc of TensorFlow's compiler/mlir/lite/experimental/remat.
"""

from __future__ import annotations

import struct
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from arenite.errors import ModelError
from arenite.model import Data, MemoryPlan, Metadata
from arenite.tflite.check import LARGEST_OFFSET
from arenite.tflite.origin import ModelOrigin, original_of, remember

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from arenite.model import Graph, Model, Operator

    Edges = tuple[tuple[Operator, Operator], ...]


PLAN_NAME = "OfflineMemoryAllocation"
TARGET_NAME = "arenite.target"
"""Entry beside a plan that was searched with overlap, also for the default target `tflm`: such a plan may be valid with
some kernels only, and the plan itself does not say with which. Runtimes ignore metadata that they do not know."""
CONTROL_EDGES_NAME = "model_control_dependencies"
_FIELDS = (PLAN_NAME, TARGET_NAME, CONTROL_EDGES_NAME)
_PLAN_VERSION = 1
_READABLE_PLANS = (0, 1)
_HEADER = 3
_AT_RUN_TIME = -1
_EDGES_VERSION = 1


def other_entries(entries: Sequence[Metadata]) -> tuple[Metadata, ...]:
    """Entries that are not fields of the model."""
    return tuple(entry for entry in entries if entry.name not in _FIELDS)


def plan_of(entries: Sequence[Metadata], graphs: Sequence[Graph], name: str) -> MemoryPlan | None:
    """The plan in the entries. Of several, TFLM follows the last one, but refuses the model if any does not match.

    Raises:
        ModelError: TFLM would refuse one of the plans or read past its end.
    """
    # Entries with shared content have the same object.
    contents = dict.fromkeys(entry.data for entry in entries if entry.name == PLAN_NAME)
    plans = {data: decode_plan(data.content, graphs, name) for data in contents}
    return next((plans[entry.data] for entry in reversed(entries) if entry.name == PLAN_NAME), None)


def target_of(entries: Sequence[Metadata]) -> str | None:
    """Name of the target of the plan; None without a plan or without a name."""
    if not any(entry.name == PLAN_NAME for entry in entries):
        return None
    names = [bytes(entry.data.content) for entry in entries if entry.name == TARGET_NAME]
    return names[-1].decode("utf-8", errors="replace") if names else None


def with_control_edges(entries: Sequence[Metadata], graphs: Sequence[Graph], name: str) -> tuple[Graph, ...]:
    """Add the control edges in the entries to the graphs.

    Raises:
        ModelError: the entry is malformed.
    """
    content = next((bytes(entry.data.content) for entry in entries if entry.name == CONTROL_EDGES_NAME), None)
    edges = () if content is None else decode_edges(content, graphs, name)
    missing = ((),) * (len(graphs) - len(edges))
    return tuple(
        remember(replace(graph, control_edges=its)) if its else graph
        for graph, its in zip(graphs, (*edges, *missing), strict=True)
    )


def filed_entries(model: Model) -> tuple[Metadata, ...]:
    """All metadata entries of the file to write: those of the model, and its fields as entries.

    Raises:
        ModelError: the plan does not match the tensors, the order violates a control edge, or a field is also an entry.
    """
    stray = next((entry.name for entry in model.metadata if entry.name in _FIELDS), None)
    if stray is not None:
        raise ModelError(f"{model.name}: the metadata entry {stray!r} is a field of the model; set that one")
    before = model.origin.entries if isinstance(model.origin, ModelOrigin) else ()
    instead: dict[Metadata, Metadata | None] = {entry: entry for entry in before if entry.name in _FIELDS}
    added = []
    for name, content in _changed(model).items():
        filed = [entry for entry in before if entry.name == name]
        instead.update((entry, None) for entry in filed)
        if content is not None and filed:
            same = bytes(filed[-1].data.content) == content
            instead[filed[-1]] = filed[-1] if same else replace(filed[-1], data=Data(content))
        elif content is not None:
            added.append(Metadata(name, Data(content)))
    return (*_merged(before, instead, model.metadata), *added)


def _changed(model: Model) -> dict[str, bytes | None]:
    """New content of each entry that cannot stay as in the source; None for entries to remove."""
    original, graphs = original_of(model), model.graphs
    result: dict[str, bytes | None] = {}
    if original is None or _planned(model) != _planned(original):
        result[PLAN_NAME] = None if model.plan is None else encode_plan(model.plan, graphs, model.name)
    if original is None or (model.target, model.plan is None) != (original.target, original.plan is None):
        result[TARGET_NAME] = None if model.target is None or model.plan is None else model.target.encode()
    bound = _bound(model)
    if original is None or bound != _bound(original):
        result[CONTROL_EDGES_NAME] = encode_edges(graphs[: max(bound) + 1], model.name) if bound else None
    return result


def _planned(model: Model) -> tuple[MemoryPlan | None, list[int]]:
    """The plan, and the number of tensors of each graph that the plan has offsets for."""
    return model.plan, [len(graph.tensors) for graph in model.graphs]


def _bound(model: Model) -> dict[int, tuple[object, object]]:
    """The control edges and the operators of each graph that has edges, by its number."""
    return {
        number: (graph.control_edges, graph.operators)
        for number, graph in enumerate(model.graphs)
        if graph.control_edges
    }


def _merged(
    before: Sequence[Metadata], instead: Mapping[Metadata, Metadata | None], others: Sequence[Metadata]
) -> Iterator[Metadata]:
    """The other entries in order, with the fields' entries at their old places."""
    rest = list(others)
    for entry in before:
        if entry in instead:
            new = instead[entry]
            if new is not None:
                yield new
            continue
        place = next((place for place, other in enumerate(rest) if original_of(other) is entry), None)
        if place is not None:
            yield from rest[: place + 1]
            del rest[: place + 1]
    yield from rest


def decode_plan(content: bytes | memoryview, graphs: Sequence[Graph], name: str) -> MemoryPlan:
    """Decode the plan for the tensors of `graphs`. Errors call the model `name`.

    Raises:
        ModelError: TFLM would refuse the plan or read past its end.
    """
    where = f"{name}: the offline memory plan"
    if len(content) % 4 or len(content) < 4 * _HEADER:
        raise ModelError(f"{where} has {len(content)} bytes; at least {4 * _HEADER} and a multiple of 4 are needed")
    version, _, count, *offsets = struct.unpack(f"<{len(content) // 4}i", content)
    if version not in _READABLE_PLANS:
        raise ModelError(f"{where} has version {version}; only version {_PLAN_VERSION} is known")
    tensors = [len(graph.tensors) for graph in graphs]
    if count != sum(tensors):
        raise ModelError(f"{where} is for {count} tensors, but the model has {sum(tensors)}; TFLM refuses it")
    if len(offsets) < count:
        raise ModelError(f"{where} announces {count} offsets, but holds {len(offsets)}")
    if any(offset < _AT_RUN_TIME for offset in offsets[:count]):
        raise ModelError(f"{where} holds a negative offset other than {_AT_RUN_TIME}")
    rest = iter(offsets)
    return MemoryPlan(
        tuple(
            tuple(None if offset == _AT_RUN_TIME else offset for offset in (next(rest) for _ in range(number)))
            for number in tensors
        )
    )


def encode_plan(plan: MemoryPlan, graphs: Sequence[Graph], name: str) -> bytes:
    """Encode a plan for the tensors of `graphs`.

    Raises:
        ModelError: the plan does not match the tensors, or an offset does not fit in an int32.
    """
    planned = [len(offsets) for offsets in plan.offsets]
    tensors = [len(graph.tensors) for graph in graphs]
    if planned != tensors:
        raise ModelError(f"{name}: a memory plan for {planned} tensors per subgraph does not fit {tensors}")
    offsets = [_AT_RUN_TIME if offset is None else offset for offset in chain(*plan.offsets)]
    if any(not _AT_RUN_TIME <= offset <= LARGEST_OFFSET for offset in offsets):
        raise ModelError(f"{name}: the memory plan holds an offset outside of 0 to {LARGEST_OFFSET}")
    return struct.pack(f"<{_HEADER + len(offsets)}i", _PLAN_VERSION, len(tensors), len(offsets), *offsets)


def edges_by_place(graph: Graph) -> tuple[tuple[int, int], ...]:
    """The control edges of a graph as current positions of operators.

    A changed copy of an operator stands for the operator that was read. There is one copy at most: passes that make
    several operators of one leave graphs with control edges alone (`rewrite/edits.py`, `check_order_is_free`).

    Raises:
        ModelError: an operator of a pair was removed.
    """
    if not graph.control_edges:
        return ()
    places = {operator: place for place, operator in enumerate(graph.operators)}
    copies = {original_of(operator): place for place, operator in enumerate(graph.operators)}

    def place(operator: Operator) -> int:
        found = places.get(operator, copies.get(original_of(operator) or operator))
        if found is None:
            raise ModelError(
                f"graph {graph.name!r}: operator {operator.label} is gone, but the file asks that it runs before or "
                "after another one"
            )
        return found

    return tuple((place(first), place(second)) for first, second in graph.control_edges)


def decode_edges(content: bytes, graphs: Sequence[Graph], name: str) -> tuple[Edges, ...]:
    """Decode the control edges of the first graphs; the entry says how many. Errors call the model `name`.

    Raises:
        ModelError: the entry is malformed.
    """
    numbers = _varints(content)
    try:
        version, count = next(numbers), next(numbers)
        if version != _EDGES_VERSION or count > len(graphs):
            raise ValueError
        edges = []
        for graph in graphs[:count]:
            pairs = tuple((_signed(next(numbers)), _signed(next(numbers))) for _ in range(next(numbers)))
            if any(not 0 <= place < len(graph.operators) for pair in pairs for place in pair):
                raise ValueError
            edges.append(tuple((graph.operators[first], graph.operators[second]) for first, second in pairs))
    except (StopIteration, RuntimeError, ValueError):
        raise ModelError(f"{name}: the metadata {CONTROL_EDGES_NAME!r} cannot be read") from None
    return tuple(edges)


def encode_edges(graphs: Sequence[Graph], name: str) -> bytes:
    """Encode the control edges of graphs with the current positions of their operators.

    Raises:
        ModelError: an operator of a pair was removed, or the order violates a pair.
    """
    numbers = [_EDGES_VERSION, len(graphs)]
    for graph in graphs:
        edges = edges_by_place(graph)
        if any(first >= second for first, second in edges):
            raise ModelError(f"{name}: the new operators break a control dependency that the file asks for")
        numbers += [len(edges), *(2 * place for pair in edges for place in pair)]
    return b"".join(_varint(number) for number in numbers)


def _signed(number: int) -> int:
    return -(number // 2) - 1 if number % 2 else number // 2


def _varint(number: int) -> bytes:
    groups = bytearray()
    while number >= 128:
        groups.append(number % 128 + 128)
        number //= 128
    return bytes((*groups, number))


def _varints(content: bytes) -> Iterator[int]:
    number, weight = 0, 1
    for byte in content:
        number += byte % 128 * weight
        weight *= 128
        if byte < 128:
            yield number
            number, weight = 0, 1
