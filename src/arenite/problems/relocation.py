"""A layout in which buffers change places between operators."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Move:
    """Before the operator of `scope` runs, `size` bytes go from offset `source` to `target`, as memmove() does it.

    `buffers` are those that lie there, by their positions in the problem; all of them go along.
    """

    scope: int
    buffers: tuple[int, ...]
    source: int
    target: int
    size: int


@dataclass(frozen=True, slots=True)
class MovingSolution:
    """`offsets[i]` is where `problem.buffers[i]` is when it begins; `moves` are in the order of execution.

    `height` is the arena in bytes that this takes, `lower_bound` one below which there is none, whatever is moved:
    some scope needs it alone. `least_moved`: no plan of this height moves fewer bytes.
    """

    offsets: tuple[int, ...]
    moves: tuple[Move, ...]
    height: int
    lower_bound: int
    least_moved: int = 0

    @property
    def moved(self) -> int:
        """Bytes that are moved in one inference."""
        return sum(move.size for move in self.moves)

    def final(self) -> tuple[int, ...]:
        """Where each buffer is when it ends."""
        offsets = list(self.offsets)
        for move in self.moves:
            for number in move.buffers:
                offsets[number] += move.target - move.source
        return tuple(offsets)
