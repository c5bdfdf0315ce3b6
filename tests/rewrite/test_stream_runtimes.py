"""Random networks frame by frame give bit for bit what they give window by window, in LiteRT and in stock TFLM."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from stream_networks import RUNTIMES, compare, in_frames, series_networks
from strip_networks import FLOAT, INT8, INT16

from arenite.runtimes.process import absent


@pytest.mark.parametrize(("type_", "examples"), [(INT8, 250), (INT16, 80), (FLOAT, 80)])
def test_random_networks(type_, examples):
    seen = Counter()
    names = [name for name in RUNTIMES if absent(name) is None and not (type_ is FLOAT and name == "litert")]

    @settings(max_examples=examples)
    @given(series_networks(types=(type_,)))
    def check(drawn):
        model, axis = drawn
        result = in_frames(model, axis)
        if result is not None:
            seen.update(compare(model, result, axis, names))

    check()
    assert set(seen) == set(names)
    assert min(seen.values()) > examples / 10, seen
