"""One subgraph of a file -> Graph, with its tensors."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from arenite.model import Data, ElementType, Graph, Quantization, Tensor
from arenite.tflite.check import check_graph, check_size
from arenite.tflite.flat import BOOL, I8, I32, U32, DamageError, NewerError
from arenite.tflite.origin import Origin, remember
from arenite.tflite.read_operator import Kind, read_operator, unpack
from arenite.tflite.slots import (
    DimensionField,
    OperatorField,
    QuantizationField,
    SparsityField,
    SubGraphField,
    TensorField,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arenite.tflite.flat import Image, Table

_TYPES = {kind.code: kind for kind in ElementType}


class Shared(NamedTuple):
    """Parts of a model that all graphs share."""

    data: Sequence[Data | None]
    kinds: Sequence[Kind]
    external: Mapping[int, Data]


def read_graph(table: Table, number: int, graphs: int, shared: Shared) -> Graph:
    """Read subgraph `number` of `graphs` subgraphs.

    Raises:
        DamageError: a field points outside the file, an index is out of range, or the graph is inconsistent.
    """
    tensors: list[Tensor] = []
    image = table.image
    fed = _fed_at_run_time(table) if shared.data and shared.data[0] else frozenset()
    for index, position in enumerate(table.tables(SubGraphField.TENSORS)):
        tensors.append(_read_tensor(image, position, index, shared, fed))
    operators = tuple(
        read_operator(image.table(position), i, tensors, shared.kinds, graphs)
        for i, position in enumerate(table.tables(SubGraphField.OPERATORS))
    )
    graph = Graph(
        name=table.text(SubGraphField.NAME) or "",
        tensors=tuple(tensors),
        inputs=_ends(table, SubGraphField.INPUTS, tensors, "input"),
        outputs=_ends(table, SubGraphField.OUTPUTS, tensors, "output"),
        operators=operators,
        origin=Origin(image, table.position, number),
    )
    check_graph(graph)
    return remember(graph)


def _fed_at_run_time(table: Table) -> frozenset[int]:
    """Indices of the tensors that operators or the application write."""
    fed = set(table.numbers(SubGraphField.INPUTS, "i"))
    for position in table.tables(SubGraphField.OPERATORS):
        fed.update(table.image.table(position).numbers(OperatorField.OUTPUTS, "i"))
    return frozenset(fed)


def _read_tensor(image: Image, position: int, index: int, shared: Shared, fed: frozenset[int]) -> Tensor:
    try:
        return _read(image.table(position), index, shared, fed)
    except DamageError as damage:
        raise damage.within(f"tensor {index}") from None


def _read(table: Table, index: int, shared: Shared, fed: frozenset[int]) -> Tensor:
    code = table.number(TensorField.TYPE, I8)
    kind = _TYPES.get(code)
    if kind is None:
        raise NewerError(f"element type {code} is not known to this version of Arenite")
    buffer = table.number(TensorField.BUFFER, U32)
    # A few very old files have no buffers at all; all their tensors refer to buffer 0.
    if buffer >= len(shared.data) and buffer:
        raise DamageError(f"its content is in buffer {buffer}, but the model has {len(shared.data)} buffers")
    data = shared.data[buffer] if shared.data else None
    if buffer == 0 and index in fed:
        # Buffer 0 is empty by convention. If it is not, LiteRT still treats tensors written at run time as empty.
        data = None
    external = table.number(TensorField.EXTERNAL_BUFFER, U32)
    if external and data is None:
        data = shared.external[external]
    shape = table.numbers(TensorField.SHAPE, "i")
    check_size(shape, kind, constant=data is not None)
    if len(table.slots) > TensorField.SPARSITY:
        _check_rest(table)
    return remember(
        Tensor(
            name=table.text(TensorField.NAME) or "",
            shape=shape,
            type=kind,
            data=data,
            quantization=_read_quantization(table.table(TensorField.QUANTIZATION)),
            variable=bool(table.number(TensorField.IS_VARIABLE, BOOL)),
            origin=Origin(table.image, table.position, index),
        )
    )


def _check_rest(table: Table) -> None:
    """Check the fields of a tensor that stay in the file: from `TensorField.SPARSITY` on."""
    table.numbers(TensorField.SHAPE_SIGNATURE, "i")
    sparsity = table.table(TensorField.SPARSITY)
    if sparsity is not None:
        _spend_on_sparsity(sparsity)
        unpack("SparsityParameters", sparsity)
    for position in table.tables(TensorField.VARIANT_TENSORS):
        unpack("VariantSubType", table.image.table(position))


def _spend_on_sparsity(table: Table) -> None:
    """Charge the bytes that the object API will read, since it follows repeated offsets to the same place."""
    for position in table.tables(SparsityField.DIM_METADATA):
        metadata = table.image.table(position)
        for slot in (DimensionField.ARRAY_SEGMENTS, DimensionField.ARRAY_INDICES):
            vector = metadata.table(slot)
            if vector is not None:
                vector.numbers(0, "B")


def _read_quantization(table: Table | None) -> Quantization | None:
    if table is None:
        return None
    table.numbers(QuantizationField.MIN, "f")
    table.numbers(QuantizationField.MAX, "f")
    if table.table(QuantizationField.DETAILS) is not None:
        unpack("QuantizationParameters", table)
    scale = table.numbers(QuantizationField.SCALE, "f")
    zero_point = table.numbers(QuantizationField.ZERO_POINT, "q")
    dimension = table.number(QuantizationField.QUANTIZED_DIMENSION, I32)
    return Quantization(scale, zero_point, dimension) if scale else None


def _ends(table: Table, slot: int, tensors: Sequence[Tensor], what: str) -> tuple[Tensor, ...]:
    result = []
    for place, index in enumerate(table.numbers(slot, "i")):
        if not 0 <= index < len(tensors):
            raise DamageError(f"{what} {place} is tensor {index}, but the subgraph has {len(tensors)} tensors")
        result.append(tensors[index])
    return tuple(result)
