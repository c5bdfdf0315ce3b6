"""Stars: a joined tensor and its parts, against all layouts; and operators of many inputs, proven in any order."""

from __future__ import annotations

import random
from itertools import permutations

import pytest
from hand_made import graph, model
from hypothesis import given, settings
from hypothesis import strategies as st
from overlap_cases import least_height, relu, rows, split, tensor
from random_models import every_order

from arenite.backends.sets import REFERENCE
from arenite.budget import Budget
from arenite.formulate.placement import overlap_problem
from arenite.model import ElementType, Operator
from arenite.problems.distances import Points
from arenite.problems.placement import Buffer, PlacementProblem, Relation
from arenite.search.joint.every_order import order_bound
from arenite.search.optimization import Options, decided
from arenite.search.reordering import reorder
from arenite.search.task import Task, silent
from arenite.solve.place.gaps import gaps
from arenite.solve.place.solver import solve
from arenite.solve.place.star import order_around, star
from arenite.tflite.read import read_model


def joined(parts, target, axis):
    return Operator("CONCATENATION", tuple(parts), (target,), {"axis": axis, "fused_activation_function": 0})


@st.composite
def stars(draw, most=3, largest=4, *, views=True):
    """A center and its leaves as a problem; the center is the target of every relation, or the source of every one."""
    center = draw(st.integers(1, largest))
    sizes = [draw(st.integers(1, largest)) for _ in range(draw(st.integers(2, most)))]
    turned = draw(st.booleans())
    relations = []
    for number, size in enumerate(sizes, start=1):
        pair = (0, number) if turned else (number, 0)
        below, above = (center, size) if turned else (size, center)
        distance = draw(st.one_of(st.none(), st.integers(1 - below, above - 1)))
        points = draw(st.sets(st.integers(1 - below, above - 1), max_size=2)) if views else ()
        exactly = tuple(sorted(16 * point for point in points if distance is None or point < distance))
        if exactly or distance is not None:
            relations.append(Relation(*pair, None if distance is None else 16 * distance, exactly))
    buffers = tuple(Buffer(f"b{number}", 16 * size, 0, 0) for number, size in enumerate([center, *sizes]))
    return PlacementProblem(buffers, tuple(relations), 16)


@given(stars())
@settings(max_examples=60)
def test_no_layout_comes_below_a_star(problem):
    small = gaps(problem)
    found = star(small, range(len(problem.buffers)))
    if found is not None:
        assert found.least() * small.unit <= least_height(problem)


@given(stars(views=False))
@settings(max_examples=60)
def test_a_star_without_views_is_exact(problem):
    small = gaps(problem)
    found = star(small, range(len(problem.buffers)))
    if found is not None and all(leaf.release >= 0 for leaf in found.leaves):
        assert found.least() * small.unit == least_height(problem)


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(1, 5)), min_size=1, max_size=6), st.integers(1, 12))
def test_the_order_of_releases_is_the_best_of_all(leaves, center):
    """Every order of the leaves in turn, each as low as its release and the leaf before it allow it."""
    buffers = (Buffer("y", 16 * center, 0, 0), *(Buffer("x", 16 * size, 0, 0) for _, size in leaves))
    relations = tuple(
        Relation(number, 0, 16 * release) for number, (release, _) in enumerate(leaves, 1) if release < center
    )
    small = gaps(PlacementProblem(buffers, relations, 16))
    found = star(small, range(len(buffers)))
    if found is None:
        return
    ends = []
    for order in permutations(leaves):
        now = 0
        for release, size in order:
            now = max(now, min(release, center)) + size
        ends.append(max(now, center))
    assert found.least() * small.unit == 16 * min(ends)


def test_a_leaf_of_many_places_is_a_job_that_may_begin_at_the_first():
    """An image of a quarter of a million pixels costs no more than one of ten."""
    center, places = 1 << 18, Points((range(0, 1 << 18, 16),))
    buffers = (Buffer("y", center, 0, 0), Buffer("a", 64, 0, 0), Buffer("b", 32, 0, 0), Buffer("c", 48, 0, 0))
    forward = (Relation(1, 0, None, places), Relation(2, 0, center - 16), Relation(3, 0, center - 16))
    turned = Points((range(64 - center, 1, 16),))
    backward = (Relation(0, 1, None, turned), Relation(0, 2, 32 - 16), Relation(0, 3, 48 - 16))
    for relations in (forward, backward):
        small = gaps(PlacementProblem(buffers, relations, 16))
        assert star(small, range(4)).least() * small.unit == center - 16 + 32 + 48


def test_what_is_no_star():
    buffers = tuple(Buffer("b", 32, 0, 0) for _ in range(4))

    def of(*relations):
        return star(gaps(PlacementProblem(buffers, relations, 16)), range(4))

    assert of() is None
    assert of(Relation(1, 0, 16), Relation(2, 3, 16)) is None
    assert of(Relation(1, 0, 16), Relation(0, 2, 16)) is None  # one may begin later, the other has to end earlier
    assert of(Relation(1, 0, 16), Relation(2, 0, 16)).center == 0
    assert of(Relation(0, 1, 16), Relation(0, 2, 16)).upside_down


