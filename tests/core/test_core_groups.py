"""First fit of groups is the same, to the last random choice and step, whichever core runs."""

import random

import pytest
from core_cases import ZOO, needs_both, problems, same, spent, zoo_problem
from hypothesis import given
from hypothesis import strategies as st

from arenite.solve.core.choice import core
from arenite.solve.place.gaps import gaps
from arenite.solve.place.grouping import grouped
from arenite.solve.place.rigid import Groups

pytestmark = needs_both


def searched(problem, tries, budget, enough=0):
    """All that a search over groups finds on its way, and what it finds below a tall group on top."""
    groups = Groups(gaps(problem))
    orders = groups.orders(problem.buffers)
    seen = []
    offsets = groups.improve(orders, enough, tries, budget, seen.append)
    return seen, offsets, groups.from_above(orders, groups.gaps.height(offsets) * 2, budget)


@given(problems(), st.integers(0, 600), st.sampled_from((50.0, 3000.0, 1e6)), st.booleans())
def test_random_problems(problem, tries, steps, early):
    enough = gaps(problem).height([0] * len(problem.buffers)) if early else 0
    same(lambda: spent(lambda budget: searched(problem, tries, budget, enough), steps))


@pytest.mark.parametrize("name", ZOO)
def test_networks(name):
    problem = zoo_problem(name)
    same(lambda: spent(lambda budget: searched(problem, 600, budget)))


@given(problems(), st.integers(0, 30), st.randoms(use_true_random=False))
def test_a_walk_goes_on_where_it_stopped(problem, tries, chance):
    """In two parts it is the walk in one; the generator is left where the choices ended."""
    groups = grouped(gaps(problem))
    order = list(range(len(groups.groups)))
    chance.shuffle(order)

    def walked(parts):
        fits, choices = core().group_fits(groups), random.Random(7)
        at, places, made = order, fits.first_fit(order), 0
        for part in parts:
            at, places, done = fits.walk(at, places, 0, part, choices)
            made += done
        return at, places, made, choices.getstate()

    whole = same(lambda: walked([tries]))
    assert whole == same(lambda: walked([tries // 3, tries - tries // 3]))


@pytest.mark.parametrize("size", [1 << 58, 1 << 70])
def test_sums_that_do_not_fit_in_a_machine_word(size):
    problem = zoo_problem("swiftnet-cell")
    small = gaps(problem)
    scaled = type(small)(
        tuple(each * size for each in small.sizes),
        tuple(
            tuple(type(gap)(gap.other, gap.up * size, gap.down * size) for gap in each if gap.up > 0 and gap.down > 0)
            for each in small.of
        ),
        1,
    )
    groups = grouped(scaled)
    order = list(range(len(groups.groups)))
    same(
        lambda: (
            core().group_fits(groups).walk(order, core().group_fits(groups).first_fit(order), 0, 9, random.Random(1))
        )
    )
