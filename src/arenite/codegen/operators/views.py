"""Operators that only move values, or are views without any move."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from arenite.codegen.operators.binary import broadcast
from arenite.codegen.operators.copy import RANK, Walk, copy, copy_all, same_type, steps
from arenite.codegen.operators.options import axis_of, first_integer, integers, number
from arenite.codegen.quantized import zero_point_of
from arenite.codegen.types import BYTES, TYPES
from arenite.codegen.unit import Unit, one_for_one, require, same_types, tensors
from arenite.model import ElementType, Operator, Tensor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.codegen.program import Argument, Constant


def reshape(unit: Unit, operator: Operator) -> None:
    """RESHAPE, SQUEEZE, EXPAND_DIMS: no work if both tensors lie at the same address."""
    (source,), output = tensors(operator, 1), operator.outputs[0]
    same_type(source, output)
    require(source.bytes == output.bytes, "the shapes do not fit")
    copy_all(unit, source, output)


def concatenation(unit: Unit, operator: Operator) -> None:
    """CONCATENATION of tensors with the same scale."""
    output = operator.outputs[0]
    require(number(operator, "fused_activation_function", 0) == 0, "a fused activation is not supported")
    axis = axis_of(number(operator, "axis", 0), output)
    place = 0
    for tensor in tensors(operator, len(operator.inputs)):
        same_type(tensor, output)
        require(_without(tensor.shape, axis) == _without(output.shape, axis), "the shapes do not fit")
        require(_scale(tensor) == _scale(output), "inputs and output have different scales")
        walk = Walk(tensor.shape, steps(tensor.shape), steps(output.shape), 0, place * steps(output.shape)[axis])
        copy(unit, tensor, output, walk)
        place += tensor.shape[axis]
    require(place == output.shape[axis], "the parts do not make up the output")


def split(unit: Unit, operator: Operator) -> None:
    """SPLIT: input 0 is the axis."""
    _, source = tensors(operator, 2)
    _parts(unit, operator, source, axis_of(first_integer(operator, 0), source))


def split_v(unit: Unit, operator: Operator) -> None:
    """SPLIT_V: input 2 is the axis."""
    (source,) = tensors(operator, 1)
    _parts(unit, operator, source, axis_of(first_integer(operator, 2), source))


def _parts(unit: Unit, operator: Operator, source: Tensor, axis: int) -> None:
    place = 0
    for output in operator.outputs:
        same_type(source, output)
        require(_without(output.shape, axis) == _without(source.shape, axis), "the shapes do not fit")
        walk = Walk(output.shape, steps(source.shape), steps(output.shape), place * steps(source.shape)[axis])
        copy(unit, source, output, walk)
        place += output.shape[axis]
    require(place == source.shape[axis], "the parts do not make up the input")


def pack(unit: Unit, operator: Operator) -> None:
    """PACK: joins along a new axis."""
    output = operator.outputs[0]
    axis = axis_of(number(operator, "axis", 0), output)
    inner = prod(output.shape[axis + 1 :])
    require(len(operator.inputs) == output.shape[axis], "the parts do not make up the output")
    for position, tensor in enumerate(tensors(operator, len(operator.inputs))):
        same_type(tensor, output)
        require(tensor.shape == _without(output.shape, axis), "the shapes do not fit")
        outer = prod(tensor.shape) // inner
        walk = Walk((outer, inner), (inner, 1), (inner * output.shape[axis], 1), 0, position * inner)
        copy(unit, tensor, output, walk)


def unpack(unit: Unit, operator: Operator) -> None:
    """UNPACK: removes an axis."""
    (source,) = tensors(operator, 1)
    axis = axis_of(number(operator, "axis", 0), source)
    inner = prod(source.shape[axis + 1 :])
    require(len(operator.outputs) == source.shape[axis], "the parts do not make up the input")
    for position, output in enumerate(operator.outputs):
        same_type(source, output)
        require(output.shape == _without(source.shape, axis), "the shapes do not fit")
        outer = prod(output.shape) // inner
        walk = Walk((outer, inner), (inner * source.shape[axis], 1), (inner, 1), position * inner, 0)
        copy(unit, source, output, walk)


def transpose(unit: Unit, operator: Operator) -> None:
    """TRANSPOSE."""
    (source,), output = tensors(operator, 1), operator.outputs[0]
    same_type(source, output)
    order = [axis_of(axis, source) for axis in integers(operator, 1)]
    require(sorted(order) == list(range(len(source.shape))), "the permutation is none")
    require(output.shape == tuple(source.shape[axis] for axis in order), "the shapes do not fit")
    read = steps(source.shape)
    copy(unit, source, output, Walk(output.shape, [read[axis] for axis in order], steps(output.shape)))


def strided_slice(unit: Unit, operator: Operator) -> None:
    """STRIDED_SLICE without new axes (StartForAxis, StopForAxis)."""
    (source,), output = tensors(operator, 1), operator.outputs[0]
    same_type(source, output)
    masks = {
        name: number(operator, f"{name}_mask", 0) for name in ("begin", "end", "ellipsis", "new_axis", "shrink_axis")
    }
    require(not masks["ellipsis"] and not masks["new_axis"], "new axes and ellipses are not supported")
    begin, end, stride = (integers(operator, position) for position in (1, 2, 3))
    require(len(begin) == len(end) == len(stride) == len(source.shape), "begin, end and strides do not fit the input")
    require(all(stride), "a stride is 0")
    counts, first, read = [], 0, steps(source.shape)
    for axis, length in enumerate(source.shape):
        ends = (
            None if masks["begin"] >> axis & 1 else begin[axis],
            None if masks["end"] >> axis & 1 else end[axis],
        )
        chosen = _chosen(length, *ends, stride[axis])
        if masks["shrink_axis"] >> axis & 1:
            chosen = chosen[:1] if chosen else range(_clamped(begin[axis], length), length)[:1]
        counts.append(len(chosen))
        first += (chosen[0] if chosen else 0) * read[axis]
    require(prod(counts) == prod(output.shape), "the slice does not make up the output")
    write = steps(counts)
    copy(unit, source, output, Walk(counts, [s * r for s, r in zip(stride, read, strict=True)], write, first))


def _chosen(length: int, begin: int | None, end: int | None, stride: int) -> range:
    """Indices that a slice takes, with the semantics of Python's slices."""
    return range(*slice(begin, end, stride).indices(length))


