"""Layouts are valid, as low as brute force finds, and never claim more than they prove."""

import csv
import random
from itertools import permutations
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arenite.budget import Budget
from arenite.checkers.layout_search import fits
from arenite.checkers.placement import check
from arenite.errors import VerificationError
from arenite.problems.lifetimes import components, maximum_load, sections
from arenite.problems.placement import Buffer, Exhausted, Layout, PlacementProblem
from arenite.solve.place import cp_sat as cpsat
from arenite.solve.place import timeline
from arenite.solve.place.decide import Boxes
from arenite.solve.place.disjoint import solve
from arenite.solve.place.portfolio import fit_by_ejection, fit_exhaustively

INSTANCES = Path(__file__).parents[3] / "benchmarks" / "minimalloc"


@st.composite
def problems(draw, most=6):
    count = draw(st.integers(0, most))
    buffers = []
    for i in range(count):
        first = draw(st.integers(0, 5))
        buffers.append(Buffer(f"b{i}", 16 * draw(st.integers(0, 7)), first, first + draw(st.integers(0, 4))))
    return PlacementProblem(tuple(buffers), alignment=16)


def least_height(problem):
    """Every layout that stacks downwards comes from first fit in some order."""
    best = sum(b.size for b in problem.buffers)
    for order in permutations(range(len(problem.buffers))):
        placed = []
        height = 0
        for i in order:
            new = problem.buffers[i]
            at = 0
            for low, high in sorted((o, o + b.size) for o, b in placed if b.first <= new.last and new.first <= b.last):
                if low - at >= new.size:
                    break
                at = max(at, high)
            placed.append((at, new))
            height = max(height, at + new.size)
        best = min(best, height)
    return best


@settings(max_examples=150, deadline=None)
@given(problems())
def test_least_height_is_brute_force(problem):
    solution = solve(problem)
    check(problem, solution)
    assert solution.optimal
    assert solution.height == least_height(problem)


ABOVE_ITS_LOAD = PlacementProblem(
    tuple(
        Buffer(f"b{i}", 16 * size, first, last)
        for i, (size, first, last) in enumerate(
            [(3, 5, 5), (1, 0, 3), (1, 1, 4), (2, 1, 1), (3, 0, 0), (1, 2, 5), (1, 2, 3), (2, 4, 4)]
        )
    ),
    alignment=16,
)
"""Maximum load 64, least height 80; found by trying small random problems."""


def test_height_above_the_load_is_proven():
    solution = solve(ABOVE_ITS_LOAD)
    check(ABOVE_ITS_LOAD, solution)
    assert maximum_load(ABOVE_ITS_LOAD) == 64
    assert solution.height == solution.lower_bound == 80 == least_height(ABOVE_ITS_LOAD)
    assert solution.exhausted is not None
    assert solution.exhausted.height == 64


def test_same_again():
    assert solve(ABOVE_ITS_LOAD) == solve(ABOVE_ITS_LOAD)


def test_goal_ends_the_search():
    solution = solve(ABOVE_ITS_LOAD, goal=80)
    check(ABOVE_ITS_LOAD, solution)
    assert solution.height == 80


def test_no_time_still_gives_a_layout():
    solution = solve(ABOVE_ITS_LOAD, budget=Budget(0))
    check(ABOVE_ITS_LOAD, solution)
    assert solution.lower_bound == 64


def test_progress_tells_height_and_bound():
    seen = []
    solve(ABOVE_ITS_LOAD, progress=lambda what, height, bound: seen.append((what, height, bound)))
    assert seen[-1] == ("layout", 80, 80)


def test_nothing_and_empty_buffers():
    assert solve(PlacementProblem(())) == Layout((), 0, 0)
    assert solve(PlacementProblem((Buffer("none", 0, 0, 3), Buffer("also none", 0, 1, 2)), alignment=16)).height == 0


@st.composite
def tight_boxes(draw):
    """Boxes that fill most of a height of 4 to 6 units over 6 scopes: about one in a few cannot be stacked."""
    height = draw(st.integers(4, 6))
    load = [0] * 6
    buffers = []
    for size, first, length in draw(
        st.lists(st.tuples(st.integers(1, 3), st.integers(0, 5), st.integers(1, 4)), min_size=8, max_size=40)
    ):
        last = min(5, first + length - 1)
        if all(load[scope] + size <= height for scope in range(first, last + 1)):
            buffers.append(Buffer("", size, first, last))
            for scope in range(first, last + 1):
                load[scope] += size
    members = max(components(buffers), key=len)
    buffers = [buffers[i] for i in members]
    return Boxes(tuple(b.size for b in buffers), tuple(sections(buffers))), height


