"""Intervals of rows, and the rows that a window reads through stride, dilation and padding, at borders too.

Rows are counted from 0 at the top of a whole tensor [1, rows, columns, channels]; intervals exclude their end.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from arenite.operators.windows import Axis


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows from `first` to `end`, without `end`."""

    first: int
    end: int

    @property
    def size(self) -> int:
        """Number of rows; 0 or negative if the interval is empty."""
        return self.end - self.first

    def hull(self, other: Rows | None) -> Rows:
        """The smallest interval that contains both intervals."""
        return self if other is None else Rows(min(self.first, other.first), max(self.end, other.end))

    def holds(self, other: Rows) -> bool:
        """Whether `other` is contained in this interval."""
        return self.first <= other.first and other.end <= self.end


@dataclass(frozen=True, slots=True)
class Reach:
    """Rows that a window reads for some output rows: `inside` the input, and padding rows before and after."""

    inside: Rows
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Cover:
    """An operator that reads rows `inside` of its input and computes rows `made` of its output.

    Only the requested rows of `made` are guaranteed to be right: the others may depend on rows outside the strip.
    `made` counts rows of the whole output and may extend beyond it.
    """

    inside: Rows
    made: Rows


def reach(axis: Axis, rows: Rows) -> Reach:
    """Rows that the window reads for `rows` of its output (at least one)."""
    first = rows.first * axis.stride - axis.padding
    end = (rows.end - 1) * axis.stride - axis.padding + axis.span
    return Reach(Rows(max(0, first), min(axis.length, end)), max(0, -first), max(0, end - axis.length))


@lru_cache(maxsize=4096)
def same_cover(axis: Axis, rows: Rows) -> Cover:
    """The smallest strip of input rows from which the window with SAME padding computes `rows` as from the whole input.

    The strip contains all rows that the window reads for `rows`, and the strip's own padding aligns the window. There
    is always such a strip: one that begins at a multiple of the stride, and whose length equals the whole length modulo
    the stride, gets the same padding.
    """
    wanted = reach(axis, rows).inside
    slack = axis.stride + axis.span
    covers = (
        _cover(axis, Rows(first, end))
        for first in range(wanted.first, max(-1, wanted.first - slack), -1)
        for end in range(wanted.end, min(axis.length, wanted.end + slack) + 1)
    )
    holding = (cover for cover in covers if cover is not None and cover.made.holds(rows))
    return min(holding, key=lambda cover: (cover.made.size, cover.inside.size))


def _cover(axis: Axis, inside: Rows) -> Cover | None:
    """Output rows of a strip with SAME padding; None if the padding does not align the window with the whole."""
    outputs, padding = axis.same(inside.size)
    shift = inside.first + axis.padding - padding
    if shift % axis.stride:
        return None
    first = shift // axis.stride
    return Cover(inside, Rows(first, first + outputs))


@dataclass(frozen=True, slots=True)
class Scatter:
    """One axis of a transposed convolution: input position i adds to output i * stride - padding + k, for k < kernel.

    The kernel is at least as wide as the stride, so every output position receives a value.
    """

    length: int
    outputs: int
    kernel: int
    stride: int
    padding: int

    def read(self, rows: Rows) -> Rows:
        """Input positions that add to the output positions `rows`; the last one before them if none do."""
        end = min(self.length, (rows.end - 1 + self.padding) // self.stride + 1)
        first = -(-(rows.first + self.padding - self.kernel + 1) // self.stride)
        return Rows(min(max(0, first), end - 1), end)

    def made(self, read: Rows, rows: Rows) -> Rows:
        """Output positions of an input strip without padding; contains `rows`, for which the strip was read."""
        first = read.first * self.stride - self.padding
        end = (read.end - 1) * self.stride - self.padding + self.kernel
        return Rows(first, max(end, rows.end))
