"""Lowers the operators that `arenite.backends.generated_c.calls` selects to calls of CMSIS-NN, by files in `kernels/`.

Parameters are the same as for Arenite's own kernels, except that shifts have 32 bits. Every call returns a status.
"""

from __future__ import annotations

from functools import partial
from math import prod
from types import MappingProxyType
from typing import TYPE_CHECKING

from arenite.backends.cmsis_nn.instructions import Instructions
from arenite.backends.generated_c.calls import rows_at_once
from arenite.codegen.operators.binary import add_scales, affine, product_fields
from arenite.codegen.operators.convolution import bias, constant, scale_arrays
from arenite.codegen.operators.fully_connected import unit_scales, weight_offset
from arenite.codegen.operators.options import number, real
from arenite.codegen.operators.rows import differences
from arenite.codegen.operators.window import Window, window
from arenite.codegen.quantized import Scale, channel_scales, limits, quantize_multiplier, scale_of, zero_point_of
from arenite.codegen.types import INT32, TYPES, stored
from arenite.codegen.unit import Unit, tensors
from arenite.model import ElementType, Operator

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from arenite.codegen.program import Constant, Field

    Lowering = Callable[[Unit, Operator], None]

LEFT_SHIFT = 20
"""Bits by which both int8 inputs of ADD are shifted left before the addition."""


def _convolution(unit: Unit, operator: Operator) -> None:
    source, weights = tensors(operator, 2)
    own: dict[str, Field] = {}
    if source.type is ElementType.INT8:
        own = {"filter_depth": weights.shape[3], "rows_at_once": rows_at_once(operator, unit.kernels.cmsis_nn)}
    _convolve(unit, operator, f"cmsis_conv_{TYPES[source.type].suffix}", own)


def _depthwise(unit: Unit, operator: Operator) -> None:
    ratio = operator.outputs[0].shape[3] // operator.input(0).shape[3]
    _convolve(unit, operator, "cmsis_depthwise_s8", {"channel_multiplier": ratio})


def _convolve(unit: Unit, operator: Operator, kernel: str, own: Mapping[str, Field]) -> None:
    (source, weights), output = tensors(operator, 2), operator.outputs[0]
    place = window(operator, source, output, (weights.shape[1], weights.shape[2]))
    fields: dict[str, Field] = {
        **own,
        "weights": constant(unit, weights, "weights"),
        "bias": bias(unit, operator, output.shape[3], source.type),
        **scale_arrays(unit, channel_scales(source, weights, output, output.shape[3]), INT32),
    }
    if source.type is ElementType.INT8:
        fields |= {"input_offset": -zero_point_of(source), "output_offset": zero_point_of(output)}
    _over_rows(unit, operator, kernel, place, fields)


def _pool(unit: Unit, operator: Operator, *, kernel: str) -> None:
    (source,), output = tensors(operator, 1), operator.outputs[0]
    size = (number(operator, "filter_height", 1), number(operator, "filter_width", 1))
    _over_rows(unit, operator, kernel, window(operator, source, output, size), {})


def _over_rows(unit: Unit, operator: Operator, kernel: str, place: Window, fields: Mapping[str, Field]) -> None:
    """Call a windowed kernel; its last argument is the scratch."""
    bytes_ = sum(unit.kernels.scratch(operator))
    layer = unit.parameters(kernel, window=place.structure, **fields, **limits(operator), scratch_bytes=bytes_)
    (source,) = tensors(operator, 1)
    places = unit.pointer(source), unit.target(operator.outputs[0]), unit.scratch_pointer() if bytes_ else None
    unit.call_with(layer, *place.rows, *places, checked=True)