@settings(max_examples=60, deadline=None)
@given(tight_boxes(), st.booleans())
def test_two_searches_agree(instance, fewest):
    boxes, height = instance
    ranks = list(range(len(boxes.sizes)))
    ours = fit_exhaustively(boxes, height, ranks, fewest=fewest, states=10**6, budget=Budget())
    theirs = cpsat.fit(boxes, height, effort=10, budget=Budget())
    assert ours.proven
    assert theirs.proven
    assert (ours.offsets is None) == (theirs.offsets is None)


def network_like(seed, operators):
    """Lifetimes as a random network makes them: most tensors die soon, some are skips that live on."""
    chance = random.Random(seed)
    buffers = []
    for scope in range(operators):
        for _ in range(chance.choice([1, 1, 2])):
            length = chance.choice([1, 1, 1, 2, 3, 5, 12])
            size = 16 * chance.randint(1, 40) * chance.choice([1, 4, 16])
            buffers.append(Buffer(f"t{len(buffers)}", size, scope, min(operators, scope + length)))
    return PlacementProblem(tuple(buffers), alignment=16)


@pytest.mark.parametrize("seed", range(6))
def test_network_like_lifetimes_reach_their_load(seed):
    problem = network_like(seed, 150)
    solution = solve(problem)
    check(problem, solution)
    assert solution.optimal


def check_boxes(boxes, offsets, height):
    buffers = [
        Buffer(str(i), size, a, e - 1) for i, (size, (a, e)) in enumerate(zip(boxes.sizes, boxes.spans, strict=True))
    ]
    top = max(offset + size for offset, size in zip(offsets, boxes.sizes, strict=True))
    assert top <= height
    check(PlacementProblem(tuple(buffers)), Layout(tuple(offsets), top, 0))


