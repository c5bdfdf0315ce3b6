"""FULLY_CONNECTED of floats with int8 weights, LiteRT's hybrid kernel; TFLM has no such kernel."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from arenite.codegen.operators.convolution import bias, constant
from arenite.codegen.quantized import float_range
from arenite.codegen.types import FLOAT
from arenite.codegen.unit import require, tensors
from arenite.model import ElementType

if TYPE_CHECKING:
    from arenite.codegen.unit import Unit
    from arenite.model import Operator


def is_hybrid(operator: Operator) -> bool:
    """Whether the weights are int8 while input and output are floats."""
    source, weights = tensors(operator, 2)
    return (source.type, weights.type) == (ElementType.FLOAT32, ElementType.INT8)


def hybrid_fully_connected(unit: Unit, operator: Operator) -> None:
    """Weights [units, depth]. Each input row is quantized to 8 bits (SymmetricQuantizeFloats, EvalHybrid)."""
    (source, weights), output = tensors(operator, 2), operator.outputs[0]
    quantization = weights.quantization
    require(weights.data is not None, "the weights must be constants")
    require(quantization is not None and not any(quantization.zero_point), "the zero points of weights must be 0")
    require(not operator.options.get("asymmetric_quantize_inputs"), "asymmetric inputs are not supported")
    require(output.type is ElementType.FLOAT32, "there is no kernel for these types")
    require(len(weights.shape) == 2, "the weights must have two dimensions")
    assert quantization is not None
    units, depth = weights.shape
    rows = prod(output.shape) // units
    require(rows * units == prod(output.shape) and rows * depth == prod(source.shape), "the shapes do not fit")
    require(len(quantization.scale) in (1, units), "the scales do not fit the weights")
    import numpy as np

    kernel = "fully_connected_f32_s8"
    lowest, highest = float_range(operator.options.get("fused_activation_function"))
    layer = unit.parameters(
        kernel,
        depth=depth,
        units=units,
        weights=constant(unit, weights, "weights"),
        bias=bias(unit, operator, units, ElementType.FLOAT32),
        scale=unit.array(FLOAT, np.array(quantization.scale, FLOAT.dtype).tobytes(), "scale"),
        per_unit=int(len(quantization.scale) > 1),
        lowest=lowest,
        highest=highest,
    )
    unit.call(kernel, layer, rows, unit.pointer(source), unit.target(output))
