"""Choices that differ from a given one in a single stretch: what is tried once real layouts are known."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from arenite.search.partial.choose import NUMBERS, Choice
from arenite.search.partial.costs import Key
from arenite.search.partial.ways import ROW_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arenite.search.partial.costs import Costs
    from arenite.search.partial.piece import Piece
    from arenite.search.partial.ways import Kind

_NEAR = 2
"""Of the numbers that are looked at, those on either side of a stretch's own that are tried."""
_KINDS: tuple[Kind, ...] = (*ROW_KINDS, "channels")


def neighbors(costs: Costs, choice: Choice, most_extra: int) -> Iterator[Choice]:
    """The choices in which one stretch has a few more or less parts, is executed in another way, or is whole.

    As far as they do at most `most_extra` multiply-accumulates twice; what they cost is an estimate.
    """
    for place, piece in enumerate(choice.pieces):
        if piece.plan is not None:
            for others in _others(costs, piece):
                new = Choice()
                for each in (*choice.pieces[:place], *others, *choice.pieces[place + 1 :]):
                    new = new.with_piece(each)
                if new.extra_macs <= most_extra and any(each.plan is not None for each in new.pieces):
                    yield new


def _others(costs: Costs, piece: Piece) -> Iterator[tuple[Piece, ...]]:
    yield tuple(costs.whole(position) for position in range(piece.first, piece.last + 1))
    at = bisect_left(NUMBERS, piece.number)
    near = {*NUMBERS[max(0, at - _NEAR) : at + _NEAR + 1], piece.number - 1, piece.number, piece.number + 1}
    for kind in _KINDS:
        most = costs.most(piece.first, piece.last, kind)
        for number in sorted(near):
            if 1 < number <= most and (kind, number) != (piece.kind, piece.number):
                yield (costs.parts(Key(piece.first, piece.last, kind), number),)
