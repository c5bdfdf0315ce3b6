"""FULLY_CONNECTED, also of floats with int8 weights: LiteRT's hybrid kernel, which TFLM does not have."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from arenite.codegen.operators.convolution import bias, constant, kernel_type, narrow_sums, scale_arrays, values_of
from arenite.codegen.quantized import (
    Scale,
    channel_scales,
    fit_wide_sums,
    limits,
    quantize_multiplier,
    scale_of,
    single,
    zero_point_of,
)
from arenite.codegen.types import FLOAT, TYPES
from arenite.codegen.unit import Unit, require, tensors
from arenite.model import ElementType, Operator, Tensor

if TYPE_CHECKING:
    from arenite.codegen.program import Field


def fully_connected(unit: Unit, operator: Operator) -> None:
    """FULLY_CONNECTED, weights [units, depth]."""
    (source, weights), output = tensors(operator, 2), operator.outputs[0]
    if (source.type, weights.type) == (ElementType.FLOAT32, ElementType.INT8):
        _hybrid(unit, operator)
        return
    require(operator.options.get("weights_format", 0) == 0, "shuffled weights are not supported")
    rows, units, depth = _sizes(source, weights, output)
    kind = _kind(source, weights, output)
    layer = unit.parameters(
        f"fully_connected_{TYPES[kind].suffix}",
        depth=depth,
        units=units,
        weights=values_of(unit, weights, "weights"),
        bias=bias(unit, operator, units, kind),
        **_arithmetic(unit, operator, source, weights, kind),
    )
    unit.call_with(layer, rows, unit.pointer(source), unit.target(output))


def _sizes(source: Tensor, weights: Tensor, output: Tensor) -> tuple[int, int, int]:
    """Rows, units and depth."""
    require(len(weights.shape) == 2, "the weights must have two dimensions")
    units, depth = weights.shape
    rows = prod(output.shape) // units
    require(rows * units == prod(output.shape) and rows * depth == prod(source.shape), "the shapes do not fit")
    return rows, units, depth


def _hybrid(unit: Unit, operator: Operator) -> None:
    """int8 weights of floats. Each input row is quantized to 8 bits (SymmetricQuantizeFloats, EvalHybrid)."""
    (source, weights), output = tensors(operator, 2), operator.outputs[0]
    quantization = weights.quantization
    require(weights.data is not None, "the weights must be constants")
    require(quantization is not None and not any(quantization.zero_point), "the zero points of weights must be 0")
    require(not operator.options.get("asymmetric_quantize_inputs"), "asymmetric inputs are not supported")
    require(output.type is ElementType.FLOAT32, "there is no kernel for these types")
    assert quantization is not None
    rows, units, depth = _sizes(source, weights, output)
    require(len(quantization.scale) in (1, units), "the scales do not fit the weights")
    layer = unit.parameters(
        "fully_connected_f32_s8",
        depth=depth,
        units=units,
        weights=constant(unit, weights, "weights"),
        bias=bias(unit, operator, units, ElementType.FLOAT32),
        scale=unit.numbers(FLOAT, quantization.scale, "scale"),
        per_unit=int(len(quantization.scale) > 1),
        **limits(operator),
    )
    unit.call_with(layer, rows, unit.pointer(source), unit.target(output))


def _arithmetic(unit: Unit, operator: Operator, source: Tensor, weights: Tensor, kind: ElementType) -> dict[str, Field]:
    """Fields that decide how sums become output values."""
    if kind is ElementType.FLOAT32:
        return {**limits(operator)}
    output = operator.outputs[0]
    scales = unit_scales(source, weights, output)
    fields: dict[str, Field] = {**scale_arrays(unit, scales), "per_unit": int(len(scales) > 1)}
    if kind is ElementType.INT8:
        offsets = {"input_offset": -zero_point_of(source), "output_offset": zero_point_of(output)}
        fields |= {"weight_offset": weight_offset(weights), **offsets}
    else:
        fit_wide_sums(scales)
        fields["narrow"] = int(narrow_sums(operator))
    return {**fields, **limits(operator)}


def _kind(source: Tensor, weights: Tensor, output: Tensor) -> ElementType:
    """The type of activations. int8 weights may have a zero point only with 8-bit activations."""
    if not source.type is weights.type is output.type is ElementType.INT8:
        return kernel_type(source, weights, output)
    return ElementType.INT8


def unit_scales(source: Tensor, weights: Tensor, output: Tensor) -> list[Scale]:
    """One scale per unit. A single scale is a product in single precision (GetQuantizedConvolutionMultipler)."""
    if weights.quantization is not None and len(weights.quantization.scale) > 1:
        return channel_scales(source, weights, output, weights.shape[0])
    product = single(scale_of(source) * scale_of(weights))
    return [quantize_multiplier(product / scale_of(output))]


def weight_offset(weights: Tensor) -> int:
    """The offset that the kernel adds to every weight."""
    points = set(weights.quantization.zero_point) if weights.quantization else {0}
    require(len(points) == 1, "units have different zero points")
    point = int(points.pop())
    require(-128 <= point <= 127, f"{weights.name!r} has a zero point that its type cannot hold")
    return -point
