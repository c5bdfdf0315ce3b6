"""The order that is nearest to the default one, against its definition."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arenite.problems.topological import CircleError, lowest_first


@st.composite
def needs_of(draw):
    """For each of some nodes those that have to come before it; often in a circle."""
    count = draw(st.integers(0, 7))
    node = st.integers(0, max(0, count - 1))
    return [draw(st.lists(node, max_size=2, unique=True)) for _ in range(count)]


def by_definition(needs):
    """Again and again the lowest node of which all needs are there; shorter where there is none."""
    order = []
    while left := [node for node in range(len(needs)) if node not in order and set(needs[node]) <= set(order)]:
        order.append(min(left))
    return order


def reached(needs, node):
    """All that a node needs, by however many steps."""
    found, waiting = set(), [*needs[node]]
    while waiting:
        each = waiting.pop()
        if each not in found:
            found.add(each)
            waiting += needs[each]
    return found


@given(needs_of())
def test_it_is_the_lowest_of_those_that_may_come_next(needs):
    expected = by_definition(needs)
    if len(expected) == len(needs):
        assert lowest_first(needs) == expected
        return
    with pytest.raises(CircleError) as error:
        lowest_first(needs)
    assert error.value.node in reached(needs, error.value.node)


def test_the_drawing():
    assert lowest_first([[], [3, 2], [], [0]]) == [0, 2, 3, 1]


def test_long_chains_and_circles_take_no_stack():
    count = 100_000
    assert lowest_first([[node + 1] for node in range(count - 1)] + [[]]) == list(range(count))[::-1]
    with pytest.raises(CircleError):
        lowest_first([[(node + 1) % count] for node in range(count)])
