"""Operators that only move values, as copies in steps."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING

from arenite.codegen.unit import require

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.codegen.unit import Unit
    from arenite.model import Tensor

RANK = 6
"""Dimensions that the kernel walks (ARENITE_COPY_RANK)."""


def steps(shape: Sequence[int]) -> list[int]:
    """Elements from one index to the next along each dimension of an array without gaps."""
    result = [1] * len(shape)
    for axis in range(len(shape) - 2, -1, -1):
        result[axis] = result[axis + 1] * shape[axis + 1]
    return result


@dataclass(frozen=True)
class Walk:
    """Elements to copy: how many along each dimension, outermost first, and the steps between them on either side.

    `read_first` and `write_first` are where they begin. All steps count elements.
    """

    count: Sequence[int]
    read: Sequence[int]
    write: Sequence[int]
    read_first: int = 0
    write_first: int = 0


def copy_all(unit: Unit, source: Tensor, output: Tensor) -> None:
    """Copy a whole tensor."""
    copy(unit, source, output, Walk((prod(source.shape),), (1,), (1,)))


def copy(unit: Unit, source: Tensor, output: Tensor, walk: Walk) -> None:
    """Copy elements. Dimensions that can be walked as one become one; what lies together is moved at once.

    Copying what lies at its place already is idle: a view that the layout put onto its whole.
    """
    width = source.type.bytes
    walked = _joined(walk)
    place = (walk.write_first - walk.read_first) * width
    in_step = source.data is None and all(read == write for _, read, write in walked)
    run = 1
    if walked and walked[-1][1] == walked[-1][2] == 1:
        run = walked.pop()[0]
    require(len(walked) <= RANK, f"more than {RANK} dimensions are walked apart")
    walked = [(1, 0, 0)] * (RANK - len(walked)) + walked
    shape = unit.parameters(
        "copy",
        run=run * width,
        count=tuple(each[0] for each in walked),
        input_step=tuple(each[1] * width for each in walked),
        output_step=tuple(each[2] * width for each in walked),
    )
    shape = replace(shape, label=f"copy {run * prod(each[0] for each in walked) * width} bytes")  # of many operators
    unit.call(
        "copy",
        shape,
        unit.pointer(source, extra=walk.read_first * width),
        unit.target(output, extra=walk.write_first * width),
        idle=in_step and unit.offsets[source] - unit.offsets[output] == place,
    )


def _joined(walk: Walk) -> list[tuple[int, int, int]]:
    """Dimensions (count, step in the source, step in the output) without those of length 1, neighbors joined."""
    joined: list[tuple[int, int, int]] = []
    for number, read, write in zip(walk.count, walk.read, walk.write, strict=True):
        if number == 1:
            continue
        if joined and joined[-1][1] == read * number and joined[-1][2] == write * number:
            joined[-1] = (joined[-1][0] * number, read, write)
        else:
            joined.append((number, read, write))
    return joined
