from __future__ import annotations

import math

import numpy as np

from arenite.runtimes.compare import first_difference
from arenite.runtimes.run import Run

NAMES = ("first", "second")


def run(*outputs):
    return Run(tuple(tuple(np.asarray(each) for each in arrays) for arrays in outputs))


def test_equal_runs_and_equal_nans():
    values = np.array([[1.0, math.nan]], np.float32)
    assert first_difference(run([values]), run([values.copy()]), NAMES) is None


def test_the_first_round_and_output_that_differ():
    ours = run([[0], [0]], [[1], [2, 3, 4]], [[9], [9]])
    theirs = run([[0], [0]], [[1], [2, 7, 3]], [[8], [8]])
    found = first_difference(ours, theirs, NAMES)
    assert (found.output, found.name, found.round) == (1, "second", 1)
    assert (found.elements, found.total, found.position, found.largest) == (2, 3, (1,), 4)
    assert str(found) == "output 1 ('second') differs in round 1: 2 of 3 elements, by up to 4, first at [1]"


def test_bits_count_not_values():
    assert first_difference(run([[0.0]]), run([[-0.0]]), NAMES).largest == 0
    assert math.isnan(first_difference(run([[0.0, 1.0]]), run([[math.nan, 1.0]]), NAMES).largest)


def test_narrow_integers_do_not_wrap():
    found = first_difference(run([np.int8([-128])]), run([np.int8([127])]), NAMES)
    assert found.largest == 255


def test_another_shape_or_type():
    assert first_difference(run([[1, 2]]), run([[1, 2, 3]]), NAMES).elements == 2
    assert first_difference(run([np.float32([1])]), run([np.int32([1])]), NAMES).output == 0


def test_scalars_and_strings():
    assert first_difference(run([np.float32(1)]), run([np.float32(2)]), NAMES).position == ()
    words = [np.array([b"a", b"b"], object), np.array([b"a", b"c"], object)]
    assert first_difference(run([words[0]]), run([words[0]]), NAMES) is None
    assert first_difference(run([words[0]]), run([words[1]]), NAMES).position == (1,)
