"""One subgraph of a file -> Graph, with its tensors."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from arenite.model import ElementType, Graph, Tensor
from arenite.tflite.check import check_graph, check_size
from arenite.tflite.flat import I32, DamageError, NewerError
from arenite.tflite.origin import Origin, remember
from arenite.tflite.quantization import Quantizations
from arenite.tflite.read_operator import OPERATOR, Kind, read_operator, unpack
from arenite.tflite.rows import OFFSET, Rows
from arenite.tflite.slots import (
    DimensionField,
    OperatorField,
    SparsityField,
    SubGraphField,
    TensorField,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arenite.model import Data
    from arenite.tflite.flat import Image, Table

_TYPES = {kind.code: kind for kind in ElementType}
_TENSOR = (
    (TensorField.TYPE, "b"),
    (TensorField.BUFFER, "I"),
    (TensorField.EXTERNAL_BUFFER, "I"),
    (TensorField.SHAPE, OFFSET),
    (TensorField.NAME, OFFSET),
    (TensorField.QUANTIZATION, OFFSET),
    (TensorField.IS_VARIABLE, "?"),
    (TensorField.SHAPE_SIGNATURE, OFFSET),
    (TensorField.SPARSITY, OFFSET),
    (TensorField.VARIANT_TENSORS, OFFSET),
)


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
    image = table.image
    fed = _fed_at_run_time(table) if shared.data and shared.data[0] else frozenset()
    tensors = _Tensors(image, shared, fed).read(table.tables(SubGraphField.TENSORS))
    rows = Rows(image, OPERATOR)
    operators = tuple(
        [
            read_operator(rows, Origin(image, position, index), tensors, shared.kinds, graphs)
            for index, position in enumerate(table.tables(SubGraphField.OPERATORS))
        ]
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


class _Tensors:
    """Reads the tensors of a graph; `fed` are those that are written at run time."""

    def __init__(self, image: Image, shared: Shared, fed: frozenset[int]) -> None:
        self._image = image
        self._shared = shared
        self._fed = fed
        self._rows = Rows(image, _TENSOR)
        self._quantizations = Quantizations(image)

    def read(self, positions: Sequence[int]) -> list[Tensor]:
        """The tensors at these positions, which are all those of the graph."""
        tensors: list[Tensor] = []
        try:
            for index, position in enumerate(positions):
                tensors.append(self._read(position, index))
        except DamageError as damage:
            raise damage.within(f"tensor {len(tensors)}") from None
        return tensors

    def _read(self, position: int, index: int) -> Tensor:
        image = self._image
        code, buffer, external, shape_at, name_at, quantization_at, variable, *rest = self._rows.read(position)
        kind = _TYPES.get(code)
        if kind is None:
            raise NewerError(f"element type {code} is not known to this version of Arenite")
        data = self._content(buffer, external, index)
        shape = image.numbers(position + shape_at, "i") if shape_at else ()
        check_size(shape, kind, constant=data is not None)
        if any(rest):
            self._check_rest(position, *rest)
        name = (image.text(position + name_at) or "") if name_at else ""
        quantization = self._quantizations.read(position + quantization_at) if quantization_at else None
        return remember(
            Tensor(name, shape, kind, data, quantization, bool(variable), Origin(image, position, index)),
        )

    def _content(self, buffer: int, external: int, index: int) -> Data | None:
        contents = self._shared.data
        # A few very old files have no buffers at all; all their tensors refer to buffer 0.
        if buffer >= len(contents) and buffer:
            raise DamageError(f"its content is in buffer {buffer}, but the model has {len(contents)} buffers")
        data = contents[buffer] if contents else None
        if buffer == 0 and index in self._fed:
            # Buffer 0 is empty by convention. If it is not, LiteRT still treats tensors written at run time as empty.
            data = None
        return self._shared.external[external] if external and data is None else data

    def _check_rest(self, position: int, signature: int, sparsity: int, variants: int) -> None:
        """Check the parts of a tensor that stay in the file, at these distances from its table."""
        image = self._image
        if signature:
            image.vector(position + signature, I32.size)
        if sparsity:
            table = image.table(position + sparsity)
            _spend_on_sparsity(table)
            unpack("SparsityParameters", table)
        for variant in image.tables(position + variants) if variants else ():
            unpack("VariantSubType", image.table(variant))


def _spend_on_sparsity(table: Table) -> None:
    """Charge the bytes that the object API will read, since it follows repeated offsets to the same place."""
    for position in table.tables(SparsityField.DIM_METADATA):
        metadata = table.image.table(position)
        for slot in (DimensionField.ARRAY_SEGMENTS, DimensionField.ARRAY_INDICES):
            vector = metadata.table(slot)
            if vector is not None:
                vector.numbers(0, "B")


def _ends(table: Table, slot: int, tensors: Sequence[Tensor], what: str) -> tuple[Tensor, ...]:
    result = []
    for place, index in enumerate(table.numbers(slot, "i")):
        if not 0 <= index < len(tensors):
            raise DamageError(f"{what} {place} is tensor {index}, but the subgraph has {len(tensors)} tensors")
        result.append(tensors[index])
    return tuple(result)
