"""Elementwise operators on two inputs, with broadcasting."""

from __future__ import annotations

from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING

from arenite.codegen.operators.copy import steps
from arenite.codegen.program import Structure
from arenite.codegen.quantized import (
    activation_range,
    float_range,
    integer_range,
    quantize_multiplier,
    scale_of,
    single,
    zero_point_of,
)
from arenite.codegen.types import TYPES
from arenite.codegen.unit import require, same_types, tensors
from arenite.model import Data, ElementType

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeVar

    from arenite.codegen.program import Field
    from arenite.codegen.quantized import Scale
    from arenite.codegen.unit import Unit
    from arenite.model import Operator, Option, Tensor

    Number = TypeVar("Number", int, float)

RANK = 5
"""Most dimensions over which a kernel iterates (ARENITE_BROADCAST_RANK)."""

_ROOM = 31 - 8
"""Least bits by which an int8 value less its zero point can be shifted left in 32 bits."""
_MOST_BYTES = 4
"""Inputs of ADD_N of int8 for which the kernel has pointers; each further one takes a register at every call."""
_QUANTIZED = (ElementType.INT8, ElementType.INT16)
_ALL = (*_QUANTIZED, ElementType.INT32, ElementType.FLOAT32)


def add(unit: Unit, operator: Operator) -> None:
    """ADD. Scales of int8 and int16 inputs are combined in double precision."""
    _sum(unit, operator, 1, "add_f32")


def add_many(unit: Unit, operator: Operator) -> None:
    """ADD_N; floats one input after the other: the sum so far is in the output, which lies apart from all inputs."""
    inputs, output = tensors(operator, max(2, len(operator.inputs))), operator.outputs[0]
    allowed = (ElementType.INT8, ElementType.FLOAT32)
    if same_types((output.type, *(tensor.type for tensor in inputs)), allowed) is ElementType.INT8:
        _add_many_bytes(unit, inputs, output)
        return
    total = inputs[0]
    for other in inputs[1:]:
        call(unit, replace(operator, inputs=(total, other)), "add_f32", **_bounds(float_range(None)))
        total = output


def _add_many_bytes(unit: Unit, inputs: Sequence[Tensor], output: Tensor) -> None:
    """As add_n.cc of TFLM has it, which counts the offset of the inputs once more than there are inputs."""
    first = inputs[0]
    require(len(inputs) <= _MOST_BYTES, f"it adds more than {_MOST_BYTES} inputs of int8")
    require(all(each.shape == output.shape for each in inputs), "the shapes differ")
    alike = {(scale_of(each), zero_point_of(each)) for each in inputs}
    require(len(alike) == 1, "its inputs have several scales or zero points, which TFLM refuses")
    scale = quantize_multiplier(2 * scale_of(first) / (2**20 * scale_of(output)))
    require(scale.shift <= 0, "the output's scale is too small for the inputs'")
    layer = unit.parameters(
        "add_many_s8",
        length=prod(output.shape),
        inputs=len(inputs),
        input_offset=-zero_point_of(first) * (len(inputs) + 1),
        output_offset=zero_point_of(output),
        output_multiplier=scale.multiplier,
        output_shift=scale.shift,
    )
    given = [*inputs, *[first] * (_MOST_BYTES - len(inputs))]
    unit.call("add_many_s8", layer, *map(unit.pointer, given), unit.target(output))


def add_scales(first: Tensor, second: Tensor, output: Tensor) -> list[Scale]:
    """The factors of both inputs and of their sum, quantized."""
    twice = 2 * max(scale_of(first), scale_of(second))
    factors = (
        scale_of(first) / twice,
        scale_of(second) / twice,
        twice / (2 ** _bits(output.type) * scale_of(output)),
    )
    return [quantize_multiplier(factor) for factor in factors]


def subtract(unit: Unit, operator: Operator) -> None:
    """SUB."""
    _sum(unit, operator, -1, "subtract_f32")


def _bits(kind: ElementType) -> int:
    """Bits by which both inputs are shifted left before the addition."""
    return 20 if kind is ElementType.INT8 else 15


def _sum(unit: Unit, operator: Operator, sign: int, of_floats: str) -> None:
    first, second, output, kind = _operands(operator, _ALL)
    if kind is ElementType.FLOAT32:
        _float(unit, operator, of_floats)
        return
    if kind is ElementType.INT32:
        _whole_sum(unit, operator, sign)
        return
    scales = add_scales(first, second, output)
    require(all(scale.shift <= 0 for scale in scales), "the output's scale is too small for the inputs'")
    offsets = (-zero_point_of(first), -zero_point_of(second), zero_point_of(output))
    fields = {"sign": sign, **affine(offsets, scales), **limits(operator)}
    call(unit, operator, f"add_{TYPES[kind].suffix}", **fields)


