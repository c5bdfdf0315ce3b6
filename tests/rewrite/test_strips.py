"""What a model in strips is made of."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strip_networks import INT8, Network, networks, plans

from arenite import zoo
from arenite.errors import OptionError
from arenite.model import Data, ElementType, Graph, MemoryPlan, Metadata, Model, Operator, Quantization, Tensor
from arenite.operators.liveness import lifetimes
from arenite.operators.macs import macs
from arenite.rewrite.strips import Rows, SplitRows, StripPlan, estimate, region_of, strip_plan, strips_of, why_not
from arenite.tflite.read import read_bytes
from arenite.tflite.write import write_bytes
from arenite.zoo.builder import Builder


def pair(*, kernel=3, stride=1, rows=12, name="conv"):
    """input -> conv -> depthwise, both int8 with SAME padding."""
    net = Builder("pair", 0)
    x = net.input(rows, 6, 2)
    x = net.conv(x, 4, name, kernel=kernel, stride=stride)
    return net.model(net.depthwise(x, "depthwise"))


def residual():
    """input -> expand -> depthwise -> project -> add, and two results."""
    net = Builder("residual", 0)
    x = net.input(16, 8, 4)
    y = net.conv(x, 8, "expand")
    z = net.depthwise(y, "depthwise")
    z = net.conv(z, 4, "project", relu=False)
    return net.model(net.add(x, z, "add"), net.max_pool(y, "pool", window=2, stride=2))


def whole(model):
    return region_of(model, model.main.operators)


def codes(model):
    return [operator.code for operator in model.main.operators]


def test_a_single_strip_is_the_model_itself():
    model = pair()
    assert SplitRows(strip_plan(whole(model), 1)).run(model) is model


def test_strips_follow_each_other_and_are_sliced_padded_and_joined():
    model = pair()
    strips = SplitRows(strip_plan(whole(model), 2)).run(model)
    one = ["SLICE", "PAD", "CONV_2D", "PAD", "DEPTHWISE_CONV_2D"]
    assert codes(strips) == [*one, *one, "CONCATENATION"]


def test_nothing_is_padded_where_the_window_needs_none():
    net = Builder("pointwise", 0)
    x = net.input(12, 6, 2)
    model = net.model(net.conv(net.conv(x, 4, "one"), 4, "two", kernel=3, padding=1))
    assert "PAD" not in codes(SplitRows(strip_plan(whole(model), 3)).run(model))


def test_same_padding_stays_where_it_puts_the_window_right():
    model = pair(stride=2)  # SAME of 12 rows by 3 with stride 2: one row of padding, below
    strips = SplitRows(strip_plan(region_of(model, model.main.operators[:1]), 3)).run(model)
    padded = [operator.outputs[0].shape for operator in strips.main.operators if operator.code == "PAD"]
    options = [operator.options["padding"] for operator in strips.main.operators if operator.code == "CONV_2D"]
    assert options == [1, 1, 0]
    assert len(padded) == 2


def test_constants_are_shared_and_dead_tensors_gone():
    model = pair()
    strips = SplitRows(strip_plan(whole(model), 4)).run(model)
    constants = [tensor for tensor in model.main.tensors if tensor.data]
    assert all(tensor in strips.main.tensors for tensor in constants)
    assert not [tensor for tensor in strips.main.tensors if tensor.name == "conv"]
    convolutions = [operator for operator in strips.main.operators if operator.code == "CONV_2D"]
    assert len({operator.inputs[1] for operator in convolutions}) == 1
    assert not any(entry.dead for entry in lifetimes(strips).lifetimes if entry.size)
    used = {tensor for operator in strips.main.operators for tensor in (*operator.inputs, *operator.outputs)}
    assert set(strips.main.tensors) == used
    assert len(strips.main.tensors) == len(set(strips.main.tensors))


def test_equal_begins_and_sizes_are_one_constant_also_of_two_regions():
    net = Builder("two", 0)
    x = net.conv(net.conv(net.input(12, 6, 2), 2, "a"), 2, "b")
    model = net.model(x)
    for operator in model.main.operators:
        model = SplitRows(strip_plan(region_of(model, [operator]), 3)).run(model)
    numbers = [tensor.name for tensor in model.main.tensors if tensor.type is ElementType.INT32 and tensor.data]
    assert len(numbers) == len(set(numbers))
    assert len([name for name in numbers if name.startswith("strips/")]) == 4


def test_names_tell_operator_and_strip():
    model = pair()
    names = {tensor.name for tensor in SplitRows(strip_plan(whole(model), 2)).run(model).main.tensors}
    assert {"conv/strip 1 of 2", "conv/strip 2 of 2", "depthwise/strip 2 of 2", "input/rows0-8"} <= names
    assert "conv/strip 1 of 2/padded" in names


def test_of_joined_names_the_first_tells_the_strip():
    """What a converter has fused has several names, which viewers of models cut, or show one of."""
    model = pair(name="conv/relu;conv/add")
    names = {tensor.name for tensor in SplitRows(strip_plan(whole(model), 2)).run(model).main.tensors}
    assert {"conv/relu/strip 2 of 2;conv/add", "conv/relu/strip 1 of 2/padded;conv/add"} <= names


def test_outputs_and_inputs_are_the_same_tensors():
    model = residual()
    strips = SplitRows(strip_plan(whole(model), 4)).run(model)
    assert strips.main.inputs == model.main.inputs
    assert strips.main.outputs == model.main.outputs


def test_more_strips_than_tflm_joins_make_a_tree():
    model = pair(rows=64)
    strips = SplitRows(strip_plan(whole(model), 32)).run(model)
    joins = [operator for operator in strips.main.operators if operator.code == "CONCATENATION"]
    assert max(len(operator.inputs) for operator in joins) <= 10
    assert len(joins) == 5
    assert joins[-1].outputs == model.main.outputs


def test_a_memory_plan_of_the_source_is_dropped():
    plan = MemoryPlan((tuple(0 for _ in pair().main.tensors),))
    model = replace(pair(), metadata=(Metadata("other", Data(b"x")),), plan=plan, target="tflm")
    strips = SplitRows(strip_plan(whole(model), 2)).run(model)
    assert [entry.name for entry in strips.metadata] == ["other"]
    assert (strips.plan, strips.target) == (None, None)


def test_recomputing_costs_work_and_keeping_costs_none():
    model = residual()
    work = sum(map(macs, model.main.operators))
    again = SplitRows(strip_plan(whole(model), 4)).run(model)
    kept = SplitRows(strip_plan(whole(model), 4, halo="keep")).run(model)
    assert sum(map(macs, again.main.operators)) > work
    assert sum(map(macs, kept.main.operators)) == work
    assert estimate(strip_plan(whole(model), 4)).extra_macs == sum(map(macs, again.main.operators)) - work
    assert estimate(strip_plan(whole(model), 4, halo="keep")).extra_macs == 0


def test_rows_of_strips():
    model = pair()
    conv, depthwise = model.main.operators
    strips = strips_of(strip_plan(whole(model), (0, 5, 12)))
    first, second = (strip.held for strip in strips)
    assert (first[depthwise.outputs[0]], second[depthwise.outputs[0]]) == (Rows(0, 5), Rows(5, 12))
    assert (first[conv.outputs[0]], second[conv.outputs[0]]) == (Rows(0, 6), Rows(4, 12))
    assert (first[model.main.inputs[0]], second[model.main.inputs[0]]) == (Rows(0, 7), Rows(3, 12))
    kept = strips_of(strip_plan(whole(model), (0, 5, 12), halo="keep"))[1]
    assert kept.kept[conv.outputs[0]] == Rows(4, 6)
    assert kept.cuts[conv].rows == Rows(6, 12)
    assert kept.held[model.main.inputs[0]] == Rows(5, 12)


def test_an_output_that_the_region_reads_itself_is_cut_where_the_strips_end():
    model = residual()
    expand = model.main.operators[0]
    region = region_of(model, [operator for operator in model.main.operators if operator.code != "MAX_POOL_2D"])
    plan = strip_plan(region, (0, 8, 16))
    assert region.outputs[0] is expand.outputs[0]
    assert plan.boundaries == ((0, 9, 16), (0, 8, 16))


def test_a_plan_for_another_model():
    with pytest.raises(OptionError, match="does not have"):
        SplitRows(strip_plan(whole(pair()), 2)).run(residual())


def test_a_file_that_asks_for_an_order_is_left_alone():
    bound = replace(pair().main, control_edges=(pair().main.operators[:2],))
    with pytest.raises(OptionError, match="asks for an order"):
        whole(replace(pair(), graphs=(bound,)))


@given(st.data())
def test_what_is_estimated_is_what_is_built(data):
    model = data.draw(networks())
    plan = data.draw(plans(model))
    if plan is not None:
        cost, strips = estimate(plan), SplitRows(plan).run(model)
        before, after = (set(each.main.operators) for each in (model, strips))
        assert sum(map(macs, after)) - sum(map(macs, before)) == cost.extra_macs
        assert len(after - before) == cost.operators
        assert sum(operator.outputs[0].bytes for operator in after - before) == cost.copied_bytes + worked(plan)
        read_bytes(write_bytes(strips), "strips")


def test_regions_split_one_after_another_share_their_numbers():
    """Whether the first is split in the same process, or was written and read again: equal constants are one tensor."""
    model = zoo.build("mobilenet-v1", resolution=32)
    chain = model.main.operators
    first, second = chain[:2], chain[3:5]
    once = SplitRows(strip_plan(region_of(model, first), 3)).run(model)
    plan = strip_plan(region_of(once, second), 3)
    twice = SplitRows(plan).run(once)
    again = read_bytes(write_bytes(once), "once")
    places = [once.main.operators.index(operator) for operator in second]
    later = strip_plan(region_of(again, [again.main.operators[place] for place in places]), 3)
    for result in (twice, SplitRows(later).run(again)):
        names = [tensor.name for tensor in result.main.tensors if tensor.name.startswith("strips/numbers")]
        assert len(names) > 4
        assert len(set(names)) == len(names)
        assert names == [each.name for each in twice.main.tensors if each.name.startswith("strips/numbers")]


def worked(plan):
    """Bytes that the operators of the region themselves write in strips."""
    return sum(
        operator.outputs[0].bytes
        // (operator.outputs[0].shape[1] * operator.outputs[0].shape[2])
        * cut.made.size
        * (cut.columns or operator.outputs[0].shape[2])
        for strip in strips_of(plan)
        for operator, cut in strip.cuts.items()
    )


def test_an_estimate_of_a_tree_of_joins():
    model = pair(rows=64)
    for strips in (10, 11, 32, 64):
        plan = strip_plan(whole(model), strips)
        assert estimate(plan).operators == len(SplitRows(plan).run(model).main.operators)


@pytest.mark.parametrize("boundaries", [(0, 5), (0, 7, 5, 12), (1, 12), (0,), (), 0, 13])
def test_boundaries_that_make_no_sense(boundaries):
    with pytest.raises(OptionError):
        strip_plan(whole(pair()), boundaries)


def test_boundaries_are_needed_for_every_output():
    with pytest.raises(OptionError, match="2 outputs"):
        StripPlan(whole(residual()), ((0, 16),))


def test_a_region_must_not_go_through_others():
    model = residual()
    with pytest.raises(OptionError, match="outside of it"):
        region_of(model, [operator for operator in model.main.operators if operator.code != "DEPTHWISE_CONV_2D"])


def test_a_region_of_another_graph_or_of_nothing():
    with pytest.raises(OptionError, match="main graph"):
        region_of(pair(), pair().main.operators)
    with pytest.raises(OptionError, match="main graph"):
        region_of(pair(), ())


def test_an_operator_between_that_the_region_does_not_need_runs_before_it():
    net = Builder("two", 0)
    x, y = net.input(8, 4, 2), net.input(8, 4, 2, name="other")
    a = net.conv(x, 2, "a")
    b = net.mean(y, "b")
    model = net.model(net.conv(a, 2, "c"), b)
    region = region_of(model, [operator for operator in model.main.operators if operator.code == "CONV_2D"])
    assert codes(SplitRows(strip_plan(region, 2)).run(model))[0] == "MEAN"


REASONS = {
    "FULLY_CONNECTED": "every element of its output reads the whole input",
    "MEAN": "global pooling",
    "SOFTMAX": "not [1, rows, columns, channels]",
    "RESHAPE": "another shape",
}


def test_reasons_in_a_whole_network():
    model = zoo.build("mobilenet-v2", resolution=32)
    found = {
        operator.code: why_not(operator) for operator in model.main.operators if operator.outputs[0].shape[1:2] != (1,)
    }
    for code, reason in REASONS.items():
        if code in found:
            assert reason in found[code]
    assert found["CONV_2D"] is None
    assert found["ADD"] is None


def network():
    net = Network(None, INT8, None)
    net.quantization = lambda scale: Quantization((scale,), (0,))
    return net


def operator_of(code, inputs, shape, options=None, **more):
    return Operator(code, inputs, (network().activation(shape),), options or {}, **more)


def test_reasons():
    image = network().activation((1, 8, 8, 4))
    batch = network().activation((2, 8, 8, 4))
    window = {"padding": 0, "stride_h": 8, "stride_w": 8, "filter_height": 8, "filter_width": 8}
    resize = {"align_corners": True, "half_pixel_centers": False}
    size = Tensor("size", (2,), ElementType.INT32, Data(b"\x10\0\0\0\x10\0\0\0"))
    floats = replace(image, type=ElementType.FLOAT32)
    weights = Tensor("weights", (4, 1, 1, 4), INT8, Data(bytes(16)))
    wide = {"padding": 0, "stride_h": 2, "stride_w": 2}
    unit = {"padding": 0, "stride_h": 1, "stride_w": 1}
    cases = {
        "keeps state": operator_of("CUSTOM", (image,), (1, 8, 8, 4), custom_code="mine"),
        "not known to work": operator_of("HASHTABLE_LOOKUP", (image,), (1, 8, 8, 4)),
        "single row": operator_of("AVERAGE_POOL_2D", (image,), (1, 1, 1, 4), window),
        "a batch of 2": operator_of("RELU", (batch,), (2, 8, 8, 4)),
        "aligns corners": operator_of("RESIZE_NEAREST_NEIGHBOR", (image, size), (1, 16, 16, 4), resize),
        "along rows": operator_of("CONCATENATION", (image, image), (1, 16, 8, 4), {"axis": 1}),
        "weights of INT8": operator_of("CONV_2D", (floats, weights, None), (1, 8, 8, 4), unit),
        "narrower than its stride": operator_of("TRANSPOSE_CONV", (size, weights, image), (1, 16, 16, 4), wide),
        "other rows": operator_of("ADD", (image, network().activation((1, 4, 8, 4))), (1, 8, 8, 4)),
        "moves elements between rows": operator_of("TRANSPOSE", (image,), (1, 8, 8, 4)),
    }
    for reason, operator in cases.items():
        assert reason in (why_not(operator) or ""), operator.code


def test_a_variable_is_state():
    variable = replace(network().activation((1, 8, 8, 4)), variable=True)
    assert "state" in (why_not(operator_of("RELU", (variable,), (1, 8, 8, 4))) or "")


def test_operators_with_state_do_not_change_places():
    image = network().activation((1, 8, 8, 4))
    one, two = (operator_of("RELU", (image,), (1, 8, 8, 4)) for _ in range(2))
    reads = operator_of("CUSTOM", (one.outputs[0],), (1, 8, 8, 4), custom_code="reads")
    alone = operator_of("CUSTOM", (image,), (1, 8, 8, 4), custom_code="alone")
    end = operator_of("ADD", (one.outputs[0], two.outputs[0]), (1, 8, 8, 4))
    operators = (one, reads, alone, two, end)
    tensors = (image, *(operator.outputs[0] for operator in operators))
    model = Model("state", (Graph("main", tensors, (image,), tensors[-1:], operators),))
    with pytest.raises(OptionError, match="change places"):
        region_of(model, (one, two, end))
