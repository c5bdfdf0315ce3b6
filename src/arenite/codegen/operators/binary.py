"""Elementwise operators on two inputs, comparisons among them, with broadcasting."""

from __future__ import annotations

from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING

from arenite.codegen.operators.copy import steps
from arenite.codegen.program import Field, Structure
from arenite.codegen.quantized import Scale, limits, quantize_multiplier, scale_of, single, zero_point_of
from arenite.codegen.types import TYPES, stored
from arenite.codegen.unit import Unit, require, same_types, tensors
from arenite.model import Data, ElementType, Operator, Tensor

if TYPE_CHECKING:
    from collections.abc import Sequence


RANK = 5
"""Most dimensions over which a kernel iterates (ARENITE_BROADCAST_RANK)."""

_ROOM = 31 - 8
"""Least bits by which an int8 value less its zero point can be shifted left in 32 bits."""
_MOST_BYTES = 4
"""Inputs of ADD_N of int8 for which the kernel has pointers; each further one takes a register at every call."""
_QUANTIZED = (ElementType.INT8, ElementType.INT16)
_ALL = (*_QUANTIZED, ElementType.INT32, ElementType.FLOAT32)
NUMBERS = (*_ALL, ElementType.INT64)
"""Types of numbers whose stored values are compared."""
_COMPARED = (*(ElementType[name] for name in ("BOOL", "INT8", "INT32", "INT64", "FLOAT32")),)
LESS, EQUAL, GREATER, UNORDERED = 1, 2, 4, 8
"""Bits for the possible relations of two values (arenite_compare_f32.h)."""


def add_many(unit: Unit, operator: Operator) -> None:
    """ADD_N; floats one input after the other: the sum so far is in the output, which lies apart from all inputs."""
    inputs, output = tensors(operator, max(2, len(operator.inputs))), operator.outputs[0]
    allowed = (ElementType.INT8, ElementType.FLOAT32)
    if same_types((output.type, *(tensor.type for tensor in inputs)), allowed) is ElementType.INT8:
        _add_many_bytes(unit, inputs, output)
        return
    total = inputs[0]
    for other in inputs[1:]:
        pair = replace(operator, inputs=(total, other), options={})
        call(unit, pair, "add_f32", **limits(pair))
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
        **scale.fields("output_"),
    )
    given = [*inputs, *[first] * (_MOST_BYTES - len(inputs))]
    unit.call_with(layer, *map(unit.pointer, given), unit.target(output))


def add_scales(first: Tensor, second: Tensor, output: Tensor) -> list[Scale]:
    """The factors of both inputs and of their sum, quantized."""
    twice = 2 * max(scale_of(first), scale_of(second))
    factors = (
        scale_of(first) / twice,
        scale_of(second) / twice,
        twice / (2 ** _bits(output.type) * scale_of(output)),
    )
    return [quantize_multiplier(factor) for factor in factors]


def _bits(kind: ElementType) -> int:
    """Bits by which both inputs are shifted left before the addition."""
    return 20 if kind is ElementType.INT8 else 15


def add_or_subtract(unit: Unit, operator: Operator, *, sign: int, of_floats: str) -> None:
    """ADD and, with the sign -1, SUB. Scales of int8 and int16 inputs are combined in double precision.

    TFLM ignores a fused activation of int32 values; LiteRT applies it.
    """
    first, second, output, kind = _operands(operator, _ALL)
    if kind is ElementType.FLOAT32:
        call(unit, operator, of_floats, **limits(operator))
        return
    if kind is ElementType.INT32:
        activation = operator.options.get("fused_activation_function")
        require(not activation, "a fused activation is computed differently by TFLM and LiteRT")
        call(unit, operator, "add_s32", sign=sign, **limits(operator))
        return
    scales = add_scales(first, second, output)
    require(all(scale.shift <= 0 for scale in scales), "the output's scale is too small for the inputs'")
    offsets = (-zero_point_of(first), -zero_point_of(second), zero_point_of(output))
    fields = {"sign": sign, **affine(offsets, scales), **limits(operator)}
    call(unit, operator, f"add_{TYPES[kind].suffix}", **fields)


