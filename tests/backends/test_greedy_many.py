"""TFLM's own layout of very many buffers: offset for offset that of few."""

from unittest import mock

from hypothesis import given, settings
from hypothesis import strategies as st

from arenite.backends.tflm.greedy import ONLINE, greedy_plan
from arenite.problems.placement import Buffer

buffers = st.lists(
    st.builds(
        lambda size, first, length: Buffer("b", 16 * size, first, first + length),
        st.integers(0, 6),
        st.integers(-1, 10),
        st.integers(0, 6),
    ),
    max_size=24,
)


@settings(max_examples=300)
@given(buffers, st.data())
def test_the_layout_does_not_depend_on_how_many_there_are(each, data):
    fixed = [data.draw(st.sampled_from([ONLINE, ONLINE, ONLINE, 0, 32, 48, 160])) for _ in each]
    few = greedy_plan(each, fixed)
    with mock.patch("arenite.backends.tflm.greedy._MOST_CONFLICTS", -1):
        assert greedy_plan(each, fixed) == few


def test_nothing_lists_who_meets_whom_among_many():
    each = [Buffer("b", 16, 0, 1) for _ in range(3000)]
    with mock.patch("arenite.backends.tflm.greedy.neighbors_of", side_effect=AssertionError):
        assert greedy_plan(each).height == 3000 * 16
