"""Random networks in strips give bit for bit what they give whole, in LiteRT and in stock TFLM."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strip_networks import (
    FLOAT,
    INT8,
    INT16,
    METHODS,
    RUNTIMES,
    UINT8,
    equal,
    networks,
    outputs_in,
    plans,
)

from arenite.operators import macs
from arenite.rewrite.strips import estimate, region_of, split, strip_plan
from arenite.runtimes.process import absent

NEEDS_OTHERS = ("binary", "concat", "depth_to_space", "space_to_depth")
"""Operators that a network with one input only may have no place for."""


def compare(model, plan, seen):
    """Compare in every runtime that takes the source; note which did."""
    strips = split(model, plan)
    added = sum(map(macs, strips.main.operators)) - sum(map(macs, model.main.operators))
    assert estimate(plan).extra_macs == added
    for name, runtime in RUNTIMES.items():
        whole = None if absent(name) else outputs_in(runtime, model)
        if whole is not None:
            seen.add(name)
            assert equal(whole, outputs_in(runtime, strips)), name


@pytest.mark.parametrize("method", sorted(set(METHODS)))
def test_every_kind_of_operator(method):
    seen = set()

    @settings(max_examples=12)
    @given(st.data())
    def check(data):
        methods = (method, "conv", "resize") if method in NEEDS_OTHERS else (method,)
        model = data.draw(networks(methods=methods, most=3))
        plan = data.draw(plans(model))
        if plan is not None:
            compare(model, plan, seen)

    check()
    assert seen == {name for name in RUNTIMES if absent(name) is None}


@pytest.mark.parametrize(("type_", "examples"), [(INT8, 120), (INT16, 40), (UINT8, 40), (FLOAT, 50)])
def test_random_networks(type_, examples):
    seen = set()

    @settings(max_examples=examples)
    @given(st.data())
    def check(data):
        model = data.draw(networks(types=(type_,)))
        plan = data.draw(plans(model))
        if plan is not None:
            compare(model, plan, seen)

    check()
    assert seen >= ({"litert"} if type_ is UINT8 else {name for name in RUNTIMES if absent(name) is None})


@pytest.mark.parametrize("halo", ["recompute", "keep"])
def test_branches_that_read_different_rows(halo):
    seen = set()

    @settings(max_examples=25)
    @given(networks(methods=("residual", "inception"), most=3), st.integers(2, 9))
    def check(model, strips):
        region = region_of(model, model.main.operators)
        compare(model, strip_plan(region, min(strips, region.outputs[-1].shape[1]), halo=halo), seen)

    check()
    assert seen == {name for name in RUNTIMES if absent(name) is None}
