"""Finds every offset in a flatbuffer of the TensorFlow Lite schema, with its target and the target's extent.

Tables that every file has many of are described in `FIELDS`. Below other tables the walk follows the file and the tree
of the object API in parallel, since the generated classes do not describe the schema: the attributes of a tree object
are the fields of its table, in order. Unpacking a whole model that way takes much longer than reading it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from arenite.tflite.flat import U8, U32, U64
from arenite.tflite.options import has_numbers_only, schema, table_name
from arenite.tflite.read_operator import unpack
from arenite.tflite.slots import (
    BufferField,
    MetadataField,
    ModelField,
    OperatorCodeField,
    OperatorField,
    QuantizationField,
    SubGraphField,
    TensorField,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from arenite.tflite.flat import Image, Table

# Slots of the remaining fields in tables with deprecated fields, which the object API leaves out.
_SLOTS = {"SignatureDef": (0, 1, 2, 4), "ResizeBilinearOptions": (2, 3)}
# Deprecated fields that are plain numbers without further targets.
_NUMBERS = {"ResizeBilinearOptions": (0, 1)}


class Vector(NamedTuple):
    """A vector of elements of so many bytes each, and `final` bytes after them.

    `table` is the name of the tables to which elements lead that are offsets.
    """

    element: int
    final: int = 0
    table: str = ""


class Union(NamedTuple):
    """A table of one of several kinds; the field `kind` says which."""

    name: str
    kind: int


def _tables(name: str) -> Vector:
    return Vector(U32.size, 0, name)


_BYTES, _TEXT = Vector(1), Vector(1, 1)
_INTEGERS = _FLOATS = Vector(U32.size)
_LONGS = Vector(U64.size)

FIELDS: Mapping[str, tuple[int, Mapping[int, Vector | Union | str]]] = {
    "Model": (
        ModelField.COUNT,
        {
            ModelField.OPERATOR_CODES: _tables("OperatorCode"),
            ModelField.SUBGRAPHS: _tables("SubGraph"),
            ModelField.DESCRIPTION: _TEXT,
            ModelField.BUFFERS: _tables("Buffer"),
            ModelField.METADATA_BUFFER: _INTEGERS,
            ModelField.METADATA: _tables("Metadata"),
            ModelField.SIGNATURE_DEFS: _tables("SignatureDef"),
            ModelField.EXTERNAL_BUFFER_GROUPS: _tables("ExternalBufferGroup"),
            ModelField.EXTERNAL_BUFFERS: _tables("ExternalBuffer"),
        },
    ),
    "OperatorCode": (OperatorCodeField.COUNT, {OperatorCodeField.CUSTOM_CODE: _TEXT}),
    "SubGraph": (
        SubGraphField.COUNT,
        {
            SubGraphField.TENSORS: _tables("Tensor"),
            SubGraphField.INPUTS: _INTEGERS,
            SubGraphField.OUTPUTS: _INTEGERS,
            SubGraphField.OPERATORS: _tables("Operator"),
            SubGraphField.NAME: _TEXT,
        },
    ),
    "Tensor": (
        TensorField.COUNT,
        {
            TensorField.SHAPE: _INTEGERS,
            TensorField.NAME: _TEXT,
            TensorField.QUANTIZATION: "QuantizationParameters",
            TensorField.SPARSITY: "SparsityParameters",
            TensorField.SHAPE_SIGNATURE: _INTEGERS,
            TensorField.VARIANT_TENSORS: _tables("VariantSubType"),
        },
    ),
    "QuantizationParameters": (
        QuantizationField.COUNT,
        {
            QuantizationField.MIN: _FLOATS,
            QuantizationField.MAX: _FLOATS,
            QuantizationField.SCALE: _FLOATS,
            QuantizationField.ZERO_POINT: _LONGS,
            QuantizationField.DETAILS: Union("QuantizationDetails", QuantizationField.DETAILS_TYPE),
        },
    ),
    "Operator": (
        OperatorField.COUNT,
        {
            OperatorField.INPUTS: _INTEGERS,
            OperatorField.OUTPUTS: _INTEGERS,
            OperatorField.BUILTIN_OPTIONS: Union("BuiltinOptions", OperatorField.BUILTIN_OPTIONS_TYPE),
            OperatorField.CUSTOM_OPTIONS: _BYTES,
            OperatorField.MUTATING_VARIABLE_INPUTS: _BYTES,
            OperatorField.INTERMEDIATES: _INTEGERS,
            OperatorField.BUILTIN_OPTIONS_2: Union("BuiltinOptions2", OperatorField.BUILTIN_OPTIONS_2_TYPE),
        },
    ),
    "Buffer": (BufferField.COUNT, {BufferField.DATA: _BYTES}),
    "Metadata": (MetadataField.COUNT, {MetadataField.NAME: _TEXT}),
}
"""Name of a table -> the number of its fields, and what its offsets lead to, by slot; a string is a table's name."""


