"""Control dependencies that some converters file as metadata: pairs of operators that must keep their order.

They name operators by number, so the numbers are renewed when operators move. Format: metadata_util.cc of TensorFlow's
compiler/mlir/lite/experimental/remat. Every number is a varint of 7-bit groups, lowest first, signed ones in zigzag:
version 1, number of subgraphs, and for each of them the number of pairs and the pairs.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from arenite.errors import ModelError
from arenite.model import Data
from arenite.tflite.origin import original_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arenite.model import Metadata, Model

CONTROL_EDGES_NAME = "model_control_dependencies"
_VERSION = 1

Edges = tuple[tuple[tuple[int, int], ...], ...]


def read_control_edges(model: Model) -> Edges:
    """Return per graph the pairs (first, second) of operators, by their place, of which the first must run before.

    Raises:
        ModelError: the entry cannot be read.
    """
    for entry in model.metadata:
        if entry.name == CONTROL_EDGES_NAME:
            return _decode(entry, model)
    return ()


def renew_control_edges(model: Model) -> Model:
    """Return the model with the pairs naming the places where the operators are now; the same object if they stayed.

    Raises:
        ModelError: an operator of a pair is gone, or the order breaks a pair.
    """
    original = original_of(model)
    entries = [entry for entry in model.metadata if entry.name == CONTROL_EDGES_NAME]
    if original is None or not entries or original_of(entries[0]) is not entries[0]:
        return model
    if all(before.operators == now.operators for before, now in zip(original.graphs, model.graphs, strict=False)):
        return model
    renewed = []
    for before, now, edges in zip(original.graphs, model.graphs, _decode(entries[0], original), strict=False):
        places = {original_of(operator): place for place, operator in enumerate(now.operators)}
        moved = tuple((places.get(before.operators[a], -1), places.get(before.operators[b], -1)) for a, b in edges)
        if any(not 0 <= first < second for first, second in moved):
            raise ModelError(f"{model.name}: the new operators break a control dependency that the file asks for")
        renewed.append(moved)
    content = _encode(tuple(renewed))
    if content == bytes(entries[0].data.content):
        return model
    replaced = dataclasses.replace(entries[0], data=Data(content))
    metadata = tuple(replaced if entry is entries[0] else entry for entry in model.metadata)
    return dataclasses.replace(model, metadata=metadata)


def _decode(entry: Metadata, model: Model) -> Edges:
    numbers = _varints(bytes(entry.data.content))
    try:
        version, count = next(numbers), next(numbers)
        if version != _VERSION or count > len(model.graphs):
            raise ValueError
        edges = []
        for graph in model.graphs[:count]:
            pairs = tuple((_signed(next(numbers)), _signed(next(numbers))) for _ in range(next(numbers)))
            if any(not 0 <= place < len(graph.operators) for pair in pairs for place in pair):
                raise ValueError
            edges.append(pairs)
    except (StopIteration, RuntimeError, ValueError):
        raise ModelError(f"{model.name}: the metadata {CONTROL_EDGES_NAME!r} cannot be read") from None
    return tuple(edges)


def _encode(edges: Edges) -> bytes:
    numbers = [_VERSION, len(edges)]
    for pairs in edges:
        numbers.append(len(pairs))
        numbers += [2 * place for pair in pairs for place in pair]
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
