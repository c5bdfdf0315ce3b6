"""Strips of uneven height, and rows kept of some tensors: against bytes counted one by one, and all other strips."""

import struct
from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arenite import Options, optimize, zoo
from arenite.backends.generated_c.folding import folded
from arenite.backends.sets import GENERATED_C, PORTABLE
from arenite.backends.target import find_target
from arenite.budget import Budget
from arenite.operators.liveness import align
from arenite.operators.macs import macs
from arenite.rewrite.strips import SplitRows, StripPlan, estimate, region_of, strip_plan
from arenite.runtimes.verification import verify
from arenite.search.partial.by_rows import MOST_ENDS, Uneven, nested, ways_by_rows, whole_halo, work
from arenite.search.partial.choose import neighbors
from arenite.search.partial.costs import Costs
from arenite.search.partial.line import Line
from arenite.search.partial.load import Area, Load
from arenite.search.partial.realize import in_parts
from arenite.search.partial.search import search
from arenite.search.partial.tables import Tables
from arenite.search.partial.ways import UNEVEN
from arenite.search.task import silent


@pytest.fixture(scope="module")
def mobilenet():
    return zoo.build("mobilenet-v2", width=0.35, resolution=32)


STRETCHES = ((0, 2), (0, 5), (3, 5), (3, 9), (6, 12), (2, 8))


def area_of(model, first, last, kernels=PORTABLE):
    stretch = Line(model).stretch(first, last)
    return stretch, Area(region_of(stretch.model, stretch.operators), stretch.staying, kernels)


def some_rows(draw, height):
    inner = draw(st.lists(st.integers(1, height - 1), max_size=4, unique=True))
    return (0, *sorted(inner), height)


def some_kept(draw, region):
    return frozenset(tensor for tensor in (*region.inner, *region.outputs) if draw(st.booleans()))


def plan_of(area, rows, kept):
    return replace(strip_plan(area.region, rows), kept=kept)


def most(load, rows):
    at = np.array(rows)
    return int(load.most(at[:-1], at[1:]).max())


def counted(model, region):
    """The most bytes that the operators of a model in strips have alive at once, none sharing bytes with another.

    A slice is part of what it was cut from, and what is joined lies in the join from the time at which it is made.
    """
    operators = model.main.operators
    born = {each: place for place, operator in enumerate(operators) for each in operator.outputs}
    ends = {each: place for place, operator in enumerate(operators) for each in operator.inputs if each is not None}
    home = {}
    for operator in operators:
        if operator.code == "CONCATENATION" and operator.options.get("axis") == 1:
            home.update((part, operator.outputs[0]) for part in operator.inputs)
    return max(counted_at(place, operators, region, born, ends, home) for place in range(len(operators)))


