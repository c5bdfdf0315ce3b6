"""Sets of distances as progressions, against plain sets of numbers."""

from __future__ import annotations

import math
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from arenite.backends.overlap import Overlap
from arenite.problems import distances as points
from arenite.problems.distances import Points
from arenite.solve.place.fit import lowest_fit
from arenite.solve.place.gaps import Gap, Gaps

runs = st.builds(
    lambda start, step, count: range(start, start + step * count, step),
    st.integers(-300, 300),
    st.integers(1, 24),
    st.integers(1, 90),
)
"""Progressions short and long of what is listed."""


@st.composite
def many(draw: st.DrawFn) -> Points:
    """One progression, or two that have no number in common."""
    one = draw(runs)
    other = draw(runs)
    return Points((one,) if set(one) & set(other) else (one, other))


few = st.sets(st.integers(-300, 600), max_size=6).map(lambda numbers: tuple(sorted(numbers)))
distances = st.one_of(few, many())


@given(runs, runs)
def test_what_progressions_have_in_common(one: range, other: range) -> None:
    crossed = points.crossed(one, other)
    assert list(crossed) == sorted(set(one) & set(other))


@given(distances, distances, st.integers(-300, 600), st.integers(0, 600), st.sampled_from([1, 3, 16]))
def test_each_operation_is_that_of_sets(
    one: points.Distances, other: points.Distances, low: int, length: int, unit: int
) -> None:
    mine, theirs = set(one), set(other)
    assert list(points.common(one, other)) == sorted(mine & theirs)
    assert list(points.between(one, low, low + length)) == sorted(set(range(low, low + length)) & mine)
    assert list(points.multiples(one, unit)) == sorted(number for number in mine if number % unit == 0)
    assert list(points.divided(one, -1)) == sorted(-number for number in mine)
    assert points.greatest_divisor(one) == math.gcd(*mine)
    assert len(one) == len(mine)
    assert all((number in one) == (number in mine) for number in range(low, low + 40))
    assert list(points.with_more(other, ())) == sorted(theirs)
    if not isinstance(one, Points) or not isinstance(other, Points):
        assert list(points.with_more(one, other)) == sorted(mine | theirs)


@given(many())
def test_a_set_of_many_equals_the_tuple_of_them(one: Points) -> None:
    assert one == tuple(sorted(set(one)))
    assert hash(one) == hash(tuple(one))
    assert isinstance(points.union(one.runs), tuple if len(one) <= points.MOST_LISTED else Points)


least = st.none() | st.integers(-300, 600)


@st.composite
def rules(draw: st.DrawFn) -> Overlap:
    """A rule with distances below its bound."""
    distance = draw(least)
    return Overlap(distance, points.between(draw(distances), None, distance))


@given(rules(), rules(), st.integers(1, 300), st.integers(1, 300))
def test_rules_allow_what_both_allow(one: Overlap, other: Overlap, source: int, target: int) -> None:
    both, inside = one.both(other), one.within(source, target)
    for distance in range(-400, 700):
        assert both.allows(distance) == (one.allows(distance) and other.allows(distance))
        if -source < distance < target:
            assert inside.allows(distance) == one.allows(distance)
    assert all(-source < each < target for each in inside.exactly)


@st.composite
def problems(draw: st.DrawFn) -> Gaps:
    """Few buffers, all alive together, with gaps of points in progressions of any length."""
    sizes = tuple(draw(st.lists(st.integers(1, 6), min_size=2, max_size=6)))
    found: list[list[Gap]] = [[] for _ in sizes]
    for one in range(len(sizes)):
        for other in range(one):
            run = range(draw(st.integers(-9, 9)), draw(st.integers(10, 15)), draw(st.integers(1, 4)))
            there, back = Points((run,)), Points((range(-run[-1], -run[0] + 1, run.step),))
            listed = draw(st.booleans())
            found[one].append(Gap(other, sizes[other], sizes[one], tuple(there) if listed else there))
            found[other].append(Gap(one, sizes[one], sizes[other], tuple(back) if listed else back))
    return Gaps(sizes, 1, of=tuple(map(tuple, found)))


@settings(max_examples=500)
@given(problems(), st.randoms(use_true_random=False))
def test_first_fit_finds_the_places_that_it_finds_among_all_listed(gaps: Gaps, chance: object) -> None:
    listed = replace(gaps, of=tuple(tuple(replace(gap, points=tuple(gap.points)) for gap in each) for each in gaps.of))
    order = sorted(range(len(gaps.sizes)), key=lambda _: chance.random())  # type: ignore[attr-defined]
    assert lowest_fit(gaps, order) == lowest_fit(listed, order)


def test_a_quarter_of_a_million_distances_take_no_room() -> None:
    many = points.union([range(0, 144 << 18, 144)])
    assert isinstance(many, Points)
    rule = Overlap(None, many).both(Overlap(1 << 20)).within(1 << 25, 1 << 25)
    assert isinstance(rule.exactly, Points)
    assert len(rule.exactly.runs) == 1
    assert len(rule.exactly) > 200_000
