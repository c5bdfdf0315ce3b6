"""Strips that follow the rows of an input: what they compute, how often, and how many bytes are alive."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strip_networks import FLOAT, INT8, INT16, RUNTIMES, equal, networks, outputs_in, paced_plans

from arenite import zoo
from arenite.backends.generated_c.memory_places import in_memory
from arenite.backends.target import C
from arenite.errors import OptionError
from arenite.operators.macs import macs
from arenite.operators.peak import peak_memory
from arenite.operators.rows_outside import comes_once
from arenite.rewrite import Prune
from arenite.rewrite.outside import Ends, with_ends
from arenite.rewrite.strips import (
    Rows,
    SplitRows,
    estimate,
    paces,
    region_of,
    strip_plan,
    strips_of,
    why_not,
)
from arenite.runtimes.process import absent
from arenite.search.partial.line import Line
from arenite.search.partial.load import Area
from arenite.search.partial.paced import paced_ways
from arenite.search.partial.realize import in_parts
from arenite.zoo.builder import Builder


def streamed(model):
    """The model with those of its inputs in rows that can be; itself if none can."""
    if not any(len(tensor.shape) == 4 and tensor.shape[1] > 1 for tensor in model.main.inputs):
        return model
    return with_ends(model, Ends("rows")).model


def check(plan):
    """What holds for the strips of every paced plan."""
    done = dict.fromkeys(plan.paced, 0)
    before = {}
    for strip in strips_of(plan):
        for tensor, rows in strip.kept.items():
            assert before[tensor].holds(rows)
            assert rows.first == strip.held[tensor].first
        for operator, cut in strip.cuts.items():
            (target,) = operator.outputs
            if target in done:
                assert cut.rows.first == done[target]
                done[target] = cut.rows.end
            for tensor, rows in zip(operator.inputs, cut.reads, strict=True):
                if rows is not None and tensor is not None and tensor.data is None:
                    assert strip.held[tensor].holds(rows)
        before = strip.held
    assert done == {tensor: tensor.shape[1] for tensor in done}


@pytest.mark.parametrize(("type_", "examples"), [(INT8, 60), (INT16, 15), (FLOAT, 15)])
def test_random_networks(type_, examples):
    seen, paced = set(), []

    @settings(max_examples=examples)
    @given(st.data())
    def compare(data):
        source = data.draw(networks(types=(type_,)))
        model = streamed(source) if data.draw(st.booleans()) else source
        plan = data.draw(paced_plans(model))
        if plan is None:
            return
        check(plan)
        strips = SplitRows(plan).run(model)
        paced.append(plan.strips)
        assert estimate(plan).extra_macs == work(strips) - work(source)
        assert all(comes_once(strips.main, tensor) for tensor in strips.main.inputs if tensor.outside)
        for name, runtime in RUNTIMES.items():
            whole = None if absent(name) else outputs_in(runtime, source)
            if whole is not None:
                seen.add(name)
                assert equal(whole, outputs_in(runtime, strips)), name

    compare()
    assert seen == {name for name in RUNTIMES if absent(name) is None}
    assert sum(number > 1 for number in paced) > examples / 4


def work(model):
    return sum(map(macs, model.main.operators))


def unet():
    """A network whose paths reach differently far, so that rows which strips need do not only move on."""
    return zoo.build("u-net", depth=2, resolution=32)


def rows_wise(model):
    """The longest beginning of a model's operators that can be strips."""
    operators = model.main.operators
    end = next((place for place, each in enumerate(operators) if why_not(each)), len(operators))
    return operators[:end]


@pytest.mark.parametrize("number", [5, 16])
@pytest.mark.parametrize("first", [2, 12])
def test_rows_that_an_earlier_strip_has_let_go_are_computed_again(number, first):
    model = unet()
    plan = strip_plan(region_of(model, rows_wise(model)[:first]), number, halo="keep")
    before = {}
    for strip in strips_of(plan):
        assert all(before[tensor].holds(rows) for tensor, rows in strip.kept.items())
        before = strip.held
    strips = SplitRows(plan).run(model)
    for name, runtime in RUNTIMES.items():
        if absent(name) is None:
            assert equal(outputs_in(runtime, model), outputs_in(runtime, strips))


@pytest.mark.parametrize("halo", ["recompute", "keep"])
@pytest.mark.parametrize("number", [2, 5, 16])
def test_rows_of_a_streamed_input_are_taken_once_whatever_is_recomputed(halo, number):
    model = with_ends(unet(), Ends("rows")).model
    region = region_of(model, rows_wise(model))
    plan = strip_plan(region, number, halo=halo)
    copied = region.operators[0].outputs[0]
    taken, held = 0, Rows(0, 0)
    for strip in strips_of(plan):
        cut = strip.cuts.get(region.operators[0])
        if cut is not None:
            assert cut.rows.first >= taken
            taken = cut.rows.end
        assert held.holds(strip.kept[copied]) if copied in strip.kept else True
        held = strip.held.get(copied, Rows(0, 0))
    strips = SplitRows(plan).run(model)
    assert comes_once(strips.main, strips.main.inputs[0])
    assert estimate(plan).extra_macs == work(strips) - work(model)
    for name, runtime in RUNTIMES.items():
        if absent(name) is None:
            assert equal(outputs_in(runtime, unet()), outputs_in(runtime, strips))


def test_an_operator_that_no_row_leads_to_cannot_be_paced():
    net = Builder("two", 0)
    x, y = net.conv(net.input(8, 4, 3), 4, "one"), net.conv(net.input(8, 4, 3), 4, "two")
    model = net.model(net.add(x, y, "sum"))
    region = region_of(model, model.main.operators)
    with pytest.raises(OptionError, match="reads nothing that the region computes"):
        paces(region, (0, 4, 8))


def test_rows_are_computed_as_soon_as_they_can_be():
    net = Builder("strides", 0)
    x = net.conv(net.input(16, 4, 3), 4, "conv", kernel=3)
    x = net.conv(x, 4, "half", kernel=3, stride=2)
    model = net.model(net.conv(x, 4, "quarter", kernel=3, stride=2))
    region = region_of(model, model.main.operators)
    ends = paces(region, range(0, 17, 2))
    assert list(ends.values()) == [
        tuple(range(0, 17, 2)),
        (0, 0, 1, 2, 3, 4, 5, 6, 8),
        (0, 0, 0, 0, 1, 1, 2, 2, 4),
    ]


@pytest.mark.parametrize("name", ["mobilenet-v2", "mobilenet-v1", "resnet8"])
def test_the_floor_of_a_plan_is_below_its_load(name):
    """Bytes alive are counted as if outputs lay on inputs that end, so no layout without overlap has fewer."""
    source = zoo.build(name, **({"resolution": 48, "width": 0.35} if name == "mobilenet-v2" else {}))
    model = in_memory(with_ends(source, Ends("rows")).model)
    stretch = Line(model).stretch(0, min(8, len(rows_wise(model)) - 1))
    area = Area(region_of(stretch.model, stretch.operators), stretch.staying, C.backend)
    ways = paced_ways(area)
    assert ways
    for way in ways.values():
        for number in way.numbers[-2:]:
            strips = Prune().run(in_parts(stretch.model, way.plan(number)))
            assert 0 < way.floor(number) <= peak_memory(strips)
            assert way.extra_macs(number) == work(strips) - work(stretch.model)
