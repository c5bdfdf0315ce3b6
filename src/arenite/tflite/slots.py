"""Slots of the fields of the tables that Arenite reads itself, in the order of the TensorFlow Lite schema.

The numbers are those of `schema.fbs`, version 3; a test compares them with the schema in `ai-edge-litert`.
"""

from __future__ import annotations


class ModelField:
    """Fields of table Model."""

    VERSION, OPERATOR_CODES, SUBGRAPHS, DESCRIPTION, BUFFERS, METADATA_BUFFER, METADATA = range(7)
    SIGNATURE_DEFS, EXTERNAL_BUFFER_GROUPS, EXTERNAL_BUFFERS = range(7, 10)
    COUNT = 10


class OperatorCodeField:
    """Fields of table OperatorCode."""

    DEPRECATED_BUILTIN_CODE, CUSTOM_CODE, VERSION, BUILTIN_CODE = range(4)
    COUNT = 4


class SubGraphField:
    """Fields of table SubGraph."""

    TENSORS, INPUTS, OUTPUTS, OPERATORS, NAME, DEBUG_METADATA_INDEX = range(6)
    COUNT = 6


class TensorField:
    """Fields of table Tensor."""

    SHAPE, TYPE, BUFFER, NAME, QUANTIZATION, IS_VARIABLE, SPARSITY, SHAPE_SIGNATURE, HAS_RANK = range(9)
    VARIANT_TENSORS, EXTERNAL_BUFFER = range(9, 11)
    COUNT = 11


class QuantizationField:
    """Fields of table QuantizationParameters."""

    MIN, MAX, SCALE, ZERO_POINT, DETAILS_TYPE, DETAILS, QUANTIZED_DIMENSION = range(7)
    COUNT = 7


class SparsityField:
    """Fields of table SparsityParameters."""

    TRAVERSAL_ORDER, BLOCK_MAP, DIM_METADATA = range(3)
    COUNT = 3


class DimensionField:
    """Fields of table DimensionMetadata."""

    FORMAT, DENSE_SIZE, ARRAY_SEGMENTS_TYPE, ARRAY_SEGMENTS, ARRAY_INDICES_TYPE, ARRAY_INDICES = range(6)
    COUNT = 6


class OperatorField:
    """Fields of table Operator."""

    OPCODE_INDEX, INPUTS, OUTPUTS, BUILTIN_OPTIONS_TYPE, BUILTIN_OPTIONS, CUSTOM_OPTIONS = range(6)
    CUSTOM_OPTIONS_FORMAT, MUTATING_VARIABLE_INPUTS, INTERMEDIATES, LARGE_CUSTOM_OPTIONS_OFFSET = range(6, 10)
    LARGE_CUSTOM_OPTIONS_SIZE, BUILTIN_OPTIONS_2_TYPE, BUILTIN_OPTIONS_2, DEBUG_METADATA_INDEX = range(10, 14)
    COUNT = 14


class BufferField:
    """Fields of table Buffer."""

    DATA, OFFSET, SIZE = range(3)
    COUNT = 3


class MetadataField:
    """Fields of table Metadata."""

    NAME, BUFFER = range(2)
    COUNT = 2


class SignatureField:
    """Fields of table SignatureDef; slot 3 is deprecated."""

    INPUTS, OUTPUTS, SIGNATURE_KEY, _, SUBGRAPH_INDEX = range(5)
    COUNT = 5


class TensorMapField:
    """Fields of table TensorMap."""

    NAME, TENSOR_INDEX = range(2)
    COUNT = 2
