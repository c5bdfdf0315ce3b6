"""Improves courses with CP-SAT: short ones as a whole, longer ones in windows around the steps that have to change."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from arenite.solve.relocate.cpsat import is_too_large, search

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from arenite.budget import Budget
    from arenite.solve.relocate.course import Course
    from arenite.solve.relocate.field import Field

_WHOLE = 400
"""Offsets of a course (live buffers, summed over steps) up to which CP-SAT searches all steps at once."""
_REACH = 12
"""Steps on either side of a step that is too high, in one window; half as many around a move. Wider windows allow more
changes, but take CP-SAT longer."""


def fewer(field: Field, height: int, course: Course, effort: float, budget: Budget) -> Course:
    """A course within `height` units that moves no more than the given one, fewer units if CP-SAT finds one.

    `effort`: CP-SAT's deterministic time for all windows together. No search begins once the budget is spent.
    """
    if _is_short(course):
        found, bound = search(field, height, course, range(len(course.places)), effort=effort, budget=budget)
        best = course if found is None or found.cost(field) > course.cost(field) else found
        return replace(best, least=bound if field.simple else 0)
    moving = [step for step, moves in enumerate(course.moves(field)) if moves]
    every = list(_windows(moving, len(course.places), _REACH // 2))
    windows = [each for each in every if not is_too_large(field, course, each, effort / len(every))]
    for window in windows:
        if budget.over:
            break
        found, _ = search(field, height, course, window, effort=effort / len(windows), budget=budget)
        if found is not None and found.cost(field) < course.cost(field):
            course = found
    return course


def lowered(field: Field, height: int, course: Course, effort: float, budget: Budget) -> Course | None:
    """A course within `height` units, made from a higher one by changing windows; None if CP-SAT finds none.

    `effort`: CP-SAT's deterministic time for all windows together.
    """
    steps = len(course.places)
    high = [step for step, top in enumerate(course.heights(field)) if top > height]
    windows = [range(steps)] if _is_short(course) else list(_windows(high, steps, _REACH))
    if any(is_too_large(field, course, each, effort / len(windows)) for each in windows):
        return None
    for window in windows:
        if budget.over:
            return None
        found, _ = search(field, height, course, window, effort=effort / len(windows), budget=budget)
        if found is None:
            return None
        course = found
    return course


def _is_short(course: Course) -> bool:
    return sum(map(len, course.places)) <= _WHOLE


def _windows(steps: Sequence[int], count: int, reach: int) -> Iterator[range]:
    """Ranges of `reach` steps on either side of the given steps, joined where they would overlap."""
    start = end = None
    for step in steps:
        if start is None or end is None:
            start, end = step, step
        elif step - end > 2 * reach:
            yield range(max(0, start - reach), min(count, end + reach + 1))
            start, end = step, step
        else:
            end = step
    if start is not None and end is not None:
        yield range(max(0, start - reach), min(count, end + reach + 1))
