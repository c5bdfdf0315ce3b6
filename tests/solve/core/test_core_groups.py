"""First fit of groups is the same, to the last random choice and step, whichever core runs."""

import random
from dataclasses import replace

import pytest
from core_cases import ZOO, needs_both, problems, same, spent, zoo_problem
from hypothesis import given
from hypothesis import strategies as st

from arenite.problems.placement import Buffer, PlacementProblem
from arenite.solve.core.choice import core, cores
from arenite.solve.core.groups import PythonGroupFits
from arenite.solve.place.gaps import gaps, related
from arenite.solve.place.grouping import grouped
from arenite.solve.place.rigid import Groups

pytestmark = needs_both


def searched(problem, tries, budget, enough=0):
    """All that a search over groups finds on its way, and what it finds below a tall group on top."""
    groups = Groups(problem)
    orders = groups.orders()
    seen = []
    offsets = groups.improve(orders, enough, tries, budget, seen.append)
    return seen, offsets, groups.from_above(orders, groups.units.height(offsets) * 2, budget)


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
    groups = grouped(related(problem))
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


@given(problems(), st.integers(0, 30))
def test_a_walk_may_start_from_a_layout_of_another_order(problem, tries):
    """The core in C keeps places at the begin of an order, which is right only where they are those of first fit."""
    groups = grouped(related(problem))
    order = list(range(len(groups.groups)))

    def walked():
        fits, choices = core().group_fits(groups), random.Random(7)
        return fits.walk(order, fits.first_fit(order[::-1]), 0, tries, choices), choices.getstate()

    same(walked)


@pytest.mark.parametrize("size", [1 << 58, 1 << 70])
def test_sums_that_do_not_fit_in_a_machine_word(size):
    """One buffer of 16 bytes keeps the unit from growing with the sizes."""
    problem = zoo_problem("swiftnet-cell")
    scaled = (replace(buffer, size=buffer.size * size) for buffer in problem.buffers)
    relations = (replace(each, distance=each.distance * size) for each in problem.relations if each.distance)
    groups = grouped(related(PlacementProblem((*scaled, Buffer("small", 16, 0, 0)), tuple(relations), 16)))
    assert isinstance(cores()["compiled"].group_fits(groups), PythonGroupFits)
    order = list(range(len(groups.groups)))
    same(
        lambda: (
            core().group_fits(groups).walk(order, core().group_fits(groups).first_fit(order), 0, 9, random.Random(1))
        )
    )


@given(problems())
def test_gaps_and_ranges_are_counted_alike(problem):
    """A budget is charged by these counts, so that it must not depend on the core."""
    groups = grouped(related(problem))

    def counted():
        fits = core().group_fits(groups)
        return fits.gaps, fits.ranges

    assert same(counted)[0] == sum(map(len, gaps(problem).of))
