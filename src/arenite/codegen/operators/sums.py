"""Sums over strips, which generated C has in place of joined rows; see `arenite.backends.generated_c.sums`."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from arenite.backends.generated_c.sums import FIRST, PIXELS
from arenite.codegen.fixed_point import wrap
from arenite.codegen.operators.convolution import bias, constant, scale_arrays
from arenite.codegen.operators.fully_connected import unit_scales, weight_offset
from arenite.codegen.operators.options import number
from arenite.codegen.operators.reduce import divided_scale
from arenite.codegen.quantized import limits, quantize_multiplier, scale_of, zero_point_of
from arenite.codegen.types import BYTES, TYPES
from arenite.codegen.unit import Unit, tensors

if TYPE_CHECKING:
    from arenite.model import Operator


def start(unit: Unit, operator: Operator) -> None:
    """Set all sums to 0."""
    (sums,) = operator.outputs
    unit.call("fill", unit.array(BYTES, bytes(1), "zero"), 1, sums.bytes, unit.target(sums))


def add_pixels(unit: Unit, operator: Operator) -> None:
    """Add every pixel of a strip to the sums of its channels."""
    strip, sums = tensors(operator, 2)
    _, rows, columns, channels = strip.shape
    places = (unit.pointer(strip), unit.target(sums))
    unit.call(f"add_pixels_{TYPES[strip.type].suffix}", rows * columns, channels, *places)


def add_products(unit: Unit, operator: Operator) -> None:
    """Add to the sum of each unit the elements of a strip, each times its weight."""
    strip, weights, sums = tensors(operator, 3)
    units, depth = weights.shape
    layer = unit.parameters(
        "add_products_s8",
        depth=depth,
        units=units,
        weights=constant(unit, weights, "weights"),
        weight_offset=weight_offset(weights),
        input_offset=-zero_point_of(sums),
    )
    places = (unit.pointer(strip), unit.target(sums))
    unit.call_with(layer, number(operator, FIRST, 0), prod(strip.shape), *places)


def finish_mean(unit: Unit, operator: Operator) -> None:
    """MEAN of sums, which are scaled as values of QUANTIZE are: rounded once, with the scale divided by the pixels."""
    (sums,), output = tensors(operator, 1), operator.outputs[0]
    pixels = number(operator, PIXELS, 1)
    scale = divided_scale(quantize_multiplier(scale_of(sums) / scale_of(output)), pixels)
    layer = unit.parameters(
        f"requantize_s32_{TYPES[output.type].suffix}",
        input_offset=wrap(-zero_point_of(sums) * pixels),
        **scale.fields(),
        output_offset=zero_point_of(output),
    )
    unit.call_with(layer, sums.shape[3], unit.pointer(sums), unit.target(output))


def finish_average(unit: Unit, operator: Operator) -> None:
    """AVERAGE_POOL_2D of sums: divided by the pixels, rounded once."""
    (sums,), output = tensors(operator, 1), operator.outputs[0]
    clamp = limits(operator)
    arguments = (
        number(operator, PIXELS, 1),
        clamp["lowest"],
        clamp["highest"],
        sums.shape[3],
        unit.pointer(sums),
        unit.target(output),
    )
    unit.call(f"average_sums_{TYPES[output.type].suffix}", *arguments)


def finish_products(unit: Unit, operator: Operator) -> None:
    """FULLY_CONNECTED of sums: the bias added, then scaled and rounded once."""
    sums, weights = tensors(operator, 2)
    output, units = operator.outputs[0], sums.shape[3]
    scales = unit_scales(sums, weights, output)
    layer = unit.parameters(
        "finish_products_s8",
        units=units,
        bias=bias(unit, operator, units, output.type),
        **scale_arrays(unit, scales),
        per_unit=int(len(scales) > 1),
        output_offset=zero_point_of(output),
        **limits(operator),
    )
    unit.call_with(layer, unit.pointer(sums), unit.target(output))
