"""Graph, with its tensors -> subgraph of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from arenite.errors import ModelError
from arenite.tflite.flat import I32, U32
from arenite.tflite.options import schema
from arenite.tflite.origin import changed_fields, origin_of
from arenite.tflite.read_operator import unpack
from arenite.tflite.sheet import refuse_unknown
from arenite.tflite.slots import SubGraphField, TensorField
from arenite.tflite.write_operator import operator_reference

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.model import Graph, Quantization, Tensor
    from arenite.tflite.buffers import Buffers
    from arenite.tflite.flat import Table
    from arenite.tflite.sheet import Sheet
    from arenite.tflite.write_operator import Kinds


def tensor_reference(tensor: Tensor, sheet: Sheet, buffers: Buffers) -> int:
    """Reference of an unchanged tensor in the source, or of a new table for a changed one."""
    origin = origin_of(tensor)
    changed = changed_fields(tensor)
    at_home = origin is not None and origin.image is sheet.source
    if origin is not None and at_home and "data" not in changed:
        buffers.keep(origin.table.number(TensorField.BUFFER, U32))
    if origin is not None and at_home and not changed:
        return sheet.reference(origin.position)
    if origin is None:
        table = schema().TensorT(hasRank=True)
    else:
        refuse_unknown(origin.image, origin.position, TensorField.COUNT, f"tensor {origin.index} ({tensor.name!r})")
        table = unpack("Tensor", origin.table)
    _update(table, tensor, changed)
    if "data" in changed or not at_home:
        _store(table, tensor, buffers)
    return int(table.Pack(sheet.builder))


def all_but_name_and_buffer(tensor: Tensor) -> bytes | None:
    """The tensor's table as bytes, without name and buffer but with parts that `Tensor` lacks (sparsity, ranges).

    Ignores contents, and changes since the tensor was read. None for tensors created by a program.
    """
    origin = origin_of(tensor)
    if origin is None:
        return None
    import flatbuffers

    table = unpack("Tensor", origin.table)
    table.name, table.buffer, table.externalBuffer = None, 0, 0
    builder = flatbuffers.Builder(0)
    builder.Finish(table.Pack(builder))
    return bytes(builder.Output())


def _update(table: Any, tensor: Tensor, changed: frozenset[str]) -> None:
    if "name" in changed:
        table.name = tensor.name
    if "shape" in changed:
        # The old signature, with -1 for variable dimensions, does not apply to the new shape.
        table.shape, table.shapeSignature = list(tensor.shape), None
    if "type" in changed:
        table.type = tensor.type.code
    if "variable" in changed:
        table.isVariable = tensor.variable
    if "quantization" in changed:
        table.quantization = _quantization(tensor.quantization)
    if "data" in changed:
        table.sparsity = None


def _store(table: Any, tensor: Tensor, buffers: Buffers) -> None:
    origin = origin_of(tensor.data) if tensor.data is not None else None
    if origin is not None and not origin.position:
        table.buffer, table.externalBuffer = buffers.number(None), origin.index
    else:
        table.buffer, table.externalBuffer = buffers.number(tensor.data), 0


def _quantization(quantization: Quantization | None) -> Any:
    if quantization is None:
        return None
    return schema().QuantizationParametersT(
        scale=list(quantization.scale),
        zeroPoint=list(quantization.zero_point),
        quantizedDimension=quantization.dimension,
    )


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
