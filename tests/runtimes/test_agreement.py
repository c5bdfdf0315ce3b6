from __future__ import annotations

import math

import numpy as np
import pytest

from arenite.report.verify import agreement_lines
from arenite.runtimes.agreement import agreement
from arenite.runtimes.run import Run

PAIR = ("litert", "tflm")


def run(*rounds):
    return Run(tuple(tuple(np.asarray(each) for each in outputs) for outputs in rounds))


def said(first, second):
    (line,) = agreement_lines(agreement(PAIR, first, second))
    return line


def test_equal_integers():
    values = run([np.int8([1, 2])], [np.int8([3, 4])])
    assert said(values, values) == "LiteRT and TFLM agree on the source in each of 2 elements"
    single = run([np.int8([1])])
    assert said(single, single) == "LiteRT and TFLM agree on the source in its only element"


def test_integers_that_differ_are_counted_in_the_worst_round():
    ours = run([np.int8([1, 2, 3])], [np.int8([-128, 0, 0])])
    theirs = run([np.int8([1, 2, 4])], [np.int8([127, 1, 0])])
    found = agreement(PAIR, ours, theirs)
    assert (found.elements, found.total, found.largest, found.rounds, found.exact) == (2, 3, 255, 2, False)
    assert said(ours, theirs) == "LiteRT and TFLM do not agree on the source: 2 of 3 elements differ, by up to 255"


def test_wide_integers_do_not_wrap():
    ours, theirs = run([np.int64([-(2**63), 5])]), run([np.int64([2**63 - 1, 5])])
    assert agreement(PAIR, ours, theirs).largest == 2**64 - 1


def test_floats_are_compared_by_their_share_of_the_largest():
    ours, theirs = run([np.float32([8, 1e-9])]), run([np.float32([8, -1e-9])])
    assert agreement(PAIR, ours, theirs).relative_error == pytest.approx(2.5e-10)
    assert said(ours, theirs) == "LiteRT and TFLM agree on the source to a relative error of 2.5e-10"


def test_floats_far_apart_are_no_agreement():
    line = said(run([np.float32([8, 1])]), run([np.float32([4, 1])]))
    end = "1 of 2 elements differ, with a relative error of up to 5.0e-01"
    assert line == f"LiteRT and TFLM do not agree on the source: {end}"


@pytest.mark.parametrize("odd", [math.nan, math.inf])
def test_a_number_and_none(odd):
    same = run([np.float32([odd, 1])])
    assert agreement(PAIR, same, same).exact
    found = agreement(PAIR, same, run([np.float32([0, 1])]))
    assert found.relative_error == math.inf
    assert found.to_json()["relative_error"] is None
    assert "do not agree" in said(same, run([np.float32([0, 1])]))


def test_both_kinds_of_outputs():
    ours = run([np.float32([1]), np.int32([7])])
    assert said(ours, run([np.float32([1 + 1e-6]), np.int32([7])])).endswith("to a relative error of 9.5e-07")
    line = said(ours, run([np.float32([1]), np.int32([9])]))
    assert line.endswith("do not agree on the source: 1 of 2 elements differ, by up to 2")


def test_booleans_and_strings_are_counted():
    found = agreement(PAIR, run([np.array([True, False])]), run([np.array([True, True])]))
    assert (found.elements, found.largest, found.integers) == (1, 0, True)
    words = run([np.array([b"a", b"b"], object)])
    assert agreement(PAIR, words, words).exact


def test_another_shape_or_type_differs_in_all_elements():
    found = agreement(PAIR, run([np.int8([1, 2])]), run([np.int8([1, 2, 3])]))
    assert (found.elements, found.total) == (3, 3)
    assert agreement(PAIR, run([np.int8([[1], [2]])]), run([np.int8([1, 2])])).exact


def test_only_rounds_of_both_count():
    assert agreement(PAIR, run([np.int8([1])], [np.int8([2])]), run([np.int8([1])])).rounds == 1
