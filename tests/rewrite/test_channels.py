"""What a model by channel groups is made of, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from channel_networks import PRESENT
from hypothesis import given
from hypothesis import strategies as st
from strip_networks import RUNTIMES, equal, outputs_in

from arenite import zoo
from arenite.errors import OptionError
from arenite.model import Data, ElementType, Graph, MemoryPlan, Model, Operator, Quantization, Tensor
from arenite.operators.peak import peak_memory
from arenite.rewrite.channels import (
    ChannelPlan,
    SplitChannels,
    channel_plan,
    channel_region_of,
    estimate_channels,
    why_not_channels,
    wide_regions,
)
from arenite.tflite.read import read_bytes
from arenite.tflite.write import write_bytes
from arenite.zoo.builder import Builder


def expanded(channels=24, *, stride=2):
    """input -> conv 1x1 -> depthwise -> conv 1x1, wide in the middle."""
    net = Builder("expanded", 0)
    x = net.input(8, 8, 4)
    x = net.conv(x, channels, "expand")
    x = net.depthwise(x, "depthwise", stride=stride)
    return net.model(net.conv(x, 4, "project", relu=False))


def pooled():
    """input -> conv 1x1 -> mean -> dense."""
    net = Builder("pooled", 0)
    x = net.conv(net.input(6, 6, 8), 64, "wide")
    return net.model(net.dense(net.mean(x, "mean"), 10, "logits"))


def pair():
    """input -> dense, wide -> dense."""
    net = Builder("pair", 0)
    x = net.reshape(net.input(1, 1, 8), (1, 8), "flat")
    x = net.dense(x, 32, "wide")
    return net.model(net.dense(x, 8, "narrow"))


def first(model, count):
    return channel_region_of(model, model.main.operators[:count])


def codes(model):
    return [operator.code for operator in model.main.operators]


def made(model, name):
    return next(tensor for tensor in model.main.tensors if tensor.name == name)


def test_a_single_group_is_the_model_itself():
    model = expanded()
    assert SplitChannels(channel_plan(first(model, 2), 1)).run(model) is model


def test_groups_follow_each_other_and_are_joined():
    model = expanded()
    groups = SplitChannels(channel_plan(first(model, 2), 2)).run(model)
    one = ["CONV_2D", "DEPTHWISE_CONV_2D"]
    assert codes(groups) == [*one, *one, "CONCATENATION", "CONV_2D"]
    assert made(groups, "depthwise/channels12-24").shape == (1, 4, 4, 12)
    assert groups.main.operators[4].options["axis"] == 3
    assert not {"expand", "expand/weights", "depthwise/bias"} & {tensor.name for tensor in groups.main.tensors}
    assert "project/weights" in {tensor.name for tensor in groups.main.tensors}


def test_weights_and_scales_are_cut_together():
    model = expanded()
    groups = SplitChannels(channel_plan(first(model, 2), 2)).run(model)
    for name, axis in (("expand/weights", 0), ("expand/bias", 0), ("depthwise/weights", 3), ("depthwise/bias", 0)):
        whole, half = made(model, name), made(groups, f"{name}/channels12-24")
        dtype = "i1" if whole.type is ElementType.INT8 else "<i4"
        every = np.frombuffer(whole.data.content, dtype).reshape(whole.shape)
        assert bytes(half.data.content) == np.take(every, range(12, 24), axis).tobytes()
        assert half.quantization.scale == whole.quantization.scale[12:]
        assert half.quantization.dimension == whole.quantization.dimension


def test_the_peak_falls_and_no_product_is_computed_twice():
    model = expanded()
    plan = channel_plan(first(model, 2), 4)
    assert peak_memory(model) == (8 * 8 + 4 * 4) * 24  # while the depthwise convolution runs
    assert peak_memory(SplitChannels(plan).run(model)) == 8 * 8 * (4 + 6) + 4 * 4 * 18  # at the last group's expansion
    assert estimate_channels(plan).extra_macs == 0


@pytest.mark.parametrize("groups", [2, 4, 12])
def test_the_estimate_is_what_the_model_costs(groups):
    model = expanded()
    plan = channel_plan(first(model, 2), groups)
    result, cost = SplitChannels(plan).run(model), estimate_channels(plan)
    joins = [operator for operator in result.main.operators if operator.code == "CONCATENATION"]
    assert cost.operators == len(result.main.operators) - 1
    assert cost.copied_bytes == sum(operator.outputs[0].bytes for operator in joins)
    assert cost.viewed_bytes == 0
    assert cost.constant_bytes == constants(result) - constants(model) == 0
    assert all(len(operator.inputs) <= 10 for operator in joins)


def constants(model):
    return sum(len(data) for data in {tensor.data for tensor in model.main.tensors} if data is not None)


def test_weights_that_others_need_too_stay_beside_their_parts():
    model = expanded(stride=1)
    conv = model.main.operators[0]
    twin = replace(conv, outputs=(replace(conv.outputs[0], name="twin"),))
    graph = model.main
    graph = replace(
        graph,
        operators=(*graph.operators, twin),
        tensors=(*graph.tensors, *twin.outputs),
        outputs=(*graph.outputs, *twin.outputs),
    )
    model = replace(model, graphs=(graph,))
    plan = channel_plan(first(model, 2), 3)
    added = constants(SplitChannels(plan).run(model)) - constants(model)
    assert estimate_channels(plan).constant_bytes == added == sum(t.bytes for t in conv.inputs[1:])


def test_means_of_groups_are_joined_as_views():
    model = pooled()
    cost = estimate_channels(channel_plan(first(model, 2), 8))
    assert cost.copied_bytes == cost.viewed_bytes == 64


def test_activations_from_outside_are_sliced():
    net = Builder("added", 0)
    x = net.input(4, 4, 8)
    y = net.conv(x, 8, "conv")
    model = net.model(net.max_pool(net.add(x, y, "add"), "pool", window=2, stride=2))
    plan = channel_plan(first(model, 3), 2)
    groups = SplitChannels(plan).run(model)
    assert codes(groups).count("SLICE") == 2
    assert estimate_channels(plan).constant_bytes == constants(groups) - constants(model) == 2 * 2 * 16
    assert estimate_channels(plan).copied_bytes == 4 * 4 * 8 + 2 * 2 * 8
    assert estimate_channels(plan).operators == len(groups.main.operators)
    for runtime in PRESENT.values():
        assert equal(outputs_in(runtime, model), outputs_in(runtime, groups))


def test_sums_over_the_channels_of_a_region_are_refused():
    model = expanded()
    assert [why_not_channels(operator) for operator in model.main.operators] == [None] * 3
    with pytest.raises(OptionError, match=r"'project' adds up all channels of 'depthwise'.*rounded once for each"):
        first(model, 3)
    model = pair()
    with pytest.raises(OptionError, match="'narrow' adds up all channels of 'wide'"):
        channel_region_of(model, model.main.operators[1:])


@pytest.mark.parametrize("name", sorted(RUNTIMES))
def test_sums_of_groups_would_be_other_numbers(name):
    """What is refused: partial sums in int8, which are rounded, and added, which rounds again."""
    if name not in PRESENT:
        pytest.skip(f"{name} is not installed")
    model = expanded()
    groups = SplitChannels(channel_plan(first(model, 2), 2)).run(model)
    project, operators, tensors = groups.main.operators[-1], list(groups.main.operators[:-2]), []
    sums = []
    for number, part in enumerate(groups.main.operators[-2].inputs):
        weights, bias = project.inputs[1:]
        values = np.frombuffer(weights.data.content, "i1").reshape(weights.shape)[..., 12 * number : 12 * number + 12]
        cut = replace(weights, name=f"w{number}", shape=values.shape, data=Data(values.tobytes()))
        bias = replace(bias, name=f"b{number}", data=Data(bytes(bias.bytes)) if number else bias.data)
        sums.append(replace(project.outputs[0], name=f"sum{number}"))
        operators.append(replace(project, inputs=(part, cut, bias), outputs=(sums[-1],)))
        tensors += [cut, bias, sums[-1]]
    operators.append(Operator("ADD", tuple(sums), project.outputs, {"fused_activation_function": 0}, version=2))
    graph = replace(groups.main, operators=tuple(operators), tensors=(*groups.main.tensors, *tensors))
    wrong = outputs_in(PRESENT[name], Model("wrong", (graph,)))
    assert wrong is not None
    assert not equal(outputs_in(PRESENT[name], model), wrong)


def test_regions_that_are_wide_in_the_middle_are_found():
    model = expanded()
    assert [codes_of(region) for region in wide_regions(model)] == [["CONV_2D", "DEPTHWISE_CONV_2D"]]
    assert not list(wide_regions(expanded(stride=1)))
    assert [codes_of(region) for region in wide_regions(pooled())] == [["CONV_2D", "MEAN"]]


def codes_of(region):
    return [operator.code for operator in region.operators]


def lone(code, inputs, output, options=None):
    return Operator(code, tuple(inputs), (output,), options or {})


def activation(*shape, type_=ElementType.INT8, quantization=None):
    return Tensor("x", shape, type_, None, quantization or Quantization((0.5,), (0,)))


def constant(*shape, type_=ElementType.INT8, quantization=None, content=None):
    size = int(np.prod(shape)) * type_.bytes
    return Tensor("c", shape, type_, Data(bytes(size) if content is None else content), quantization)


def numbers(*values):
    return constant(len(values), type_=ElementType.INT32, content=np.array(values, "<i4").tobytes())


CONV = {"padding": 0, "stride_h": 1, "stride_w": 1, "fused_activation_function": 0}
REFUSED = {
    "floats": lone(
        "RELU",
        [activation(1, 2, 2, 4, type_=ElementType.FLOAT32)] * 1,
        activation(1, 2, 2, 4, type_=ElementType.FLOAT32),
    ),
    "packed": lone(
        "CONV_2D", [activation(1, 2, 2, 4), constant(4, 1, 1, 4, content=bytes(8))], activation(1, 2, 2, 4), CONV
    ),
    "are computed": lone("CONV_2D", [activation(1, 2, 2, 4), activation(4, 1, 1, 4)], activation(1, 2, 2, 4), CONV),
    "bias that is computed": lone(
        "CONV_2D", [activation(1, 2, 2, 4), constant(4, 1, 1, 4), activation(4)], activation(1, 2, 2, 4), CONV
    ),
    "weights of INT4": lone(
        "CONV_2D", [activation(1, 2, 2, 4), constant(4, 1, 1, 4, type_=ElementType.INT4)], activation(1, 2, 2, 4), CONV
    ),
    "do not fit its output": lone(
        "CONV_2D", [activation(1, 2, 2, 4), constant(3, 1, 1, 4)], activation(1, 2, 2, 4), CONV
    ),
    "another axis": lone(
        "CONV_2D",
        [activation(1, 2, 2, 4), constant(4, 1, 1, 4, quantization=Quantization((0.5,) * 4, (0,) * 4, 3))],
        activation(1, 2, 2, 4),
        CONV,
    ),
    "quantized in another way": lone(
        "RELU", [activation(1, 2, 2, 4)], activation(1, 2, 2, 4, quantization=Quantization((0.5,) * 4, (0,) * 4, 3))
    ),
    "shuffled": lone("FULLY_CONNECTED", [activation(1, 4), constant(4, 4)], activation(1, 4), {"weights_format": 1}),
    "other channels": lone("ADD", [activation(1, 2, 2, 4), constant(3)], activation(1, 2, 2, 4)),
    "pads the channels": lone("PAD", [activation(1, 2, 2, 4), numbers(0, 0, 0, 0, 0, 0, 0, 1)], activation(1, 2, 2, 5)),
    "reduces over the channels": lone("MEAN", [activation(1, 2, 2, 4), numbers(3)], activation(1, 2, 2)),
    "joins channels": lone("CONCATENATION", [activation(1, 2, 2, 2)] * 2, activation(1, 2, 2, 4), {"axis": -1}),
    "divides each channel": lone("SOFTMAX", [activation(1, 4)], activation(1, 4)),
    "another shape": lone("RESHAPE", [activation(1, 4)], activation(1, 2, 2)),
    "keeps state": lone("SVDF", [activation(1, 4)], activation(1, 4)),
    "not known to work": lone("GATHER_ND", [activation(1, 4)], activation(1, 4)),
    "has no channels": lone("RELU", [activation(4)], activation(4)),
    "UINT8": lone("QUANTIZE", [activation(1, 2, 2, 4, type_=ElementType.UINT8)], activation(1, 2, 2, 4)),
    "which is not sliced": lone(
        "RELU", [activation(1, 2, 2, 4, type_=ElementType.INT64)], activation(1, 2, 2, 4, type_=ElementType.INT64)
    ),
    "make no sense": lone("PAD", [activation(1, 2, 2, 4)], activation(1, 2, 2, 4)),
}


@pytest.mark.parametrize("reason", sorted(REFUSED))
def test_the_reason_is_named(reason):
    assert reason in (why_not_channels(REFUSED[reason]) or "")


def test_an_axis_of_a_vector_need_not_be_its_own():
    """person_detect says 3 of its biases."""
    scales = Quantization((0.5,) * 4, (0,) * 4, 3)
    bias = constant(4, type_=ElementType.INT32, quantization=scales)
    operator = lone("CONV_2D", [activation(1, 2, 2, 4), constant(4, 1, 1, 4), bias], activation(1, 2, 2, 4), CONV)
    assert why_not_channels(operator) is None


def test_no_group_has_a_single_channel_where_each_has_its_scale():
    """Runtimes compute in another way where weights have one scale."""
    assert first(expanded(24), 2).pieces == 12
    assert first(expanded(15), 2).pieces == 5
    assert first(expanded(7), 2).pieces == 1
    model = pair()
    assert channel_region_of(model, model.main.operators[1:2]).pieces == 32  # one scale for all units


def test_groups_must_be_possible():
    region = first(expanded(), 2)
    with pytest.raises(OptionError, match="13 groups are not possible: the channels have 12 equal pieces"):
        channel_plan(region, 13)
    for wrong in ((0, 3), (1, 12), (0, 5, 5, 12), (0, 7, 5, 12), (12,)):
        with pytest.raises(OptionError, match="must rise from 0 to the 12 pieces"):
            channel_plan(region, wrong)


@given(st.sets(st.integers(1, 11)))
def test_any_groups_cover_all_channels(cuts):
    plan = channel_plan(first(expanded(), 2), (0, *sorted(cuts), 12))
    assert isinstance(plan, ChannelPlan)
    spans = [part.of(24) for part in plan.groups]
    assert spans[0][0] == 0 and spans[-1][1] == 24
    assert all(one[1] == other[0] for one, other in pairwise(spans))


def test_operators_of_a_region_are_of_the_main_graph():
    with pytest.raises(OptionError, match="needs operators, all of them of the main graph"):
        channel_region_of(expanded(), expanded().main.operators[:2])
    with pytest.raises(OptionError, match="needs operators"):
        channel_region_of(expanded(), ())


def test_a_plan_is_for_its_model():
    plan = channel_plan(first(expanded(), 2), 2)
    with pytest.raises(OptionError, match="has operators that the graph 'main' does not have"):
        SplitChannels(plan).run(expanded())


def test_results_that_are_needed_too_early_are_refused():
    model = expanded()
    expand, depthwise, project = model.main.operators
    early = replace(project, inputs=(expand.outputs[0], *project.inputs[1:]), outputs=(activation(1, 8, 8, 4),))
    graph = Graph(
        "main",
        (*model.main.tensors, *early.outputs),
        model.main.inputs,
        (*early.outputs, *depthwise.outputs),
        (expand, early, depthwise),
    )
    with pytest.raises(OptionError, match="CONV_2D of 'x' needs a result of the region, but is filed before"):
        channel_region_of(replace(model, graphs=(graph,)), (expand, depthwise))


def test_control_dependencies_are_respected():
    graph = expanded().main
    bound = replace(graph, control_edges=(graph.operators[:2],))
    with pytest.raises(OptionError, match="asks for an order of operators"):
        first(replace(expanded(), graphs=(bound,)), 2)


def test_an_old_plan_is_dropped():
    model = expanded()
    planned = replace(model, plan=MemoryPlan((tuple(0 for _ in model.main.tensors),)), target="tflm")
    split = SplitChannels(channel_plan(first(planned, 2), 2)).run(planned)
    assert (split.plan, split.target) == (None, None)


def test_a_file_read_is_cut_like_a_model_built():
    model = read_bytes(write_bytes(zoo.build("mobilenet-v2", resolution=32)), "mobilenet")
    for start in (3, 10):
        region = channel_region_of(model, model.main.operators[start : start + 2])
        groups = SplitChannels(channel_plan(region, 3)).run(model)
        again = read_bytes(write_bytes(groups), "again")
        for runtime in PRESENT.values():
            assert equal(outputs_in(runtime, model), outputs_in(runtime, again))
