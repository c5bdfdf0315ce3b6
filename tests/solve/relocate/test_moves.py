from __future__ import annotations

import heapq
import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arenite.backends.generated_c.folding import folded
from arenite.backends.sets import GENERATED_C
from arenite.budget import Budget
from arenite.checkers.relocation import check
from arenite.errors import VerificationError
from arenite.formulate.placement import overlap_problem
from arenite.problems.lifetimes import maximum_load
from arenite.problems.placement import Buffer, PlacementProblem, Relation
from arenite.problems.relocation import Move, MovingSolution
from arenite.search.optimization import preview
from arenite.search.options import Options
from arenite.solve.place.disjoint import solve as solve_layout
from arenite.solve.place.solver import solve as solve_placement
from arenite.solve.relocate import cpsat
from arenite.solve.relocate.beam import search
from arenite.solve.relocate.bound import scope_bound
from arenite.solve.relocate.course import Course
from arenite.solve.relocate.field import Field
from arenite.solve.relocate.solver import solve
from arenite.zoo import build

UNIT = 16


def full(chance, height=20, scopes=8, largest=7):
    """Buffers that fill an arena of `height` units in almost every scope, which often no fixed places allow."""
    alive, buffers = [], []
    for scope in range(scopes):
        stays = [each for each in alive if chance.random() < 0.65]
        buffers += [(*each, scope - 1) for each in alive if each not in stays]
        alive, room = stays, height - sum(size for size, *_ in stays)
        slack = chance.choice((0, 0, 1))
        while room > slack:
            alive.append((chance.randint(1, min(room, largest)), scope))
            room -= alive[-1][0]
    buffers += [(*each, scopes - 1) for each in alive]
    return PlacementProblem(
        tuple(Buffer(f"b{number}", UNIT * size, first, last) for number, (size, first, last) in enumerate(buffers)),
        (),
        UNIT,
    )


@st.composite
def full_problems(draw, **sizes):
    return full(random.Random(draw(st.integers(0, 1 << 20))), **sizes)


def solved(problem, **options):
    return solve(problem, solve_placement(problem, effort=0.1).offsets, **options)


def test_a_window_with_too_many_buffers_for_its_effort_is_left_out(monkeypatch):
    asked = []
    monkeypatch.setattr(cpsat, "search", lambda *_, window=None, **__: asked.append(window) or (None, 0))
    monkeypatch.setattr(cpsat, "_WHOLE", 0)
    fields = (Field(full(random.Random(seed))) for seed in range(100))
    found = ((field, Course(search(field, field.load, 8, Budget()))) for field in fields)
    field, course = next((field, course) for field, course in found if course.cost(field))
    assert cpsat.fewer(field, field.load, course, 1e-6, Budget()) is course
    assert cpsat.lowered(field, 1, course, 1e-6, Budget()) is None
    assert not asked
    assert cpsat.fewer(field, field.load, course, 1.0, Budget()) is course
    assert asked


