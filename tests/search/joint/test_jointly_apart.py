"""Order and layout together where nothing may overlap: as low as trying every order with an exact layout."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arenite.backends.sets import NO_OVERLAP
from arenite.budget import Budget
from arenite.checkers.placement import check
from arenite.errors import VerificationError
from arenite.formulate.placement import overlap_problem
from arenite.model import ElementType, Graph, Model, Operator, Tensor
from arenite.problems.lifetimes import maximum_load
from arenite.problems.placement import Layout
from arenite.search.joint.common import Rules
from arenite.search.joint.jointly import solve_jointly
from arenite.solve.place.solver import solve

APART = NO_OVERLAP


def network(operators, lives, code="CONCATENATION"):
    """A model of operators of one kind; `lives` are (bytes, producer, consumers, kept) of its tensors."""
    tensors = [Tensor(f"t{number}", (size,), ElementType.INT8) for number, (size, *_) in enumerate(lives)]
    both = list(zip(tensors, lives, strict=True))
    made = tuple(
        Operator(
            code,
            tuple(tensor for tensor, (_, _, users, _) in both if number in users),
            tuple(tensor for tensor, (_, producer, _, _) in both if producer == number),
        )
        for number in range(operators)
    )
    inputs = tuple(tensor for tensor, (_, producer, _, _) in both if producer is None)
    outputs = tuple(tensor for tensor, (*_, kept) in both if kept)
    return Model("network", (Graph("main", tuple(tensors), inputs, outputs, made),))


@st.composite
def networks(draw, most=5):
    operators = draw(st.integers(1, most))
    sizes = st.integers(1, 6).map(lambda n: 16 * n)
    lives = []
    for _ in range(draw(st.integers(0, 2))):
        users = draw(st.sets(st.integers(0, operators - 1), min_size=1, max_size=3))
        lives.append((draw(sizes), None, users, False))
    for producer in range(operators):
        for _ in range(draw(st.integers(1, 2))):
            later = st.integers(producer + 1, operators - 1) if producer + 1 < operators else st.nothing()
            users = draw(st.sets(later, max_size=2)) if producer + 1 < operators else set()
            lives.append((draw(sizes), producer, users, draw(st.booleans())))
    return network(operators, lives)


def valid_orders(model):
    makers = {tensor: number for number, each in enumerate(model.main.operators) for tensor in each.outputs}
    pairs = [
        (makers[tensor], number)
        for number, each in enumerate(model.main.operators)
        for tensor in each.inputs
        if tensor in makers
    ]
    for order in permutations(range(len(model.main.operators))):
        place = {operator: position for position, operator in enumerate(order)}
        if all(place[a] < place[b] for a, b in pairs):
            yield order


def laid_out(model, order):
    problem, _ = overlap_problem(model, APART, {0: order})
    assert not problem.relations
    return solve(problem)


def jointly(model, order, bound):
    return solve_jointly(model, Rules(APART, APART), order, laid_out(model, order), bound=bound)


@settings(max_examples=100, deadline=None)
@given(networks())
def test_least_height_is_brute_force(model):
    layouts = [(laid_out(model, order), order) for order in valid_orders(model)]
    expected = min(layout.height for layout, _ in layouts)
    found = jointly(model, layouts[-1][1], min(layout.lower_bound for layout, _ in layouts))
    check(found.problem, found.solution)
    assert found.optimal
    assert found.solution.height == expected


def inception(blocks):
    """Module 3a of GoogLeNet over and over: 28 x 28, 256 channels in, 64 + 128 + 32 + 32 out."""
    lives, count = [(28 * 28 * 256, None, set(), False)], 0

    def run(channels, *inputs):
        nonlocal count
        for tensor in inputs:
            lives[tensor][2].add(count)
        lives.append((28 * 28 * channels, count, set(), False))
        count += 1
        return len(lives) - 1

    x = 0
    for _ in range(blocks):
        branches = [run(64, x), run(128, run(96, x)), run(32, run(16, x)), run(32, run(256, x))]
        x = run(256, *branches)
    return network(count, [(size, producer, users, not users) for size, producer, users, _ in lives])


def test_inception_meets_its_peak():
    """SOLVERS: least peak 426,496; layouts of best orders stay at 451,584."""
    model = inception(9)
    found = jointly(model, range(len(model.main.operators)), 426_496)
    check(found.problem, found.solution)
    assert found.solution.height == found.lower_bound == 426_496


def test_impossible_peak_is_proven():
    """One order only, and its buffers do not stack at their load: the bound must rise to the layout's height."""
    spans = [(3, 5, 5), (1, 0, 3), (1, 1, 4), (2, 1, 1), (3, 0, 0), (1, 2, 5), (1, 2, 3), (2, 4, 4)]
    lives = [(16 * size, first, {last} if last > first else set(), False) for size, first, last in spans]
    model = network(6, lives, "CUSTOM")  # of which nothing is known, so that their order stays
    start = laid_out(model, range(6))
    problem, _ = overlap_problem(model, APART)
    assert maximum_load(problem) == 64
    found = solve_jointly(model, Rules(APART, APART), range(6), start, bound=64)
    check(found.problem, found.solution)
    assert found.solution.height == found.lower_bound == 80


def test_without_a_budget_the_start_comes_back():
    model = inception(2)
    start = laid_out(model, range(16))
    found = solve_jointly(model, Rules(APART, APART), range(16), start, bound=16, budget=Budget(0))
    check(found.problem, found.solution)
    assert found.solution == start
    assert not found.optimal


def test_a_start_that_clashes_is_refused():
    model = inception(1)
    start = laid_out(model, range(8))
    with pytest.raises(VerificationError, match="clash"):
        solve_jointly(model, Rules(APART, APART), range(8), Layout((0,) * len(start.offsets), 28 * 28 * 256, 0))
