from __future__ import annotations

import dataclasses
from unittest import mock

import pytest
from hypothesis import given, settings, strategies
from overlap_cases import least_height, problems, safe

from arenite import zoo
from arenite.backends.sets import REFERENCE
from arenite.budget import Budget
from arenite.checkers.placement import check
from arenite.errors import VerificationError
from arenite.formulate.placement import overlap_problem
from arenite.problems.placement import Buffer, Layout, PlacementProblem, Relation
from arenite.solve.place.disjoint import solve as solve_layout
from arenite.solve.place.exact import search
from arenite.solve.place.gaps import gaps
from arenite.solve.place.least import least_height as least_of
from arenite.solve.place.solver import scope_bound, solve


@given(problems(most=4))
@settings(max_examples=100)
def test_the_least_height_is_found_and_proven(problem):
    solution = solve(problem)
    assert safe(problem, solution.offsets)
    assert solution.height == solution.lower_bound == least_height(problem)
    check(problem, solution)


@given(problems(most=6))
@settings(max_examples=60)
def test_the_height_of_buffers_alive_at_once_is_exact(problem):
    buffers = tuple(dataclasses.replace(buffer, first=0, last=0) for buffer in problem.buffers[:4])
    relations = tuple(each for each in problem.relations if max(each.source, each.target) < len(buffers))
    together = PlacementProblem(buffers, relations, 16)
    small = gaps(together)
    members = [number for number, buffer in enumerate(buffers) if buffer.size]
    assert least_of(small, members) * small.unit == least_height(together)


@given(problems(most=5), strategies.integers(0, 4))
@settings(max_examples=300)
def test_a_buffer_in_a_window_finds_its_lowest_place_among_those_at_rest(problem, number):
    small = gaps(problem)
    one = number % len(small.sizes)
    start = [sum(small.sizes[:place]) for place in range(len(small.sizes))]
    kept = (
        place
        for place in range(start[one])
        if all(gap.kept(place - start[gap.other]) for gap in small.of[one] if gap.other != one)
    )
    lowest = next(kept, None)
    found = search(small, start, 0, effort=1, budget=Budget(), free=[one])
    moved = None if lowest is None else (*start[:one], lowest, *start[one + 1 :])
    assert found.offsets == moved


@given(problems(most=5))
@settings(max_examples=100)
def test_bounds_hold_and_overlap_never_costs(problem):
    solution = solve(problem)
    bound, _ = scope_bound(problem, gaps(problem))
    assert bound * gaps(problem).unit <= solution.lower_bound <= solution.height
    assert solution.height <= solve_layout(problem.apart).height
    assert solution == solve(problem)


@pytest.mark.parametrize("name", ["nasnet-a", "darts", "swiftnet-cell"])
def test_real_networks_gain_and_are_valid(name):
    problem, _ = overlap_problem(zoo.build(name), REFERENCE)
    solution = solve(problem, effort=0.2)
    check(problem, solution)
    assert solution.lower_bound <= solution.height < solve_layout(problem.apart).lower_bound


def test_a_goal_ends_the_search():
    problem, _ = overlap_problem(zoo.build("nasnet-a"), REFERENCE)
    seen = []
    solution = solve(problem, goal=1 << 20, progress=lambda *state: seen.append(state))
    check(problem, solution)
    assert solution.height == seen[-1][1] <= 1 << 20
    assert {state[0] for state in seen} == {"layout"}


def test_without_buffers_there_is_nothing_to_do():
    assert solve(PlacementProblem(())) == Layout((), 0, 0)


INPUT, OUTPUT, OTHER = Buffer("input", 64, 0, 1), Buffer("output", 48, 1, 2), Buffer("other", 32, 1, 1)
CASE = PlacementProblem((INPUT, OUTPUT, OTHER), (Relation(0, 1, 32, (0,)),), 16)


@pytest.mark.parametrize(
    ("offsets", "message"),
    [
        ((0, 64, 112), None),
        ((32, 0, 96), None),
        ((0, 0, 64), None),
        ((48, 0, 112), None),
        ((16, 0, 80), r"'input' begins 16 bytes above 'output' in scope 1, .*; safe are 32 or more, 0, or no common"),
        ((0, 16, 64), r"'input' begins -16 bytes above 'output'"),
        ((0, 0, 48), r"'input' \(from byte 0, 64 bytes\) and 'other' \(from byte 48, 32 bytes\) clash in scope 1"),
        ((32, 0, 16), "clash in scope 1"),
        ((8, 72, 128), "'input' begins at byte 8, not at a multiple of 16"),
        ((-16, 64, 112), "begins at byte -16"),
        ((0, 0), "2 offsets for 3 buffers"),
    ],
)
def test_the_checker_names_the_pair_the_distance_and_what_is_safe(offsets, message):
    height = max(at + buffer.size for at, buffer in zip(offsets, CASE.buffers, strict=False))
    solution = Layout(offsets, height, 64)
    if message is None:
        check(CASE, solution)
        return
    with pytest.raises(VerificationError, match=message):
        check(CASE, solution)


def test_the_checker_does_not_take_wrong_heights():
    with pytest.raises(VerificationError, match="claims a height of 112 bytes, its buffers end at 128"):
        check(CASE, Layout((32, 0, 96), 112, 64))
    with pytest.raises(VerificationError, match="lower bound 144 is above"):
        check(CASE, Layout((32, 0, 96), 128, 144))


@given(problems())
def test_the_checker_agrees_with_the_words_of_a_relation(problem):
    offsets = tuple(16 * (number % 3) for number in range(len(problem.buffers)))
    height = max(at + buffer.size for at, buffer in zip(offsets, problem.buffers, strict=True))
    try:
        check(problem, Layout(offsets, height, 0))
        valid = True
    except VerificationError:
        valid = False
    assert valid == safe(problem, offsets)


@given(problems())
def test_layouts_of_many_are_valid_and_claim_no_more_than_holds(problem):
    with mock.patch("arenite.solve.place.solver._MOST_CONFLICTS", -1):
        solution = solve(problem)
    check(problem, solution)
    assert solution.lower_bound <= least_height(problem)
