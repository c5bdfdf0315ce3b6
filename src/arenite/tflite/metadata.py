"""Metadata entries that are fields of the model: the memory plan, the name of its target, and control edges.

Reading moves them from `Model.metadata` to fields; writing puts them back at their old places, or at the end. Unchanged
entries keep their bytes. A file may have several entries of one name: TFLM follows the last plan, the last name of a
target belongs to it, and of control edges the first entry counts.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from arenite.errors import ModelError
from arenite.model import Data, Metadata
from arenite.tflite.control_edges import CONTROL_EDGES_NAME, decode_edges, encode_edges
from arenite.tflite.memory_plan import decode_plan, encode_plan
from arenite.tflite.origin import ModelOrigin, original_of, remember

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from arenite.model import Graph, MemoryPlan, Model

PLAN_NAME = "OfflineMemoryAllocation"
TARGET_NAME = "arenite.target"
"""Entry beside a plan that was searched with overlap, also for the default target `tflm`: such a plan may be valid with
some kernels only, and the plan itself does not say with which. Runtimes ignore metadata that they do not know."""
_FIELDS = (PLAN_NAME, TARGET_NAME, CONTROL_EDGES_NAME)


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
