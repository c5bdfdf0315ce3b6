"""Order and layout together: as low as trying every order with an exact layout, and never claiming more."""

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arenite.budget import Budget
from arenite.errors import VerificationError
from arenite.problems.lifetimes import maximum_load
from arenite.problems.order import Problem, Tensor
from arenite.solve.joint.solution import JointSolution, layout_problem
from arenite.solve.joint.solution import check as check_joint
from arenite.solve.joint.solver import solve as solve_joint
from arenite.solve.joint.stitch import places
from arenite.solve.joint.window import Timeline, unavoidable
from arenite.solve.place.disjoint import solve as solve_layout


@st.composite
def problems(draw, most=5):
    operators = draw(st.integers(1, most))
    sizes = st.integers(0, 6).map(lambda n: 16 * n)
    tensors = [
        Tensor(draw(sizes), None, tuple(sorted(draw(st.sets(st.integers(0, operators - 1), max_size=3)))))
        for _ in range(draw(st.integers(0, 2)))
    ]
    for producer in range(operators):
        for _ in range(draw(st.integers(1, 2))):
            later = st.integers(producer + 1, operators - 1) if producer + 1 < operators else st.nothing()
            users = draw(st.sets(later, max_size=2)) if producer + 1 < operators else set()
            tensors.append(Tensor(draw(sizes), producer, tuple(sorted(users)), draw(st.booleans())))
    extra = tuple(draw(sizes) for _ in range(operators)) if draw(st.booleans()) else ()
    before = ((0, operators - 1),) if operators > 2 and draw(st.booleans()) else ()
    return Problem(operators, tuple(tensors), before, extra)


def valid_orders(problem):
    pairs = [(t.producer, user) for t in problem.tensors if t.producer is not None for user in t.consumers]
    for order in permutations(range(problem.operators)):
        place = {operator: position for position, operator in enumerate(order)}
        if all(place[a] < place[b] for a, b in (*pairs, *problem.before)):
            yield order


@settings(max_examples=100, deadline=None)
@given(problems())
def test_least_height_is_brute_force(problem):
    layouts = [(layout_problem(problem, order), order) for order in valid_orders(problem)]
    loads = [solve_layout(buffers).lower_bound for buffers, _ in layouts]
    expected = min(solve_layout(buffers).height for buffers, _ in layouts)
    solution = solve_joint(problem, layouts[-1][1], lower_bound=min(loads))
    check_joint(problem, solution)
    assert solution.optimal
    assert solution.height == expected


def inception(blocks):
    """Module 3a of GoogLeNet over and over: 28 x 28, 256 channels in, 64 + 128 + 32 + 32 out."""
    sizes, producers, users = [28 * 28 * 256], [None], [[]]

    def run(channels, *inputs):
        number = len(producers) - 1
        for tensor in inputs:
            users[tensor].append(number)
        sizes.append(28 * 28 * channels)
        producers.append(number)
        users.append([])
        return number + 1

    x = 0
    for _ in range(blocks):
        branches = [run(64, x), run(128, run(96, x)), run(32, run(16, x)), run(32, run(256, x))]
        x = run(256, *branches)
    tensors = [Tensor(s, p, tuple(u), not u) for s, p, u in zip(sizes, producers, users, strict=True)]
    return Problem(len(producers) - 1, tuple(tensors))


def test_inception_meets_its_peak():
    """SOLVERS: least peak 426,496; layouts of best orders stay at 451,584."""
    problem = inception(9)
    solution = solve_joint(problem, range(problem.operators), lower_bound=426_496)
    check_joint(problem, solution)
    assert solution.height == solution.lower_bound == 426_496


def test_impossible_peak_is_proven():
    """One order only, and its buffers do not stack at their load: the bound must rise to the layout's height."""
    chain = [(a, a + 1) for a in range(5)]
    lives = [(3, 5, 5), (1, 0, 3), (1, 1, 4), (2, 1, 1), (3, 0, 0), (1, 2, 5), (1, 2, 3), (2, 4, 4)]
    tensors = tuple(Tensor(16 * s, first, (last,) if last > first else ()) for s, first, last in lives)
    problem = Problem(6, tensors, tuple(chain))
    assert maximum_load(layout_problem(problem, range(6))) == 64
    solution = solve_joint(problem, range(6), lower_bound=64)
    check_joint(problem, solution)
    assert solution.height == solution.lower_bound == 80
    assert solution.exhausted is not None


def test_time_out_returns_the_start():
    problem = inception(2)
    solution = solve_joint(problem, range(16), lower_bound=16, budget=Budget(0))
    check_joint(problem, solution)
    assert solution.lower_bound <= 16 * 784
    assert not solution.optimal


def test_windows_of_a_chain_of_modules():
    problem = inception(3)
    assert unavoidable(problem) == [0, 8, 16, 24]
    assert places(problem)[0] == [0, 8, 16, 24]
    window = Timeline(problem, range(24)).window(8, 16)
    assert {item.key for item in window.items if item.producer is None} == {8}
    assert {item.key for item in window.items if item.leaves} == {16}


def test_check_refuses():
    problem = inception(1)
    good = solve_joint(problem, range(8), lower_bound=0)
    check_joint(problem, good)
    swapped = JointSolution(tuple(range(8))[::-1], good.offsets, good.scratch, good.height, 0)
    with pytest.raises(VerificationError, match="which it needs"):
        check_joint(problem, swapped)
    flat = JointSolution(good.order, (0,) * len(good.offsets), good.scratch, good.height, 0)
    with pytest.raises(VerificationError, match="clash"):
        check_joint(problem, flat)
