"""The least height of all, and few bytes moved for it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.budget import Budget
from arenite.problems.relocation import Move, MovingSolution
from arenite.solve.relocate.beam import search
from arenite.solve.relocate.bound import scope_bound
from arenite.solve.relocate.course import Course
from arenite.solve.relocate.field import Field
from arenite.solve.relocate.parts import fewer, lowered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.problems.placement import PlacementProblem

_WIDTH = 8
_TRIES = 5
"""Heights tried between one that failed and one that did not."""
_EFFORT = 0.5
"""Deterministic time of CP-SAT in each of its searches, for an effort of 1."""


def least_height(problem: PlacementProblem) -> int:
    """Bytes that some scope takes alone: no layout is lower, whatever is moved."""
    field = Field(problem)
    return scope_bound(field) * field.unit


def solve(
    problem: PlacementProblem,
    still: Sequence[int],
    *,
    budget: Budget | None = None,
    effort: float = 1.0,
    width: int = _WIDTH,
    worth: float = 0.0,
) -> MovingSolution:
    """The lowest layout found when buffers may move between operators, and few bytes moved.

    It is never higher than the layout that it begins with, nor, where every move is worth it, than the maximum load.

    Args:
        problem: the buffers and where they may overlap.
        still: offsets of a safe layout without moves.
        budget: is charged for the searches; none is begun once it is spent. None is a budget of its own.
        effort: how much work CP-SAT may spend, 1 being some seconds.
        width: how many courses are followed at once.
        worth: bytes that the layout must be lower for each byte that is moved, else nothing moves. Layouts in between
            were sought for a while, and did not move less.
    """
    budget = budget or Budget()
    field = Field(problem)
    course = _still(field, still)
    bound = scope_bound(field, course.places)
    sought = _Search(field, course, effort * _EFFORT, budget, width)
    found, height = _lowest(sought, bound)
    if found.cost(field):
        found = fewer(field, height, found, effort * _EFFORT, budget)
    if worth * found.cost(field) > course.height(field) - found.height(field):
        found = course
    return _solution(problem, field, found, bound)


@dataclass(frozen=True)
class _Search:
    """How a course within some height is sought; `still` is the one that moves nothing."""

    field: Field
    still: Course
    effort: float
    budget: Budget
    width: int

    def within(self, height: int) -> Course | None:
        """A course within a height, built forward in time; None where none is found."""
        if self.still.height(self.field) <= height:
            return self.still
        places = search(self.field, height, self.width, self.budget)
        return None if places is None else Course(places)

    def loaded(self) -> Course:
        """One that is no higher than the maximum load, within which everything can be pushed together."""
        if self.still.height(self.field) <= self.field.load:
            return self.still
        places = search(self.field, self.field.load, self.width, Budget(math.inf))
        assert places is not None
        return Course(places)


def _lowest(sought: _Search, bound: int) -> tuple[Course, int]:
    """A course, and a height that is as low as it can be found, from the bound on."""
    field = sought.field
    found = sought.within(bound)
    if found is not None:
        return found, bound
    failed, best = bound, sought.loaded()
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
    # What CP-SAT changes of the layout without moves is little, and takes longer.
    found = lowered(field, bound, sought.still, sought.effort, sought.budget)
    return (best, height) if found is None else (found, bound)


def _still(field: Field, offsets: Sequence[int]) -> Course:
    return Course([{one: offsets[one] // field.unit for one in alive} for alive in field.alive])


def _solution(problem: PlacementProblem, field: Field, found: Course, bound: int) -> MovingSolution:
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
