"""Control edges: pairs of operators that must keep their order, which some converters store as metadata.

The file names operators by number, so the numbers change when operators move. Format: metadata_util.cc of TensorFlow's
compiler/mlir/lite/experimental/remat. Every number is a varint of 7-bit groups, lowest group first; signed numbers use
zigzag. The content is version 1, the number of subgraphs, and for each subgraph the number of pairs and the pairs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.errors import ModelError
from arenite.tflite.origin import original_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from arenite.model import Graph, Operator

    Edges = tuple[tuple[Operator, Operator], ...]

CONTROL_EDGES_NAME = "model_control_dependencies"
_VERSION = 1


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
        if version != _VERSION or count > len(graphs):
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
    numbers = [_VERSION, len(graphs)]
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
