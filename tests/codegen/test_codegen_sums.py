"""Strips of which C holds only sums: results, the form that C runs, plans, and searches that count on them."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from arenite.backends.generated_c.folding import folded, unfolded
from arenite.backends.generated_c.sums import sums_of
from arenite.backends.sets import GENERATED_C
from arenite.backends.target import C
from arenite.backends.tflm.head import memory_plan, planned_offsets
from arenite.budget import Budget
from arenite.checkers.validity import is_right, validity
from arenite.model import Data, ElementType, Graph, Model, Operator
from arenite.operators.liveness import lifetimes
from arenite.rewrite import Prune
from arenite.rewrite.outside import Ends
from arenite.rewrite.strips import region_of, strip_plan
from arenite.runtimes.inputs import DTYPES, random_inputs
from arenite.search.c_export import exported
from arenite.search.layout_policy import LayoutPolicy
from arenite.search.optimization import optimize
from arenite.search.options import Options
from arenite.search.partial.layout import laid_out
from arenite.search.partial.realize import in_parts
from arenite.zoo.builder import Builder

from .harness import arena_size, run_c, sources
from .operators_at_random import Maker
from .test_codegen_operators import LITERT_DIFFERS, expected

ROWS = 1
INT8, INT16 = ElementType.INT8, ElementType.INT16


def mean(m, rows, keep):
    axes = [1, 2] if keep else [-2, 1]
    output = m.tensor(1, *[1, 1] * keep, rows.shape[3])
    return [Operator("MEAN", (rows, m.numbers(*axes)), (output,), {"keep_dims": keep})]


def average_pool(m, rows, keep):
    options = {"filter_height": rows.shape[1], "filter_width": rows.shape[2], "stride_h": 1, "stride_w": 1}
    options |= {"padding": 1, "fused_activation_function": 1 if keep else 0}
    return [Operator("AVERAGE_POOL_2D", (rows,), (m.like(rows, 1, 1, 1, rows.shape[3]),), options)]


def fully_connected(m, rows, flattened):
    depth, units = int(np.prod(rows.shape)), m.integer(1, 6)
    flat, output = m.like(rows, 1, depth), m.tensor(1, units)
    weights = m.weights((units, depth), 0, depth, output.quantization.scale[0], rows)
    if len(weights.quantization.scale) == 1:
        weights = replace(weights, quantization=replace(weights.quantization, zero_point=(m.choice(0, -9, 100),)))
    biases = m.bias(units, rows, weights)
    if biases and m.choice(True, False):  # sums wrap around
        biases = replace(biases, data=Data(np.full(units, m.choice(-(2**31), 2**31 - 1), np.int32).tobytes()))
    inputs = flat if flattened else rows, weights, biases
    options = {"fused_activation_function": m.choice(0, 1, 3)}
    last = Operator("FULLY_CONNECTED", inputs, (output,), options)
    return [Operator("RESHAPE", (rows, m.numbers(1, depth)), (flat,)), last] if flattened else [last]


READERS = {"mean": mean, "average_pool": average_pool, "fully_connected": fully_connected}


def joined(m, parts, rows, most=10):
    """CONCATENATIONs of parts, as many as TFLM takes in each."""
    made = []
    while len(parts) > most:
        first = m.like(rows, 1, sum(part.shape[ROWS] for part in parts[:most]), *rows.shape[2:])
        made.append(Operator("CONCATENATION", tuple(parts[:most]), (first,), {"axis": ROWS}))
        parts = [first, *parts[most:]]
    return [*made, Operator("CONCATENATION", tuple(parts), (rows,), {"axis": ROWS})]


def in_strips(reader, boundaries, columns=5, channels=3, kind=INT8, seed=0, keep=False):
    """A model that takes its input apart by rows, joins the rows, and reads sums of them."""
    m = Maker([seed, 7], kind)
    source = m.tensor(1, boundaries[-1], columns, channels)
    parts, operators = [], []
    for first, end in pairwise(boundaries):
        parts.append(m.like(source, 1, end - first, columns, channels))
        where = m.numbers(0, first, 0, 0), m.numbers(1, end - first, columns, channels)
        operators.append(Operator("SLICE", (source, *where), (parts[-1],)))
    rows = m.like(source, *source.shape)
    operators += [*joined(m, parts, rows), *READERS[reader](m, rows, keep)]
    tensors = dict.fromkeys(tensor for each in operators for tensor in (*each.inputs, *each.outputs) if tensor)
    return Model(reader, (Graph("main", tuple(tensors), (source,), operators[-1].outputs, tuple(operators)),))


def extremes(model):
    """Inputs at random, and of the least and the largest value alone."""
    (tensor,) = model.main.inputs
    limits = np.iinfo(DTYPES[tensor.type])
    full = (np.full(tensor.shape, value, DTYPES[tensor.type]) for value in (limits.min, limits.max))
    return [*random_inputs(model, 1, 3), *((array,) for array in full)]


@st.composite
def models(draw):
    """Models whose strips are summed, of any height each."""
    heights = draw(st.lists(st.integers(1, 4), min_size=2, max_size=13))
    reader = draw(st.sampled_from(sorted(READERS)))
    model = in_strips(
        reader,
        [0, *np.cumsum(heights).tolist()],
        draw(st.integers(1, 9)),
        draw(st.integers(1, 40)),
        draw(st.sampled_from([INT8, INT16])) if reader != "fully_connected" else INT8,
        draw(st.integers(0, 999)),
        draw(st.booleans()),
    )
    assume(sums_of(model.main))
    return model


@settings(max_examples=3)
@given(st.lists(models(), min_size=16, max_size=24))
def test_sums_of_strips_give_what_the_runtimes_give_for_joined_rows(tmp_path_factory, found):
    rounds = [extremes(model) for model in found]
    assert all("CONCATENATION" not in {each.code for each in folded(model).main.operators} for model in found)
    references = expected(found, rounds)
    assert all(references)
    for model, ours, others in zip(found, run_c(found, rounds, tmp_path_factory.mktemp("c")), references, strict=True):
        for runtime, theirs in others.items():
            if model.name in LITERT_DIFFERS[INT8] and runtime != "tflm":
                continue
            for one, other in zip(ours, theirs, strict=True):
                np.testing.assert_array_equal(one[0], other[0], f"{model.name}, {runtime}")


def test_strips_are_added_as_soon_as_they_are_there_and_the_file_comes_back():
    model = in_strips("mean", [*range(13)])
    without = folded(model)
    codes = [each.code for each in without.main.operators]
    assert codes == ["SLICE", "START SUMS", "ADD TO SUMS", *["SLICE", "ADD TO SUMS"] * 11, "FINISH MEAN"]
    assert folded(without) is without
    assert unfolded(model, without).main.operators == model.main.operators
    flat = in_strips("fully_connected", [0, 4, 8], keep=True)
    codes = [each.code for each in folded(flat).main.operators]
    assert codes[-4:] == ["ADD PRODUCTS TO SUMS", "SLICE", "ADD PRODUCTS TO SUMS", "FINISH FULLY_CONNECTED"]
    assert unfolded(flat, folded(flat)).main.operators == flat.main.operators


def changed(model, code, **changes):
    """The model with another operator in place of the last one of a kind."""
    old = next(each for each in reversed(model.main.operators) if each.code == code)
    operators = [replace(each, **changes) if each is old else each for each in model.main.operators]
    return replace(model, graphs=(replace(model.main, operators=tuple(operators)),))


def test_rows_that_something_needs_as_a_whole_are_held():
    model = in_strips("mean", [0, 4, 8])
    (join,) = [each for each in model.main.operators if each.code == "CONCATENATION"]
    graph, m = model.main, Maker(5)

    def held(other):
        assert not sums_of(other.main)
        assert "ADD TO SUMS" not in {each.code for each in folded(other).main.operators}

    held(replace(model, graphs=(replace(graph, outputs=(*graph.outputs, *join.outputs)),)))
    held(replace(model, graphs=(replace(graph, operators=(*graph.operators, replace(join, inputs=join.outputs))),)))
    held(replace(model, graphs=(replace(graph, control_edges=((join, graph.operators[-1]),)),)))
    held(changed(model, "CONCATENATION", options={"axis": ROWS, "fused_activation_function": 1}))
    held(changed(model, "CONCATENATION", inputs=(*graph.inputs, join.inputs[1])))
    held(changed(model, "MEAN", inputs=(*join.outputs, m.numbers(1))))
    held(changed(model, "MEAN", inputs=(*join.outputs, m.numbers(1, 2, 3))))
    held(changed(model, "MEAN", outputs=(replace(graph.outputs[0], type=INT16),)))
    pool = in_strips("average_pool", [0, 4, 8])
    held(changed(pool, "AVERAGE_POOL_2D", options={**pool.main.operators[-1].options, "filter_height": 7}))
    flat = in_strips("fully_connected", [0, 4, 8], keep=True)
    held(changed(flat, "FULLY_CONNECTED", options={"weights_format": 1}))
    held(changed(flat, "FULLY_CONNECTED", outputs=(m.tensor(2, 1),)))
    held(replace(flat, graphs=(replace(flat.main, outputs=flat.main.operators[-2].outputs),)))
    held(in_strips("mean", [0, 4, 8], kind=ElementType.FLOAT32))
    held(in_strips("mean", [0, 1, 2], columns=1, channels=40))  # the sums would take more than the rows


@pytest.fixture(scope="module")
def planned():
    """A convolution in strips before a mean, with a layout of its C."""
    b = Builder("sums", 3)
    x = b.conv(b.input(24, 24, 3), 16, "a", kernel=3)
    model = b.model(b.mean(b.conv(x, 24, "b"), "mean"))
    strips = Prune().run(in_parts(model, strip_plan(region_of(model, model.main.operators[:2]), 6)))
    return laid_out(strips, LayoutPolicy(C, False, {}), [GENERATED_C], Budget()).shared.model


def test_the_file_says_where_the_sums_are(planned):
    (found,) = sums_of(planned.main)
    place = planned_offsets(planned, planned.plan)[found.joined]
    assert planned_offsets(folded(planned), folded(planned).plan)[found.sums] == place
    assert is_right(planned, GENERATED_C)
    assert arena_size(sources(planned, "m", may_move=False)) == C.arena(planned).declare_bytes
    assert C.arena(planned).declare_bytes < found.joined.bytes


def test_a_plan_that_overwrites_the_sums_between_strips_is_rejected(planned):
    (found,) = sums_of(planned.main)
    lives, offsets = lifetimes(folded(planned)).of, planned_offsets(planned, planned.plan)
    sums = lives[found.sums]
    between = [each for each in offsets if each in lives and sums.first < lives[each].first <= sums.last]
    assert len(between) > 10  # what five strips and MEAN make
    for tensor in between:
        wrong = planned.with_plan(memory_plan(planned, {**offsets, tensor: offsets[found.joined]}), "c")
        assert not is_right(wrong, GENERATED_C), tensor.name


def test_a_plan_without_overlap_may_be_wrong_for_sums_which_live_longer_than_the_rows(planned):
    bare = planned.with_plan(None)
    (found,) = sums_of(bare.main)
    inner = next(each for each in bare.main.tensors if each.name == "a/strip 4 of 6")
    apart, top = {inner: 0, found.joined: 0}, found.joined.bytes
    for tensor in [each.tensor for each in lifetimes(bare).planned if each.tensor not in apart]:
        apart[tensor], top = top, top + -(-tensor.bytes // 16) * 16
    plan = bare.with_plan(memory_plan(bare, apart))
    assert validity(plan).pairs == 0
    assert validity(plan).everywhere
    assert GENERATED_C not in validity(plan).in_c


@pytest.fixture(scope="module")
def network():
    """A network that is as wide at its end as everywhere, over a small image."""
    b = Builder("wide", 5)
    x = b.conv(b.input(24, 8, 1), 16, "a", kernel=3)
    x = b.separable(b.separable(x, 16, "b"), 16, "c")
    return b.model(b.softmax(b.dense(b.mean(x, "mean"), 3, "logits"), "softmax"))


@pytest.mark.parametrize("where", ["arena", "rows"])
def test_strips_run_from_the_image_to_the_end(network, where, tmp_path):
    options = Options(target="c", split=True, ends=Ends(inputs=where), max_extra_macs=0.5, effort="low")
    plan = optimize(network, options)
    (strips,) = plan.strips
    assert strips.operators == tuple(range(6))  # MEAN included
    assert plan.arenas[1].declare_bytes < network.main.operators[0].outputs[0].bytes / 2
    assert "identical" in plan.verified.values()
    found = exported(plan.model, "m", may_move=False, ends=Ends(inputs=where))
    assert found.program.memory.size == plan.arenas[1].declare_bytes
    rounds = random_inputs(network, 2, 3)
    if where == "arena":
        ours, others = run_c([plan.model, network], [rounds] * 2, tmp_path)
        for one, other in zip(ours, others, strict=True):
            np.testing.assert_array_equal(one[0], other[0])