def _whole_sum(unit: Unit, operator: Operator, sign: int) -> None:
    """A sum of int32 values. TFLM ignores a fused activation here; LiteRT applies it."""
    activation = _activation(operator)
    require(not activation, "a fused activation is computed differently by TFLM and LiteRT")
    call(unit, operator, "add_s32", sign=sign, **_bounds(integer_range(activation)))


def multiply(unit: Unit, operator: Operator) -> None:
    """MUL."""
    first, second, output, kind = _operands(operator, _ALL)
    if kind is ElementType.FLOAT32:
        _float(unit, operator, "multiply_f32")
        return
    if kind is ElementType.INT32:
        call(unit, operator, "multiply_s32", **_bounds(integer_range(_activation(operator))))
        return
    scale = quantize_multiplier(scale_of(first) * scale_of(second) / scale_of(output))
    call(
        unit,
        operator,
        f"multiply_{TYPES[kind].suffix}",
        **product_fields(first, second, output, scale),
        **limits(operator),
    )


def product_fields(first: Tensor, second: Tensor, output: Tensor, scale: Scale) -> dict[str, int]:
    """Fields of a kernel for products of quantized values with the factor `scale`."""
    return {
        "first_offset": -zero_point_of(first),
        "second_offset": -zero_point_of(second),
        "output_offset": zero_point_of(output),
        "output_multiplier": scale.multiplier,
        "output_shift": scale.shift,
    }


def divide(unit: Unit, operator: Operator) -> None:
    """DIV of floats, of int8 values, or of int32 values rounded toward zero."""
    first, second, output, kind = _operands(operator, (ElementType.INT8, ElementType.INT32, ElementType.FLOAT32))
    if kind is ElementType.FLOAT32:
        _float(unit, operator, "divide_f32")
    elif kind is ElementType.INT32:
        call(unit, operator, "divide_s32", **_bounds(integer_range(_activation(operator))))
    else:
        scale = quantize_multiplier(single(scale_of(first) / single(scale_of(second) * scale_of(output))))
        require(scale.shift <= _ROOM, "the output's scale is too small for the inputs'")
        call(unit, operator, "divide_s8", **product_fields(first, second, output, scale), **limits(operator))


def logical_and(unit: Unit, operator: Operator) -> None:
    """LOGICAL_AND."""
    _operands(operator, (ElementType.BOOL,))
    call(unit, operator, "logical_and_u8")


def logical_or(unit: Unit, operator: Operator) -> None:
    """LOGICAL_OR."""
    _operands(operator, (ElementType.BOOL,))
    call(unit, operator, "logical_or_u8")


def floor_divide(unit: Unit, operator: Operator) -> None:
    """FLOOR_DIV of floats."""
    _operands(operator, (ElementType.FLOAT32,))
    call(unit, operator, "floor_divide_f32")


def floor_modulo(unit: Unit, operator: Operator) -> None:
    """FLOOR_MOD of floats."""
    _operands(operator, (ElementType.FLOAT32,))
    call(unit, operator, "floor_modulo_f32")


def squared_difference(unit: Unit, operator: Operator) -> None:
    """SQUARED_DIFFERENCE. Quantized scales use double precision, except the product with the output's scale."""
    first, second, output, kind = _operands(operator, _ALL)
    if kind not in _QUANTIZED:
        call(unit, operator, f"squared_difference_{TYPES[kind].suffix}")
        return
    twice = 2 * max(scale_of(first), scale_of(second))
    bits = 7 if kind is ElementType.INT8 else 0
    factors = (
        scale_of(first) / twice,
        scale_of(second) / twice,
        twice * twice / single(2 ** (2 * bits) * scale_of(output)),
    )
    offsets = (-zero_point_of(first), -zero_point_of(second), zero_point_of(output))
    scales = [quantize_multiplier(factor) for factor in factors]
    call(unit, operator, f"squared_difference_{TYPES[kind].suffix}", **affine(offsets, scales))


def maximum(unit: Unit, operator: Operator) -> None:
    """MAXIMUM of the stored values, without regard to scales."""
    _, _, _, kind = _operands(operator, (*_ALL, ElementType.INT64))
    call(unit, operator, f"maximum_{TYPES[kind].suffix}")


def minimum(unit: Unit, operator: Operator) -> None:
    """MINIMUM of the stored values, without regard to scales."""
    _, _, _, kind = _operands(operator, (*_ALL, ElementType.INT64))
    call(unit, operator, f"minimum_{TYPES[kind].suffix}")


