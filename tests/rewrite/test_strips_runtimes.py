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

from arenite.operators.macs import macs
from arenite.rewrite.strips import SplitRows, estimate, region_of, strip_plan
from arenite.runtimes.process import absent
from arenite.zoo.builder import Builder

NEEDS_OTHERS = ("binary", "concat", "depth_to_space", "space_to_depth")
"""Operators that a network with one input only may have no place for."""


def compare(model, plan, seen):
    """Compare in every runtime that takes the source; note which did."""
    strips = SplitRows(plan).run(model)
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


@pytest.mark.parametrize("backwards", [False, True])
def test_regions_that_meet(backwards):
    """The end of one region is the start of the next; plans made for the source hold for what others made of it."""
    net = Builder("meet", 0)
    x = net.conv(net.input(24, 10, 3), 4, "stem", kernel=3)
    x = net.add(x, net.depthwise(x, "first"), "sum")
    x = net.conv(net.depthwise(x, "second", stride=2), 6, "project")
    model = net.model(net.max_pool(x, "pool"))
    operators = model.main.operators
    regions = (region_of(model, operators[:3]), region_of(model, operators[3:]))
    plans_ = [strip_plan(region, 4, halo=halo) for region, halo in zip(regions, ("keep", "recompute"), strict=True)]
    strips = model
    for plan in reversed(plans_) if backwards else plans_:
        strips = SplitRows(plan).run(strips)
    work = sum(map(macs, strips.main.operators)) - sum(map(macs, model.main.operators))
    assert work == sum(estimate(plan).extra_macs for plan in plans_)
    for name, runtime in RUNTIMES.items():
        if absent(name) is None:
            assert equal(outputs_in(runtime, model), outputs_in(runtime, strips)), name