def _fully_connected(unit: Unit, operator: Operator) -> None:
    (source, weights), output = tensors(operator, 2), operator.outputs[0]
    units, depth = weights.shape
    scales = unit_scales(source, weights, output)
    layer = unit.parameters(
        f"cmsis_fully_connected_{TYPES[source.type].suffix}",
        depth=depth,
        units=units,
        weights=constant(unit, weights, "weights"),
        bias=bias(unit, operator, units, source.type),
        **(_of_bytes(unit, operator, scales) if source.type is ElementType.INT8 else _of_wide(operator, scales)),
    )
    unit.call_with(layer, prod(output.shape) // units, unit.pointer(source), unit.target(output), checked=True)


def _of_bytes(unit: Unit, operator: Operator, scales: list[Scale]) -> dict[str, Field]:
    """Fields of FULLY_CONNECTED of int8 values; only vectors (MVE) need the sums of the weights."""
    (source, weights), output = tensors(operator, 2), operator.outputs[0]
    offsets = weight_offset(weights), -zero_point_of(source)
    return {
        **scale_arrays(unit, scales, INT32),
        "per_unit": int(len(scales) > 1),
        "weight_offset": offsets[0],
        "input_offset": offsets[1],
        "output_offset": zero_point_of(output),
        **limits(operator),
        "sums": _sums(unit, operator, *offsets) if unit.kernels.cmsis_nn is Instructions.MVE else None,
    }


def _of_wide(operator: Operator, scales: list[Scale]) -> dict[str, Field]:
    """What a FULLY_CONNECTED of int16 values, which has one scale, needs besides its weights."""
    (scale,) = scales
    return {**scale.fields(), **limits(operator)}


def _sums(unit: Unit, operator: Operator, weight_offset: int, input_offset: int) -> Constant:
    """Sum of every unit for an input of 0 (arm_vector_sum_s8.c)."""
    import numpy as np

    _, weights = tensors(operator, 2)
    values = stored(weights).reshape(weights.shape)
    sums = (values.astype(np.int64) + weight_offset).sum(axis=1) * input_offset + _bias(operator, weights.shape[0])
    return unit.array(INT32, sums.astype(np.int32).astype(INT32.dtype).tobytes(), "sums")


def _bias(operator: Operator, units: int) -> NDArray[np.int64]:
    import numpy as np

    tensor = operator.inputs[2] if len(operator.inputs) > 2 else None
    return np.zeros(units, np.int64) if tensor is None else stored(tensor).astype(np.int64)


def _add(unit: Unit, operator: Operator) -> None:
    (first, second), output = tensors(operator, 2), operator.outputs[0]
    offsets = (-zero_point_of(first), -zero_point_of(second), zero_point_of(output))
    fields = {"left_shift": LEFT_SHIFT, **affine(offsets, add_scales(first, second, output))}
    _on_both(unit, operator, "cmsis_add_s8", fields)


def _multiply(unit: Unit, operator: Operator) -> None:
    (first, second), output = tensors(operator, 2), operator.outputs[0]
    scale = quantize_multiplier(scale_of(first) * scale_of(second) / scale_of(output))
    _on_both(unit, operator, "cmsis_multiply_s8", product_fields(first, second, output, scale))


def _on_both(unit: Unit, operator: Operator, kernel: str, fields: Mapping[str, int]) -> None:
    (first, second), output = tensors(operator, 2), operator.outputs[0]
    layer = unit.parameters(kernel, count=prod(output.shape), **fields, **limits(operator))
    unit.call_with(layer, unit.pointer(first), unit.pointer(second), unit.target(output), checked=True)


def _softmax(unit: Unit, operator: Operator) -> None:
    (source,), output = tensors(operator, 1), operator.outputs[0]
    step, radius = differences(real(operator, "beta", 1.0), scale_of(source))
    depth = source.shape[-1]
    layer = unit.parameters("cmsis_softmax_s8", depth=depth, **step.fields(), lowest_difference=-radius)
    unit.call_with(layer, prod(source.shape) // depth, unit.pointer(source), unit.target(output), checked=True)


LOWERINGS: Mapping[str, Lowering] = MappingProxyType(
    {
        "ADD": _add,
        "AVERAGE_POOL_2D": partial(_pool, kernel="cmsis_average_pool_s8"),
        "CONV_2D": _convolution,
        "DEPTHWISE_CONV_2D": _depthwise,
        "FULLY_CONNECTED": _fully_connected,
        "MAX_POOL_2D": partial(_pool, kernel="cmsis_max_pool_s8"),
        "MUL": _multiply,
        "SOFTMAX": _softmax,
    }
)
"""Lowerings of the operators that may be `called`."""