def multiply(unit: Unit, operator: Operator) -> None:
    """MUL."""
    first, second, output, kind = _operands(operator, _ALL)
    fields: dict[str, Field] = {}
    if kind in _QUANTIZED:
        scale = quantize_multiplier(scale_of(first) * scale_of(second) / scale_of(output))
        fields |= product_fields(first, second, output, scale)
    call(unit, operator, f"multiply_{TYPES[kind].suffix}", **fields, **limits(operator))


def product_fields(first: Tensor, second: Tensor, output: Tensor, scale: Scale) -> dict[str, int]:
    """Fields of a kernel for products of quantized values with the factor `scale`."""
    return {
        "first_offset": -zero_point_of(first),
        "second_offset": -zero_point_of(second),
        "output_offset": zero_point_of(output),
        **scale.fields("output_"),
    }


def divide(unit: Unit, operator: Operator) -> None:
    """DIV of floats, of int8 values, or of int32 values rounded toward zero."""
    first, second, output, kind = _operands(operator, (ElementType.INT8, ElementType.INT32, ElementType.FLOAT32))
    fields: dict[str, Field] = {}
    if kind is ElementType.INT8:
        scale = quantize_multiplier(single(scale_of(first) / single(scale_of(second) * scale_of(output))))
        require(scale.shift <= _ROOM, "the output's scale is too small for the inputs'")
        fields |= product_fields(first, second, output, scale)
    call(unit, operator, f"divide_{TYPES[kind].suffix}", **fields, **limits(operator))


def on_stored_values(unit: Unit, operator: Operator, *, kernel: str, allowed: tuple[ElementType, ...]) -> None:
    """A function of the stored values of both inputs, without regard to scales."""
    _, _, _, kind = _operands(operator, allowed)
    call(unit, operator, f"{kernel}_{TYPES[kind].suffix}")


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
        **positive.fields("positive_"),
        **negative.fields("negative_"),
    )


def _widened(tensor: Tensor) -> Tensor:
    """An int8 constant as int16."""
    require(tensor.data is not None, f"{tensor.name!r} must be a constant")
    return replace(tensor, type=ElementType.INT16, data=Data(stored(tensor).astype("<i2").tobytes()))


def compare(unit: Unit, operator: Operator, *, ways: int) -> None:
    """A comparison that is true if the relation of both inputs is one of the bits in `ways`."""
    first, second = tensors(operator, 2)
    kind = same_types((first.type, second.type), _COMPARED)
    require(operator.outputs[0].type is ElementType.BOOL, "there is no kernel for these types")
    scales = _one_scale(first, second) if kind is ElementType.INT8 else {}
    call(unit, operator, f"compare_{TYPES[kind].suffix}", ways=ways, **scales)


def _one_scale(first: Tensor, second: Tensor) -> dict[str, int]:
    """Fields that bring int8 inputs to one scale (ComparisonsPrepare)."""
    scales = [quantize_multiplier(scale_of(tensor)) for tensor in (first, second)]
    require(all(scale.shift <= 0 for scale in scales), "a scale is 1 or more")
    return affine((-zero_point_of(first), -zero_point_of(second)), scales)


def call(unit: Unit, operator: Operator, kernel: str, **fields: Field) -> None:
    """Call a kernel for two inputs with broadcasting; `fields` are its further parameters."""
    (first, second), output = tensors(operator, 2), operator.outputs[0]
    shapes = (first.shape, second.shape, output.shape)
    whole = all(n in (a, b) for a, b, n in zip(*_of_one_rank(*shapes), strict=True))
    require(whole, "the shapes cannot be broadcast")
    layer = unit.parameters(kernel, shape=broadcast(*shapes), **fields)
    unit.call_with(layer, unit.pointer(first), unit.pointer(second), unit.target(output))


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
    (first, second), output = tensors(operator, 2), operator.outputs[0]
    return first, second, output, same_types((first.type, second.type, output.type), allowed)


def affine(offsets: Sequence[int], scales: Sequence[Scale]) -> dict[str, int]:
    """Fields of a kernel that scales both inputs, and maybe what it makes of them: offset and factor of each."""
    return {
        name: number
        for what, offset, scale in zip(("first", "second", "output"), offsets, scales, strict=False)
        for name, number in {f"{what}_offset": offset, **scale.fields(f"{what}_")}.items()
    }
