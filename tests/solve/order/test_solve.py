"""The search against brute force and the paper's recursion, with every technique switched off in turn."""

from __future__ import annotations

import random
from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.brute import least_peak as brute_force
from oracles.paper_recursion import least_peak as paper_recursion
from oracles.samples import PAPER_EXAMPLE, anything, paper_class, renumbered

from arenite.budget import Budget
from arenite.checkers.order import check_certificate, check_order
from arenite.errors import ModelError
from arenite.problems.order import Charge, Problem
from arenite.solve.order.peak import peak, working_sets
from arenite.solve.order.piece import SearchOptions
from arenite.solve.order.solver import Schedule, solve

SWITCHES = [field.name for field in fields(SearchOptions) if field.type == "bool"]
ALL_OFF = replace(SearchOptions(), **dict.fromkeys(SWITCHES, False))


def checked(problem: Problem, options: SearchOptions | None = None, budget: Budget | None = None) -> Schedule:
    """A schedule whose every claim has been checked by what does not know the search."""
    schedule = solve(problem, options=options, budget=budget)
    assert check_order(problem, schedule.order) == schedule.peak
    assert check_certificate(problem, schedule.certificate) == schedule.lower_bound
    assert schedule.lower_bound <= schedule.peak
    return schedule


def test_the_paper_example() -> None:
    assert peak(PAPER_EXAMPLE, range(7)) == 5216
    schedule = checked(PAPER_EXAMPLE)
    assert (schedule.peak, schedule.optimal) == (4960, True)


@pytest.mark.parametrize("seed", range(40))
def test_brute_force_on_tiny_problems_of_any_kind(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(10):
        problem = renumbered(rng, anything(rng, rng.randint(0, 6)))
        schedule = checked(problem)
        assert schedule.optimal
        assert schedule.peak == brute_force(problem)


@pytest.mark.parametrize("seed", range(20))
def test_the_paper_recursion_on_small_problems(seed: int) -> None:
    rng = random.Random(1000 + seed)
    for _ in range(50):
        problem = rng.choice((paper_class, anything))(rng, rng.randint(2, 11))
        schedule = checked(problem)
        assert schedule.optimal
        assert schedule.peak == paper_recursion(problem)


@pytest.mark.parametrize(
    "options",
    [
        ALL_OFF,
        *(replace(SearchOptions(), **{s: False}) for s in SWITCHES),
        *(replace(ALL_OFF, **{s: True}) for s in SWITCHES),
    ],
    ids=["none", *(f"without {s}" for s in SWITCHES), *(f"only {s}" for s in SWITCHES)],
)
@pytest.mark.parametrize("seed", range(4))
def test_no_switch_changes_the_optimum(options: SearchOptions, seed: int) -> None:
    rng = random.Random(2000 + seed)
    for _ in range(10):
        problem = rng.choice((paper_class, anything))(rng, rng.randint(5, 12))
        schedule = checked(problem, options)
        assert schedule.optimal
        assert schedule.peak == paper_recursion(problem)


@given(st.integers(0, 2**32), st.integers(1, 9))
@settings(max_examples=100, deadline=None)
def test_time_over_at_once_leaves_an_honest_interval(seed: int, operators: int) -> None:
    problem = anything(random.Random(seed), operators)
    schedule = checked(problem, budget=Budget(0))
    assert schedule.lower_bound <= brute_force(problem) <= schedule.peak if operators < 7 else True


@given(st.integers(0, 2**32), st.integers(1, 12))
@settings(max_examples=100, deadline=None)
def test_the_default_order_stays_where_none_is_better(seed: int, operators: int) -> None:
    problem = anything(random.Random(seed), operators)
    schedule = checked(problem)
    if peak(problem, range(operators)) == schedule.peak:
        assert schedule.order == tuple(range(operators))


def test_a_cycle_is_an_error_that_names_an_operator() -> None:
    problem = Problem(2, (Charge(16, 0, (1,)), Charge(16, 1, (0,))))
    with pytest.raises(ModelError, match="operator 0"):
        solve(problem)


def test_no_operators_cost_the_floor() -> None:
    schedule = checked(Problem(0, (Charge(64, None, (), kept=True),), floor=64))
    assert (schedule.order, schedule.peak, schedule.optimal) == ((), 64, True)


def test_operators_that_need_nothing_wait_for_their_reader() -> None:
    """Dequantized weights, all made first by default: each is alive only for its own layer in the best order."""
    layers = 30
    made = [Charge(1024, i, (layers + i,)) for i in range(layers)]
    passed = [
        Charge(64, layers + i, (layers + i + 1,) if i + 1 < layers else (), i + 1 == layers) for i in range(layers)
    ]
    schedule = checked(Problem(2 * layers, (Charge(64, None, (layers,)), *made, *passed)))
    assert (schedule.peak, schedule.optimal) == (1152, True)
    assert schedule.states == 0


def test_working_sets_of_the_paper_example() -> None:
    assert working_sets(PAPER_EXAMPLE, range(7)) == [4704, 4704, 5216, 4160, 1280, 1024, 1024]