def counted_at(place, operators, region, born, ends, home):
    alive = {each for each, end in ends.items() if not each.data and born.get(each, -1) <= place <= end}
    alive |= set(operators[place].outputs)
    spans = {}
    for each in alive:
        root, offset = each, 0
        maker = operators[born[each]] if each in born else None
        if maker is not None and maker.code == "SLICE":
            source = maker.inputs[0]
            if source in region.inputs or source in alive:
                begin = struct.unpack("<4i", bytes(maker.inputs[1].data.content))[1]
                root, offset = source, begin * (source.bytes // source.shape[1])
        spans.setdefault(root, []).append((offset, offset + each.bytes))
    return sum(size(root, each, region, home) for root, each in spans.items())


def size(root, spans, region, home):
    """Bytes of the least interval that holds them; parts of an output of the region are adjacent."""
    low, high = min(low for low, _ in spans), max(high for _, high in spans)
    if root in region.inputs:
        return root.bytes - low
    return high - low if home.get(root) in region.outputs else align(high - low)


@settings(max_examples=60)
@given(st.data())
def test_bytes_are_those_of_the_strips(mobilenet, data):
    stretch, area = area_of(mobilenet, *data.draw(st.sampled_from(STRETCHES)), GENERATED_C)
    object.__setattr__(area, "shared", tuple(None for _ in area.shared))
    rows = some_rows(data.draw, area.region.outputs[-1].shape[1])
    plan = plan_of(area, rows, frozenset())
    if plan.strips > 1:
        model = folded(in_parts(stretch.model, plan))
        assert most(Load(area, plan.kept), rows) == counted(model, area.region)


@settings(max_examples=40)
@given(st.data())
def test_work_is_that_of_the_strips(mobilenet, data):
    _, area = area_of(mobilenet, *data.draw(st.sampled_from(STRETCHES)))
    kept, rows = some_kept(data.draw, area.region), some_rows(data.draw, area.region.outputs[-1].shape[1])
    at = np.array(rows)
    assert Load(area, kept).tables.macs(at[:-1], at[1:]).sum() == estimate(plan_of(area, rows, kept)).macs


@settings(max_examples=40)
@given(st.data())
def test_tables_of_several_sets_are_those_of_each(mobilenet, data):
    _, area = area_of(mobilenet, *data.draw(st.sampled_from(STRETCHES)))
    sets = [some_kept(data.draw, area.region) for _ in range(3)]
    every = {tensor for kept in sets for tensor in Load(area, kept).kept}
    tables = Tables(area, {each: np.array([[each in Load(area, kept).kept] for kept in sets]) for each in every})
    rows = np.array(some_rows(data.draw, area.region.outputs[-1].shape[1]))
    shape = len(sets), len(rows) - 1
    together = np.broadcast_to(tables.macs(rows[:-1], rows[1:]), shape)
    for line, kept in enumerate(sets):
        load = Load(area, kept)
        assert (together[line] == load.tables.macs(rows[:-1], rows[1:])).all()
        for tensor in every:
            assert np.broadcast_to(tables.held(tensor), len(sets))[line] == load.tables.held(tensor)


@settings(max_examples=40)
@given(st.data())
def test_no_strips_need_less_than_the_uneven_ones(mobilenet, data):
    _, area = area_of(mobilenet, *data.draw(st.sampled_from(STRETCHES)))
    load = Load(area, some_kept(data.draw, area.region))
    number = data.draw(st.integers(1, min(4, load.area.height)))
    found = Uneven(load)
    rows = found.boundaries(number)
    assert len(rows) == number + 1
    assert most(load, rows) == found.least(number)
    for inner in combinations(range(1, load.area.height), number - 1):
        assert most(load, (0, *inner, load.area.height)) >= found.least(number)


@settings(max_examples=40)
@given(st.data())
def test_least_parts_for_a_limit(mobilenet, data):
    """Strips that are each as long as the limit allows are no fewer than those that need the least."""
    _, area = area_of(mobilenet, *data.draw(st.sampled_from(STRETCHES)))
    load = Load(area, frozenset())
    number = data.draw(st.integers(1, load.area.height))
    limit = Uneven(load).least(number)
    rows = [0]
    while rows[-1] < load.area.height and len(rows) <= number:
        ends = range(load.area.height, rows[-1], -1)
        rows.append(next((end for end in ends if most(load, (rows[-1], end)) <= limit), load.area.height))
    fewest = next(each for each in range(1, number + 1) if Uneven(load).least(each) <= limit)
    assert most(load, Uneven(load).boundaries(fewest)) <= limit
    assert len(rows) - 1 >= fewest or most(load, rows) > limit


@settings(max_examples=30)
@given(st.sampled_from(STRETCHES))
def test_halos_are_nested(mobilenet, stretch):
    _, area = area_of(mobilenet, *stretch)
    loads, every = nested(area, 0.0), whole_halo(area)
    assert work(loads[-1]) == work(every)
    for one, more in pairwise(loads):
        (new,) = more.kept - one.kept
        assert one.kept < more.kept <= every.kept
        assert more.tables.held(new) > 0
        assert work(more) < work(one)
    short = nested(area, 0.5)
    assert [load.kept for load in short] == [load.kept for load in loads[: len(short)]]
    assert work(short[-1]) - work(every) <= 0.5 * (work(loads[0]) - work(every))


def test_tall_outputs_are_cut_at_some_rows_only():
    model = zoo.build("mobilenet-v2", width=0.35, resolution=416)
    _, area = area_of(model, 0, 2)
    rows = Uneven(Load(area, frozenset())).boundaries(5)
    assert area.region.outputs[-1].shape[1] > MOST_ENDS
    assert len(set(rows)) == 6
    assert (rows[0], rows[-1]) == (0, area.region.outputs[-1].shape[1])
    assert all(row % 2 == 0 for row in rows[:-1])


def test_every_way_computes_the_same(mobilenet):
    _, area = area_of(mobilenet, 0, 9)
    ways = ways_by_rows(area)
    assert {"recompute", "keep", "some", "more", "recompute uneven", "some uneven"} <= set(ways)
    for kind in ("recompute uneven", "some", "more uneven", "keep uneven"):
        plan = ways[kind].plan(3)
        assert estimate(plan).extra_macs == ways[kind].extra_macs(3)
        assert verify(mobilenet, SplitRows(plan_in(mobilenet, plan)).run(mobilenet), rounds=1).identical
    assert ways["recompute"].extra_macs(3) > ways["some"].extra_macs(3) > ways["more"].extra_macs(3)
    assert ways["keep"].extra_macs(3) == 0


def plan_in(model, plan):
    return replace(plan, region=region_of(model, plan.region.operators))


def test_every_kind_is_tried_near_to_what_is_found():
    model = zoo.build("mobilenet-v1", resolution=64)
    costs = Costs(Line(model), find_target("tflm"))
    most = sum(map(macs, model.main.operators)) // 5
    found = search(costs, most, Budget(), report=silent)
    assert all(segment.kind not in UNEVEN.values() for choice in found for segment in choice.segments)
    near = [other for choice in found for other in neighbors(costs, choice, most)]
    kinds = {segment.kind for choice in near for segment in choice.segments if segment.plan is not None}
    assert kinds >= {"recompute", "keep", "some", *(UNEVEN[kind] for kind in ("recompute", "keep", "some")), "channels"}
    for choice in near:
        assert [segment.first for segment in choice.segments[1:]] == [
            segment.last + 1 for segment in choice.segments[:-1]
        ]
        assert choice.extra_macs <= most
        for segment in choice.segments:
            if isinstance(segment.plan, StripPlan):
                assert segment.extra_macs == estimate(segment.plan).extra_macs
                assert bool(segment.plan.kept) == ("recompute" not in segment.kind)


def test_uneven_strips_are_chosen_where_they_win():
    model = zoo.build("mobilenet-v1", resolution=64)
    options = Options(target="tflm", split=True, rounds=1)
    plan = optimize(model, options)
    heights = [{end - first for first, end in pairwise(strips.rows)} for strips in plan.strips]
    assert any(max(each) - min(each) > 1 for each in heights)
    assert plan.verified["litert"] == "identical"
