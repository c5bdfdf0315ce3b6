"""Tracks which bytes of different tensors are copies of each other, through operators that only copy.

Every tensor is divided into pieces. A piece names its origin: the tensor whose operator computed the bytes, however
many copies lie between. So two tensors hold equal bytes where their pieces have the same origin:

    a       |aaaaaaaa|                 origin a
    slice   |aaaa|                     SLICE of a: origin a
    joined  |aaaa|bbbbbb|              CONCATENATION of the slice, after a RESHAPE, and b: origins a and b
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arenite.model import Tensor


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes `start` to `end` (excluded) of a tensor equal the bytes of `origin` from byte `begin` on, as computed."""

    start: int
    end: int
    origin: Tensor
    begin: int

    @property
    def shift(self) -> int:
        """Offset of the origin's byte 0, relative to the tensor's first byte; may be negative."""
        return self.start - self.begin


Pieces = tuple[Piece, ...]
"""The pieces of a tensor, in order, without gaps."""


def own(tensor: Tensor) -> Pieces:
    """The pieces of a tensor that copies no other: one piece, with itself as its origin."""
    return (Piece(0, tensor.bytes, tensor, 0),)


def cut(pieces: Pieces, start: int, end: int, to: int) -> Pieces:
    """The pieces of the range `start` to `end` (excluded), moved so that byte `start` becomes byte `to`."""
    found = []
    for piece in pieces:
        low, high = max(piece.start, start), min(piece.end, end)
        if low < high:
            found.append(Piece(low - start + to, high - start + to, piece.origin, piece.begin + low - piece.start))
    return tuple(found)


def with_copy(target: Pieces, source: Pieces, distance: int) -> Pieces:
    """The pieces of tensor `target` after an operator copied bytes of `source` into it.

    `distance`: offset(source) - offset(target) in bytes at which each copied byte lies on its original. The source may
    be smaller than the target (CONCATENATION) or larger (SLICE).
    """
    length, copied = target[-1].end, source[-1].end
    start, end = max(0, distance), min(length, copied + distance)
    middle = cut(source, start - distance, end - distance, start)
    return (*cut(target, 0, start, 0), *middle, *cut(target, end, length, end))


def equal_distances(first: Pieces, second: Pieces) -> tuple[int, ...]:
    """Distances offset(first) - offset(second) in bytes at which the two overlap, and all common bytes are equal."""
    if len(first) == len(second) == 1:  # as nearly all pairs in a model in strips: two slices of one tensor
        (a,), (b,) = first, second
        distance = b.shift - a.shift
        return (distance,) if a.origin is b.origin and -a.end < distance < b.end else ()
    candidates = {b.shift - a.shift for a in first for b in second if a.origin is b.origin}
    return tuple(sorted(distance for distance in candidates if _equal(first, second, distance)))


def _equal(first: Pieces, second: Pieces, distance: int) -> bool:
    """Whether the two overlap at this distance, and all common bytes have the same origin."""
    start, end = max(0, -distance), min(first[-1].end, second[-1].end - distance)
    ours = cut(first, start, end, 0)
    theirs = cut(second, start + distance, end + distance, 0)
    return start < end and list(_joined(ours)) == list(_joined(theirs))


def _joined(pieces: Pieces) -> Iterator[tuple[int, Tensor, int]]:
    """The pieces with adjacent ones of the same origin and shift merged, as (start, origin, shift)."""
    last = None
    for piece in pieces:
        if last is None or (piece.origin, piece.shift) != last:
            yield piece.start, piece.origin, piece.shift
        last = (piece.origin, piece.shift)
