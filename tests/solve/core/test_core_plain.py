"""Layouts without overlap are the same whichever core runs."""

import pytest
from core_cases import ZOO, needs_both, problems, same, zoo_problem
from hypothesis import given
from hypothesis import strategies as st

from arenite.problems.lifetimes import neighbors
from arenite.solve.core.choice import core
from arenite.solve.place.disjoint import greedy_orders

pytestmark = needs_both


def fitted(buffers, order):
    """The layouts of an order, made in all ways."""
    fits = core().plain_fits([buffer.size for buffer in buffers], neighbors(buffers))
    return fits.first_fit(order), fits.best_fit(order), fits.lowest_first(order)


@given(problems(most=40), st.randoms(use_true_random=False))
def test_random_buffers(problem, chance):
    order = list(range(len(problem.buffers)))
    chance.shuffle(order)
    same(lambda: fitted(problem.buffers, order))


@pytest.mark.parametrize("name", ZOO)
def test_networks(name):
    buffers = zoo_problem(name).buffers
    for order in greedy_orders(buffers, neighbors(buffers)):
        same(lambda order=order: fitted(buffers, order))
