"""What the offsets lead to in the tables that every file has many of, as the schema says."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from arenite.tflite.flat import U32, U64
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
    from collections.abc import Mapping


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
