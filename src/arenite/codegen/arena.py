"""Addresses of a model's tensors in the arena of generated C, and moves of tensors during an inference.

`arenite.search.relocation` decides them; this package only prints them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arenite.model import Tensor


@dataclass(frozen=True)
class Arena:
    """Layout of all tensors that generated C uses, in bytes.

    Attributes:
        offsets: offset of each tensor when it is first written.
        size: size of the arena.
        alignment: alignment of the arena.
        moves: for operator i, the moves right before it.
        saved: bytes by which the arena is smaller than the smallest one found without moves.
        kept: bytes at the arena's end that hold variables between inferences.
        scratch: offset of the scratch that operator i of graph g passes to its kernel, by (g, i).
    """

    offsets: Mapping[Tensor, int]
    size: int
    alignment: int
    moves: Mapping[int, tuple[TensorMove, ...]] = field(default_factory=dict)
    saved: int = 0
    kept: int = 0
    scratch: Mapping[tuple[int, int], int] = field(default_factory=dict)

    def at_the_end(self) -> dict[Tensor, int]:
        """Offset of every tensor after all moves."""
        offsets = dict(self.offsets)
        for index in sorted(self.moves):
            for move in self.moves[index]:
                offsets.update(move.onto(offsets))
        return offsets


@dataclass(frozen=True)
class TensorMove:
    """Move of arena bytes `source` to `source + size` to `target`; `tensors` lie in these bytes and move along."""

    tensors: tuple[Tensor, ...]
    source: int
    target: int
    size: int

    def onto(self, offsets: Mapping[Tensor, int]) -> dict[Tensor, int]:
        """Offsets of the moved tensors after the move, from `offsets` before it."""
        return {tensor: offsets[tensor] + self.target - self.source for tensor in self.tensors}
