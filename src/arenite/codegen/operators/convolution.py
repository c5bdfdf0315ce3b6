"""CONV_2D, DEPTHWISE_CONV_2D and TRANSPOSE_CONV."""

from __future__ import annotations

from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING

from arenite.backends.generated_c.bottlenecks import parts
from arenite.codegen.description import short_name
from arenite.codegen.operators.window import Window, window
from arenite.codegen.program import Address, Constant, Field, Parameters, Structure
from arenite.codegen.quantized import Scale, channel_scales, fit_wide_sums, limits, zero_point_of
from arenite.codegen.types import FLOAT, INT8, INT32, INT64, TYPES, CType, stored
from arenite.codegen.unit import Unit, require, tensors
from arenite.model import Data, ElementType, Operator, Tensor

if TYPE_CHECKING:
    from collections.abc import Mapping


RATIOS = {"conv": "filter_depth", "depthwise": "multiplicity"}
"""Name of the kernel's parameter for the ratio of channels between input, filter and output."""


def convolution(unit: Unit, operator: Operator) -> None:
    """CONV_2D, filter [out, height, width, in / groups]."""
    (source, weights), output = tensors(operator, 2), operator.outputs[0]
    place = _placed(operator)
    require(source.shape[3] % weights.shape[3] == 0, "the depth of the input is no multiple of the filter's")
    require(weights.shape[0] == output.shape[3], "the filter does not fit the output")
    groups = source.shape[3] // weights.shape[3]
    require(output.shape[3] % groups == 0, "the groups of the filter do not share out the output")
    _convolve(unit, operator, "conv", place, weights.shape[3])


