"""Which bytes of different tensors are copies of each other, by way of operators that only copy.

A tensor's bytes are cut into pieces, each of which says whose bytes it holds: its own, where an operator computes it,
or those of the tensor that it was copied from in the end. So a slice of a slice, and two inputs of which one went
through RESHAPE into a CONCATENATION, know of each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arenite.model import Tensor


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes `start` to `end` (excluded) of a tensor are the bytes from `begin` on of `origin`, as it was computed."""

    start: int
    end: int
    origin: Tensor
    begin: int

    @property
    def shift(self) -> int:
        """Where byte 0 of the origin would be, counted from the tensor's first byte."""
        return self.start - self.begin


Pieces = tuple[Piece, ...]
"""The pieces of a tensor, in order, without gaps."""


def own(tensor: Tensor) -> Pieces:
    """The pieces of a tensor that nothing is copied into."""
    return (Piece(0, tensor.bytes, tensor, 0),)


def cut(pieces: Pieces, start: int, end: int, to: int) -> Pieces:
    """The pieces of bytes `start` to `end` (excluded), as they are when byte `start` is copied to byte `to`."""
    found = []
    for piece in pieces:
        low, high = max(piece.start, start), min(piece.end, end)
        if low < high:
            found.append(Piece(low - start + to, high - start + to, piece.origin, piece.begin + low - piece.start))
    return tuple(found)


def with_copy(target: Pieces, source: Pieces, distance: int) -> Pieces:
    """The pieces of a tensor that another one is copied into, or that is copied out of it.

    `distance` is offset(source) - offset(target) at which the copy falls onto itself.
    """
    length, copied = target[-1].end, source[-1].end
    start, end = max(0, distance), min(length, copied + distance)
    middle = cut(source, start - distance, end - distance, start)
    return (*cut(target, 0, start, 0), *middle, *cut(target, end, length, end))


def equal_distances(first: Pieces, second: Pieces) -> tuple[int, ...]:
    """Distances offset(first) - offset(second) at which both have common bytes, and each of those is the same byte."""
    candidates = {b.shift - a.shift for a in first for b in second if a.origin is b.origin}
    return tuple(sorted(distance for distance in candidates if _equal(first, second, distance)))


def _equal(first: Pieces, second: Pieces, distance: int) -> bool:
    """Whether all bytes that both have at this distance are the same, and there are any."""
    start, end = max(0, -distance), min(first[-1].end, second[-1].end - distance)
    ours = cut(first, start, end, 0)
    theirs = cut(second, start + distance, end + distance, 0)
    return start < end and list(_joined(ours)) == list(_joined(theirs))


def _joined(pieces: Pieces) -> Iterator[tuple[int, Tensor, int]]:
    """Where a piece begins that does not just continue the one before: (start, origin, shift)."""
    last = None
    for piece in pieces:
        if last is None or (piece.origin, piece.shift) != last:
            yield piece.start, piece.origin, piece.shift
        last = (piece.origin, piece.shift)
