"""Bounds from what all orders have in common, and order and layout searched together."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hand_made import conditional, graph, model
from overlap_cases import relu, tensor
from random_models import every_order, random_model

from arenite.backends.sets import ALL, PORTABLE, REFERENCE
from arenite.checkers.placement import check
from arenite.errors import VerificationError
from arenite.formulate.placement import overlap_problem, views_of_inputs
from arenite.model import Graph, Operator
from arenite.search.joint import jointly
from arenite.search.joint.common import Rules
from arenite.search.joint.every_order import every_order_bound
from arenite.search.joint.jointly import solve_jointly
from arenite.search.reordering import reorder
from arenite.solve.place.solver import solve

KERNELS = REFERENCE


def laid_out(source, order, **options):
    problem, tensors = overlap_problem(source, KERNELS, {0: order}, **options)
    return problem, tensors, solve(problem, effort=0.3)


def least_height(source, **options):
    solutions = [laid_out(source, order, **options)[2] for order in every_order(source)]
    assert all(each.optimal for each in solutions)
    return min(each.height for each in solutions)


@pytest.mark.parametrize("seed", range(6))
def test_the_least_height_over_every_order_is_found_and_proven(seed):
    rng = random.Random(seed)
    tried = exact = improved = 0
    while tried < 20:
        source = random_model(rng, rng.randint(2, 6))
        orders = list(every_order(source))
        if len(orders) > 30:
            continue
        options = {"keep_inputs": rng.random() < 0.3}
        best = least_height(source, **options)
        order = rng.choice(orders)
        *_, solution = laid_out(source, order, **options)
        bound = every_order_bound(source, Rules(KERNELS, KERNELS, **options), order, solution)
        assert bound <= best
        if options["keep_inputs"] and views_of_inputs(source, KERNELS):
            continue  # a layout of another kind could be lower, so that nothing is proven
        tried += 1
        assert len(orders) > 1 or bound == best
        exact += bound == best
        found = solve_jointly(source, Rules(KERNELS, KERNELS, **options), order, solution, bound=bound)
        check(found.problem, found.solution)
        assert found.solution.height == found.lower_bound == best
        assert found.optimal
        improved += best < solution.height
    assert exact >= 0.6 * tried
    assert improved


def test_a_known_bound_is_kept_where_nothing_is_searched():
    source = conditional()
    *_, solution = laid_out(source, range(len(source.main.operators)))
    assert (
        every_order_bound(source, Rules(KERNELS, KERNELS), range(len(source.main.operators)), solution, bound=16) == 16
    )
    found = solve_jointly(source, Rules(KERNELS, KERNELS), range(len(source.main.operators)), solution, bound=16)
    assert (found.solution, found.lower_bound) == (solution, 16)


def test_inputs_that_nobody_reads_lie_beside_the_others():
    x, unused, y, z = tensor("x", 8, 4), tensor("u", 8, 4), tensor("y", 8, 4), tensor("z", 8, 4)
    source = model(graph([x, unused], [y, z], [relu(x, y), relu(x, z)]))
    *_, solution = laid_out(source, (0, 1))
    found = solve_jointly(source, Rules(KERNELS, KERNELS), (0, 1), solution)
    assert found.lower_bound == solution.height == 256


def test_an_output_that_nobody_makes_is_left_alone():
    x, y, z, missing = tensor("x", 8, 4), tensor("y", 8, 4), tensor("z", 8, 4), tensor("m", 8, 4)
    source = model(graph([x], [y, z, missing], [relu(x, y), relu(x, z)]))
    *_, solution = laid_out(source, (0, 1))
    found = solve_jointly(source, Rules(KERNELS, KERNELS), (0, 1), solution)
    assert (found.solution, found.lower_bound) == (solution, 0)
    assert reorder(source, KERNELS).lower_bound <= solution.height


def test_branches_are_reordered_for_the_layout():
    rng = random.Random(4)
    sources = (random_model(rng, 6) for _ in range(200))
    source = next(each for each in sources if len(set(every_order(each))) > 10)
    found = reorder(source, KERNELS)
    *_, solution = laid_out(source, found.orders[0][0])
    joint = solve_jointly(source, Rules(KERNELS, KERNELS), found.orders[0][0], solution, bound=found.lower_bound)
    assert joint.solution.height == least_height(source)


@pytest.mark.parametrize("kernels", [each for each in ALL if not each.generated])
def test_what_is_valid_with_all_kernels_is_valid_with_each(kernels):
    rng = random.Random(14)
    for _ in range(40):
        source = random_model(rng, rng.randint(2, 8))
        problem, _ = overlap_problem(source, PORTABLE, scratch_of=kernels)
        check(overlap_problem(source, kernels)[0], solve(problem, effort=0.1))


def test_windows_of_a_long_order_lower_it_and_stay_valid(monkeypatch):
    monkeypatch.setattr(jointly, "_MOST_WHOLE", 0)
    rng = random.Random(11)
    lower = least = 0
    for _ in range(25):
        source = random_model(rng, rng.randint(3, 6))
        orders = list(every_order(source))
        if 1 < len(orders) < 30:
            order = rng.choice(orders)
            *_, solution = laid_out(source, order)
            found = solve_jointly(source, Rules(KERNELS, KERNELS), order, solution)
            check(found.problem, found.solution)
            best = least_height(source)
            assert best <= found.solution.height <= solution.height
            assert found.lower_bound == 0
            lower += found.solution.height < solution.height
            least += found.solution.height == best
    assert lower
    assert least > lower


def test_a_few_buffers_near_the_highest_prove_a_bound_for_every_order(monkeypatch):
    monkeypatch.setattr(jointly, "_MOST_WHOLE", 0)
    monkeypatch.setattr(jointly, "_CORE", 3)
    rng = random.Random(12)
    raised = proven = 0
    for _ in range(40):
        source = random_model(rng, rng.randint(3, 6))
        orders = list(every_order(source))
        if len(orders) < 30:
            keep_inputs = rng.random() < 0.3
            best = least_height(source, keep_inputs=keep_inputs)
            order = rng.choice(orders)
            *_, solution = laid_out(source, order, keep_inputs=keep_inputs)
            found = solve_jointly(source, Rules(KERNELS, KERNELS, keep_inputs=keep_inputs), order, solution)
            assert found.lower_bound <= best <= found.solution.height
            raised += found.lower_bound > 0
            proven += found.optimal
    assert proven > 0.4 * raised > 0


def test_graphs_without_memory_are_no_obstacle():
    """As those that set variables once; what the main graph needs is the same."""
    rng = random.Random(13)
    once = Operator("CALL_ONCE", (), (), {"init_subgraph_index": 1}, graphs=(1,))
    initial = Graph("initial", (), (), (), ())
    lower = 0
    for _ in range(20):
        plain = random_model(rng, rng.randint(2, 5))
        if len(list(every_order(plain))) > 20:
            continue
        main = plain.main
        source = model(replace(main, operators=(once, *main.operators)), initial)
        *_, solution = laid_out(source, range(len(main.operators) + 1))
        bound = every_order_bound(source, Rules(KERNELS, KERNELS), range(len(main.operators) + 1), solution)
        found = solve_jointly(source, Rules(KERNELS, KERNELS), range(len(main.operators) + 1), solution, bound=bound)
        check(found.problem, found.solution)
        assert bound <= found.lower_bound == found.solution.height == least_height(plain)
        lower += found.solution.height < solution.height
    assert lower


def test_a_view_of_an_input_that_is_kept_counts_in_the_bounds_though_no_layout_has_it():
    x, y, z = tensor("x", 8, 4), tensor("y", 4, 8), tensor("z", 4, 8)
    source = model(graph([x], [z], [Operator("RESHAPE", (x,), (y,)), relu(y, z)]))
    options = {"keep_inputs": True}
    *_, solution = laid_out(source, range(2), **options)
    bound = every_order_bound(source, Rules(KERNELS, KERNELS, **options), range(2), solution)
    result = reorder(source, KERNELS, **options)
    found = solve_jointly(source, Rules(KERNELS, KERNELS, **options), range(2), solution, bound=bound)
    assert max(bound, result.lower_bound, found.lower_bound) <= x.bytes + z.bytes  # y on x, z beside them


def test_a_layout_of_another_order_is_no_start():
    source = random_model(random.Random(3), 5)
    _, _, solution = laid_out(source, next(iter(every_order(source))))
    broken = replace(solution, offsets=tuple(0 for _ in solution.offsets))
    with pytest.raises(VerificationError):
        solve_jointly(source, Rules(KERNELS, KERNELS), next(iter(every_order(source))), broken)
