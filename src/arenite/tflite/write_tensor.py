"""Tensor -> table of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from arenite.tflite.flat import U32
from arenite.tflite.options import schema
from arenite.tflite.origin import changed_fields, origin_of
from arenite.tflite.read_operator import unpack
from arenite.tflite.sheet import refuse_unknown
from arenite.tflite.slots import TensorField

if TYPE_CHECKING:
    from arenite.model import Quantization, Tensor
    from arenite.tflite.buffers import Buffers
    from arenite.tflite.sheet import Sheet


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