def _clamped(index: int, length: int) -> int:
    return max(0, min(length - 1, index + length if index < 0 else index))


def pad(unit: Unit, operator: Operator) -> None:
    """PAD and PADV2: fills the output, then copies the input into it."""
    (source,), output = tensors(operator, 1), operator.outputs[0]
    same_type(source, output)
    margins = integers(operator, 1)
    _padded(source, output, margins)
    unit.call("fill", _padding(unit, operator), output.type.bytes, prod(output.shape), unit.target(output))
    write = steps(output.shape)
    copy(unit, source, output, Walk(source.shape, steps(source.shape), write, 0, _first(margins, write)))


def mirror_pad(unit: Unit, operator: Operator) -> None:
    """MIRROR_PAD: copies the input into the output, then mirrors axis after axis within the output.

    input     1 2 3
    REFLECT   3 2 1 2 3 2 1      the value at the edge is the mirror
    SYMMETRIC 2 1 1 2 3 3 2      the edge itself is the mirror
    """
    (source,), output = tensors(operator, 1), operator.outputs[0]
    same_type(source, output)
    margins, skipped = integers(operator, 1), 1 - number(operator, "mode", 0)
    _padded(source, output, margins)
    edges = zip(source.shape, margins[::2], margins[1::2], strict=True)
    require(all(max(a, b) <= n - skipped for n, a, b in edges), "a padding is wider than what it mirrors")
    write = steps(output.shape)
    copy(unit, source, output, Walk(source.shape, steps(source.shape), write, 0, _first(margins, write)))
    filled, begin = list(source.shape), list(margins[::2])
    for axis, step in enumerate(write):
        low, high = begin[axis], begin[axis] + filled[axis]
        for count, place, edge in ((low, 0, 2 * low - 1 + skipped), (margins[2 * axis + 1], high, high - 1 - skipped)):
            if count:
                start = sum(each * width for i, (each, width) in enumerate(zip(begin, write, strict=True)) if i != axis)
                read = [-step if i == axis else width for i, width in enumerate(write)]
                counts = [count if i == axis else length for i, length in enumerate(filled)]
                copy(unit, output, output, Walk(counts, read, write, start + edge * step, start + place * step))
        begin[axis], filled[axis] = 0, output.shape[axis]