@dataclass(frozen=True)
class Links:
    """`forward`: position of an offset -> its target; `vtables`: position of a table -> its vtable.

    `extents`: (start, end) of everything reached: tables, vtables, vectors, strings with their final zero.
    """

    forward: dict[int, int] = field(default_factory=dict)
    vtables: dict[int, int] = field(default_factory=dict)
    extents: set[tuple[int, int]] = field(default_factory=set)

    def enter(self, table: Table) -> bool:
        """Note a table; False if it has been noted before."""
        if table.position in self.vtables:
            return False
        self.vtables[table.position] = table.vtable
        self.extents.update(table.extents)
        return True


class _UnknownError(Exception):
    """The file has a part that is newer than the schema."""


def find_links(image: Image, position: int) -> Links | None:
    """All offsets that are reachable from the root table at a position, and the one in the file's header.

    None if a table has fields that the schema does not know.
    """
    links = Links()
    links.forward[0] = image.indirect(0)
    try:
        _walk(image.table(position), "Model", links)
    except _UnknownError:
        return None
    return links


def _walk(table: Table, name: str, links: Links) -> None:
    if name in FIELDS:
        _walk_described(table, name, links)
    elif has_numbers_only(name):
        if links.enter(table):
            _check_known(table, name, len(vars(getattr(schema(), name + "T")())))
    elif table.position not in links.vtables:
        _walk_tree(table, unpack(name, table), links)


def _walk_described(table: Table, name: str, links: Links) -> None:
    if not links.enter(table):
        return
    image = table.image
    count, references = FIELDS[name]
    _check_known(table, name, count)
    for slot, reference in references.items():
        target = table.target(slot)
        if not target:
            continue
        links.forward[table.field(slot)] = target
        if isinstance(reference, str):
            _walk(image.table(target), reference, links)
        elif isinstance(reference, Union):
            kind = table_name(reference.name, table.number(reference.kind, U8))
            if kind is None:
                raise _UnknownError
            _walk(image.table(target), kind, links)
        else:
            start, length = image.vector(target, reference.element)
            end = start + length * reference.element
            links.extents.add((target, end + reference.final))
            if reference.table:
                for place, element in zip(range(start, end, U32.size), table.tables(slot), strict=True):
                    links.forward[place] = element
                    _walk(image.table(element), reference.table, links)


def _check_known(table: Table, name: str, count: int) -> None:
    """Check that a table has no field but those that the schema names, of which the object API has `count`."""
    known = (*_SLOTS.get(name, range(count)), *_NUMBERS.get(name, ()))
    if any(offset and slot not in known for slot, offset in enumerate(table.slots)):
        raise _UnknownError


def _walk_tree(table: Table, tree: Any, links: Links) -> None:
    if not links.enter(table):
        return
    image = table.image
    for slot, value in _fields(table, tree):
        if isinstance(value, bool | int | float):
            continue
        place, target = table.field(slot), table.target(slot)
        if value is None:
            raise _UnknownError
        links.forward[place] = target
        if _is_tree(value):
            _walk_tree(image.table(target), value, links)
            continue
        links.extents.add((target, target + U32.size + _bytes(value)))
        if isinstance(value, list) and value and not isinstance(value[0], bool | int | float):
            for index, element in enumerate(value):
                place = target + 4 + 4 * index
                links.forward[place] = image.indirect(place)
                if _is_tree(element):
                    _walk_tree(image.table(image.indirect(place)), element, links)


def _fields(table: Table, tree: Any) -> Iterator[tuple[int, Any]]:
    """Slots of present fields, each with its value in the tree."""
    name, values = type(tree).__name__.removesuffix("T"), list(vars(tree).values())
    _check_known(table, name, len(values))
    slots = _SLOTS.get(name, range(len(values)))
    present = {slot for slot, offset in enumerate(table.slots) if offset}
    return ((slot, value) for slot, value in zip(slots, values, strict=True) if slot in present)


def _bytes(value: Any) -> int:
    """Bytes of the elements of a vector or string; a string has one more for its final zero."""
    if isinstance(value, bytes | str):
        return len(value.encode() if isinstance(value, str) else value) + 1
    return int(value.nbytes) if hasattr(value, "nbytes") else U32.size * len(value)


def _is_tree(value: Any) -> bool:
    return type(value).__module__.startswith("ai_edge_litert.")
