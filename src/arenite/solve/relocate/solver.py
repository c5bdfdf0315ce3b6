"""Layouts with moves: from a placement problem and a layout without moves to a lower layout with few bytes moved.

Height comes first: a beam search, layouts of pieces of time and CP-SAT look for the least one. CP-SAT then lowers the
bytes moved.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.budget import Budget
from arenite.problems.relocation import Move, MovingSolution
from arenite.solve.relocate.beam import search
from arenite.solve.relocate.bound import scope_bound
from arenite.solve.relocate.course import Course
from arenite.solve.relocate.cpsat import fewer, lowered
from arenite.solve.relocate.field import Field
from arenite.solve.relocate.pieces import in_pieces

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.problems.placement import PlacementProblem

_WIDTH = 8
"""States that the beam search keeps per scope. More find lower or cheaper layouts, in time linear in the width."""
_TRIES = 5
"""Steps of the bisection between a height that failed and one that succeeded; leaves at most 1/32 of the interval."""
_SHARE_OF_FIRST = 0.5
"""Share of the budget for the first beam search, at the bound. Where it succeeds it needs less; without this limit it
left MCUNet with inputs in rows nothing to lower the bytes moved: 167,024 instead of 64,768."""
_LEAST_GAIN = 0.02
"""Share of the height that layouts of pieces have to be able to save to be searched for: they take some seconds, and
came no lower than the beam search where there was less to gain."""
_EFFORT = 0.5
"""CP-SAT's deterministic time per search, at an effort of 1."""


def solve(
    problem: PlacementProblem,
    still: Sequence[int],
    *,
    budget: Budget | None = None,
    effort: float = 1.0,
    width: int = _WIDTH,
    worth: float = 0.0,
) -> MovingSolution:
    """The lowest layout found when buffers may move between operators, with few bytes moved.

    It is never higher than the given layout. With `worth` 0, it is never higher than the maximum load either.

    Args:
        problem: buffers and safe distances.
        still: offsets in bytes of a valid layout without moves.
        budget: charged for the searches; no search begins once it is spent. None: a new default budget.
        effort: work that CP-SAT may spend; 1 is some seconds.
        width: states that the beam search keeps per scope.
        worth: bytes of height that each byte moved must save; if the layout found saves less, nothing moves. Layouts
            between the two were searched for in an experiment, and did not move less.
    """
    budget = budget or Budget()
    field = Field(problem)
    course = _still(field, still)
    bound = scope_bound(field, course.places)
    sought = _Search(problem, field, course, effort * _EFFORT, budget, width)
    found, height = _lowest(sought, bound)
    if found.cost(field):
        found = fewer(field, height, found, effort * _EFFORT, budget)
    if worth * found.cost(field) > course.height(field) - found.height(field):
        found = course
    return _solution(problem, field, found, bound)


@dataclass(frozen=True)
class _Search:
    """Searches for courses of a problem, given in bytes and in units; `still` is the course without moves."""

    problem: PlacementProblem
    field: Field
    still: Course
    effort: float
    budget: Budget
    width: int

    def within(self, height: int, share: float = 1.0) -> Course | None:
        """A course within `height` units, by beam search with a share of the budget; None if none is found."""
        if self.still.height(self.field) <= height:
            return self.still
        places = search(self.field, height, self.width, self.budget.part(share))
        return None if places is None else Course(places)

    def in_pieces(self, bound: int) -> Course | None:
        """A course in pieces that is lower than the one without moves; None if none is found."""
        still = self.still.height(self.field)
        gains = still - bound > _LEAST_GAIN * still
        return in_pieces(self.problem, self.field, bound, still, self.budget) if gains else None

    def loaded(self) -> Course:
        """A course within the maximum load. One always exists: all buffers can be pushed together."""
        if self.still.height(self.field) <= self.field.load:
            return self.still
        places = search(self.field, self.field.load, self.width, Budget(math.inf))
        assert places is not None
        return Course(places)


def _lowest(sought: _Search, bound: int) -> tuple[Course, int]:
    """The lowest course found, and its height in units.

    The beam search tries the bound. Layouts of pieces come next, and then the beam search at heights between the bound
    and that of the pieces or the maximum load, by bisection. CP-SAT tries the bound last.
    """
    field = sought.field
    found = sought.within(bound, _SHARE_OF_FIRST)
    if found is not None:
        return found, bound
    pieces = sought.in_pieces(bound)
    if pieces is not None and pieces.height(field) <= bound:
        return pieces, bound
    failed, best = bound, pieces if pieces is not None and pieces.height(field) <= field.load else sought.loaded()
    height = best.height(field)
    for _ in range(_TRIES):
        middle = (failed + height) // 2
        if middle == failed or sought.budget.over:
            break
        found = sought.within(middle)
        if found is None:
            failed = middle
        else:
            best, height = found, found.height(field)
    # CP-SAT changes little of the layout without moves, so its courses move little; but it takes longer.
    found = lowered(field, bound, sought.still, sought.effort, sought.budget)
    return (best, height) if found is None else (found, bound)


def _still(field: Field, offsets: Sequence[int]) -> Course:
    """The course without moves; `offsets` in bytes."""
    return Course([{one: offsets[one] // field.unit for one in alive} for alive in field.alive])


def _solution(problem: PlacementProblem, field: Field, found: Course, bound: int) -> MovingSolution:
    """The course in bytes; `bound` in units."""
    unit, offsets = field.unit, [0] * len(problem.buffers)
    for new, places in zip(field.begins.values(), found.places, strict=True):
        for number in new:
            offsets[number] = places[number] * unit
    moves = tuple(
        Move(scope, group, source * unit, target * unit, size * unit)
        for scope, steps in zip(field.begins, found.moves(field), strict=True)
        for group, source, target, size in steps
    )
    ends = [offset + buffer.size for offset, buffer in zip(offsets, problem.buffers, strict=True)]
    ends += [move.target + move.size for move in moves]
    return MovingSolution(tuple(offsets), moves, max(ends, default=0), bound * unit, found.least * unit)
