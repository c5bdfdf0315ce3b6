"""Kernels that copy: positions of input and output inside each other at which blocks are copied onto themselves.

A memcpy of a block onto a partly overlapping position corrupts the block, so a block and its copy must be disjoint or
identical. Copying memory onto itself is safe: TFLM's kernels do so if a plan asks for it (RESHAPE even skips the copy),
and every memcpy in use leaves the bytes unchanged. Kernels that copy element by element only limit the order. PAD
writes padding and copied elements in the order of the output.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

from arenite.backends.overlap import APART, Overlap
from arenite.operators.constants import integers
from arenite.operators.joins import join

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from arenite.model import Operator, Tensor


def same_bytes(operator: Operator, position: int, output: int) -> Overlap:
    """RESHAPE, SQUEEZE: one memcpy of all bytes (reshape.cc skips it at equal addresses, squeeze.cc does not)."""
    source, target = operator.input(0), operator.outputs[output]
    if position or source.bytes != target.bytes:
        return APART
    return Overlap(exactly=(0,), intact=(0,))


def concatenation(operator: Operator, position: int, _: int) -> Overlap:
    """CONCATENATION: for every outer position, one memcpy from each input in turn (reference/concatenation.h).

    With one outer position an input may lie at its slice of the output. With several, the last block may be copied onto
    itself if the gap between blocks is zero or at least a block, so that all other blocks are disjoint from their
    copies.
    """
    source, joined = operator.input(position), join(operator)
    if joined is None or source.type is not joined.whole.type:
        return APART
    outer, blocks = joined.outer, joined.blocks
    block, gap = blocks[position], sum(blocks) - blocks[position]
    last = (outer - 1) * gap + sum(blocks[:position])  # distance from the last block to its copy
    exactly = () if outer > 1 and 0 < gap < block else (last,)
    return Overlap(last + block, exactly, exactly if outer == 1 else ())


def pack(operator: Operator, position: int, _: int) -> Overlap:
    """PACK: input by input, one block per outer position, copied element by element (pack.cc)."""
    source, joined = operator.input(position), join(operator)
    if joined is None or source.type is not joined.whole.type:
        return APART
    outer, block, count = joined.outer, joined.blocks[position], len(joined.lengths)
    before = ((outer - 1) * count + position) * block if position else 0  # end of what earlier inputs have written
    distance = max(before, ((outer - 1) * (count - 1) + position) * block)
    return Overlap(distance, intact=(distance,) if outer == 1 else ())


def unpack(operator: Operator, position: int, output: int) -> Overlap:
    """UNPACK: output by output, one block per outer position, copied element by element (unpack.cc)."""
    joined = join(operator)
    if joined is None or position != joined.position:
        return APART
    outer, block, count = joined.outer, joined.blocks[output], len(joined.lengths)
    after = (outer - output - 1) * block if output < count - 1 else -output * block  # the next output starts over
    distance = max(-output * block, after)
    return Overlap(distance, intact=(distance,) if outer == 1 else ())


def split(operator: Operator, position: int, output: int) -> Overlap:
    """SPLIT, SPLIT_V: for every outer position, one block per output in turn, copied element by element (split.cc)."""
    joined = join(operator)
    if joined is None or position != joined.position:
        return APART
    distance = -sum(joined.blocks[:output])
    return Overlap(distance, intact=(distance,) if joined.outer == 1 else ())


def slice_(operator: Operator, position: int, _: int) -> Overlap:
    """SLICE: writes the output's elements in order, reading from increasing positions (reference/slice.h).

    Element i of the output is element f(i) >= i + f(0) of the input. Where `begin` is not constant, f(0) >= 0.
    """
    source, target = operator.input(0), operator.outputs[0]
    if position:
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
    """STRIDED_SLICE with positive strides, reading from increasing positions (reference/strided_slice.h).

    With a stride of 1 in the last dimension the kernel copies whole runs with memcpy. Each run and its copy must be
    disjoint or identical. The slice may lie at its place in the input if all its runs are adjacent, or if the first gap
    between runs is at least as long as a run.
    """
    source, slice_ = operator.input(0), picked(operator)
    if position or slice_ is None:
        return APART
    bytes_, run = source.type.bytes, slice_.run
    if not run:
        return Overlap(-slice_.first * bytes_)
    place = (-slice_.first * bytes_,)
    return Overlap((run - slice_.first) * bytes_, () if 0 < slice_.gap < run else place, () if slice_.gap else place)


@dataclass(frozen=True, slots=True)
class Picked:
    """Elements that a STRIDED_SLICE takes, as element counts.

    Attributes:
        first: position of the first element.
        run: adjacent elements per run; 0 if the last stride is not 1.
        gap: elements between one run and the next; 0 if all runs are adjacent.
    """

    first: int
    run: int
    gap: int


def picked(operator: Operator) -> Picked | None:
    """Elements that a STRIDED_SLICE takes; None if they are unknown or its strides are not positive."""
    source, target = operator.input(0), operator.outputs[0]
    begin, end, strides = (integers(tensor) for tensor in operator.inputs[1:4])
    if begin is None or end is None or strides is None:
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
    """Start and number of positions that a STRIDED_SLICE takes along each axis (strided_slice_logic.h)."""
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
    """Elements in the first gap between runs of the last dimension; 0 if all runs are adjacent."""
    # step: elements between neighbors along an axis; reached: elements from the slice's first to past its last.
    step, reached = 1, counts[-1]
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


def _offset(shape: Sequence[int], coordinates: Sequence[int]) -> int:
    """Position of the element at these coordinates, in elements."""
    offset = 0
    for length, coordinate in zip(shape, coordinates, strict=True):
        offset = offset * length + coordinate
    return offset


def pad_by_element(operator: Operator, position: int, _: int) -> Overlap:
    """Distances for a copy element by element (TFLM's reference/pad.h).

    The lead of the write over the read grows with every padding element, so it is largest at the input's last element.
    """
    source, lead, paddings = operator.input(0), _pad_lead(operator), _pad_amounts(operator)
    if position or lead is None or paddings is None:
        return APART
    parted = any(_pad_gaps(source.shape, operator.outputs[0].shape, paddings))
    return Overlap(lead, intact=() if parted else (lead,))


def pad_by_row(operator: Operator, position: int, _: int) -> Overlap:
    """Distances for a memcpy per row of the input, or per pixel if channels are padded (CMSIS-NN's arm_pad_s8.c).

    A block and its copy must be disjoint or identical. The last block may be copied onto itself if the padding between
    blocks is at least one block long, since all other blocks are then disjoint from their copies.
    """
    source, lead, paddings = operator.input(0), _pad_lead(operator), _pad_amounts(operator)
    if position or lead is None or paddings is None or len(source.shape) > 4:
        return APART
    rank = len(source.shape)
    channels = source.shape[-1]
    block = channels if any(paddings[-1]) or rank < 2 else channels * source.shape[-2]
    gaps = list(_pad_gaps(source.shape, operator.outputs[0].shape, paddings))
    torn = any(0 < gap < block for gap in gaps)
    return Overlap(lead + block * source.type.bytes, () if torn else (lead,), () if any(gaps) else (lead,))


def _pad_lead(operator: Operator) -> int | None:
    """Bytes by which the write is ahead of the read at the input's last element; None if the padding is unknown."""
    source, target, paddings = operator.input(0), operator.outputs[0], _pad_amounts(operator)
    if paddings is None or source.type is not target.type:
        return None
    last = 0
    for length, (before, _), padded in zip(source.shape, paddings, target.shape, strict=True):
        last = last * padded + before + length - 1
    return (last + 1 - prod(source.shape)) * source.type.bytes


def _pad_gaps(shape: Sequence[int], padded: Sequence[int], paddings: Sequence[tuple[int, int]]) -> Iterator[int]:
    """Padding elements between neighbors along each axis with a length above 1."""
    step = gap = 0
    for axis in range(len(shape) - 1, 0, -1):
        step = step * padded[axis + 1] if step else 1
        gap += sum(paddings[axis]) * step
        if shape[axis - 1] > 1:
            yield gap


def _pad_amounts(operator: Operator) -> list[tuple[int, int]] | None:
    """Padding (before, after) by axis; None where it is not constant or does not match the shapes."""
    source, target = operator.input(0), operator.outputs[0]
    values = integers(operator.inputs[1])
    if values is None or min(values, default=0) < 0:
        return None
    if len(values) != 2 * len(source.shape) or len(target.shape) != len(source.shape):
        return None
    paddings = list(zip(values[::2], values[1::2], strict=True))
    fits = all(
        length + before + after == padded
        for length, (before, after), padded in zip(source.shape, paddings, target.shape, strict=True)
    )
    return paddings if fits and source.shape else None
