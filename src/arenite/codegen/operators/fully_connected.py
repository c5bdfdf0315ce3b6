"""FULLY_CONNECTED."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from arenite.codegen.operators.convolution import bias, kernel_type, narrow_sums, scale_arrays, values_of
from arenite.codegen.operators.hybrid import hybrid_fully_connected, is_hybrid
from arenite.codegen.quantized import (
    activation_range,
    channel_scales,
    fit_wide_sums,
    float_range,
    quantize_multiplier,
    scale_of,
    single,
    zero_point_of,
)
from arenite.codegen.types import TYPES
from arenite.codegen.unit import require, tensors
from arenite.model import ElementType

if TYPE_CHECKING:
    from arenite.codegen.program import Field
    from arenite.codegen.quantized import Scale
    from arenite.codegen.unit import Unit
    from arenite.model import Operator, Tensor


def fully_connected(unit: Unit, operator: Operator) -> None:
    """FULLY_CONNECTED, weights [units, depth]."""
    if is_hybrid(operator):
        hybrid_fully_connected(unit, operator)
        return
    source, weights = tensors(operator, 2)
    output = operator.outputs[0]
    require(operator.options.get("weights_format", 0) == 0, "shuffled weights are not supported")
    require(len(weights.shape) == 2, "the weights must have two dimensions")
    units, depth = weights.shape
    rows = prod(output.shape) // units
    require(rows * units == prod(output.shape) and rows * depth == prod(source.shape), "the shapes do not fit")
    kind = _kind(source, weights, output)
    layer = unit.parameters(
        f"fully_connected_{TYPES[kind].suffix}",
        depth=depth,
        units=units,
        weights=values_of(unit, weights, "weights"),
        bias=bias(unit, operator, units, kind),
        **_arithmetic(unit, operator, source, weights, kind),
    )
    unit.call(layer.kernel, layer, rows, unit.pointer(source), unit.target(output))


def _arithmetic(unit: Unit, operator: Operator, source: Tensor, weights: Tensor, kind: ElementType) -> dict[str, Field]:
    """Fields that decide how sums become output values."""
    output, activation = operator.outputs[0], operator.options.get("fused_activation_function")
    if kind is ElementType.FLOAT32:
        smallest, largest = float_range(activation)
        return {"lowest": smallest, "highest": largest}
    scales = unit_scales(source, weights, output)
    fields: dict[str, Field] = {**scale_arrays(unit, scales), "per_unit": int(len(scales) > 1)}
    if kind is ElementType.INT8:
        offsets = {"input_offset": -zero_point_of(source), "output_offset": zero_point_of(output)}
        fields |= {"weight_offset": weight_offset(weights), **offsets}
    else:
        fit_wide_sums(scales)
        fields["narrow"] = int(narrow_sums(operator))
    lowest, highest = activation_range(activation, output)
    return {**fields, "lowest": lowest, "highest": highest}


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