def _padded(source: Tensor, output: Tensor, margins: Sequence[int]) -> None:
    """Check that the output is the input with margins: before and after it, axis by axis."""
    require(len(margins) == 2 * len(source.shape), "the paddings do not fit the input")
    padded = tuple(n + a + b for n, a, b in zip(source.shape, margins[::2], margins[1::2], strict=True))
    require(padded == output.shape and min(margins) >= 0, "the paddings do not fit the output")


def _first(margins: Sequence[int], write: Sequence[int]) -> int:
    """Position in the output of the input's first element."""
    return sum(margin * step for margin, step in zip(margins[::2], write, strict=True))


def _padding(unit: Unit, operator: Operator) -> Argument:
    """The padding value: the third input, or else the stored value that represents 0."""
    output, value = operator.outputs[0], operator.inputs[2] if len(operator.inputs) > 2 else None
    if value is not None:
        same_type(value, output)
        require(prod(value.shape) == 1, "the padding must be one value")
        return unit.pointer(value)
    return zero_of(unit, output)


def zero_of(unit: Unit, tensor: Tensor) -> Constant:
    """The stored value that represents 0 in a tensor, as an array of one."""
    zero = 0 if tensor.type is ElementType.FLOAT32 else zero_point_of(tensor)
    return unit.numbers(TYPES[tensor.type], [zero], "padding")


def shape_of(unit: Unit, operator: Operator) -> None:
    """SHAPE, as a copy of a constant."""
    (source,), output = tensors(operator, 1), operator.outputs[0]
    require(output.type in {ElementType.INT32, ElementType.INT64}, "there is no kernel for these types")
    require(output.shape == (len(source.shape),), "the output does not fit the input")
    shape = unit.numbers(TYPES[output.type], source.shape, "shape")
    still = (0,) * RANK
    layer = unit.parameters("copy", run=output.bytes, count=(1,) * RANK, input_step=still, output_step=still)
    unit.call_with(layer, shape, unit.target(output))


def broadcast_args(unit: Unit, operator: Operator) -> None:
    """BROADCAST_ARGS: the shape to which two shapes can be broadcast, dimension by dimension from the last one."""
    (first, second), output = tensors(operator, 2), operator.outputs[0]
    kind = same_types((first.type, second.type, output.type), (ElementType.INT32, ElementType.INT64))
    shorter, longer = sorted((first, second), key=lambda shape: prod(shape.shape))
    require(len(first.shape) == len(second.shape) == 1 and output.shape == longer.shape, "the shapes do not fit")
    shared = prod(shorter.shape)
    places = unit.pointer(longer), unit.pointer(shorter), unit.target(output)
    unit.call(f"broadcast_args_{TYPES[kind].suffix}", prod(longer.shape) - shared, shared, *places)


def fill(unit: Unit, operator: Operator) -> None:
    """FILL; the shape is that of the output."""
    (_, value), output = tensors(operator, 2), operator.outputs[0]
    same_type(value, output)
    require(prod(value.shape) == 1, "the value must be one")
    unit.call("fill", unit.pointer(value), output.type.bytes, prod(output.shape), unit.target(output))


