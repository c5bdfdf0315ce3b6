"""Operators that only move values, as strided copies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING

from arenite.codegen.unit import Unit, require

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.codegen.program import Field
    from arenite.model import Tensor

RANK = 6
"""Most dimensions over which the kernel iterates (ARENITE_COPY_RANK)."""


def steps(shape: Sequence[int]) -> list[int]:
    """Elements between neighbors along each dimension of a contiguous array."""
    result = [1] * len(shape)
    for axis in range(len(shape) - 2, -1, -1):
        result[axis] = result[axis + 1] * shape[axis + 1]
    return result


@dataclass(frozen=True)
class Walk:
    """Elements to copy: the count along each dimension, outermost first, and the steps in source and output.

    `read_first` and `write_first` are the positions of the first element. Steps and positions count elements.
    """

    count: Sequence[int]
    read: Sequence[int]
    write: Sequence[int]
    read_first: int = 0
    write_first: int = 0


def same_type(source: Tensor, output: Tensor) -> None:
    """Check that the values of a tensor can be copied to another one.

    Raises:
        UnsupportedError: the types differ.
    """
    require(source.type is output.type, "there is no kernel for these types")


def copy_all(unit: Unit, source: Tensor, output: Tensor) -> None:
    """Copy a whole tensor."""
    copy(unit, source, output, Walk((prod(source.shape),), (1,), (1,)))


def copy(unit: Unit, source: Tensor, output: Tensor, walk: Walk) -> None:
    """Copy elements. Adjacent dimensions are merged where possible, and contiguous elements are moved at once.

    A copy onto itself is idle: the output is a view of the source.
    """
    width = source.type.bytes
    place = (walk.write_first - walk.read_first) * width
    in_step = source.data is None and all(read == write for _, read, write in _joined(walk))
    label = f"copy {prod(walk.count) * width} bytes"  # shared by operators
    unit.call(
        "copy",
        replace(unit.parameters("copy", **fields(width, walk)), label=label),
        unit.pointer(source, extra=walk.read_first * width),
        unit.target(output, extra=walk.write_first * width),
        idle=in_step and unit.distance(source, output) == place,
    )


def fields(width: int, walk: Walk) -> dict[str, Field]:
    """Fields of `arenite_copy_t` for elements of `width` bytes; the first positions are not among them."""
    walked, run = _joined(walk), 1
    if walked and walked[-1][1] == walked[-1][2] == 1:
        run = walked.pop()[0]
    require(len(walked) <= RANK, f"more than {RANK} dimensions are walked apart")
    walked = [(1, 0, 0)] * (RANK - len(walked)) + walked
    return {
        "run": run * width,
        "count": tuple(axis[0] for axis in walked),
        "input_step": tuple(axis[1] * width for axis in walked),
        "output_step": tuple(axis[2] * width for axis in walked),
    }


def _joined(walk: Walk) -> list[tuple[int, int, int]]:
    """Dimensions (count, step in the source, step in the output), merged where possible, without those of length 1."""
    joined: list[tuple[int, int, int]] = []
    for number, read, write in zip(walk.count, walk.read, walk.write, strict=True):
        if number == 1:
            continue
        if joined and joined[-1][1] == read * number and joined[-1][2] == write * number:
            joined[-1] = (joined[-1][0] * number, read, write)
        else:
            joined.append((number, read, write))
    return joined
