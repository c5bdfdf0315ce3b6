"""Arithmetic with rows: which rows of its input a window reads, at borders, through stride, dilation and padding.

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
    """The rows `first` to `end` (excluded) of a tensor."""

    first: int
    end: int

    @property
    def size(self) -> int:
        """Number of rows; 0 or less where there is none."""
        return self.end - self.first

    def hull(self, other: Rows | None) -> Rows:
        """The least interval that holds both."""
        return self if other is None else Rows(min(self.first, other.first), max(self.end, other.end))

    def holds(self, other: Rows) -> bool:
        """Whether all of `other` lies inside."""
        return self.first <= other.first and other.end <= self.end


@dataclass(frozen=True, slots=True)
class Reach:
    """What a window reads for some rows of output: rows `inside` the input, and rows of padding before and after."""

    inside: Rows
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Cover:
    """An operator run over rows `inside` of its input, which makes the rows `made` of its output.

    Only the rows that were asked for are sure to be right: others may miss what lies beyond the strip. `made` is
    counted in rows of the whole output and may go beyond it.
    """

    inside: Rows
    made: Rows


def reach(axis: Axis, rows: Rows) -> Reach:
    """What the window reads for `rows` of its output (at least one)."""
    first = rows.first * axis.stride - axis.padding
    end = (rows.end - 1) * axis.stride - axis.padding + axis.span
    return Reach(Rows(max(0, first), min(axis.length, end)), max(0, -first), max(0, end - axis.length))


@lru_cache(maxsize=4096)
def same_cover(axis: Axis, rows: Rows) -> Cover:
    """The least rows of input over which the same window with SAME padding makes `rows` as it does over the whole.

    That is: the strip holds all that the window reads of the input for these rows, and its own padding puts the window
    at the right places. There always is such a strip: one that begins at a multiple of the stride and has the length
    of the whole, modulo the stride, is padded alike.
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
    """What SAME padding makes of a strip of the input; None where the window stands between its right places."""
    outputs, padding = axis.same(inside.size)
    shift = inside.first + axis.padding - padding
    if shift % axis.stride:
        return None
    first = shift // axis.stride
    return Cover(inside, Rows(first, first + outputs))


@dataclass(frozen=True, slots=True)
class Scatter:
    """One axis of a transposed convolution: position i of the input adds to i * stride - padding + k, k < kernel.

    The kernel is at least as wide as the stride, so that there are no gaps between its positions.
    """

    length: int
    outputs: int
    kernel: int
    stride: int
    padding: int

    def read(self, rows: Rows) -> Rows:
        """The positions of the input that add to some of the output, or the last one where there are none."""
        end = min(self.length, (rows.end - 1 + self.padding) // self.stride + 1)
        first = -(-(rows.first + self.padding - self.kernel + 1) // self.stride)
        return Rows(min(max(0, first), end - 1), end)

    def made(self, read: Rows, rows: Rows) -> Rows:
        """What a strip of the input makes without padding; it holds `rows`, for which it was read."""
        first = read.first * self.stride - self.padding
        end = (read.end - 1) * self.stride - self.padding + self.kernel
        return Rows(first, max(end, rows.end))
