"""Kernels that copy: where their input or output may sit inside the other, so that blocks are copied onto themselves.

A kernel that copies with memcpy tears a block that partly overlaps its copy, so each block must be apart from its copy
or be the same memory. Copying memory onto itself is what TFLM's own kernels do when a plan says so (RESHAPE even skips
it), and every memcpy in use leaves the memory as it is. Loops over elements only have to follow the order of readings.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

from arenite.backends.overlap import APART, Overlap
from arenite.operators.constants import integers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.model import Operator, Tensor


def same_bytes(operator: Operator, position: int, output: int) -> Overlap:
    """RESHAPE, SQUEEZE: one memcpy of everything (reshape.cc skips it when the addresses are equal, squeeze.cc not)."""
    source, target = operator.inputs[0], operator.outputs[output]
    if position or source is None or source.bytes != target.bytes:
        return APART
    return Overlap(exactly=(0,), intact=(0,))


def concatenation(operator: Operator, position: int, output: int) -> Overlap:
    """CONCATENATION: for every outer position, one memcpy from each input in turn (reference/concatenation.h).

    With one outer position (axis of the whole rows) an input may sit at its slice. With several, the last block may be
    copied onto itself as long as the gap between blocks is at least a block, so that the others are apart (or none).
    """
    source, target = operator.inputs[position], operator.outputs[output]
    if source is None or source.type is not target.type:
        return APART
    outer, sizes = _slices(operator.inputs, target, _axis(operator.options.get("axis"), len(target.shape)))
    block, gap = sizes[position], sum(sizes) - sizes[position]
    last = (outer - 1) * gap + sum(sizes[:position])  # how far the last block moves
    exactly = () if outer > 1 and 0 < gap < block else (last,)
    return Overlap(last + block, exactly, exactly if outer == 1 else ())


def pack(operator: Operator, position: int, output: int) -> Overlap:
    """PACK: input by input, each in as many blocks as there are outer positions, element by element (pack.cc)."""
    source, target = operator.inputs[position], operator.outputs[output]
    if source is None or source.type is not target.type:
        return APART
    count = len(operator.inputs)
    axis = _axis(operator.options.get("axis"), len(target.shape))
    outer = prod(target.shape[:axis])
    block = prod(target.shape[axis + 1 :]) * target.type.bytes
    before = ((outer - 1) * count + position) * block if position else 0  # all that earlier inputs have written
    distance = max(before, ((outer - 1) * (count - 1) + position) * block)
    return Overlap(distance, intact=(distance,) if outer == 1 else ())


def unpack(operator: Operator, position: int, output: int) -> Overlap:
    """UNPACK: output by output, each in as many blocks as there are outer positions, element by element (unpack.cc)."""
    source = operator.inputs[0]
    if position or source is None:
        return APART
    count = len(operator.outputs)
    axis = _axis(operator.options.get("axis"), len(source.shape))
    outer = prod(source.shape[:axis])
    block = prod(source.shape[axis + 1 :]) * source.type.bytes
    after = (outer - output - 1) * block if output < count - 1 else -output * block  # the next output starts over
    distance = max(-output * block, after)
    return Overlap(distance, intact=(distance,) if outer == 1 else ())


def split(operator: Operator, position: int, output: int) -> Overlap:
    """SPLIT, SPLIT_V: for every outer position, a block for each output in turn, element by element (split.cc)."""
    data, axis_input = (1, 0) if operator.code == "SPLIT" else (0, 2)
    source, axis = operator.inputs[data], integers(operator.inputs[axis_input])
    if position != data or source is None or not axis:
        return APART
    outer, sizes = _slices(operator.outputs, source, _axis(axis[0], len(source.shape)))
    distance = -sum(sizes[:output])
    return Overlap(distance, intact=(distance,) if outer == 1 else ())


def slice_(operator: Operator, position: int, _: int) -> Overlap:
    """SLICE: the output's elements in their order, read from ever higher positions (reference/slice.h).

    Element i of the output is element f(i) >= i + f(0) of the input. Where `begin` is not constant, f(0) >= 0.
    """
    source, target = operator.inputs[0], operator.outputs[0]
    if position or source is None:
        return APART
    begin = integers(operator.inputs[1])
    if begin is None:
        return Overlap(0)
    if not len(begin) == len(source.shape) == len(target.shape) or min(begin, default=0) < 0:
        return APART
    distance = -_offset(source.shape, begin) * source.type.bytes
    adjacent = not _first_gap(source.shape, target.shape, (1,) * len(begin))
    return Overlap(distance, intact=(distance,) if adjacent else ())


def strided_slice(operator: Operator, position: int, _: int) -> Overlap:
    """STRIDED_SLICE with positive strides, read from ever higher positions (reference/strided_slice.h).

    With a stride of 1 in the last dimension, whole runs of it are copied with memcpy. They must be apart from their
    copies or fall onto them: the slice may sit at its place if its runs are all next to each other, or if the first
    step that is not leaves at least a run in between.
    """
    source, slice_ = operator.inputs[0], picked(operator)
    if position or source is None or slice_ is None:
        return APART
    bytes_, run = source.type.bytes, slice_.run
    if not run:
        return Overlap(-slice_.first * bytes_)
    place = (-slice_.first * bytes_,)
    return Overlap((run - slice_.first) * bytes_, () if 0 < slice_.gap < run else place, () if slice_.gap else place)


@dataclass(frozen=True, slots=True)
class Picked:
    """What a STRIDED_SLICE takes: its first element; elements of a run that are adjacent, 0 where all are picked apart.

    `gap` is the number of elements between one run and the next, where there are any; 0 if all runs are adjacent.
    """

    first: int
    run: int
    gap: int


def picked(operator: Operator) -> Picked | None:
    """The elements that a STRIDED_SLICE takes, None where that is not known or its strides are not positive."""
    source, target = operator.inputs[0], operator.outputs[0]
    begin, end, strides = (integers(tensor) for tensor in operator.inputs[1:4])
    if source is None or begin is None or end is None or strides is None:
        return None
    if not len(begin) == len(end) == len(strides) == len(source.shape) or min(strides, default=0) < 1:
        return None
    if any(operator.options.get(name) for name in ("ellipsis_mask", "new_axis_mask", "offset")):
        return None
    starts, counts = _picked(operator, source, begin, end, strides)
    if prod(counts) != prod(target.shape) or not counts:
        return None
    first = _offset(source.shape, starts)
    if strides[-1] != 1:
        return Picked(first, 0, strides[-1] - 1)
    return Picked(first, counts[-1], _first_gap(source.shape, counts, strides))


def _picked(
    operator: Operator, source: Tensor, begin: Sequence[int], end: Sequence[int], strides: Sequence[int]
) -> tuple[list[int], list[int]]:
    """First position and number of positions that a STRIDED_SLICE takes along each axis (strided_slice_logic.h)."""
    masks = [int(operator.options.get(name, 0)) for name in ("begin_mask", "end_mask", "shrink_axis_mask")]  # type: ignore[arg-type]
    starts, counts = [], []
    for axis, (length, first, last, stride) in enumerate(zip(source.shape, begin, end, strides, strict=True)):
        begin_mask, end_mask, shrink = (bool(mask >> axis & 1) for mask in masks)
        start = 0 if begin_mask else min(max(first + length * (first < 0), 0), length)
        stop = length if end_mask else min(max(last + length * (last < 0), 0), length)
        starts.append(start)
        counts.append(1 if shrink else max(0, -(-(stop - start) // stride)))
    return starts, counts


def _first_gap(shape: Sequence[int], counts: Sequence[int], strides: Sequence[int]) -> int:
    """Elements between one run of the last dimension and the next, where there are any; 0 if all runs are adjacent."""
    step, reached = 1, counts[-1]  # elements of one step along an axis; elements from a slice's first to past its last
    steps = []
    for length in reversed(shape):
        steps.append(step)
        step *= length
    for axis in range(len(shape) - 2, -1, -1):
        stride = strides[axis] * steps[len(shape) - 1 - axis]
        if counts[axis] > 1 and stride != reached:
            return stride - reached
        reached += (counts[axis] - 1) * stride
    return 0


def _slices(parts: Sequence[Tensor | None], whole: Tensor, axis: int) -> tuple[int, list[int]]:
    """Number of outer positions, and bytes of each part's block at one of them."""
    inner = prod(whole.shape[axis + 1 :]) * whole.type.bytes
    lengths = (0 if part is None else part.shape[axis] for part in parts)
    return prod(whole.shape[:axis]), [length * inner for length in lengths]


def _offset(shape: Sequence[int], coordinates: Sequence[int]) -> int:
    """Element of a tensor at these coordinates."""
    offset = 0
    for length, coordinate in zip(shape, coordinates, strict=True):
        offset = offset * length + coordinate
    return offset


def _axis(value: object, rank: int) -> int:
    """An axis, counted from the front; IndexError where there is none."""
    axis = int(value) + (rank if value < 0 else 0) if isinstance(value, int) else rank
    if not 0 <= axis < rank:
        raise IndexError(axis)
    return axis