def replay(problem, solution):
    """Run the plan on bytes: every operator writes its outputs in full, and all that is alive must be intact."""
    memory = [None] * (solution.height // UNIT)
    place = list(solution.offsets)
    moves = list(solution.moves)
    for scope in range(1 + max((buffer.last for buffer in problem.buffers), default=-1)):
        while moves and moves[0].scope == scope:
            move = moves.pop(0)
            source, target, size = (value // UNIT for value in (move.source, move.target, move.size))
            memory[target : target + size] = memory[source : source + size]
            for number in move.buffers:
                place[number] += move.target - move.source
        for number, buffer in enumerate(problem.buffers):
            if buffer.first == scope:
                for index in range(buffer.size // UNIT):
                    memory[place[number] // UNIT + index] = number, index
        for number, buffer in enumerate(problem.buffers):
            if buffer.first <= scope <= buffer.last:
                for index in range(buffer.size // UNIT):
                    assert memory[place[number] // UNIT + index] == (number, index)
    assert not moves


def fewest(problem, height):
    """Units that are moved at least, by trying every place of every buffer, and every move of one buffer at a time."""
    sizes = [buffer.size // UNIT for buffer in problem.buffers]
    scopes = 1 + max(buffer.last for buffer in problem.buffers)
    heap, done = [(0, 0, ())], set()
    while heap:
        cost, scope, places = heapq.heappop(heap)
        if (scope, places) in done:
            continue
        done.add((scope, places))
        if scope == scopes:
            return cost
        taken = dict(places)
        for one, at in places:
            for to in range(height - sizes[one] + 1):
                others = [(other, there) for other, there in places if other != one]
                if to != at and all(to + sizes[one] <= b or b + sizes[a] <= to for a, b in others):
                    heapq.heappush(heap, (cost + sizes[one], scope, tuple(sorted([*others, (one, to)]))))
        new = [number for number, buffer in enumerate(problem.buffers) if buffer.first == scope]
        for offsets in itertools.product(*(range(height - sizes[number] + 1) for number in new)):
            everything = {**taken, **dict(zip(new, offsets, strict=True))}
            ordered = sorted((at, at + sizes[one]) for one, at in everything.items())
            if all(one[1] <= other[0] for one, other in itertools.pairwise(ordered)):
                lasting = (each for each in everything.items() if problem.buffers[each[0]].last > scope)
                heapq.heappush(heap, (cost, scope + 1, tuple(sorted(lasting))))
    raise AssertionError("not even with moves")


@given(full_problems(height=6, scopes=5, largest=3))
@settings(max_examples=60)
def test_the_fewest_bytes_are_moved(problem):
    solution = solved(problem)
    check(problem, solution)
    replay(problem, solution)
    assert solution.height == solution.lower_bound == maximum_load(problem.apart)
    assert solution.moved == solution.least_moved == UNIT * fewest(problem, solution.height // UNIT)


def test_the_fewest_are_found_where_something_has_to_move():
    """Two of three lie still, and no fixed places are as low: the smallest one in the middle gives way."""
    problems = (full(random.Random(seed), height=7, scopes=6, largest=4) for seed in itertools.count())
    tight = (each for each in problems if solve_layout(each.apart).height > maximum_load(each.apart))
    for problem in itertools.islice(tight, 4):
        solution = solved(problem)
        check(problem, solution)
        replay(problem, solution)
        assert solution.height < solve_layout(problem.apart).height
        assert 0 < solution.moved == solution.least_moved == UNIT * fewest(problem, solution.height // UNIT)


@given(full_problems(scopes=6))
@settings(max_examples=60)
def test_following_a_single_course_reaches_the_load_as_well(problem):
    field = Field(problem)
    load = maximum_load(problem.apart)
    places = search(field, load // field.unit, 1, Budget())
    assert places is not None
    everything_apart = list(itertools.accumulate((buffer.size for buffer in problem.buffers), initial=0))
    solution = solve(problem, everything_apart[:-1], effort=0, width=1)
    check(problem, solution)
    replay(problem, solution)
    assert solution.height == load


@pytest.mark.parametrize("worth", [0.1, 0.5, 1.0, 3.0])
def test_moves_are_worth_what_is_asked(worth):
    """Every second layout is stacked, and so leaves much to gain."""
    for seed in range(12):
        problem = full(random.Random(seed), height=12)
        heights = itertools.accumulate(buffer.size for buffer in problem.buffers)
        still = solve_placement(problem, effort=0.1).offsets if seed % 2 else (0, *heights)[:-1]
        alone = max(at + buffer.size for at, buffer in zip(still, problem.buffers, strict=True))
        solution = solve(problem, still, worth=worth)
        check(problem, solution)
        assert worth * solution.moved <= alone - solution.height


def least_height(problem):
    field = Field(problem)
    return scope_bound(field) * field.unit


@pytest.mark.parametrize("name", ["inception", "nasnet-a", "darts"])
def test_networks_reach_what_one_operator_needs(name):
    problem, _ = overlap_problem(build(name), GENERATED_C)
    still = solve_placement(problem)
    solution = solve(problem, still.offsets)
    check(problem, solution)
    assert solution.height == solution.lower_bound == least_height(problem)
    assert (solution.height < still.height) == (solution.moved > 0)
    assert solution == solve(problem, still.offsets)


@pytest.mark.parametrize(("name", "parameters"), [("resnet8", {"channels": 8}), ("chain", {})])
def test_strips_reach_what_one_operator_needs(name, parameters):
    """Rows that are kept and new rows become one tensor, again and again, with hardly a byte to spare."""
    model = folded(preview(build(name, **parameters), Options(target="c", split=True)))
    problem, _ = overlap_problem(model, GENERATED_C)
    still = solve_placement(problem, effort=0.1)
    solution = solve(problem, still.offsets, effort=0)
    check(problem, solution)
    assert solution.height == solution.lower_bound < still.height


def test_a_layout_that_is_far_too_high_is_lowered():
    problem, _ = overlap_problem(build("nasnet-a", cells=1), GENERATED_C)
    height = least_height(problem)
    still = solve_layout(problem.apart)
    assert still.height > height
    solution = solve(problem, still.offsets)
    check(problem, solution)
    assert solution.height == height


A, B, C = Buffer("a", 32, 0, 1), Buffer("b", 32, 0, 3), Buffer("c", 64, 2, 3)
CASE = PlacementProblem((A, B, C), (), 16)
VIEWS = PlacementProblem(
    (Buffer("whole", 64, 0, 2), Buffer("view", 32, 1, 2), Buffer("next", 32, 2, 2)), (Relation(0, 1, None, (-16,)),), 16
)


@pytest.mark.parametrize(
    ("problem", "offsets", "moves", "height", "message"),
    [
        (CASE, (0, 32, 32), (Move(2, (1,), 32, 0, 32),), 96, None),
        (CASE, (16, 48, 64), (Move(2, (1,), 48, 32, 32),), 128, None),
        (CASE, (0, 32, 32), (Move(1, (1,), 32, 0, 32),), 96, "'a' .from byte 0, 32 bytes. is destroyed from byte 0"),
        (CASE, (0, 32, 32), (Move(3, (1,), 32, 0, 32),), 96, "'b' .* destroyed from byte 32 on in scope 2"),
        (CASE, (0, 32, 32), (Move(2, (0,), 0, 64, 32),), 96, "'a' is to move before scope 2, but does not lie"),
        (CASE, (0, 32, 32), (Move(2, (1,), 48, 0, 32),), 96, "'b' is to move before scope 2, but does not lie"),
        (CASE, (0, 32, 32), (Move(2, (1,), 32, 0, 16),), 96, "does not lie in bytes 32 to 48"),
        (CASE, (0, 32, 32), (Move(2, (1,), 32, 8, 32),), 96, "not at a multiple of 16"),
        (CASE, (0, 32, 32), (Move(2, (1,), 32, -32, 32),), 96, "not at a multiple of 16"),
        (CASE, (0, 32, 64), (Move(2, (1,), 32, 0, 32),), 96, "claims a height of 96 bytes, it reaches 128"),
        (CASE, (0, 16, 64), (), 128, "'a' .* destroyed from byte 16 on in scope 0"),
        # A copy of 'b' that does not go along is no 'b': its bytes are elsewhere than the buffer is.
        (CASE, (0, 32, 64), (Move(2, (), 32, 48, 16),), 128, "'b' .* is destroyed from byte 48 on in scope 2"),
        (CASE, (0, 32), (), 96, "2 offsets for 3"),
        (CASE, (0, 32, 64), (Move(3, (1,), 32, 0, 32), Move(2, (1,), 32, 0, 32)), 128, "comes after one for scope 3"),
        (VIEWS, (0, 16, 0), (Move(2, (0, 1), 0, 32, 64),), 96, None),
        (VIEWS, (0, 16, 0), (Move(2, (0,), 0, 32, 64),), 96, "'view' .* destroyed from byte 16 on in scope 2"),
        (VIEWS, (0, 32, 64), (), 96, "'whole' .* destroyed from byte 32 on in scope 1"),
    ],
)
def test_the_checker_follows_every_byte(problem, offsets, moves, height, message):
    solution = MovingSolution(offsets, moves, height, 0)
    if message is None:
        check(problem, solution)
    else:
        with pytest.raises(VerificationError, match=message):
            check(problem, solution)


def test_a_bound_above_the_height_is_refused():
    with pytest.raises(VerificationError, match="lower bound 112"):
        check(CASE, MovingSolution((0, 32, 32), (Move(2, (1,), 32, 0, 32),), 96, 112))


def test_places_at_the_end_follow_the_moves():
    solution = MovingSolution((0, 32, 32), (Move(2, (1,), 32, 0, 32), Move(3, (1,), 0, 16, 32)), 96, 96)
    assert solution.final() == (0, 16, 32)
    assert solution.moved == 64


def test_without_buffers_there_is_nothing_to_do():
    assert solve(PlacementProblem(()), ()) == MovingSolution((), (), 0, 0)
