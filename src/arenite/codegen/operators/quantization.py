"""Operators that change the type of values: QUANTIZE, DEQUANTIZE and CAST."""

from __future__ import annotations

from math import prod
from types import MappingProxyType

from arenite.codegen.operators.activation import requantize_table
from arenite.codegen.quantized import quantize_multiplier, scale_of, zero_point_of
from arenite.codegen.types import TYPES
from arenite.codegen.unit import Unit, one_for_one, require
from arenite.model import ElementType, Operator

_BYTES = (ElementType.INT8, ElementType.UINT8)
_WIDER = {
    (ElementType.INT16, ElementType.INT16),
    (ElementType.INT16, ElementType.INT8),
    (ElementType.INT8, ElementType.INT16),
    (ElementType.INT8, ElementType.INT32),
    (ElementType.INT16, ElementType.INT32),
    (ElementType.INT32, ElementType.INT8),
    (ElementType.INT32, ElementType.INT16),
}

KINDS = MappingProxyType(
    {
        ElementType.INT8: 1,
        ElementType.INT16: 2,
        ElementType.INT32: 4,
        ElementType.INT64: 8,
        ElementType.UINT8: -1,
        ElementType.UINT16: -2,
        ElementType.UINT32: -4,
        ElementType.FLOAT32: 0,
        ElementType.BOOL: 16,
    }
)
"""Names of the types in the kernel (arenite_cast.h)."""


def quantize(unit: Unit, operator: Operator) -> None:
    """QUANTIZE of floats, or from one scale to another."""
    source, output = one_for_one(operator)
    types, count = (source.type, output.type), prod(source.shape)
    places = (unit.pointer(source), unit.target(output))
    suffixes = "_".join(TYPES[kind].suffix for kind in types)
    if source.type is ElementType.FLOAT32:
        require(output.type in (ElementType.INT8, ElementType.INT16), "there is no kernel for these types")
        unit.call(f"quantize_{suffixes}", scale_of(output), zero_point_of(output), count, *places)
    elif source.type in _BYTES and output.type in _BYTES:
        requantize_table(unit, source, output)
    else:
        require(types in _WIDER, "there is no kernel for these types")
        scale = quantize_multiplier(scale_of(source) / scale_of(output))
        layer = unit.parameters(
            f"requantize_{suffixes}",
            input_offset=-zero_point_of(source),
            **scale.fields(),
            output_offset=zero_point_of(output),
        )
        unit.call_with(layer, count, *places)


def dequantize(unit: Unit, operator: Operator) -> None:
    """DEQUANTIZE to floats."""
    source, output = one_for_one(operator)
    known = (ElementType.INT8, ElementType.INT16, ElementType.UINT8)
    require(source.type in known and output.type is ElementType.FLOAT32, "there is no kernel for these types")
    kernel = f"dequantize_{TYPES[source.type].suffix}_f32"
    places = (unit.pointer(source), unit.target(output))
    unit.call(kernel, scale_of(source), zero_point_of(source), prod(source.shape), *places)


def cast(unit: Unit, operator: Operator) -> None:
    """CAST of values that the output type can hold. TFLM's result for other values depends on the core."""
    source, output = one_for_one(operator)
    require(source.type in KINDS and output.type in KINDS, "there is no kernel for these types")
    places = (unit.pointer(source), unit.target(output))
    unit.call("cast", KINDS[source.type], KINDS[output.type], prod(source.shape), *places)
