"""What one operator reads to compute some channels of its output. Channels are the last axis of every activation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from arenite.model import Tensor


@dataclass(frozen=True, slots=True)
class Slices:
    """How an operator computes a part of its output's channels from parts of its inputs.

    Of input i it reads the same fraction along axis `axes[i]`, or the whole input if `axes[i]` is None. Parts begin and
    end at multiples of `unit` output channels.
    """

    axes: tuple[int | None, ...]
    unit: int = 1


@dataclass(frozen=True, slots=True)
class Part:
    """The pieces from `first` to `end`, without `end`, of an axis divided into `pieces` equal pieces."""

    first: int
    end: int
    pieces: int

    def of(self, length: int) -> tuple[int, int]:
        """First position and end of the part of an axis; `length` is a multiple of `pieces`."""
        return self.first * length // self.pieces, self.end * length // self.pieces

    def shape(self, tensor: Tensor, axis: int) -> tuple[int, ...]:
        """Shape of the part of a tensor along an axis."""
        first, end = self.of(tensor.shape[axis])
        return (*tensor.shape[:axis], end - first, *tensor.shape[axis + 1 :])
