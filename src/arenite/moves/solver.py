"""The least height of all, and few bytes moved for it."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from arenite.layout.lifetimes import maximum_load
from arenite.moves.beam import search
from arenite.moves.course import Course
from arenite.moves.cpsat import improved
from arenite.moves.field import Field
from arenite.moves.solution import Move, MovingSolution
from arenite.overlap.gaps import gaps
from arenite.overlap.solver import scope_bound

if TYPE_CHECKING:
    from arenite.moves.field import Places
    from arenite.overlap.problem import OverlapProblem

_WIDTH = 8
_TRIES = 6
"""Heights tried between one that failed and one that did not."""
_WHOLE = 400
"""Buffers, counted once in each step, up to which CP-SAT is given all steps at once."""
_REACH = 12
"""Steps on either side of a move that are searched together in longer problems."""
_EFFORT = 4.0


def least_height(problem: OverlapProblem) -> int:
    """Bytes that some scope takes alone: no layout is lower, whatever is moved."""
    small = gaps(problem)
    return scope_bound(problem, small)[0] * small.unit


def solve(
    problem: OverlapProblem, *, time_limit: float = 60.0, effort: float = 1.0, width: int = _WIDTH
) -> MovingSolution:
    """The lowest layout found when buffers may move between operators, and few bytes moved.

    It is never higher than the maximum load. Where some scope needs less than that, with overlap, the height found
    may be between the two.

    Args:
        problem: the buffers and where they may overlap.
        time_limit: seconds after which no further search is begun.
        effort: how much work to spend on fewer bytes, 1 being some seconds.
        width: how many courses are followed at once to begin with.
    """
    deadline = time.monotonic() + time_limit
    field = Field(problem)
    bound, _ = scope_bound(problem, field.small)
    load = maximum_load(problem.apart) // field.unit
    places = search(field, bound, width)
    height = bound
    if places is None:
        places, height = _between(field, bound, load, width)
    found = _fewer(field, height, Course(places), effort * _EFFORT, deadline)
    return _solution(problem, field, found, bound)


def _between(field: Field, failed: int, load: int, width: int) -> tuple[list[Places], int]:
    """Places within the load, which are always found, or lower; nothing was found for the height that `failed`."""
    best = search(field, load, width)
    assert best is not None
    for _ in range(_TRIES):
        middle = (failed + load) // 2
        if middle == failed:
            break
        found = search(field, middle, width)
        if found is None:
            failed = middle
        else:
            best, load = found, middle
    return best, load


def _fewer(field: Field, height: int, course: Course, effort: float, deadline: float) -> Course:
    """The course with fewer units moved where CP-SAT finds one: all of a small problem, else around each move."""
    steps = len(course.places)
    if not course.cost(field):
        return course
    if sum(map(len, course.places)) <= _WHOLE:
        seconds = deadline - time.monotonic()
        course, bound = improved(field, height, course, range(steps), effort=effort, seconds=seconds)
        return replace(course, least=bound if field.simple else 0)
    middle = 0
    while (middle := _next_move(field, course, middle)) < steps and time.monotonic() < deadline:
        window = range(max(0, middle - _REACH), min(steps, middle + _REACH))
        seconds = deadline - time.monotonic()
        course, _ = improved(field, height, course, window, effort=effort / 4, seconds=seconds)
        middle += _REACH // 2
    return course


def _next_move(field: Field, course: Course, step: int) -> int:
    """The first step from this one on before which something moves; the count of steps without one."""
    moves = course.moves(field)
    return next((each for each in range(step, len(moves)) if moves[each]), len(moves))


def _solution(problem: OverlapProblem, field: Field, found: Course, bound: int) -> MovingSolution:
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