def test_first_fit_begins_with_the_center_or_ends_with_it():
    buffers = tuple(Buffer("b", 64, 0, 0) for _ in range(6))

    def order(members, *pairs):
        relations = tuple(Relation(*pair, 64 - 16 * number) for number, pair in enumerate(pairs, start=1))
        return order_around(gaps(PlacementProblem(buffers, relations, 16)), range(members))

    assert order(6, (1, 0), (2, 0), (3, 0), (4, 0)) == [0, 4, 3, 2, 1]
    assert order(6, (0, 1), (0, 2), (0, 3), (0, 4)) == [1, 2, 3, 4, 0]
    assert order(3, (1, 0), (2, 0)) == []


def network(rng, count):
    """Up to `count` RELUs and one CONCATENATION of columns, which leaves gaps; some inputs stay for others."""
    kind = rng.choice((ElementType.FLOAT32, ElementType.INT8))
    height = rng.randint(1, 3)
    widths = [rng.randint(1, 9) for _ in range(count)]
    inputs = [tensor(f"x{n}", height, width, kind=kind) for n, width in enumerate(widths)]
    parts = [tensor(f"p{n}", height, width, kind=kind) for n, width in enumerate(widths)]
    whole = tensor("y", height, sum(widths), kind=kind)
    operators = [relu(one, other) for one, other in zip(inputs, parts, strict=True) if rng.random() < 0.7]
    made = {operator.outputs[0]: operator for operator in operators}
    fed = [one if other in made else other for one, other in zip(inputs, parts, strict=True)]
    operators.append(joined(parts, whole, 1))
    outputs = [whole, *(each for each in fed if rng.random() < 0.2)]
    return model(graph(fed, outputs, operators))


@pytest.mark.parametrize("seed", range(4))
def test_no_order_and_no_layout_comes_below_a_joined_tensor(seed):
    rng = random.Random(seed)
    proven = 0
    for _ in range(8):
        source = network(rng, rng.randint(2, 4))
        found = reorder(source, REFERENCE)
        least = []
        for order in every_order(source):
            problem, _ = overlap_problem(source, REFERENCE, {0: order})
            assert order_bound(problem) <= solve(problem, effort=0.3).height
            least.append(solve(problem, effort=0.3).lower_bound)
        assert found.lower_bound <= min(least)
        proven += found.lower_bound == min(least)
    assert proven >= 6


def test_equal_slices_that_are_no_views_are_charged_once():
    """Rows at 8 bytes: a and b lie on each other, but not on x, and a stays while b is joined with c."""
    x, c = tensor("x", 6, 2), tensor("c", 4, 2)
    a, b, y, z = tensor("a", 4, 2), tensor("b", 4, 2), tensor("y", 4, 4), tensor("z", 4, 2)
    source = model(graph([x, c], [y, z], [rows(x, 1, a), rows(x, 1, b), joined([b, c], y, 1), relu(a, z)]))
    found = reorder(source, REFERENCE)
    least = []
    for order in every_order(source):
        problem, _ = overlap_problem(source, REFERENCE, {0: order})
        least.append(solve(problem).height)
    assert found.lower_bound <= min(least)


def concatenation(count, widths, axis, kind, *, before):
    """CONCATENATION of `count` inputs, each behind an operator of its own if `before` says so."""
    rng = random.Random(count)
    sizes = {"equal": [16] * count, "odd": [7] * count, "random": [rng.randint(1, 64) for _ in range(count)]}[widths]
    shapes = [(1, 4, size) if axis == 2 else (1, size, 8) for size in sizes]
    whole = (1, 4, sum(sizes)) if axis == 2 else (1, sum(sizes), 8)
    parts = [tensor(f"p{number}", *shape, kind=kind) for number, shape in enumerate(shapes)]
    inputs = [tensor(f"x{number}", *shape, kind=kind) for number, shape in enumerate(shapes)] if before else parts
    operators = [relu(one, other) for one, other in zip(inputs, parts, strict=True)] if before else []
    target = tensor("y", *whole, kind=kind)
    return model(graph(inputs, [target], [*operators, joined(parts, target, axis)]))


@pytest.mark.parametrize("target", ["tflm", "c"])
@pytest.mark.parametrize("before", [False, True], ids=["fed", "made"])
@pytest.mark.parametrize("axis", [1, 2])
@pytest.mark.parametrize(
    ("count", "widths", "kind"),
    [(20, "odd", ElementType.INT8), (40, "random", ElementType.INT8), (100, "random", ElementType.FLOAT32)],
)
def test_concatenations_of_many_inputs_are_proven(count, widths, kind, axis, before, target):
    source = concatenation(count, widths, axis, kind, before=before)
    found = decided(Task.of(source, Options(target=target), Budget(), silent))
    assert found.head == found.lower_bound


def test_a_cut_into_many_is_proven():
    whole = tensor("x", 60, 3)
    parts = [tensor(f"p{number}", 3, 3) for number in range(20)]
    made = [tensor(f"y{number}", 3, 3) for number in range(20)]
    source = model(
        graph([whole], made, [split(whole, parts), *(relu(*pair) for pair in zip(parts, made, strict=True))])
    )
    found = decided(Task.of(source, Options(), Budget(), silent))
    assert found.head == found.lower_bound


def test_the_shared_case_is_proven(shared):
    source = read_model(shared / "cases" / "concat40.tflite")
    found = decided(Task.of(source, Options(), Budget(), silent))
    assert found.head == found.lower_bound == 1872
