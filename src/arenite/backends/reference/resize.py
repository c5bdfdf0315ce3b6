"""RESIZE_NEAREST_NEIGHBOR and RESIZE_BILINEAR: pixel by pixel, from non-decreasing positions of the input.

Sources: TFLM's reference/resize_nearest_neighbor.h and resize_bilinear.h. The kernels' arithmetic is repeated here in
single precision, rounded after each operation. For bilinear a compiler may fuse the last multiplication and
subtraction, so both results are computed and the lower position is used.
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
    """One memcpy per pixel: source and copy must be disjoint or identical, so distances are a multiple of a pixel."""
    if position or not _images(operator):
        return APART
    walk, bytes_ = _walk(operator, _nearest), operator.outputs[0].type.bytes
    return copies(walk, walk.next_pixel(), bytes_)


def bilinear(operator: Operator, position: int, _: int) -> Overlap:
    """Channel by channel of each pixel, from the two rows and two columns around the pixel's position."""
    known = operator.outputs[0].type in {ElementType.INT8, ElementType.FLOAT32}
    if position or not known or not _images(operator):
        return APART
    integral = operator.outputs[0].type is ElementType.INT8
    walk = _walk(operator, _bilinear_integral if integral else _bilinear)
    within = walk.ahead() if walk.depth > 1 else NOTHING  # the next channel reads the same corner
    return Overlap(max(within, walk.next_pixel()) * operator.outputs[0].type.bytes)


def copies(walk: Walk, least: int, element: int) -> Overlap:
    """Distances for a kernel that starts each output pixel with a memcpy of the lowest input pixel that it reads.

    Source and copy are disjoint at every distance of at least one pixel more than the output's lead. Below, they are
    disjoint or identical only where the distance is a multiple of a pixel.

    Args:
        walk: the order of pixels.
        least: least distance, in elements, that the rest of the kernel allows.
        element: bytes of an element.
    """
    pixel, ahead = walk.depth, walk.ahead()
    if ahead == NOTHING:
        return Overlap(least * element)
    apart = max(least, ahead + pixel)
    first = -(-max(least, -walk.input_size * walk.batches) // pixel) * pixel
    return Overlap(apart * element, union([range(first * element, apart * element, pixel * element)]))


def _images(operator: Operator) -> bool:
    """Whether input and output have four dimensions."""
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
    """Input position from which each output position is copied."""
    scale = single((length - 1) / (outputs - 1)) if corners and outputs > 1 else single(length / outputs)
    offset = 0.5 if centers else 0.0
    values = (single((output + offset) * scale) for output in range(outputs))
    picked = (min(floor(value + 0.5) if corners else floor(value), length - 1) for value in values)
    return tuple(max(0, each) for each in picked)


def _bilinear(length: int, outputs: int, corners: bool, centers: bool) -> tuple[int, ...]:
    """Lower of the two input positions that each output position blends, in floating point."""
    scale = single((length - 1) / (outputs - 1)) if corners and outputs > 1 else single(length / outputs)
    lowest = []
    for output in range(outputs):
        rounded = output * scale if not centers else single((output + 0.5) * scale) - 0.5
        fused = output * scale if not centers else (output + 0.5) * scale - 0.5
        lowest.append(min(_between(single(value), length) for value in (rounded, fused)))
    return tuple(lowest)


def _between(value: float, length: int) -> int:
    return min(max(floor(value), 0), max(0, min(ceil(value), length - 1)))


def _bilinear_integral(length: int, outputs: int, corners: bool, centers: bool) -> tuple[int, ...]:
    """Lower of the two input positions that each output position blends, in units of 1/1024."""
    if corners and outputs > 1:
        scale = (1024 * (length - 1) + (outputs - 1) // 2) // (outputs - 1)
    else:
        scale = (1024 * length + outputs // 2) // outputs
    values = (output * scale + (scale // 2 - 512 if centers else 0) for output in range(outputs))
    return tuple(min(max(0, value // 1024), max(0, min(-(-value // 1024), length - 1))) for value in values)


def single(value: float) -> float:
    """A number rounded to single precision."""
    return float(struct.unpack("f", struct.pack("f", value))[0])