def dense_boxes(seed):
    """Boxes of up to half the height, added at random for as long as the load allows."""
    chance = random.Random(seed)
    scopes, height = chance.choice([5, 7, 9]), chance.randint(6, 16)
    load = [0] * scopes
    buffers = []
    for _ in range(60):
        first, size = chance.randrange(scopes), chance.randint(1, height // 2)
        last = min(scopes - 1, first + chance.randint(0, 4))
        if all(load[scope] + size <= height for scope in range(first, last + 1)):
            buffers.append(Buffer("", size, first, last))
            for scope in range(first, last + 1):
                load[scope] += size
    buffers = [buffers[i] for i in max(components(buffers), key=len)]
    return Boxes(tuple(b.size for b in buffers), tuple(sections(buffers))), maximum_load(
        PlacementProblem(tuple(buffers))
    )


@pytest.mark.parametrize("seed", range(60))
def test_timeline_and_canonical_are_right_where_they_answer(seed):
    boxes, height = dense_boxes(seed)
    whole = cpsat.fit(boxes, height, effort=10, budget=Budget())
    assert whole.proven
    with mock.patch.object(timeline, "_STEP", 3):
        stretched = timeline.fit(boxes, height, effort=3, budget=Budget())
    ranks = list(range(len(boxes.sizes)))
    ours = fit_exhaustively(boxes, height, ranks, fewest=seed % 2 == 0, states=10**6, budget=Budget())
    for answer in (stretched, ours):
        if answer.offsets is not None:
            check_boxes(boxes, answer.offsets, height)
        if answer.proven:
            assert (answer.offsets is None) == (whole.offsets is None)


@pytest.mark.parametrize("seed", range(60))
def test_ejection_finds_right_layouts_and_all_that_exist(seed):
    boxes, height = dense_boxes(seed)
    for room in (height, height + 1):
        found = fit_by_ejection(boxes, room, 3000, seed, Budget())
        whole = cpsat.fit(boxes, room, effort=10, budget=Budget())
        assert (found.offsets is None) == (whole.offsets is None)
        assert found.proven == (found.offsets is not None)
        if found.offsets is not None:
            check_boxes(boxes, found.offsets, room)


def test_a_box_that_is_too_large_is_proven_not_to_fit():
    found = fit_by_ejection(Boxes((2, 5), ((0, 1), (0, 1))), 4, 10, 0, Budget())
    assert found.offsets is None
    assert found.proven


def test_a_search_without_budget_gives_up():
    found = fit_by_ejection(Boxes((2, 2), ((0, 1), (0, 1))), 4, 10, 0, Budget(0))
    assert found.offsets is None
    assert not found.proven


def test_long_layouts_are_placed_stretch_by_stretch():
    buffers = network_like(1, 600).buffers
    boxes = Boxes(tuple(b.size for b in buffers), tuple(sections(buffers)))
    height = maximum_load(PlacementProblem(buffers))
    check_boxes(boxes, timeline.fit(boxes, height, effort=2, budget=Budget()).offsets, height)


def minimalloc(name):
    path = INSTANCES / f"{name}.1048576.csv"
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    return PlacementProblem(tuple(Buffer(r["id"], int(r["size"]), int(r["lower"]), int(r["upper"]) - 1) for r in rows))


def test_a_loose_instance_is_lowered_by_ejection():
    problem = minimalloc("J")
    budget = Budget(25_000_000)
    solution = solve(problem, goal=1_023_000, budget=budget)
    check(problem, solution)
    assert solution.height <= 1_023_000
    assert not budget.over


@pytest.mark.parametrize("name", "ABCDEFGHIJK")
def test_minimalloc_instances_fit_their_capacity(name):
    problem = minimalloc(name)
    solution = solve(problem, goal=1_048_576)
    check(problem, solution)
    assert solution.height <= 1_048_576


def clash():
    problem = PlacementProblem((Buffer("left", 32, 0, 3), Buffer("right", 16, 2, 5)), alignment=16)
    return problem, Layout((0, 16), 32, 32)


def test_clash_is_named():
    with pytest.raises(VerificationError) as caught:
        check(*clash())
    message = str(caught.value)
    assert "'left' (bytes 0 to 31)" in message
    assert "'right' (bytes 16 to 31)" in message
    assert "scope 2" in message


@pytest.mark.parametrize(
    ("solution", "words"),
    [
        (Layout((0, 40), 56, 48), "multiple of 16"),
        (Layout((-16, 32), 48, 48), "multiple of 16"),
        (Layout((0, 32), 64, 48), "claims a height"),
        (Layout((0, 48), 64, 64), "without a search"),
        (Layout((0, 48), 64, 64, exhausted=Exhausted(32, "test", 1)), "without a search"),
        (Layout((0, 32), 48, 64), "above the layout's own height"),
        (Layout((0,), 48, 48), "1 offsets for 2 buffers"),
    ],
)
def test_false_claims_are_refused(solution, words):
    problem, _ = clash()
    with pytest.raises(VerificationError, match=words):
        check(problem, solution)


def test_true_claims_pass():
    problem, _ = clash()
    check(problem, Layout((0, 32), 48, 48))
    check(problem, Layout((16, 0), 48, 16))


def test_a_record_of_a_search_is_not_believed_but_searched_again():
    problem, _ = clash()
    for buffers, words in (((), "without a search"), ((0, 1), "fit in 48"), ((1,), "fit in 48")):
        with pytest.raises(VerificationError, match=words):
            check(problem, Layout((0, 48), 64, 64, exhausted=Exhausted(48, "test", 1, buffers)))


@settings(max_examples=150, deadline=None)
@given(problems())
def test_searching_again_agrees_with_brute_force(problem):
    least = least_height(problem)
    assert fits(problem.buffers, least)
    assert least == 0 or fits(problem.buffers, least - 16) is False


def test_searching_again_gives_up():
    assert fits(ABOVE_ITS_LOAD.buffers, 64, most_states=1) is None
    record = solve(ABOVE_ITS_LOAD).exhausted
    with mock.patch("arenite.checkers.placement.fits", return_value=None):
        check(ABOVE_ITS_LOAD, Layout(solve(ABOVE_ITS_LOAD).offsets, 80, 80, exhausted=record))


def test_a_proof_names_the_buffers_that_it_is_about():
    far = Buffer("far", 48, 20, 30)
    record = solve(PlacementProblem((far, *ABOVE_ITS_LOAD.buffers, Buffer("empty", 0, 1, 1)), alignment=16)).exhausted
    assert record is not None
    assert record.buffers == tuple(range(1, 9))
