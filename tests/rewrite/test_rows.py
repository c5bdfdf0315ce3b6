"""Arithmetic of rows against brute force: every position of a window is looked at."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import assume, given
from hypothesis import strategies as st

from arenite.operators.windows import Axis
from arenite.rewrite.strips.rows import Rows, Scatter, reach, same_cover


@st.composite
def axes(draw, same=None):
    """An axis with SAME or VALID padding, as the runtimes compute it."""
    length, kernel = draw(st.integers(1, 24)), draw(st.integers(1, 6))
    stride, dilation = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    reach_of = (kernel - 1) * dilation + 1
    if draw(st.booleans()) if same is None else same:
        outputs = -(-length // stride)
        return Axis(length, outputs, kernel, stride, dilation, max(0, (outputs - 1) * stride + reach_of - length) // 2)
    assume(length >= reach_of)
    return Axis(length, (length - reach_of) // stride + 1, kernel, stride, dilation, 0)


@st.composite
def intervals(draw, size):
    first = draw(st.integers(0, size - 1))
    return Rows(first, draw(st.integers(first + 1, size)))


def positions(axis, output):
    """Positions that the window reads for a row of output, those on padding included."""
    return [output * axis.stride - axis.padding + tap * axis.dilation for tap in range(axis.kernel)]


@given(st.data())
def test_reach_is_the_hull_of_all_that_is_read(data):
    axis = data.draw(axes())
    rows = data.draw(intervals(axis.outputs))
    read = {each for output in range(rows.first, rows.end) for each in positions(axis, output)}
    found = reach(axis, rows)
    assert found.before == max(0, -min(read))
    assert found.after == max(0, max(read) + 1 - axis.length)
    assert found.inside == Rows(max(0, min(read)), min(axis.length, max(read) + 1))
    assert found.inside.size > 0


@given(st.data())
def test_a_strip_with_same_padding_reads_what_the_whole_reads(data):
    axis = data.draw(axes(same=True))
    rows = data.draw(intervals(axis.outputs))
    cover = same_cover(axis, rows)
    outputs, padding = axis.same(cover.inside.size)
    assert cover.made.size == outputs
    assert cover.made.holds(rows)
    assert Rows(0, axis.length).holds(cover.inside)
    strip = Axis(cover.inside.size, outputs, axis.kernel, axis.stride, axis.dilation, padding)
    for output in range(rows.first, rows.end):
        whole = [each if 0 <= each < axis.length else None for each in positions(axis, output)]
        local = positions(strip, output - cover.made.first)
        part = [each + cover.inside.first if 0 <= each < strip.length else None for each in local]
        assert part == whole


@given(st.data())
def test_a_strip_with_same_padding_is_the_whole_where_all_rows_are_asked_for(data):
    axis = data.draw(axes(same=True))
    cover = same_cover(axis, Rows(0, axis.outputs))
    assert cover.made == Rows(0, axis.outputs)


def test_same_padding_of_a_strip_can_need_rows_that_are_cut_off():
    axis = Axis(length=12, outputs=12, kernel=3, stride=1, dilation=1, padding=1)
    assert reach(axis, Rows(4, 8)).inside == Rows(3, 9)
    assert same_cover(axis, Rows(4, 8)).made == Rows(3, 9)
    assert same_cover(axis, Rows(0, 4)).made == Rows(0, 5)


def test_span_counts_the_gaps_of_a_dilated_window():
    assert Axis(9, 5, 3, 1, 2, 0).span == 5


@given(st.integers(0, 9), st.integers(1, 9), st.integers(0, 9), st.integers(1, 9))
def test_hull_holds_both(first, size, other, length):
    one, two = Rows(first, first + size), Rows(other, other + length)
    hull = one.hull(two)
    assert hull.holds(one)
    assert hull.holds(two)
    assert {hull.first, hull.end} <= {one.first, one.end, two.first, two.end}
    assert one.hull(None) is one


@st.composite
def scatters(draw):
    """An axis of a transposed convolution, with SAME or VALID padding of the one that it transposes."""
    length, stride = draw(st.integers(1, 12)), draw(st.integers(1, 4))
    kernel = draw(st.integers(stride, 6))
    if draw(st.booleans()):
        outputs = length * stride - draw(st.integers(0, stride - 1))
        return Scatter(length, outputs, kernel, stride, max(0, (length - 1) * stride + kernel - outputs) // 2)
    return Scatter(length, (length - 1) * stride + kernel + draw(st.integers(0, stride - 1)), kernel, stride, 0)


@given(st.data())
def test_a_strip_of_a_transposed_window_gets_all_that_is_added_to_it(data):
    axis = data.draw(scatters())
    rows = data.draw(intervals(axis.outputs))
    read = axis.read(rows)
    made = axis.made(read, rows)
    assert Rows(0, axis.length).holds(read)
    assert read.size > 0
    assert made.holds(rows)

    def added(inputs):
        """What each row is made of: (row, position of the input, position in the window)."""
        places = ((i, k, i * axis.stride - axis.padding + k) for i in inputs for k in range(axis.kernel))
        return {(row, i, k) for i, k, row in places if rows.first <= row < rows.end}

    assert added(range(read.first, read.end)) == added(range(axis.length))
    assert made.first == read.first * axis.stride - axis.padding
    assert made.size - ((read.size - 1) * axis.stride + axis.kernel) < axis.stride


def test_rows_below_the_last_window_are_made_all_the_same():
    axis = Scatter(length=2, outputs=8, kernel=3, stride=3, padding=0)
    assert axis.read(Rows(6, 8)) == Rows(1, 2)
    assert axis.made(Rows(1, 2), Rows(6, 8)) == Rows(3, 8)


@given(st.data())
def test_strips_further_down_begin_and_end_further_down(data):
    axis = data.draw(axes(same=True))
    ends = sorted(data.draw(st.sets(st.integers(1, axis.outputs), min_size=1, max_size=3)))
    covers = [same_cover(axis, Rows(first, end)).inside for first, end in pairwise([0, *ends])]
    assert all(one.first <= other.first and one.end <= other.end for one, other in pairwise(covers))