def depthwise(unit: Unit, operator: Operator) -> None:
    """DEPTHWISE_CONV_2D, filter [1, height, width, out]."""
    (source, weights), output = tensors(operator, 2), operator.outputs[0]
    place = _placed(operator)
    require(output.shape[3] % source.shape[3] == 0, "the depth of the output is no multiple of the input's")
    require(weights.shape[3] == output.shape[3], "the filter does not fit the output")
    _convolve(unit, operator, "depthwise", place, output.shape[3] // source.shape[3])


def _placed(operator: Operator) -> Window:
    """The window of a convolution over its first input."""
    source, weights = tensors(operator, 2)
    require(len(weights.shape) == 4, "the filter must have four dimensions")
    return window(operator, source, operator.outputs[0], (weights.shape[1], weights.shape[2]))


def transpose_convolution(unit: Unit, operator: Operator) -> None:
    """TRANSPOSE_CONV, inputs (shape, filter [out, height, width, in], values, bias)."""
    (_, weights, source), output = tensors(operator, 3), operator.outputs[0]
    kind = kernel_type(source, weights, output)
    misread = kind is ElementType.INT16 and len(operator.inputs) > 3 and narrow_sums(operator, 3)
    require(not misread, "TFLM reads its int32 bias as int64; optimize with --widen-bias")
    require(len(weights.shape) == 4, "the filter must have four dimensions")
    # Treated as the convolution of the output that it transposes, for which the padding is defined.
    place = window(operator, output, source, (weights.shape[1], weights.shape[2]))
    require(weights.shape[3] == source.shape[3], "the filter does not fit the input")
    require(weights.shape[0] == output.shape[3], "the filter does not fit the output")
    turned = replace(place, source=source.shape, target=output.shape, dilation=(1, 1))
    layer = unit.parameters(
        f"transpose_conv_{TYPES[kind].suffix}",
        window=turned.structure,
        pad_top=place.padding[0],
        weights=values_of(unit, weights, "weights"),
        bias=bias(unit, operator, output.shape[3], kind, 3),
        **_arithmetic(unit, operator, source, weights, kind),
    )
    for places in unit.images(source, output):
        unit.call_with(layer, source.shape[1], output.shape[1], *places)


def _convolve(unit: Unit, operator: Operator, kernel: str, place: Window, ratio: int) -> None:
    source, weights = tensors(operator, 2)
    kind = kernel_type(source, weights, operator.outputs[0])
    fields = _fields(unit, operator, place, {RATIOS[kernel]: ratio}, values_of(unit, weights, "weights"))
    over_batches(unit, unit.parameters(f"{kernel}_{TYPES[kind].suffix}", **fields), place, operator)


def _fields(
    unit: Unit, operator: Operator, place: Window, ratio: Mapping[str, int], weights: Constant | Address
) -> dict[str, Field]:
    """The fields of the parameters of a convolution."""
    (source, filter_), output = tensors(operator, 2), operator.outputs[0]
    kind = kernel_type(source, filter_, output)
    return {
        "window": place.structure,
        **ratio,
        "weights": weights,
        "bias": bias(unit, operator, output.shape[3], kind),
        **_arithmetic(unit, operator, source, filter_, kind),
    }


def inverted_bottleneck(unit: Unit, operator: Operator) -> None:
    """INVERTED_BOTTLENECK: the parameters of its three convolutions; column by column, the second is turned."""
    three = parts(operator)
    wide, filtered, projected = map(_placed, (three.expansion, three.depthwise, three.projection))
    pixel = replace(projected, source=(1, 1, 1, projected.source[3]), target=(1, 1, 1, projected.target[3]))
    second: dict[str, Field] = {"depthwise": _layer(unit, three.depthwise, filtered, "depthwise")}
    if not three.by_rows:
        second = _across(unit, three.depthwise, filtered)
    layer = unit.parameters(
        f"inverted_bottleneck_{'rows' if three.by_rows else 'columns'}_s8",
        expansion=_layer(unit, three.expansion, wide, "conv"),
        **second,
        projection=_layer(unit, three.projection, pixel, "conv"),
    )
    rows = wide.source[1], wide.target[1], filtered.target[1], wide.padding[0], filtered.padding[0]
    source, output = operator.input(0), operator.outputs[0]
    unit.call_with(layer, *rows, unit.pointer(source), unit.scratch_pointer(), unit.target(output))


def _layer(unit: Unit, operator: Operator, place: Window, kernel: str) -> Structure:
    """The parameters of a convolution as part of others; its constants are called after its result."""
    own, weights = replace(unit, label=short_name(operator.outputs[0].name)), operator.input(1)
    ratio = weights.shape[3] if kernel == "conv" else 1
    fields = _fields(own, operator, place, {RATIOS[kernel]: ratio}, constant(own, weights, "weights"))
    return Structure(tuple(fields.items()))


def _across(unit: Unit, operator: Operator, place: Window) -> dict[str, Field]:
    """The fields for a depthwise convolution of columns: its parameters with rows and columns exchanged, and others."""
    weights = operator.input(1)
    turned = replace(weights, data=Data(stored(weights).reshape(weights.shape).transpose(0, 2, 1, 3).tobytes()))
    exchanged = replace(operator, inputs=(operator.inputs[0], turned, *operator.inputs[2:]))
    depthwise_ = _layer(unit, exchanged, _exchanged(place), "depthwise")
    return {"depthwise": depthwise_, "columns": place.target[2], "pad_left": place.padding[1]}


def _exchanged(place: Window) -> Window:
    """The window with rows and columns exchanged, without what the kernel sets: widths and padding."""
    (rows, columns), (down, right), (below, beside) = place.kernel, place.stride, place.dilation
    source, target = (1, 0, 0, place.source[3]), (1, 0, 0, place.target[3])
    return Window(source, target, (columns, rows), (right, down), (beside, below), (0, 0))


def _arithmetic(unit: Unit, operator: Operator, source: Tensor, weights: Tensor, kind: ElementType) -> dict[str, Field]:
    """Fields that decide how sums become output values."""
    if kind is ElementType.FLOAT32:
        return {**limits(operator)}
    output = operator.outputs[0]
    factors = channel_scales(source, weights, output, output.shape[3])
    fields: dict[str, Field] = {**scale_arrays(unit, factors)}
    if kind is ElementType.INT8:
        fields |= {"input_offset": -zero_point_of(source), "output_offset": zero_point_of(output)}
    else:
        require(not zero_point_of(source) and not zero_point_of(output), "int16 zero points must be 0")
        fit_wide_sums(factors)
        if operator.code == "CONV_2D":
            fields["narrow"] = int(narrow_sums(operator))
    return {**fields, **limits(operator)}


def kernel_type(source: Tensor, weights: Tensor, output: Tensor) -> ElementType:
    """The type of activations with a kernel: int8 or int16 with int8 weights, or float.

    Raises:
        UnsupportedError: no kernel takes these types, or the weights are not symmetric.
    """
    known = {
        (ElementType.INT8, ElementType.INT8, ElementType.INT8),
        (ElementType.INT16, ElementType.INT8, ElementType.INT16),
        (ElementType.FLOAT32, ElementType.FLOAT32, ElementType.FLOAT32),
    }
    require((source.type, weights.type, output.type) in known, "there is no kernel for these types")
    points = weights.quantization.zero_point if weights.quantization else ()
    require(not any(points), "the zero points of weights must be 0")
    return source.type


def narrow_sums(operator: Operator, position: int = 2) -> bool:
    """Whether sums of int16 products have 32 bits, which changes their rounding; the bias is input `position`."""
    tensor = operator.inputs[position] if len(operator.inputs) > position else None
    if tensor is None:
        return operator.options.get("quantized_bias_type") == ElementType.INT32.code
    return tensor.type is ElementType.INT32


def over_batches(unit: Unit, layer: Parameters, place: Window, operator: Operator) -> None:
    """Call a window kernel once per image of a batch."""
    (source,), output = tensors(operator, 1), operator.outputs[0]
    for places in unit.images(source, output):
        unit.call_with(layer, *place.rows, *places)


def bias(unit: Unit, operator: Operator, units: int, kind: ElementType, position: int = 2) -> Constant | Address:
    """The bias in the accumulator type of a kernel for activations of type `kind`; zeros if there is no bias."""
    wanted = {ElementType.INT8: INT32, ElementType.INT16: INT64, ElementType.FLOAT32: FLOAT}[kind]
    tensor = operator.inputs[position] if len(operator.inputs) > position else None
    if tensor is None:
        return unit.array(wanted, bytes(wanted.bytes * units), "bias")
    widened = tensor.data is not None and kind is ElementType.INT16 and tensor.type is ElementType.INT32
    require(TYPES[tensor.type] is wanted or widened, f"the bias must be of type {wanted.name}")
    if tensor.data is None:
        require(prod(tensor.shape) == units, "the bias does not fit the output")
        return unit.address(tensor, wanted.name)
    values = stored(tensor)
    require(len(values) == units, "the bias does not fit the output")
    return unit.array(wanted, values.astype(wanted.dtype).tobytes(), "bias")


def values_of(unit: Unit, tensor: Tensor, what: str) -> Constant | Address:
    """Weights: a constant array that is called `what`, or where they lie if they are computed."""
    return unit.address(tensor, TYPES[tensor.type].name) if tensor.data is None else constant(unit, tensor, what)


def constant(unit: Unit, tensor: Tensor, what: str) -> Constant:
    """A constant input as an array that is called `what`."""
    assert tensor.data is not None  # the caller has checked this
    return unit.array(TYPES[tensor.type], bytes(tensor.data.content)[: tensor.bytes], what)


def scale_arrays(unit: Unit, scales: list[Scale], of_shifts: CType = INT8) -> dict[str, Constant]:
    """Fields with the arrays of multipliers and shifts."""
    return {
        "multiplier": unit.numbers(INT32, [scale.multiplier for scale in scales], "multiplier"),
        "shift": unit.numbers(of_shifts, [scale.shift for scale in scales], "shift"),
    }
