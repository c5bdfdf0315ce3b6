"""Operators that go along one dimension: L2_NORMALIZATION, LOG_SOFTMAX and CUMSUM."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from arenite.codegen.fixed_point import divide_power
from arenite.codegen.operators.constants import axis_of, first_integer
from arenite.codegen.operators.options import number
from arenite.codegen.operators.softmax import differences, exponentials
from arenite.codegen.quantized import quantize_multiplier, scale_of, zero_point_of
from arenite.codegen.types import INT32, TYPES
from arenite.codegen.unit import one_for_one, require, same_types, tensors
from arenite.model import ElementType

if TYPE_CHECKING:
    from arenite.codegen.program import Field
    from arenite.codegen.unit import Unit
    from arenite.model import Operator, Tensor

_TYPES = (ElementType.INT8, ElementType.FLOAT32)
_SUM_BITS = 12
"""Integer bits of a sum of exponentials (kAccumulationIntegerBits)."""
_SHIFT = 20
"""Bits that int8 values gain before they are added (kCumSumIntegerShift)."""


def l2_normalization(unit: Unit, operator: Operator) -> None:
    """L2_NORMALIZATION along the last dimension; an int8 output has the scale 1/128 and the zero point 0."""
    source, output, kind = _operands(operator)
    require(number(operator, "fused_activation_function", 0) == 0, "a fused activation is not supported")
    if kind is ElementType.FLOAT32:
        _call(unit, "normalize_f32", source, output)
        return
    require((scale_of(output), zero_point_of(output)) == (1 / 128, 0), "the output's scale must be 1/128")
    _call(unit, "normalize_s8", source, output, -zero_point_of(source))


def log_softmax(unit: Unit, operator: Operator) -> None:
    """LOG_SOFTMAX along the last dimension; an int8 output has the scale 1/16 and the zero point 127."""
    source, output, kind = _operands(operator)
    if kind is ElementType.FLOAT32:
        _call(unit, "log_softmax_f32", source, output)
        return
    require((scale_of(output), zero_point_of(output)) == (1 / 16, 127), "the output's scale must be 1/16")
    import numpy as np

    step, radius = differences(1.0, scale_of(source))
    table = [divide_power(each, _SUM_BITS) for each in exponentials(step, radius)]
    back = quantize_multiplier(2.0 ** (31 - step.shift) / step.multiplier)
    require(back.shift <= 0, "the scale of the input is too small")
    depth = source.shape[-1]
    layer = unit.parameters(
        "log_softmax_s8",
        depth=depth,
        entries=radius + 1,
        exponential=unit.array(INT32, np.array(table, INT32.dtype).tobytes(), "exponential"),
        multiplier=step.multiplier,
        shift=step.shift,
        reverse_multiplier=back.multiplier,
        reverse_shift=back.shift,
    )
    unit.call(layer.kernel, layer, prod(source.shape) // depth, unit.pointer(source), unit.target(output))


def cumulative_sum(unit: Unit, operator: Operator) -> None:
    """CUMSUM. int8 sums begin with minus the zero point instead of 0, as in TFLM and LiteRT."""
    source, output, kind = _operands(operator)
    axis = axis_of(first_integer(operator, 1), source)
    layer = unit.parameters(
        f"running_sum_{TYPES[kind].suffix}",
        outer=prod(source.shape[:axis]),
        depth=source.shape[axis],
        inner=prod(source.shape[axis + 1 :]),
        exclusive=int(bool(operator.options.get("exclusive"))),
        reverse=int(bool(operator.options.get("reverse"))),
        **(_scales(source, output) if kind is ElementType.INT8 else {}),
    )
    unit.call(layer.kernel, layer, unit.pointer(source), unit.target(output))


def _scales(source: Tensor, output: Tensor) -> dict[str, Field]:
    """Fields that bring int8 values to sums with more bits, and back (CalculateOpData of cumsum.cc)."""
    inner = quantize_multiplier(0.5)
    outer = quantize_multiplier(2.0 * scale_of(source) / (2**_SHIFT * scale_of(output)))
    require(outer.shift <= 0, "the output's scale is too small for the input's")
    return {
        "input_offset": -zero_point_of(source),
        "input_multiplier": inner.multiplier,
        "input_shift": inner.shift,
        "output_offset": zero_point_of(output),
        "output_multiplier": outer.multiplier,
        "output_shift": outer.shift,
    }


def _operands(operator: Operator) -> tuple[Tensor, Tensor, ElementType]:
    one_for_one(operator)
    (source,), output = tensors(operator, 1), operator.outputs[0]
    require(source.shape, "there is no dimension to go along")
    return source, output, same_types((source.type, output.type), _TYPES)


def _call(unit: Unit, kernel: str, source: Tensor, output: Tensor, *arguments: int) -> None:
    depth = source.shape[-1]
    unit.call(kernel, *arguments, depth, prod(source.shape) // depth, unit.pointer(source), unit.target(output))
