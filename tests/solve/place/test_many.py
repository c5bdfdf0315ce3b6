"""Layouts of very many buffers: the same as first and best fit with lists of who meets whom, in linear memory."""

import math
import random
from contextlib import nullcontext
from itertools import combinations
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arenite.budget import Budget
from arenite.checkers.placement import check
from arenite.errors import VerificationError
from arenite.problems.lifetimes import conflicts, maximum_load, neighbors
from arenite.problems.placement import Buffer, Layout, PlacementProblem
from arenite.solve.core.plain import PythonPlainFits
from arenite.solve.place import many
from arenite.solve.place.disjoint import solve

buffers = st.lists(
    st.builds(
        lambda size, first, length: Buffer("b", size, first, first + length),
        st.integers(1, 9),
        st.integers(0, 12),
        st.integers(0, 6),
    ),
    min_size=1,
    max_size=24,
)


@given(buffers)
def test_conflicts_are_counted_as_they_are_listed(each):
    assert 2 * conflicts(each) == sum(map(len, neighbors(each)))


@settings(max_examples=200)
@given(buffers, st.randoms(use_true_random=False))
def test_fits_are_those_of_the_lists(each, chance):
    order = list(range(len(each)))
    chance.shuffle(order)
    arrays, lists = many._Buffers(each), PythonPlainFits([buffer.size for buffer in each], neighbors(each))
    for tightest, slow in ((False, lists.first_fit), (True, lists.best_fit)):
        assert many.fit(arrays, np.array(order), tightest, None).tolist() == slow(order)


@given(buffers)
def test_layouts_of_many_are_valid_and_the_search_ends_by_itself(each):
    problem = PlacementProblem(tuple(each))
    with mock.patch("arenite.solve.place.disjoint._MOST_CONFLICTS", 0):
        solution = solve(problem, budget=Budget(math.inf))
    check(problem, solution)


def thousands(count):
    """Buffers with short and with long lives, hundreds of them at a time."""
    chance = random.Random(1)
    starts = [chance.randrange(count) for _ in range(count)]
    return PlacementProblem(
        tuple(
            Buffer(f"b{i}", 64 << chance.randrange(8), at, at + chance.choice((1, 3, count // 4)))
            for i, at in enumerate(starts)
        )
    )


@pytest.mark.parametrize(("steps", "layouts"), [(0, 1), (300_000, 2)])
def test_the_budget_limits_how_many_layouts_are_made(steps, layouts):
    problem = thousands(4_000)
    load = maximum_load(problem)
    budget = Budget(steps)
    assert many.lowest(problem.buffers, load, load, budget).layouts == layouts
    assert budget.over == (steps == 0)


def test_a_limit_that_is_over_leaves_one_layout():
    problem = thousands(4_000)
    load = maximum_load(problem)
    assert many.lowest(problem.buffers, load, load, Budget(seconds=0)).layouts == 1


def test_nothing_lists_who_meets_whom_among_many():
    problem = thousands(4_000)
    assert conflicts(problem.buffers) > 1_000_000
    with mock.patch("arenite.solve.place.disjoint.neighbors", side_effect=AssertionError):
        solution = solve(problem, budget=Budget(500_000))
    check(problem, solution)
    assert solution.lower_bound == maximum_load(problem)


@given(buffers, st.data())
def test_the_check_finds_a_clash_wherever_two_clash(each, data):
    offsets = tuple(data.draw(st.integers(0, 40)) for _ in each)
    clash = any(
        a.first <= b.last and b.first <= a.last and low < at + b.size and at < low + a.size
        for (a, low), (b, at) in combinations(zip(each, offsets, strict=True), 2)
    )
    height = max(offset + buffer.size for buffer, offset in zip(each, offsets, strict=True))
    problem = PlacementProblem(tuple(each))
    solution = Layout(offsets, height, maximum_load(problem) if not clash else 0)
    with pytest.raises(VerificationError, match="clash") if clash else nullcontext():
        check(problem, solution)
