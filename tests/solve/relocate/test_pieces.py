"""Layouts of pieces of time, between which buffers move."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from solve.relocate.test_moves import UNIT, full_problems

from arenite.budget import Budget
from arenite.checkers.relocation import check
from arenite.problems.placement import Buffer, PlacementProblem, Relation
from arenite.solve.place.solver import solve as solve_placement
from arenite.solve.relocate.field import Field
from arenite.solve.relocate.pieces import in_pieces
from arenite.solve.relocate.solver import _solution, solve

ENOUGH = 1 << 20


def joined(one, other):
    """Two problems one after the other, with a buffer that lives across."""
    after = max(buffer.last for buffer in one.buffers) + 1
    later = (replace(each, first=each.first + after, last=each.last + after) for each in other.buffers)
    across = Buffer("across", UNIT, after - 1, after)
    return PlacementProblem((*one.buffers, *later, across), (), UNIT), after


def course_of(problem):
    """The course in pieces that no limit forbids, with its field."""
    field = Field(problem)
    course = in_pieces(problem, field, 0, ENOUGH, Budget())
    assert course is not None
    return field, course


@settings(max_examples=30)
@given(full_problems(scopes=4), full_problems(scopes=4))
def test_each_piece_is_as_low_as_alone(one, other):
    problem, cut = joined(one, other)
    field, course = course_of(problem)
    check(problem, _solution(problem, field, course, 0))
    alone = [
        solve_placement(PlacementProblem(tuple(buffers), (), UNIT)).height
        for buffers in (
            [each for each in problem.buffers if each.first < cut],
            [each for each in problem.buffers if each.last >= cut],
        )
    ]
    assert course.height(field) * field.unit <= max(alone)


@settings(max_examples=30)
@given(full_problems(scopes=4), full_problems(scopes=4))
def test_solutions_are_checked_and_no_higher_than_the_pieces(one, other):
    problem, _ = joined(one, other)
    still = solve_placement(problem, effort=0.1)
    field = Field(problem)
    course = in_pieces(problem, field, 0, still.height // field.unit, Budget())
    found = solve(problem, still.offsets)
    check(problem, found)
    if course is not None:
        assert found.height <= course.height(field) * field.unit


def test_a_buffer_moves_where_its_places_differ():
    """`a` and `c` are next to `b` at once in no layout of the least height: `b` is low before the cut, or high."""
    sizes = {"a": (4, 0, 0), "x": (2, 0, 1), "b": (3, 1, 3), "y": (4, 1, 1), "c": (6, 3, 3)}
    buffers = tuple(Buffer(name, UNIT * size, first, last) for name, (size, first, last) in sizes.items())
    problem = PlacementProblem(buffers, (Relation(4, 2, distance=UNIT),), UNIT)
    field, course = course_of(problem)
    check(problem, _solution(problem, field, course, 0))
    still = solve_placement(problem)
    found = solve(problem, still.offsets)
    check(problem, found)
    assert found.height <= course.height(field) * field.unit


@pytest.mark.parametrize("steps", range(2, 12))
def test_pieces_that_fit_together_become_one(steps):
    """Each step is a piece of its own at first. The largest two buffers meet in the first one, so all others fit."""
    buffers = [Buffer(str(number), UNIT * (1 + number % 3), number, number + 1) for number in range(steps)]
    problem = PlacementProblem((Buffer("large", 8 * UNIT, 0, 0), *buffers), (), UNIT)
    _, course = course_of(problem)
    for before, after in pairwise(course.places):
        assert all(before[buffer] == after[buffer] for buffer in before.keys() & after.keys())


def test_one_piece_is_what_is_known_already():
    buffers = tuple(Buffer(str(number), UNIT, 0, 3 + number) for number in range(3))
    later = tuple(Buffer(str(number), UNIT, number, 5) for number in range(1, 3))
    problem = PlacementProblem((*buffers, *later), (), UNIT)
    assert in_pieces(problem, Field(problem), 0, ENOUGH, Budget()) is None


@settings(max_examples=20)
@given(full_problems(scopes=4), full_problems(scopes=4))
def test_nothing_is_returned_that_is_not_below_the_limit(one, other):
    problem, _ = joined(one, other)
    field, course = course_of(problem)
    assert in_pieces(problem, field, 0, course.height(field), Budget()) is None
