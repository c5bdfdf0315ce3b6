"""The pieces that a line is cut into, so that each needs at most a given head."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from arenite.partial.costs import Costs
    from arenite.partial.piece import Piece
    from arenite.rewrite.strips import Halo

LONGEST = 40
"""Operators in a stretch at most: longer ones have halos of half the image."""
_NUMBERS = (2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 18, 20, 24, 28, 32, 40, 48, 56, 64)
_HALOS: tuple[Halo, ...] = ("recompute", "keep")


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """Pieces that make up the whole line, or its beginning; sums over them, and the largest head (bytes)."""

    pieces: tuple[Piece, ...] = ()
    head: int = 0
    tail: int = 0
    extra_macs: int = 0

    def with_piece(self, piece: Piece) -> Choice:
        """With one more piece."""
        return Choice(
            (*self.pieces, piece),
            max(self.head, piece.head),
            self.tail + piece.tail,
            self.extra_macs + piece.extra_macs,
        )

    def no_worse(self, other: Choice) -> bool:
        """Whether nothing of it costs more."""
        return self.tail <= other.tail and self.extra_macs <= other.extra_macs


def choices(costs: Costs, limit: int, most_extra: int) -> list[Choice]:
    """The ways to cut the line into pieces that need at most `limit` bytes of head and `most_extra` extra MACs.

    Of those that a piece's own costs allow, none is beaten by another in both extra MACs and tail. Empty where there
    is no way.
    """
    length = len(costs.line)
    best: list[list[Choice]] = [[] for _ in range(length + 1)]
    best[0] = [Choice()]
    cuts = _cuts(costs)
    hot = [position for position in range(length) if costs.whole(position).head > limit]
    for first in range(length):
        if not best[first]:
            continue
        if first not in hot:
            _extend(best, best[first], [costs.whole(first)], most_extra)
        if first in cuts:
            for last in _ends(costs, cuts, hot, first, limit):
                _extend(best, best[first], list(_split(costs, first, last, limit, most_extra)), most_extra)
    return best[length]


def _extend(best: list[list[Choice]], before: Sequence[Choice], pieces: Sequence[Piece], most_extra: int) -> None:
    """Add a piece to each of the choices that end where it begins."""
    for piece in pieces:
        kept = best[piece.last + 1]
        for choice in before:
            new = choice.with_piece(piece)
            if new.extra_macs <= most_extra and not any(each.no_worse(new) for each in kept):
                kept[:] = [*(each for each in kept if not new.no_worse(each)), new]


def _cuts(costs: Costs) -> frozenset[int]:
    """Where a stretch may begin or end: where no less is alive one operator earlier or later."""
    line = costs.line
    at = [line.crossing(position) for position in range(len(line) + 1)]
    last = len(line)
    return frozenset(
        position
        for position in range(last + 1)
        if (position == 0 or at[position - 1] >= at[position])
        and (position == last or at[position + 1] >= at[position])
    ) | {0, last}


def _ends(costs: Costs, cuts: frozenset[int], hot: Sequence[int], first: int, limit: int) -> Iterator[int]:
    """Last positions of the stretches from `first` on that hold an operator that needs more than the limit."""
    following = next((position for position in hot if position >= first), None)
    if following is None or costs.line.crossing(first) > limit:
        return
    for cut in sorted(cuts):
        if following < cut <= first + LONGEST:
            if not costs.rows(first, cut - 1):
                if costs.blocked(first, cut - 1):
                    return
                continue
            if costs.least(first, cut - 1) <= limit:
                yield cut - 1


def _split(costs: Costs, first: int, last: int, limit: int, most_extra: int) -> Iterator[Piece]:
    """The stretch in as few strips as keep to the limits, with each kind of halo."""
    rows = costs.rows(first, last)
    for halo in _HALOS:
        for number in (number for number in _NUMBERS if number <= rows):
            if costs.extra(first, last, number, halo) > most_extra:
                break
            piece = costs.strips(first, last, number, halo)
            if piece.head <= limit:
                yield piece
                break
