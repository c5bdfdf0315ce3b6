"""CONV_2D, DEPTHWISE_CONV_2D and TRANSPOSE_CONV."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.codegen.operators.window import Window, window
from arenite.codegen.quantized import activation_range, channel_scales, fit_wide_sums, float_range, zero_point_of
from arenite.codegen.types import FLOAT, INT8, INT32, INT64, TYPES
from arenite.codegen.unit import require, tensors
from arenite.model import ElementType

if TYPE_CHECKING:
    from arenite.codegen.quantized import Scale
    from arenite.codegen.types import CType
    from arenite.codegen.unit import Field, Unit
    from arenite.model import Operator, Tensor


def convolution(unit: Unit, operator: Operator) -> None:
    """CONV_2D, filter [out, height, width, in / groups]."""
    source, weights = tensors(operator, 2)
    output = operator.outputs[0]
    require(len(weights.shape) == 4, "the filter must have four dimensions")
    place = window(operator, source, output, (weights.shape[1], weights.shape[2]))
    require(source.shape[3] % weights.shape[3] == 0, "the depth of the input is no multiple of the filter's")
    require(weights.shape[0] == output.shape[3], "the filter does not fit the output")
    groups = source.shape[3] // weights.shape[3]
    require(output.shape[3] % groups == 0, "the groups of the filter do not share out the output")
    _convolve(unit, operator, "conv", place, weights.shape[3])


def depthwise(unit: Unit, operator: Operator) -> None:
    """DEPTHWISE_CONV_2D, filter [1, height, width, out]."""
    source, weights = tensors(operator, 2)
    output = operator.outputs[0]
    require(len(weights.shape) == 4, "the filter must have four dimensions")
    place = window(operator, source, output, (weights.shape[1], weights.shape[2]))
    require(output.shape[3] % source.shape[3] == 0, "the depth of the output is no multiple of the input's")
    require(weights.shape[3] == output.shape[3], "the filter does not fit the output")
    _convolve(unit, operator, "depthwise", place, output.shape[3] // source.shape[3])


def transpose_convolution(unit: Unit, operator: Operator) -> None:
    """TRANSPOSE_CONV, inputs (shape, filter [out, height, width, in], values, bias)."""
    _, weights, source = tensors(operator, 3)
    output = operator.outputs[0]
    kind = kernel_type(source, weights, output)
    require(kind is not ElementType.INT16, "there is no kernel for these types")
    require(len(weights.shape) == 4, "the filter must have four dimensions")
    # As a convolution of the output, which is where its padding is defined.
    place = window(operator, output, source, (weights.shape[1], weights.shape[2]))
    require(weights.shape[3] == source.shape[3], "the filter does not fit the input")
    require(weights.shape[0] == output.shape[3], "the filter does not fit the output")
    columns = (source.shape[2], source.shape[3], output.shape[2], output.shape[3])
    fields: tuple[Field, ...] = (
        (*place.kernel, *place.stride, 1, 1, place.padding[1], *columns),
        place.padding[0],
        unit.pointer(weights),
        bias(unit, operator, output.shape[3], kind, 3),
    )
    activation = operator.options.get("fused_activation_function")
    if kind is ElementType.FLOAT32:
        fields = (*fields, *float_range(activation))
    else:
        scales = scale_arrays(unit, channel_scales(source, weights, output, output.shape[3]))
        limits = activation_range(activation, output)
        fields = (*fields, *scales, -zero_point_of(source), zero_point_of(output), *limits)
    kernel = f"transpose_conv_{TYPES[kind].suffix}"
    layer = unit.parameters(kernel, *fields)
    for image in range(source.shape[0]):
        unit.call(
            kernel,
            layer,
            source.shape[1],
            output.shape[1],
            unit.pointer(source, extra=image * source.bytes // source.shape[0]),
            unit.target(output, extra=image * output.bytes // output.shape[0]),
        )


def _convolve(unit: Unit, operator: Operator, kernel: str, place: Window, ratio: int) -> None:
    source, weights = tensors(operator, 2)
    output = operator.outputs[0]
    kind = kernel_type(source, weights, output)
    head = (place.fields, ratio, unit.pointer(weights), bias(unit, operator, output.shape[3], kind))
    fields: tuple[Field, ...]
    if kind is ElementType.FLOAT32:
        fields = (*head, *float_range(operator.options.get("fused_activation_function")))
    else:
        factors = channel_scales(source, weights, output, output.shape[3])
        scales = scale_arrays(unit, factors)
        limits = activation_range(operator.options.get("fused_activation_function"), output)
        if kind is ElementType.INT8:
            fields = (*head, *scales, -zero_point_of(source), zero_point_of(output), *limits)
        else:
            require(not zero_point_of(source) and not zero_point_of(output), "int16 zero points must be 0")
            fit_wide_sums(factors)
            narrow = (int(narrow_sums(operator)),) if kernel == "conv" else ()
            fields = (*head, *scales, *narrow, *limits)
    over_batches(unit, f"{kernel}_{TYPES[kind].suffix}", fields, place, operator)


def kernel_type(source: Tensor, weights: Tensor, output: Tensor) -> ElementType:
    """The type of activations for which there is a kernel: int8 or int16 with int8 weights, or float.

    Raises:
        UnsupportedError: there is no kernel for these types, or the weights are not constant and symmetric.
    """
    known = {
        (ElementType.INT8, ElementType.INT8, ElementType.INT8),
        (ElementType.INT16, ElementType.INT8, ElementType.INT16),
        (ElementType.FLOAT32, ElementType.FLOAT32, ElementType.FLOAT32),
    }
    require((source.type, weights.type, output.type) in known, "there is no kernel for these types")
    require(weights.data is not None, "the weights must be constants")
    points = weights.quantization.zero_point if weights.quantization else ()
    require(not any(points), "the zero points of weights must be 0")
    return source.type


def narrow_sums(operator: Operator) -> bool:
    """Whether sums of int16 products have 32 bits, which shows in how they are rounded."""
    tensor = operator.inputs[2] if len(operator.inputs) > 2 else None
    if tensor is None:
        return operator.options.get("quantized_bias_type") == ElementType.INT32.code
    return tensor.type is ElementType.INT32


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


def bias(unit: Unit, operator: Operator, units: int, kind: ElementType, position: int = 2) -> str:
    """The bias as an array of what a kernel for activations of type `kind` adds up; zeros where there is none."""
    import numpy as np

    wanted = {ElementType.INT8: INT32, ElementType.INT16: INT64, ElementType.FLOAT32: FLOAT}[kind]
    tensor = operator.inputs[position] if len(operator.inputs) > position else None
    if tensor is None:
        return unit.array(wanted, bytes(wanted.bytes * units))
    fits = TYPES[tensor.type] is wanted or (kind is ElementType.INT16 and tensor.type is ElementType.INT32)
    require(fits, f"the bias must be of type {wanted.name}")
    require(tensor.data is not None, "the bias must be a constant")
    assert tensor.data is not None
    values = np.frombuffer(bytes(tensor.data.content)[: tensor.bytes], TYPES[tensor.type].dtype)
    require(len(values) == units, "the bias does not fit the output")
    return unit.array(wanted, values.astype(wanted.dtype).tobytes())


def scale_arrays(unit: Unit, scales: list[Scale], of_shifts: CType = INT8) -> tuple[str, str]:
    """Arrays of multipliers and of shifts."""
    import numpy as np

    multipliers = np.array([scale.multiplier for scale in scales], INT32.dtype)
    shifts = np.array([scale.shift for scale in scales], of_shifts.dtype)
    return unit.array(INT32, multipliers.tobytes()), unit.array(of_shifts, shifts.tobytes())
