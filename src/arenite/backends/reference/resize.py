"""RESIZE_NEAREST_NEIGHBOR and RESIZE_BILINEAR: pixel by pixel, each from ever later pixels of the input.

Sources: TFLM's reference/resize_nearest_neighbor.h and resize_bilinear.h. Their arithmetic is repeated here in single
precision, rounded after each operation as the kernels' is; a compiler may fuse the last multiplication and
subtraction of the bilinear one, so both results are computed, and the lower counts.
"""

from __future__ import annotations

import struct
from math import ceil, floor
from typing import TYPE_CHECKING

from arenite.backends.overlap import APART, Overlap
from arenite.model import ElementType
from arenite.operators.walk import NOTHING, Walk
from arenite.problems.distances import union

if TYPE_CHECKING:
    from collections.abc import Callable

    from arenite.model import Operator

    Lowest = Callable[[int, int, bool, bool], tuple[int, ...]]


def nearest(operator: Operator, position: int, _: int) -> Overlap:
    """A memcpy for each pixel: apart from its source, or the very same, as pixels at the same distance modulo 1."""
    if position or not _images(operator):
        return APART
    walk, bytes_ = _walk(operator, _nearest), operator.outputs[0].type.bytes
    return copies(walk, walk.next_pixel(), bytes_)


def bilinear(operator: Operator, position: int, _: int) -> Overlap:
    """Channel by channel of each pixel, from the two rows and two columns around it."""
    known = operator.outputs[0].type in {ElementType.INT8, ElementType.FLOAT32}
    if position or not known or not _images(operator):
        return APART
    integral = operator.outputs[0].type is ElementType.INT8
    walk = _walk(operator, _bilinear_integral if integral else _bilinear)
    within = walk.ahead() if walk.depth > 1 else NOTHING  # the next channel reads the same corner
    return Overlap(max(within, walk.next_pixel()) * operator.outputs[0].type.bytes)


def copies(walk: Walk, least: int, element: int) -> Overlap:
    """A kernel that begins each pixel with a memcpy of the lowest pixel that it reads, of equally many elements.

    The two are apart at any distance that is a pixel more than the output is ever ahead; below, they are apart or the
    same memory where the distance is a multiple of a pixel.

    Args:
        walk: the order of pixels.
        least: elements that the distance must have for everything but this memcpy.
        element: bytes of an element.
    """
    pixel, ahead = walk.depth, walk.ahead()
    if ahead == NOTHING:
        return Overlap(least * element)
    apart = max(least, ahead + pixel)
    first = -(-max(least, -walk.input_size * walk.batches) // pixel) * pixel
    return Overlap(apart * element, union([range(first * element, apart * element, pixel * element)]))


def _images(operator: Operator) -> bool:
    """Whether images come in and go out."""
    return len(operator.input(0).shape) == len(operator.outputs[0].shape) == 4


def _walk(operator: Operator, lowest: Lowest) -> Walk:
    source, target = operator.input(0), operator.outputs[0]
    batches, height, width, depth = source.shape
    _, out_height, out_width, _ = target.shape
    corners, centers = (bool(operator.options.get(name)) for name in ("align_corners", "half_pixel_centers"))
    rows = lowest(height, out_height, corners, centers)
    columns = lowest(width, out_width, corners, centers)
    return Walk(batches, depth, height * width * depth, width * depth, depth, rows, columns)


def _nearest(length: int, outputs: int, corners: bool, centers: bool) -> tuple[int, ...]:
    """Input position that each output position is copied from."""
    scale = _single((length - 1) / (outputs - 1)) if corners and outputs > 1 else _single(length / outputs)
    offset = 0.5 if centers else 0.0
    values = (_single((output + offset) * scale) for output in range(outputs))
    picked = (min(floor(value + 0.5) if corners else floor(value), length - 1) for value in values)
    return tuple(max(0, each) for each in picked)


def _bilinear(length: int, outputs: int, corners: bool, centers: bool) -> tuple[int, ...]:
    """Lower of the two input positions that each output position is made from, in floating point."""
    scale = _single((length - 1) / (outputs - 1)) if corners and outputs > 1 else _single(length / outputs)
    lowest = []
    for output in range(outputs):
        rounded = output * scale if not centers else _single((output + 0.5) * scale) - 0.5
        fused = output * scale if not centers else (output + 0.5) * scale - 0.5
        lowest.append(min(_between(_single(value), length) for value in (rounded, fused)))
    return tuple(lowest)


def _between(value: float, length: int) -> int:
    return min(max(floor(value), 0), max(0, min(ceil(value), length - 1)))


def _bilinear_integral(length: int, outputs: int, corners: bool, centers: bool) -> tuple[int, ...]:
    """Lower of the two input positions that each output position is made from, in units of 1/1024."""
    if corners and outputs > 1:
        scale = (1024 * (length - 1) + (outputs - 1) // 2) // (outputs - 1)
    else:
        scale = (1024 * length + outputs // 2) // outputs
    values = (output * scale + (scale // 2 - 512 if centers else 0) for output in range(outputs))
    return tuple(min(max(0, value // 1024), max(0, min(-(-value // 1024), length - 1))) for value in values)


def _single(value: float) -> float:
    """A number rounded to single precision."""
    return float(struct.unpack("f", struct.pack("f", value))[0])
