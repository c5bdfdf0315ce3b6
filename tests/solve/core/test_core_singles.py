"""First fit of single buffers is the same, to the last random choice and step, whichever core runs."""

import random

import pytest
from core_cases import ZOO, needs_both, problems, progressions, same, spent, zoo_problem
from hypothesis import given, settings
from hypothesis import strategies as st

from arenite.solve.core.choice import core
from arenite.solve.core.interface import Walk
from arenite.solve.place.fit import improve
from arenite.solve.place.gaps import gaps

pytestmark = needs_both


def searched(problem, work, budget, enough=0):
    """All that a search finds on its way, from the order of the numbers and from its reverse."""
    numbers = range(len(problem.buffers))
    seen = []
    offsets = improve(gaps(problem), [numbers, numbers[::-1]], enough, work, budget=budget, found=seen.append)
    return seen, offsets


@given(problems(), st.integers(0, 9000), st.sampled_from((50.0, 3000.0, 1e6)), st.booleans())
def test_random_problems(problem, work, steps, early):
    enough = sum(buffer.size for buffer in problem.buffers) // 16 // 3 if early else 0
    same(lambda: spent(lambda budget: searched(problem, work, budget, enough), steps))


@settings(max_examples=500)
@given(progressions(), st.randoms(use_true_random=False))
def test_distances_in_progressions(small, chance):
    order = list(range(len(small.sizes)))
    chance.shuffle(order)

    def walked():
        fits, choices = core().single_fits(small), random.Random(3)
        start = fits.first_fit(order)
        return start, fits.walk(Walk(order, start, order, start), 0, 9, choices), choices.getstate()

    same(walked)


@pytest.mark.parametrize("name", ZOO)
def test_networks(name):
    problem = zoo_problem(name)
    same(lambda: spent(lambda budget: searched(problem, 20_000, budget)))


@given(problems(), st.integers(0, 30), st.randoms(use_true_random=False))
def test_a_walk_goes_on_where_it_stopped(problem, tries, chance):
    """In two parts it is the walk in one; the generator is left where the choices ended."""
    small = gaps(problem)
    order = list(range(len(small.sizes)))
    chance.shuffle(order)

    def walked(parts):
        fits, choices = core().single_fits(small), random.Random(7)
        start = fits.first_fit(order)
        at, made = Walk(order, start, order, start), 0
        for part in parts:
            at, done = fits.walk(at, 0, part, choices)
            made += done
        return at, made, choices.getstate()

    whole = same(lambda: walked([tries]))
    assert whole == same(lambda: walked([tries // 3, tries - tries // 3]))