def prelu(unit: Unit, operator: Operator) -> None:
    """PRELU; the slopes of int16 values are int8 constants, which are widened."""
    source, slope = tensors(operator, 2)
    if source.type is ElementType.INT16 and slope.type is ElementType.INT8:
        operator = operator.reading({slope: _widened(slope)})
    source, slope, output, kind = _operands(operator, (*_QUANTIZED, ElementType.FLOAT32))
    if kind is ElementType.FLOAT32:
        call(unit, operator, "prelu_f32")
        return
    positive = quantize_multiplier(scale_of(source) / scale_of(output))
    negative = quantize_multiplier(scale_of(source) * scale_of(slope) / scale_of(output))
    call(
        unit,
        operator,
        f"prelu_{TYPES[kind].suffix}",
        input_offset=-zero_point_of(source),
        slope_offset=-zero_point_of(slope),
        output_offset=zero_point_of(output),
        positive_multiplier=positive.multiplier,
        positive_shift=positive.shift,
        negative_multiplier=negative.multiplier,
        negative_shift=negative.shift,
    )


def _widened(tensor: Tensor) -> Tensor:
    """An int8 constant as int16."""
    require(tensor.data is not None, f"{tensor.name!r} must be a constant")
    assert tensor.data is not None
    import numpy as np

    values = np.frombuffer(bytes(tensor.data.content)[: tensor.bytes], np.int8)
    return replace(tensor, type=ElementType.INT16, data=Data(values.astype("<i2").tobytes()))


def _float(unit: Unit, operator: Operator, kernel: str) -> None:
    call(unit, operator, kernel, **_bounds(float_range(_activation(operator))))


def call(unit: Unit, operator: Operator, kernel: str, **fields: Field) -> None:
    """Call a kernel for two inputs with broadcasting; `fields` are its further parameters."""
    first, second = tensors(operator, 2)
    output = operator.outputs[0]
    shapes = (first.shape, second.shape, output.shape)
    whole = all(n in (a, b) for a, b, n in zip(*_of_one_rank(*shapes), strict=True))
    require(whole, "the shapes cannot be broadcast")
    shape = broadcast(*shapes)
    layer = unit.parameters(kernel, shape=shape, **fields)
    unit.call(kernel, layer, unit.pointer(first), unit.pointer(second), unit.target(output))


def broadcast(first: Sequence[int], second: Sequence[int], output: Sequence[int]) -> Structure:
    """The `arenite_broadcast_t` of two inputs: lengths and steps of dimensions, with neighbors merged where possible.

    Raises:
        UnsupportedError: the shapes are not broadcastable, or more than `RANK` dimensions remain.
    """
    *padded, output = _of_one_rank(first, second, output)
    fit = all({a, b} <= {1, both} for a, b, both in zip(*padded, output, strict=True))
    require(fit, "the shapes cannot be broadcast")
    walks = [[0 if n == 1 else step for n, step in zip(shape, steps(shape), strict=True)] for shape in padded]
    joined: list[tuple[int, int, int]] = []
    for count, *walk in zip(output, *walks, strict=True):
        if count == 1:
            continue
        if joined and all(joined[-1][i + 1] == walk[i] * count for i in (0, 1)):
            joined[-1] = (joined[-1][0] * count, walk[0], walk[1])
        else:
            joined.append((count, walk[0], walk[1]))
    require(len(joined) <= RANK, f"more than {RANK} dimensions are walked apart")
    joined = [(1, 0, 0)] * (RANK - len(joined)) + joined
    return Structure(
        tuple((name, tuple(axis[i] for axis in joined)) for i, name in enumerate(("count", "first", "second")))
    )


def _of_one_rank(*shapes: Sequence[int]) -> list[tuple[int, ...]]:
    """Shapes with as many dimensions: missing leading ones count as 1."""
    rank = max(map(len, shapes))
    return [(1,) * (rank - len(shape)) + tuple(shape) for shape in shapes]


def _operands(operator: Operator, allowed: tuple[ElementType, ...]) -> tuple[Tensor, Tensor, Tensor, ElementType]:
    first, second = tensors(operator, 2)
    output = operator.outputs[0]
    return first, second, output, same_types((first.type, second.type, output.type), allowed)


def affine(offsets: Sequence[int], scales: Sequence[Scale]) -> dict[str, int]:
    """Fields of a kernel that scales both inputs, and maybe what it makes of them: offset and factor of each."""
    return {
        name: number
        for what, offset, scale in zip(("first", "second", "output"), offsets, scales, strict=False)
        for name, number in (
            (f"{what}_offset", offset),
            (f"{what}_multiplier", scale.multiplier),
            (f"{what}_shift", scale.shift),
        )
    }


def limits(operator: Operator) -> dict[str, int]:
    """Fields for the lowest and highest value of an operator's quantized output."""
    return _bounds(activation_range(_activation(operator), operator.outputs[0]))


def _bounds(limits: tuple[Number, Number]) -> dict[str, Number]:
    return {"lowest": limits[0], "highest": limits[1]}


def _activation(operator: Operator) -> Option | None:
    return operator.options.get("fused_activation_function")
