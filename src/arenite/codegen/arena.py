"""Where every tensor of a model lies in the arena of the generated code, and when tensors move.

Decided elsewhere (`arenite.search.relocation`), and printed here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arenite.model import Tensor


@dataclass(frozen=True)
class Arena:
    """Offsets of all tensors that are used, in bytes from the arena's begin, the arena's size and its alignment.

    `offsets` are those at which a tensor begins its life. `moves[i]` are made before operator i. `saved`: bytes that
    the arena is smaller than the lowest one found without moves. `kept`: bytes at its end that hold variables.
    `scratch[g, i]` is the offset of the scratch that operator i of graph g hands to CMSIS-NN.
    """

    offsets: Mapping[Tensor, int]
    size: int
    alignment: int
    moves: Mapping[int, tuple[TensorMove, ...]] = field(default_factory=dict)
    saved: int = 0
    kept: int = 0
    scratch: Mapping[tuple[int, int], int] = field(default_factory=dict)

    def at_the_end(self) -> dict[Tensor, int]:
        """Where every tensor is when its life has ended."""
        offsets = dict(self.offsets)
        for index in sorted(self.moves):
            for move in self.moves[index]:
                offsets.update(move.onto(offsets))
        return offsets


@dataclass(frozen=True)
class TensorMove:
    """Bytes `source` to `source + size` of the arena go to `target`, and these tensors, which lie there, with them."""

    tensors: tuple[Tensor, ...]
    source: int
    target: int
    size: int

    def onto(self, offsets: Mapping[Tensor, int]) -> dict[Tensor, int]:
        """Where these tensors are afterwards."""
        return {tensor: offsets[tensor] + self.target - self.source for tensor in self.tensors}