def zeros_like(unit: Unit, operator: Operator) -> None:
    """ZEROS_LIKE: bytes of 0, whatever the zero point."""
    (source,), output = tensors(operator, 1), operator.outputs[0]
    same_type(source, output)
    one_for_one(operator)
    unit.call("fill", unit.array(BYTES, bytes(1), "zero"), 1, output.bytes, unit.target(output))


def reverse(unit: Unit, operator: Operator) -> None:
    """REVERSE_V2."""
    (source,), output = tensors(operator, 1), operator.outputs[0]
    same_type(source, output)
    axes = {axis_of(axis, source) for axis in integers(operator, 1)}
    require(source.shape == output.shape, "the shapes do not fit")
    write = steps(output.shape)
    read = [-step if axis in axes else step for axis, step in enumerate(write)]
    first = sum((output.shape[axis] - 1) * write[axis] for axis in axes)
    copy(unit, source, output, Walk(output.shape, read, write, first))


def broadcast_to(unit: Unit, operator: Operator) -> None:
    """BROADCAST_TO: reads the input once per repetition; the shape is that of the output."""
    (source,), output = tensors(operator, 1), operator.outputs[0]
    same_type(source, output)
    copy(unit, source, output, repeated(source, output))


def repeated(source: Tensor, output: Tensor) -> Walk:
    """The copy that broadcasts a tensor to the shape of another one, by NumPy's rules."""
    missing = len(output.shape) - len(source.shape)
    shape = (1,) * missing + source.shape
    fit = missing >= 0 and all(n in (1, whole) for n, whole in zip(shape, output.shape, strict=True))
    require(fit, "the shapes cannot be broadcast")
    read = [0 if n == 1 else step for n, step in zip(shape, steps(shape), strict=True)]
    return Walk(output.shape, read, steps(output.shape))


def select(unit: Unit, operator: Operator) -> None:
    """SELECT_V2: broadcasts what is taken where the condition is false, and writes the other values over it."""
    (condition, true, false), output = tensors(operator, 3), operator.outputs[0]
    same_type(true, output)
    same_type(false, output)
    require(condition.type is ElementType.BOOL, "there is no kernel for these types")
    copy(unit, false, output, repeated(false, output))
    shape = broadcast(condition.shape, true.shape, output.shape)
    layer = unit.parameters("choose", shape=shape, width=output.type.bytes)
    unit.call_with(layer, unit.pointer(condition), unit.pointer(true), unit.target(output))


def tile(unit: Unit, operator: Operator) -> None:
    """TILE: reads the input once per repetition."""
    (source,), output = tensors(operator, 1), operator.outputs[0]
    same_type(source, output)
    times = integers(operator, 1)
    require(len(times) == len(source.shape) == len(output.shape), "the multiples do not fit the input")
    whole = tuple(length * repeat for length, repeat in zip(source.shape, times, strict=True))
    require(output.shape == whole, "the multiples do not fit the output")
    counts: list[int] = []
    read: list[int] = []
    write: list[int] = []
    for axis, repeat in enumerate(times):
        step = steps(output.shape)[axis]
        counts += [repeat, source.shape[axis]]
        read += [0, steps(source.shape)[axis]]
        write += [step * source.shape[axis], step]
    copy(unit, source, output, Walk(counts, read, write))


def _without(shape: Sequence[int], axis: int) -> tuple[int, ...]:
    """A shape without one of its axes."""
    return (*shape[:axis], *shape[axis + 1 :])


def _scale(tensor: Tensor) -> tuple[Sequence[float], Sequence[int]] | None:
    if tensor.type is ElementType.FLOAT32 or tensor.quantization is None or not tensor.quantization.scale:
        return None
    return tuple(tensor.quantization.scale), tuple(tensor.quantization.zero_point)
