"""Orders with overlap: what an order is charged, and bounds that no order and no layout comes below."""

from __future__ import annotations

import random

import pytest
from hand_made import conditional, graph, loop, model
from overlap_cases import add, relu, rows, split, stacked, tensor
from random_models import every_order, random_model

from arenite import zoo
from arenite.backends.sets import PORTABLE, REFERENCE
from arenite.checkers.placement import check
from arenite.formulate.order_with_overlap import overlap_ordering_problem
from arenite.formulate.placement import overlap_problem, views_of_inputs
from arenite.problems.order import Charge, InPlaceSaving
from arenite.search.reordering import reorder
from arenite.solve.place.solver import solve


def charged(source, **options):
    given = {"keep_inputs": False, "scratch_of": REFERENCE, "called": {}, **options}
    found = overlap_ordering_problem(source, REFERENCE, 0, **given)
    return found.problem, [tuple(tensor.name for tensor in each.holders) for each in found.held]


def heights(source, *, keep_inputs):
    """The least height of every order, or less than that once there is none below it in any order."""
    for order in every_order(source):
        problem, _ = overlap_problem(source, REFERENCE, {0: order}, keep_inputs=keep_inputs)
        solution = solve(problem, effort=0.3)
        check(problem, solution)
        yield solution.lower_bound


def test_an_output_may_take_the_place_of_an_input_that_ends():
    x, y, z = (tensor(name, 4, 8) for name in "xyz")
    problem, names = charged(model(graph([x], [z], [relu(x, y), add(x, y, z)])))
    assert names == [("x",), ("y",), ("z",)]
    assert problem.savings == (InPlaceSaving(0, 128, ((0, 128),)), InPlaceSaving(1, 128, ((0, 128), (1, 128))))


def test_inputs_that_are_kept_are_not_written_over():
    x, y = tensor("x", 4, 8), tensor("y", 4, 8)
    problem, _ = charged(model(graph([x], [y], [relu(x, y)])), keep_inputs=True)
    assert problem.savings == ()


def test_views_make_nothing():
    x, a, b, y = tensor("x", 4, 4), tensor("a", 2, 4), tensor("b", 2, 4), tensor("y", 4, 4)
    problem, names = charged(model(graph([x], [y], [split(x, [a, b]), stacked([a, b], y)])))
    assert names == [("x", "a", "y"), ("x", "b", "y")]
    assert problem.tensors == (Charge(32, None, (0, 1), kept=True), Charge(32, None, (0, 1), kept=True))
    assert problem.before == ((0, 1),)


def test_rows_at_no_multiple_of_16_are_not_views():
    x, a, b = tensor("x", 4, 3), tensor("a", 2, 3), tensor("b", 2, 3)
    problem, names = charged(model(graph([x], [b], [relu(x, tensor("r", 4, 3)), rows(x, 2, a), relu(a, b)])))
    assert ("a",) in names
    assert sum(each.size for each in problem.tensors) == 48 + 48 + 32 + 32


def test_growing_concatenations_are_one_buffer():
    x, a, b = tensor("x", 2, 4), tensor("a", 4, 4), tensor("b", 6, 4)
    y, z = tensor("y", 2, 4), tensor("z", 2, 4)
    problem, names = charged(model(graph([x], [b], [relu(x, y), stacked([x, y], a), relu(y, z), stacked([a, z], b)])))
    assert set(names) == {("x", "a", "b"), ("y", "a", "b"), ("z", "b")}
    assert sum(each.size for each in problem.tensors) == 96


@pytest.mark.parametrize("seed", range(8))
def test_no_order_and_no_layout_comes_below_the_bound(seed):
    rng = random.Random(seed)
    equal = tried = 0
    while tried < 25:
        source = random_model(rng, rng.randint(1, 6))
        if sum(1 for _ in every_order(source)) > 30:
            continue
        keep_inputs = rng.random() < 0.3
        found = reorder(source, REFERENCE, keep_inputs=keep_inputs)
        best = min(heights(source, keep_inputs=keep_inputs))
        assert found.lower_bound <= best, source
        assert all(sorted(each[0]) == list(range(len(source.main.operators))) for each in found.orders)
        if not keep_inputs or not views_of_inputs(source, REFERENCE):
            equal += found.lower_bound == best
            tried += 1
    assert equal >= 0.6 * tried


@pytest.mark.parametrize("build", [conditional, loop])
def test_models_of_several_graphs_have_a_bound(build):
    source = build()
    found = reorder(source, PORTABLE)
    problem, _ = overlap_problem(source, PORTABLE, found.orders[0])
    assert 0 < found.lower_bound <= solve(problem).height


@pytest.mark.parametrize(
    ("name", "kernels"),
    [
        ("nasnet-a", REFERENCE),
        ("densenet", REFERENCE),
        ("inception", PORTABLE),
        ("swiftnet-cell", PORTABLE),
    ],
)
def test_networks_have_orders_whose_bound_holds(name, kernels):
    source = zoo.build(name)
    found = reorder(source, kernels)
    for orders in found.orders:
        problem, _ = overlap_problem(source, kernels, orders)
        assert found.lower_bound <= solve(problem, effort=0.1).height
