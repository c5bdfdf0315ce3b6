"""Graph -> subgraph of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from arenite.errors import ModelError
from arenite.tflite.flat import I32, U32
from arenite.tflite.options import schema
from arenite.tflite.origin import origin_of
from arenite.tflite.sheet import refuse_unknown
from arenite.tflite.slots import SubGraphField
from arenite.tflite.write_operator import operator_reference
from arenite.tflite.write_tensor import tensor_reference

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.model import Graph, Tensor
    from arenite.tflite.buffers import Buffers
    from arenite.tflite.flat import Table
    from arenite.tflite.kinds import Kinds
    from arenite.tflite.sheet import Sheet


class Page(NamedTuple):
    """Parts of the file to write that all graphs share."""

    sheet: Sheet
    buffers: Buffers
    kinds: Kinds


class _Parts(NamedTuple):
    """Contents of a subgraph: references of tables, and indices of inputs and outputs."""

    tensors: tuple[int, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    operators: tuple[int, ...]


def graph_reference(graph: Graph, index: int, page: Page) -> int:
    """Build the changed parts of a graph; returns the reference of its table.

    Raises:
        ModelError: an operator uses a tensor that the graph does not list.
    """
    numbers = {tensor: number for number, tensor in enumerate(graph.tensors)}
    parts = _Parts(
        tensors=tuple(tensor_reference(tensor, page.sheet, page.buffers) for tensor in graph.tensors),
        inputs=_numbers(graph.inputs, numbers, f"the inputs of subgraph {index}"),
        outputs=_numbers(graph.outputs, numbers, f"the outputs of subgraph {index}"),
        operators=tuple(
            operator_reference(
                operator,
                numbers,
                f"operator {i} ({operator.label}) of subgraph {index}",
                page.sheet,
                page.kinds,
            )
            for i, operator in enumerate(graph.operators)
        ),
    )
    origin = origin_of(graph)
    if origin is None or origin.image is not page.sheet.source:
        return _build(graph, parts, None, page.sheet)
    table = origin.table
    before = _parts(table, page.sheet)
    renamed = graph.name != (table.text(SubGraphField.NAME) or "")
    if parts == before and not renamed:
        return page.sheet.reference(table.position)
    only_order = parts[:3] == before[:3] and sorted(parts.operators) == sorted(before.operators) and not renamed
    if only_order and _permute(table, parts.operators, page.sheet):
        return page.sheet.reference(table.position)
    refuse_unknown(table.image, table.position, SubGraphField.COUNT, f"subgraph {index}")
    return _build(graph, parts, table, page.sheet)


def _numbers(tensors: Sequence[Tensor], numbers: dict[Tensor, int], what: str) -> tuple[int, ...]:
    for tensor in tensors:
        if tensor not in numbers:
            raise ModelError(f"{what} name tensor {tensor.name!r}, which the graph does not list")
    return tuple(numbers[tensor] for tensor in tensors)


def _parts(table: Table, sheet: Sheet) -> _Parts:
    return _Parts(
        tensors=tuple(sheet.reference(position) for position in table.tables(SubGraphField.TENSORS)),
        inputs=table.numbers(SubGraphField.INPUTS, "i"),
        outputs=table.numbers(SubGraphField.OUTPUTS, "i"),
        operators=tuple(sheet.reference(position) for position in table.tables(SubGraphField.OPERATORS)),
    )


def _permute(table: Table, operators: Sequence[int], sheet: Sheet) -> bool:
    """Rewrite the vector of operators in place, without building a table.

    Returns False if another subgraph shares the vector, or if an operator lies before the vector.
    """
    start = table.target(SubGraphField.OPERATORS) + 4
    if sheet.operator_vectors[start] != 1:
        return False
    offsets = [sheet.reference(start + 4 * i) - operator for i, operator in enumerate(operators)]
    if min(offsets) <= 0:
        return False
    sheet.patch(start, b"".join(U32.pack(offset) for offset in offsets))
    return True


def _build(graph: Graph, parts: _Parts, table: Table | None, sheet: Sheet) -> int:
    """Build the table of a subgraph; shares with `table` all parts that are equal."""
    builder: Any = sheet.builder
    before = _parts(table, sheet) if table else None
    vectors = []
    for slot, new in enumerate(parts):
        if table and before and before[slot] == new and table.target(slot):
            vectors.append(sheet.reference(table.target(slot)))
        else:
            vectors.append(
                sheet.numbers(new) if slot in (SubGraphField.INPUTS, SubGraphField.OUTPUTS) else sheet.tables(new)
            )
    if table and graph.name == (table.text(SubGraphField.NAME) or ""):
        name = sheet.reference(table.target(SubGraphField.NAME)) if table.target(SubGraphField.NAME) else None
    else:
        name = builder.CreateString(graph.name)
    schema().SubGraphStart(builder)
    schema().SubGraphAddTensors(builder, vectors[SubGraphField.TENSORS])
    schema().SubGraphAddInputs(builder, vectors[SubGraphField.INPUTS])
    schema().SubGraphAddOutputs(builder, vectors[SubGraphField.OUTPUTS])
    schema().SubGraphAddOperators(builder, vectors[SubGraphField.OPERATORS])
    if name is not None:
        schema().SubGraphAddName(builder, name)
    if table:
        debug = table.number(SubGraphField.DEBUG_METADATA_INDEX, I32, -1)
        schema().SubGraphAddDebugMetadataIndex(builder, debug)
    return int(schema().SubGraphEnd(builder))
