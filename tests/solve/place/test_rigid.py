"""Layouts of groups: views are on their wholes, and every difference is one that is safe."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strip_networks import INT8, networks, plans

from arenite.backends.sets import PORTABLE, REFERENCE
from arenite.budget import Budget
from arenite.checkers.placement import check as check_placement
from arenite.formulate.placement import overlap_problem
from arenite.problems.placement import Buffer, Layout, PlacementProblem, Relation
from arenite.rewrite.strips import SplitRows
from arenite.solve.place.gaps import gaps
from arenite.solve.place.rigid import Groups


def checked(problem, tries=20):
    """The groups of a problem, and a layout of them that the checker accepts."""
    small = gaps(problem)
    groups = Groups(problem)
    seen = []
    offsets = groups.improve(groups.orders(), 0, tries, Budget(), seen.append)
    assert seen[-1] == offsets
    assert [small.height(each) for each in seen] == sorted({small.height(each) for each in seen}, reverse=True)
    for one, others in enumerate(small.of):
        for gap in others:
            assert gap.kept(offsets[one] - offsets[gap.other])
    height = small.height(offsets) * small.unit
    check_placement(problem, Layout(tuple(each * small.unit for each in offsets), height, 0))
    return groups, offsets


@given(st.integers(0, 10**9))
def test_first_fit_keeps_every_gap(seed):
    chance = random.Random(seed)
    buffers = []
    for number in range(chance.randrange(1, 12)):
        first = chance.randrange(8)
        last = min(8, first + chance.randrange(4))
        buffers.append(Buffer(f"b{number}", 16 * chance.randrange(5), first, last))
    relations = []
    for one in range(len(buffers)):
        for other in range(len(buffers)):
            if (
                one != other
                and chance.random() < 0.3
                and not any({each.source, each.target} == {one, other} for each in relations)
            ):
                distance = chance.choice([None, 16 * chance.randrange(-2, 3)])
                points = tuple(sorted({16 * chance.randrange(-3, 4) for _ in range(chance.randrange(3))}))
                points = tuple(each for each in points if distance is None or each < distance)
                if distance is not None and distance >= buffers[other].size:
                    distance = None
                if points or distance is not None:
                    relations.append(Relation(one, other, distance, points))
    checked(PlacementProblem(tuple(buffers), tuple(relations), 16))


@pytest.mark.parametrize("kernels", [PORTABLE, REFERENCE])
def test_strips_of_random_networks(kernels):
    @given(st.data())
    def check(data):
        model = data.draw(networks(types=(INT8,)))
        plan = data.draw(plans(model))
        if plan is not None:
            checked(overlap_problem(SplitRows(plan).run(model), kernels)[0])

    check()


def test_a_group_is_not_larger_than_what_its_views_lie_in():
    """Rows kept from strip to strip chain all strips together; as one group they would take as much as the whole."""
    # Each strip holds three rows; its last one is also the first one of the next strip.
    buffers = [Buffer(f"strip{number}", 48, 2 * number, 2 * number + 1) for number in range(4)]
    buffers += [Buffer(f"kept{number}", 16, 2 * number + 1, 2 * number + 2) for number in range(3)]
    relations = [Relation(number, 4 + number, None, (-32,)) for number in range(3)]
    relations += [Relation(4 + number, number + 1, None, (0,)) for number in range(3)]
    groups, _ = checked(PlacementProblem(tuple(buffers), tuple(relations), 16))
    assert max(group.height for group in groups.groups) * groups.units.unit == 48
