"""Operators that exchange blocks of pixels with batches or with channels, as strided copies.

space      rows and columns of the image, b x b pixels in a block
batch      image (i, j) of a group has pixel (i, j) of every block       SPACE_TO_BATCH_ND  <-->  BATCH_TO_SPACE_ND
depth      channels (i, j, c) of a pixel are the channels of its block   SPACE_TO_DEPTH     <-->  DEPTH_TO_SPACE
"""

from __future__ import annotations

from itertools import product
from math import prod
from typing import TYPE_CHECKING

from arenite.codegen.operators.copy import Walk, copy, same_type, steps
from arenite.codegen.operators.options import integers, number
from arenite.codegen.operators.views import zero_of
from arenite.codegen.unit import Unit, require, tensors

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from arenite.model import Operator, Tensor


def space_to_batch(unit: Unit, operator: Operator) -> None:
    """SPACE_TO_BATCH_ND. Pads with the zero point, as LiteRT does; TFLM's kernel pads with a byte that nothing sets."""
    (source,), output = tensors(operator, 1), operator.outputs[0]
    walks = list(_walks(operator, source, output))
    if any(integers(operator, 2)):
        unit.call("fill", zero_of(unit, output), output.type.bytes, prod(output.shape), unit.target(output))
    for walk in walks:
        copy(unit, source, output, walk)


def batch_to_space(unit: Unit, operator: Operator) -> None:
    """BATCH_TO_SPACE_ND; what is cropped is not copied."""
    (source,), output = tensors(operator, 1), operator.outputs[0]
    for walk in _walks(operator, output, source):
        copy(unit, source, output, Walk(walk.count, walk.write, walk.read, walk.write_first, walk.read_first))


def _walks(operator: Operator, space: Tensor, batch: Tensor) -> Iterator[Walk]:
    """For each pixel of a block the copy of all such pixels from `space` to the images of `batch` that they make."""
    same_type(space, batch)
    block, margins = integers(operator, 1), integers(operator, 2)
    _check(space.shape, batch.shape, block, margins)
    read, write, rest = steps(space.shape), steps(batch.shape), space.shape[len(block) + 1 :]
    apart = [read[0], *(step * length for step, length in zip(read[1:], block, strict=False)), *read[len(block) + 1 :]]
    for image, pixel in enumerate(product(*map(range, block))):
        axes = zip(space.shape[1:], batch.shape[1:], block, pixel, margins[::2], strict=False)
        count, from_, to = zip(*(_line(*axis) for axis in axes), strict=True)
        if min(count) > 0:
            place = image * space.shape[0] * write[0]
            places = _place(from_, read[1:]), place + _place(to, write[1:])
            yield Walk((space.shape[0], *count, *rest), apart, write, *places)


def _check(space: Sequence[int], batch: Sequence[int], block: Sequence[int], margins: Sequence[int]) -> None:
    """Check that a padded image is whole blocks, and that the batches are made of them."""
    axes = len(block)
    require(2 * axes == len(margins) and len(space) == len(batch) > axes > 0, "the blocks do not fit")
    require(min(block) > 0 and min(margins) >= 0, "the blocks do not fit")
    whole = [n + a + b for n, a, b in zip(space[1:], margins[::2], margins[1::2], strict=False)]
    require(all(n == b * m for n, b, m in zip(whole, block, batch[1:], strict=False)), "the shapes do not fit")
    require(batch[0] == space[0] * prod(block) and batch[axes + 1 :] == space[axes + 1 :], "the shapes do not fit")


def _line(length: int, blocks: int, block: int, pixel: int, margin: int) -> tuple[int, int, int]:
    """Along one axis: how many blocks have pixel `pixel` inside of the image, and the first one in image and batch."""
    first = max(0, -((pixel - margin) // block))
    return min(blocks, (length - 1 + margin - pixel) // block + 1) - first, first * block + pixel - margin, first


def _place(position: Sequence[int], step: Sequence[int]) -> int:
    return sum(each * width for each, width in zip(position, step, strict=False))


def space_to_depth(unit: Unit, operator: Operator) -> None:
    """SPACE_TO_DEPTH."""
    (source,), output = tensors(operator, 1), operator.outputs[0]
    count, apart, together = _depth(operator, source, output)
    copy(unit, source, output, Walk(count, apart, together))


def depth_to_space(unit: Unit, operator: Operator) -> None:
    """DEPTH_TO_SPACE."""
    (source,), output = tensors(operator, 1), operator.outputs[0]
    count, apart, together = _depth(operator, output, source)
    copy(unit, source, output, Walk(count, together, apart))


def _depth(operator: Operator, space: Tensor, deep: Tensor) -> tuple[list[int], list[int], list[int]]:
    """Lengths of (image, row of blocks, row in a block, block, values in a row of it), and steps in both tensors."""
    same_type(space, deep)
    block = number(operator, "block_size", 0)
    require(block > 0 and len(space.shape) == len(deep.shape) == 4, "the block does not fit")
    images, rows, columns, channels = deep.shape
    fit = space.shape == (images, rows * block, columns * block, channels // block**2) and not channels % block**2
    require(fit, "the shapes do not fit")
    image, row, pixel, _ = steps(space.shape)
    wide, tall, deep_pixel, _ = steps(deep.shape)
    return (
        [images, rows, block, columns, block * space.shape[3]],
        [image, row * block, row, pixel * block, 1],
        [wide, tall, block * space.shape[3], deep_pixel, 1],
    )
