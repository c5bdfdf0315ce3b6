"""The search against the oracles, on thousands of small random graphs and on the example of the paper."""

import random
from dataclasses import replace

import pytest
from oracles import brute, paper_recursion
from oracles.samples import PAPER_EXAMPLE, anything, paper_class, renumbered, windowed

from arenite.checkers.order import check_certificate, check_order
from arenite.solve.order.peak import peak, working_sets
from arenite.solve.order.piece import SearchOptions
from arenite.solve.order.solver import solve

SWITCHES = ("pieces", "deferring", "cuts", "events", "backward", "commit")


def agree(problem, options, best):
    found = solve(problem, options=options)
    assert found.optimal, problem
    assert found.peak == found.lower_bound == best, problem
    assert check_order(problem, found.order) == best, problem
    assert check_certificate(problem, found.certificate) == best, problem


def test_the_example_of_the_paper():
    assert peak(PAPER_EXAMPLE, range(7)) == 5216
    agree(PAPER_EXAMPLE, SearchOptions(), 4960)


def test_working_sets_equal_the_oracle():
    rng = random.Random(11)
    for _ in range(500):
        problem = anything(rng, rng.randint(0, 6))
        order = next(brute.orders(problem))
        assert working_sets(problem, order) == brute.usage(problem, order), problem
        assert peak(problem, order) == brute.peak(problem, order), problem


@pytest.mark.parametrize("sample", [paper_class, anything, windowed])
@pytest.mark.parametrize("seed", range(5))
def test_search_equals_the_recursion_of_the_paper(sample, seed):
    rng = random.Random(seed)
    for _ in range(200):
        problem = sample(rng, rng.randint(0, 12))
        if rng.random() < 0.5:
            problem = renumbered(rng, problem)
        agree(problem, SearchOptions(), paper_recursion.least_peak(problem))


@pytest.mark.parametrize("off", [*SWITCHES, "all"])
def test_no_switch_changes_the_optimum(off):
    rng = random.Random(off)
    names = SWITCHES if off == "all" else (off,)
    options = replace(SearchOptions(), **dict.fromkeys(names, False))
    for _ in range(150):
        sample = rng.choice((anything, windowed))
        problem = renumbered(rng, sample(rng, rng.randint(0, 10)))
        agree(problem, options, paper_recursion.least_peak(problem))
