"""PAD and PADV2: the kernel writes padding and copied elements in the order of the output."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from arenite.backends.overlap import APART, Overlap
from arenite.operators.constants import integers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from arenite.model import Operator


def by_element(operator: Operator, position: int, _: int) -> Overlap:
    """Distances for a copy element by element (TFLM's reference/pad.h).

    The lead of the write over the read grows with every padding element, so it is largest at the input's last element.
    """
    source, lead, paddings = operator.input(0), _lead(operator), _paddings(operator)
    if position or lead is None or paddings is None:
        return APART
    parted = any(_gaps(source.shape, operator.outputs[0].shape, paddings))
    return Overlap(lead, intact=() if parted else (lead,))


def by_row(operator: Operator, position: int, _: int) -> Overlap:
    """Distances for a memcpy per row of the input, or per pixel if channels are padded (CMSIS-NN's arm_pad_s8.c).

    A block and its copy must be disjoint or identical. The last block may be copied onto itself if the padding between
    blocks is at least one block long, since all other blocks are then disjoint from their copies.
    """
    source, lead, paddings = operator.input(0), _lead(operator), _paddings(operator)
    if position or lead is None or paddings is None or len(source.shape) > 4:
        return APART
    rank = len(source.shape)
    channels = source.shape[-1]
    block = channels if any(paddings[-1]) or rank < 2 else channels * source.shape[-2]
    gaps = list(_gaps(source.shape, operator.outputs[0].shape, paddings))
    torn = any(0 < gap < block for gap in gaps)
    return Overlap(lead + block * source.type.bytes, () if torn else (lead,), () if any(gaps) else (lead,))


def _lead(operator: Operator) -> int | None:
    """Bytes by which the write is ahead of the read at the input's last element; None if the padding is unknown."""
    source, target, paddings = operator.input(0), operator.outputs[0], _paddings(operator)
    if paddings is None or source.type is not target.type:
        return None
    last = 0
    for length, (before, _), padded in zip(source.shape, paddings, target.shape, strict=True):
        last = last * padded + before + length - 1
    return (last + 1 - prod(source.shape)) * source.type.bytes


def _gaps(shape: Sequence[int], padded: Sequence[int], paddings: Sequence[tuple[int, int]]) -> Iterator[int]:
    """Padding elements between neighbors along each axis with a length above 1."""
    step = gap = 0
    for axis in range(len(shape) - 1, 0, -1):
        step = step * padded[axis + 1] if step else 1
        gap += sum(paddings[axis]) * step
        if shape[axis - 1] > 1:
            yield gap


def _paddings(operator: Operator) -> list[tuple[int, int]] | None:
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
