"""Problem -> course made of layouts of pieces of time, each searched alone. What lives across a cut moves there.

    time       0           cut              cut        end
    piece      [ layout 1 ][    layout 2    ][ layout 3 ]
    buffer           [-----------]                           lives across the first cut, where it moves

Time is cut where at most one buffer lives on, since that one can always move. Neighboring pieces become one again where
that takes no more height, so that fewer bytes move. Layouts of models in strips gain most: in one layout of the whole,
the place of a tensor between two stretches has to suit both.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from arenite.budget import STEPS_PER_SECOND, Budget
from arenite.problems.placement import PlacementProblem
from arenite.solve.place.solver import solve
from arenite.solve.relocate.course import Course

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from arenite.problems.placement import Relation
    from arenite.solve.relocate.field import Field, Places

_EFFORT, _EFFORT_OF_HIGHEST, _EFFORT_OF_JOINED = 0.02, 0.5, 0.0
"""Efforts, where 1 is about a second, of the layout of a piece, of another one of the highest piece, and of two as one.
Only the highest piece counts, so the others get little: most are as low as they can be at once. MCUNet at 1.5 times the
work needs 46,384 bytes without another layout of the highest piece, and 40,752, its bound, with it. Two pieces as one
get first fit alone: with the effort of a piece this took twice as long, and moved a quarter less, of which the search
that follows finds most."""
_TRIES = 4
"""Times that the highest piece gets another layout: MCUNet stops at 42,096 bytes with 1. Each makes another piece the
highest one, or is the last."""
_STEPS_OF_EFFORT = 2 * STEPS_PER_SECOND
"""Budget in steps of a layout at an effort of 1. Without it a long piece of MobileNetV2 at 144 took all that an export
has and got no lower; with half of it, the pieces were 2 % higher."""


def in_pieces(problem: PlacementProblem, field: Field, bound: int, most: int, budget: Budget) -> Course | None:
    """A course below `most` units that moves buffers between pieces only; None if none was found.

    `field` is the problem in units. No layout can be below `bound` units, at which a piece is as low as it can help.
    Once the budget is spent, no pieces are joined any more.
    """
    search = _Search(problem, field, budget)
    ends = [0, *_cuts(field), len(field.begins)]
    if len(ends) == 2:
        return None  # one layout of the whole is known already
    pieces: list[_Piece] = []
    for first, last in sorted(pairwise(ends), key=lambda ends: -max(field.loads[slice(*ends)])):
        piece = search.laid_out(first, last, bound, most)
        if piece is None:
            return None
        pieces.append(piece)
    pieces = _joined(search, _lowered(search, sorted(pieces, key=lambda piece: piece.first), bound))
    alive = field.alive
    return Course(
        [{one: each.places[one] for one in alive[step]} for each in pieces for step in range(each.first, each.last)]
    )


def _cuts(field: Field) -> Iterator[int]:
    """The steps before which at most one buffer lives on."""
    for step, (scope, alive) in enumerate(zip(field.begins, field.alive, strict=True)):
        if step and sum(field.first[one] < scope for one in alive) <= 1:
            yield step


@dataclass(frozen=True)
class _Piece:
    """The steps `first` to `last - 1` of a field with a layout: offsets in units by buffer, and their height."""

    first: int
    last: int
    places: Places
    height: int


def _lowered(search: _Search, pieces: list[_Piece], bound: int) -> list[_Piece]:
    """The pieces, the highest one lowered again and again, until it was lowered just before or cannot be."""
    lower: _Piece | None = None
    for _ in range(_TRIES):
        highest = max(pieces, key=lambda piece: piece.height)
        if highest.height <= bound or highest is lower:
            break
        lower = search.laid_out(highest.first, highest.last, bound, highest.height, _EFFORT_OF_HIGHEST)
        if lower is None:
            break
        pieces = [lower if piece is highest else piece for piece in pieces]
    return pieces


def _joined(search: _Search, pieces: list[_Piece]) -> list[_Piece]:
    """The pieces, each joined to the one before where both as one take no more than the highest piece."""
    height = max(piece.height for piece in pieces)
    joined = pieces[:1]
    for piece in pieces[1:]:
        both = None
        if not search.budget.over:
            both = search.laid_out(joined[-1].first, piece.last, height, height + 1, _EFFORT_OF_JOINED)
        joined[-1:] = [joined[-1], piece] if both is None else [both]
    return joined


@dataclass(frozen=True)
class _Search:
    """Layouts of pieces of a problem, in bytes, which is also given in units; the budget is charged for them."""

    problem: PlacementProblem
    field: Field
    budget: Budget

    def laid_out(self, first: int, last: int, goal: int, most: int, effort: float = _EFFORT) -> _Piece | None:
        """The steps `first` to `last - 1` with a layout below `most` units; None if none was found.

        `goal`: height in units at which the search stops. `effort`: of the search, where 1 is about a second.
        """
        field = self.field
        numbers = sorted({one for step in field.alive[first:last] for one in step})
        problem = self._between(first, last, numbers)
        budget = Budget(_STEPS_OF_EFFORT * effort, whole=self.budget)
        layout = solve(problem, budget=budget, goal=goal * field.unit, effort=effort)
        height = layout.height // field.unit
        places = {number: offset // field.unit for number, offset in zip(numbers, layout.offsets, strict=True)}
        return _Piece(first, last, places, height) if height < most else None

    def _between(self, first: int, last: int, numbers: Sequence[int]) -> PlacementProblem:
        """The problem of some buffers in the steps `first` to `last - 1`."""
        start, end = self._scopes[first], self._scopes[last]
        place_of = {number: place for place, number in enumerate(numbers)}
        buffers = (self.problem.buffers[number] for number in numbers)
        relations = tuple(
            replace(each, source=place_of[each.source], target=place_of[each.target])
            for number in numbers
            for each in self._relations[number]
            if each.target in place_of
        )
        clipped = (replace(each, first=max(each.first, start), last=min(each.last, end - 1)) for each in buffers)
        return PlacementProblem(tuple(clipped), relations, self.problem.alignment)

    @cached_property
    def _scopes(self) -> list[int]:
        """The scope in which each step begins, and the one behind the last."""
        return [*self.field.begins, max(self.field.last, default=0) + 1]

    @cached_property
    def _relations(self) -> Mapping[int, list[Relation]]:
        """The relations of each buffer that is their source."""
        found: defaultdict[int, list[Relation]] = defaultdict(list)
        for relation in self.problem.relations:
            found[relation.source].append(relation)
        return found
