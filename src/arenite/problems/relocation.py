"""The solution of a placement problem in which buffers move between operators."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Move:
    """A memmove() of `size` bytes from offset `source` to offset `target`, before the operator of `scope` runs.

    `buffers`: positions in the problem of the buffers that lie in the moved range, all of which move.
    """

    scope: int
    buffers: tuple[int, ...]
    source: int
    target: int
    size: int


@dataclass(frozen=True, slots=True)
class MovingSolution:
    """A layout with moves.

    offsets: `offsets[i]` is where `problem.buffers[i]` lies at the beginning of its lifetime.
    moves: in the order of execution.
    height: bytes of arena.
    lower_bound: no layout has a smaller height, whatever is moved, because some scope needs it by itself.
    least_moved: a lower bound on the bytes that a layout of this height moves.
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
        """The offset of each buffer at the end of its lifetime."""
        offsets = list(self.offsets)
        for move in self.moves:
            for number in move.buffers:
                offsets[number] += move.target - move.source
        return tuple(offsets)
