"""Random networks by channel groups give bit for bit what they give whole, in LiteRT (default, reference) and TFLM."""

from __future__ import annotations

import pytest
from channel_networks import METHODS, PRESENT, channel_networks, channel_plans
from hypothesis import given, settings
from hypothesis import strategies as st
from strip_networks import INT8, INT16, UINT8, equal, outputs_in

from arenite.operators.macs import macs
from arenite.rewrite.channels import SplitChannels, estimate_channels


def compare(model, plan, seen):
    """Compare in every runtime that takes the source; note which did."""
    groups = SplitChannels(plan).run(model)
    assert sum(map(macs, groups.main.operators)) == sum(map(macs, model.main.operators))
    added = len(groups.main.operators) - len(model.main.operators)
    assert estimate_channels(plan).operators == len(plan.region.operators) + added
    for name, runtime in PRESENT.items():
        whole = outputs_in(runtime, model)
        if whole is not None:
            seen.add(name)
            assert equal(whole, outputs_in(runtime, groups)), name


@pytest.mark.parametrize("method", sorted(set(METHODS)))
def test_every_kind_of_operator(method):
    seen = set()

    @settings(max_examples=15)
    @given(st.data())
    def check(data):
        model = data.draw(channel_networks(methods=(method, "conv"), most=3))
        plan = data.draw(channel_plans(model))
        if plan is not None:
            compare(model, plan, seen)

    check()
    assert seen == set(PRESENT)


@pytest.mark.parametrize(("type_", "examples"), [(INT8, 150), (INT16, 50), (UINT8, 50)])
def test_random_networks(type_, examples):
    seen = set()

    @settings(max_examples=examples)
    @given(st.data())
    def check(data):
        model = data.draw(channel_networks(types=(type_,)))
        plan = data.draw(channel_plans(model))
        if plan is not None:
            compare(model, plan, seen)

    check()
    assert seen >= set(PRESENT) - ({"tflm"} if type_ is UINT8 else set())
