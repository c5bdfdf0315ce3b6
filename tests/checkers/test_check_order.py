"""The checker of orders: the peak it replays, and that it names what is wrong."""

import random
from itertools import permutations

import pytest
from oracles import brute
from oracles.samples import PAPER_EXAMPLE, anything, renumbered

from arenite.checkers.order import check_order
from arenite.errors import VerificationError
from arenite.problems.order import Charge, Problem


def test_peak_of_every_order_equals_the_oracle():
    rng = random.Random(7)
    for _ in range(200):
        problem = renumbered(rng, anything(rng, rng.randint(0, 6)))
        for order in brute.orders(problem):
            assert check_order(problem, order) == brute.peak(problem, order), (problem, order)


def test_names_the_two_operators_of_a_broken_dependency():
    with pytest.raises(VerificationError, match="operator 4 reads tensor 3 before operator 2 writes it"):
        check_order(PAPER_EXAMPLE, (0, 1, 4, 2, 3, 5, 6))


def test_names_the_two_operators_of_broken_state():
    problem = Problem(3, (Charge(16, None, (0,)),), before=((2, 1),))
    assert check_order(problem, (2, 0, 1)) == 16
    with pytest.raises(VerificationError, match="operator 1 runs before operator 2"):
        check_order(problem, (0, 1, 2))


@pytest.mark.parametrize("order", [(), (0, 1, 2, 3, 4, 5), (0, 1, 2, 3, 4, 5, 5), (0, 1, 2, 3, 4, 5, 7), (1,) * 7])
def test_refuses_what_is_no_permutation(order):
    with pytest.raises(VerificationError, match="permutation"):
        check_order(PAPER_EXAMPLE, order)


def test_refuses_exactly_the_orders_that_are_invalid():
    rng = random.Random(8)
    for _ in range(30):
        problem = renumbered(rng, anything(rng, 5))
        valid = set(brute.orders(problem))
        for order in permutations(range(5)):
            if order in valid:
                check_order(problem, order)
            else:
                with pytest.raises(VerificationError):
                    check_order(problem, order)
