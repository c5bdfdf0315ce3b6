"""The search executes stretches by groups of channels where that is less than strips, and the result is the same."""

from dataclasses import replace

import pytest
from channel_networks import wide_networks
from hypothesis import given, settings
from strip_networks import INT8, INT16

from arenite import Options, optimize
from arenite.backends.target import find_target
from arenite.backends.tflm.unpacking import packed
from arenite.budget import Budget
from arenite.operators.macs import macs
from arenite.report.explore import in_strips
from arenite.report.optimize import strips_line
from arenite.runtimes.process import absent
from arenite.runtimes.verification import verify
from arenite.search.layout_policy import LayoutPolicy
from arenite.search.partial.costs import Costs
from arenite.search.partial.line import Line
from arenite.search.partial.search import partial, search
from arenite.search.plan import Strips
from arenite.search.task import silent
from arenite.tflite.write import write_bytes
from arenite.zoo.builder import Builder

OPTIONS = Options(rounds=1, effort="low", reorder=False)


def wide_end(channels=320, classes=4):
    """What networks end in: a wide 1x1 convolution, which global pooling adds up over all rows and columns."""
    network = Builder("wide end", 0)
    x = network.input(8, 8, 4)
    x = network.conv(x, channels, "expansion", kernel=1)
    return network.model(network.dense(network.mean(x, "pooled"), classes, "classes"))


@pytest.mark.parametrize("minimize", ["head", "arena"])
@pytest.mark.parametrize("target", ["tflm", "tflm-reference"])
def test_channels_are_chosen_where_strips_cannot_help(minimize, target):
    model = wide_end()
    options = replace(OPTIONS, target=target)
    whole = optimize(model, options)
    plan = optimize(model, replace(options, split=True, minimize=minimize))
    (groups,) = plan.strips
    assert groups.kind == "channels"
    assert groups.operators == (0, 1)
    assert (groups.channels[0], groups.channels[-1]) == (0, 320)
    assert groups.number == len(groups.channels) - 1 > 1
    assert plan.after.head < 0.4 * whole.after.head
    if minimize == "arena":
        assert plan.target.arena(plan.model).declare_bytes < whole.target.arena(whole.model).declare_bytes
    assert plan.extra_macs == 0
    assert plan.after.macs == plan.before.macs
    assert groups.constant_bytes == 0
    for number in (0, 1):
        assert plan.order.count(number) == groups.number
    for place, operator in zip(plan.order, plan.model.main.operators, strict=True):
        assert operator.code == ("CONCATENATION" if place is None else model.main.operators[place].code)


def test_groups_are_reported():
    groups = Strips((3, 4), (), None, 0, (0, 8, 16), 24)
    assert groups.to_json() == {
        "kind": "channels",
        "operators": [3, 4],
        "groups": 2,
        "channels": [0, 8, 16],
        "constant_bytes": 24,
        "extra_macs": 0,
    }
    assert strips_line(groups, 100) == "In 2 groups of channels: operators 3 to 4; constants grow by 24 bytes"
    point = type("Point", (), {"strips": (groups, Strips((5,), (0, 4, 8), "keep", 0))})
    assert in_strips(point) == "3-4 in 2 (channels), 5 in 2 (kept)"


@pytest.mark.parametrize("target", ["tflm", "tflm-reference"])
@pytest.mark.parametrize("type_", [INT8, INT16])
def test_random_networks(type_, target):
    """Every choice with groups of channels computes the same in both runtimes, and its head is what TFLM reports."""
    verified = set()
    policy = LayoutPolicy(find_target(target), keep_inputs=False, limits={})

    @settings(max_examples=12)
    @given(wide_networks(types=(type_,)))
    def check(model):
        costs = Costs(Line(model), find_target(target))
        chosen = search(costs, sum(map(macs, model.main.operators)), Budget(), report=silent)
        by_channels = [
            each for each in chosen if any(segment.plan and segment.kind == "channels" for segment in each.segments)
        ]
        for choice in by_channels[:1]:
            found = partial(packed(model), policy, choice, Budget(), rooms=[policy.target.backend])
            assert sum(map(macs, found.shared.model.main.operators)) - sum(map(macs, model.main.operators)) == (
                choice.extra_macs
            )
            head = found.shared.heads[find_target("tflm-reference").charged]
            result = verify(model, write_bytes(found.shared.model), rounds=1, expected_head=head)
            assert result.problem is None
            verified.update(name for name, status in result.status.items() if status == "identical")

    check()
    assert verified == {name for name in ("litert", "tflm") if absent(name) is None}
