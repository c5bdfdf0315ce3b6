"""CONV_2D and DEPTHWISE_CONV_2D."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.codegen.operators.window import Window, window
from arenite.codegen.quantized import activation_range, channel_scales, zero_point_of
from arenite.codegen.types import INT8, INT32
from arenite.codegen.unit import require, tensors
from arenite.model import ElementType

if TYPE_CHECKING:
    from arenite.codegen.quantized import Scale
    from arenite.codegen.unit import Field, Unit
    from arenite.model import Operator, Tensor


def convolution(unit: Unit, operator: Operator) -> None:
    """CONV_2D, filter [out, height, width, in / groups]."""
    source, weights = tensors(operator, 2)
    output = operator.outputs[0]
    require(len(weights.shape) == 4, "the filter must have four dimensions")
    place = window(operator, source, output, (weights.shape[1], weights.shape[2]))
    require(source.shape[3] % weights.shape[3] == 0, "the depth of the input is no multiple of the filter's")
    _convolve(unit, operator, "conv", place, weights.shape[3])


def depthwise(unit: Unit, operator: Operator) -> None:
    """DEPTHWISE_CONV_2D, filter [1, height, width, out]."""
    source, weights = tensors(operator, 2)
    output = operator.outputs[0]
    require(len(weights.shape) == 4, "the filter must have four dimensions")
    place = window(operator, source, output, (weights.shape[1], weights.shape[2]))
    require(output.shape[3] % source.shape[3] == 0, "the depth of the output is no multiple of the input's")
    _convolve(unit, operator, "depthwise", place, output.shape[3] // source.shape[3])


def _convolve(unit: Unit, operator: Operator, kernel: str, place: Window, ratio: int) -> None:
    source, weights = tensors(operator, 2)
    output = operator.outputs[0]
    require(weights.constant, "the filter must be a constant")
    types = (source.type, weights.type, output.type)
    require(types == (ElementType.INT8,) * 3, "there is no kernel for these types")
    require(zero_point_free(weights), "the filter's zero point must be 0")
    scales = channel_scales(source, weights, output, output.shape[3])
    fields: tuple[Field, ...] = (
        place.fields,
        ratio,
        unit.pointer(weights),
        bias(unit, operator, output.shape[3]),
        *scale_arrays(unit, scales),
        -zero_point_of(source),
        zero_point_of(output),
        *activation_range(operator.options.get("fused_activation_function"), output),
    )
    over_batches(unit, f"{kernel}_s8", fields, place, operator)


def over_batches(unit: Unit, kernel: str, fields: tuple[Field, ...], place: Window, operator: Operator) -> None:
    """Call a kernel with a window for each image of a batch."""
    (source,), output = tensors(operator, 1), operator.outputs[0]
    batches = source.shape[0]
    layer = unit.parameters(kernel, *fields)
    for image in range(batches):
        unit.call(
            kernel,
            layer,
            *place.rows,
            unit.pointer(source, extra=image * source.bytes // batches),
            unit.target(output, extra=image * output.bytes // batches),
        )


def zero_point_free(weights: Tensor) -> bool:
    """Whether all zero points of a filter are 0."""
    return not any(weights.quantization.zero_point) if weights.quantization else True


def bias(unit: Unit, operator: Operator, units: int) -> str:
    """The bias as an array of int32, zeros where there is none."""
    tensor = operator.inputs[2] if len(operator.inputs) > 2 else None
    if tensor is None:
        return unit.array(INT32, bytes(4 * units))
    require(tensor.type is ElementType.INT32, "the bias must be of type INT32")
    require(tensor.constant, "the bias must be a constant")
    return unit.pointer(tensor)


def scale_arrays(unit: Unit, scales: list[Scale]) -> tuple[str, str]:
    """Arrays of multipliers and of shifts."""
    import numpy as np

    multipliers = np.array([scale.multiplier for scale in scales], INT32.dtype)
    shifts = np.array([scale.shift for scale in scales], INT8.dtype)
    return unit.array(INT32, multipliers.tobytes()), unit.array(INT8, shifts.tobytes())
