"""Strips in which generated C runs inverted bottlenecks as one operator: bytes that are estimated, and laid out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_uneven import most, plan_of, some_rows

from arenite import Ends, Options, optimize, zoo
from arenite.backends.generated_c.bottlenecks import INVERTED_BOTTLENECK, parts
from arenite.backends.generated_c.folding import folded, paying_in
from arenite.backends.sets import GENERATED_C
from arenite.backends.target import find_target
from arenite.formulate.placement import overlap_problem
from arenite.operators.liveness import align
from arenite.rewrite.outside import with_ends
from arenite.rewrite.strips import region_of
from arenite.search.partial.costs import Costs, Key
from arenite.search.partial.line import Line
from arenite.search.partial.load import Area, Load, folded_pads
from arenite.search.partial.realize import in_parts
from arenite.solve.place.solver import solve as solve_placement

STRETCHES = ((0, 2), (0, 5), (3, 5), (3, 9), (6, 12))


@pytest.fixture(scope="module")
def mobilenet():
    return zoo.build("mobilenet-v2", width=0.35, resolution=64)


def area_of(model, first, last):
    stretch = Line(model).stretch(first, last)
    region = region_of(stretch.model, stretch.operators)
    found = paying_in(region.operators, region.outputs)
    return stretch, Area(region, stretch.staying, GENERATED_C, folded=folded_pads(region), bottlenecks=found)


def as_run(model):
    return GENERATED_C.as_run(model)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_no_layout_is_below_the_estimate(mobilenet, data):
    """Also where some strips run a bottleneck as three operators, which takes more."""
    stretch, area = area_of(mobilenet, *data.draw(st.sampled_from(STRETCHES)))
    plan = plan_of(area, some_rows(data.draw, area.region.outputs[-1].shape[1]), frozenset())
    if plan.strips > 1:
        problem, _ = overlap_problem(in_parts(stretch.model, plan), GENERATED_C)
        assert area.bottlenecks
        assert most(Load(area, plan.kept), plan.boundaries[-1]) <= solve_placement(problem, effort=0.05).height


def test_a_strip_of_one_row_is_estimated_as_it_is_run(mobilenet):
    """In one row the wide tensors are by far the largest; what is left is input, output and scratch."""
    stretch, area = area_of(mobilenet, 3, 5)
    height = area.region.outputs[-1].shape[1]
    rows = tuple(range(height + 1))
    plan = plan_of(area, rows, frozenset())
    fused = [each for each in as_run(in_parts(stretch.model, plan)).main.operators if each.code == INVERTED_BOTTLENECK]
    assert len(fused) == height
    scratch = max(parts(each).scratch for each in fused)
    source, target = area.region.inputs[0].bytes, area.region.outputs[0].bytes
    without = most(Load(Area(area.region, area.staying, GENERATED_C, folded=area.folded), frozenset()), rows)
    estimated = most(Load(area, frozenset()), rows)
    assert scratch < estimated < without
    assert estimated <= source + target + align(scratch) + align(1)


def test_rows_of_the_wide_tensor_that_are_kept_leave_three_operators(mobilenet):
    stretch, area = area_of(mobilenet, 3, 5)
    wide = area.bottlenecks[0].wide
    plan = plan_of(area, (0, 4, 8, 12, 16), frozenset({wide}))
    assert all(each.code != INVERTED_BOTTLENECK for each in as_run(in_parts(stretch.model, plan)).main.operators[:-1])
    kept = Load(area, frozenset({wide}))
    alone = Load(Area(area.region, area.staying, GENERATED_C, folded=area.folded), frozenset({wide}))
    at = np.arange(0, 17, 4)
    assert (kept.most(at[:-1], at[1:]) == alone.most(at[:-1], at[1:])).all()


def test_a_whole_bottleneck_costs_what_it_takes_as_one(mobilenet):
    costs = Costs(Line(mobilenet), find_target("c"))
    operators = folded(mobilenet).main.operators
    for each in paying_in(operators, mobilenet.main.outputs):
        places = [operators.index(one) for one in (each.expansion, each.depthwise, each.projection)]
        heads = {costs.whole(place).head for place in places}
        assert len(heads) == 1
        assert heads.pop() < each.wide.bytes + each.expansion.input(0).bytes


def test_paced_strips_hold_no_wide_tensor_that_they_recompute(mobilenet):
    rows = with_ends(mobilenet, Ends("rows")).model
    costs = Costs(Line(rows), find_target("c"))
    last = 13
    bytes_of = {
        kind: costs.floor(Key(0, last, kind), costs.numbers(Key(0, last, kind))[-1]) for kind in ("paced", "paced more")
    }
    assert bytes_of["paced more"] < 0.6 * bytes_of["paced"]


def test_strips_of_c_need_less_than_half_of_those_of_other_kernels(mobilenet):
    """Strips that follow rows, with the same extra work allowed: the wide tensors are what the others hold."""
    asked = {"split": True, "max_extra_macs": 0.3, "ends": Ends("rows"), "minimize": "head"}
    plain, cmsis = (
        optimize(mobilenet, Options(target=target, verify=False, effort="low", **asked))
        for target in ("c", "c-cmsis-nn/cortex-m4")
    )
    assert plain.arenas[1].head_bytes < 0.7 * cmsis.arenas[1].head_bytes
