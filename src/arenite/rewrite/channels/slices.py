"""What one operator reads to make some channels of its output. Channels are the last axis of every activation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from arenite.model import Tensor


@dataclass(frozen=True, slots=True)
class Slices:
    """How an operator makes a part of the channels of its output from parts of its inputs.

    Of input i it reads, along axis `axes[i]`, the same fraction from the same fraction on; all of it where that is
    None. Parts begin and end at multiples of `unit` channels of the output.
    """

    axes: tuple[int | None, ...]
    unit: int = 1


@dataclass(frozen=True, slots=True)
class Part:
    """The fraction of an axis from `first` to `end` (excluded) in so many equal pieces."""

    first: int
    end: int
    pieces: int

    def of(self, length: int) -> tuple[int, int]:
        """First position and end of the part of an axis, whose length is a multiple of the pieces."""
        return self.first * length // self.pieces, self.end * length // self.pieces

    def shape(self, tensor: Tensor, axis: int) -> tuple[int, ...]:
        """Shape of the part of a tensor along an axis."""
        first, end = self.of(tensor.shape[axis])
        return (*tensor.shape[:axis], end - first, *tensor.shape[axis + 1 :])
