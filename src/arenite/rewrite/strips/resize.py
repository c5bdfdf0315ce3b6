"""Operators that scale rows by a whole factor, up or down."""

from __future__ import annotations

import struct
from math import floor
from typing import TYPE_CHECKING

from arenite.model import ElementType
from arenite.rewrite.regions import CannotSplitError
from arenite.rewrite.strips.cut import Cut, Rule
from arenite.rewrite.strips.rows import Rows

if TYPE_CHECKING:
    from arenite.model import Operator

_LARGEST = 512
"""Largest factor with exact pixel positions in the kernels' fixed point of 10 fractional bits."""


def nearest_rule(operator: Operator) -> Rule:
    """RESIZE_NEAREST_NEIGHBOR by a whole factor: each input row becomes `factor` output rows.

    The kernels compute floor((row + 0 or 0.5) * scale) in single precision. If that is the exact quotient for every row
    of the whole tensor, it is also exact for the rows of a strip, which begins at an input row.
    """
    factor, outputs = _factor(operator), operator.outputs[0].shape[1]
    scale, offset = _single(1 / factor), 0.5 if operator.options.get("half_pixel_centers") else 0.0
    if any(floor(_single((row + offset) * scale)) != row // factor for row in range(outputs)):
        raise CannotSplitError(f"enlarges {factor} times, which its kernels round")
    return _scaled(operator, factor, 0)


def bilinear_rule(operator: Operator) -> Rule:
    """RESIZE_BILINEAR by a power of two, for which positions are exact: reads one more row per side, then trims."""
    factor = _factor(operator)
    if factor & (factor - 1) or factor > _LARGEST:
        raise CannotSplitError(f"enlarges {factor} times, which is rounded; only powers of two are exact")
    return _scaled(operator, factor, 0 if factor == 1 else 1)


def depth_to_space_rule(operator: Operator) -> Rule:
    """DEPTH_TO_SPACE: `block_size` output rows per input row."""
    source, target = operator.input(0).shape, operator.outputs[0]
    block = operator.options.get("block_size")
    if not isinstance(block, int) or block < 1 or target.shape[1] != source[1] * block:
        raise CannotSplitError("has an output whose shape does not follow from its options")

    def cut(rows: Rows) -> Cut:
        read = Rows(rows.first // block, -(-rows.end // block))
        return Cut(rows, Rows(read.first * block, read.end * block), (read,), options=operator.options)

    return cut


def space_to_depth_rule(operator: Operator) -> Rule:
    """SPACE_TO_DEPTH: one output row per `block_size` input rows."""
    source, target = operator.input(0).shape, operator.outputs[0]
    block = operator.options.get("block_size")
    if not isinstance(block, int) or block < 1 or target.shape[1] * block != source[1]:
        raise CannotSplitError("has an output whose shape does not follow from its options")

    def cut(rows: Rows) -> Cut:
        return Cut(rows, rows, (Rows(rows.first * block, rows.end * block),), options=operator.options)

    return cut


def _scaled(operator: Operator, factor: int, around: int) -> Rule:
    height, columns = operator.input(0).shape[1], operator.outputs[0].shape[2]

    def cut(rows: Rows) -> Cut:
        read = Rows(max(0, rows.first // factor - around), min(height, -(-rows.end // factor) + around))
        made = Rows(read.first * factor, read.end * factor)
        return Cut(rows, made, (read, None), options=operator.options, numbers=((1, (made.size, columns)),))

    return cut


def _factor(operator: Operator) -> int:
    height, target = operator.input(0).shape[1], operator.outputs[0].shape[1]
    size = operator.input(1)
    if size.data is None or size.type is not ElementType.INT32:
        raise CannotSplitError("is told its size at run time")
    if operator.options.get("align_corners"):
        raise CannotSplitError("aligns corners, so that every row depends on the height of the whole")
    if not height or target % height:
        raise CannotSplitError(f"makes {target} rows of {height}, which is not a whole factor")
    return target // height


def _single(value: float) -> float:
    """A number rounded to single precision."""
    return float(struct.unpack("f", struct.pack("f", value))[0])
