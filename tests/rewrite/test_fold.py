"""Folding: copies that other operators make needless go, and not a bit of the outputs changes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hand_made import add, graph, model, tensor
from hypothesis import given, settings
from hypothesis import strategies as st
from strip_networks import FLOAT, INT8, INT16, RUNTIMES, SAME, UINT8, VALID, Network, equal, outputs_in

from arenite.model import Data, ElementType, Graph, MemoryPlan, Metadata, Model, Operator
from arenite.rewrite import Fold
from arenite.runtimes.process import absent
from arenite.tflite.read import read_model


def margins_of_same(length, kernel, stride, dilation):
    """What SAME padding puts before and after an axis, as the TensorFlow documentation has it."""
    reach = (kernel - 1) * dilation + 1
    missing = max(reach - stride, 0) if length % stride == 0 else max(reach - length % stride, 0)
    return missing // 2, missing - missing // 2


@st.composite
def padded_convolutions(draw, type_, paddings=("same", "other", "other", "nothing")):
    """x -> PAD -> one or two convolutions that do not pad; as a model."""
    network = Network(draw, type_, np.random.default_rng(draw(st.integers(0, 2**32))))
    one_of = network.one_of
    x = network.activation((1, draw(st.integers(3, 9)), draw(st.integers(3, 9)), one_of(1, 4)))
    kernel, dilation = one_of((3, 3), (5, 2), (1, 1), (2, 4)), one_of((1, 1), (2, 1))
    stride = one_of((1, 1), (2, 2), (2, 1))
    what, edges = one_of(*paddings), []
    for axis in range(2):
        same = margins_of_same(x.shape[1 + axis], kernel[axis], stride[axis], dilation[axis])
        other = draw(st.integers(0, 3)), draw(st.integers(0, 3))
        edges += {"same": same, "other": other, "nothing": (0, 0)}[what]
    shape = [1, x.shape[1] + sum(edges[:2]), x.shape[2] + sum(edges[2:]), x.shape[3]]
    whole = network.activation(shape, like=x)
    network.add("PAD", (x, network.integers(0, 0, *edges, 0, 0, shape=(4, 2))), whole, {}, network.version(2, 3))
    lengths = [
        -(-(length - (size - 1) * gap) // step)
        for length, size, step, gap in zip(shape[1:3], kernel, stride, dilation, strict=True)
    ]
    if min(lengths) < 1:
        lengths = []
    for code in draw(st.sampled_from((("CONV_2D",), ("DEPTHWISE_CONV_2D",), ("CONV_2D", "DEPTHWISE_CONV_2D")))):
        deep = code == "DEPTHWISE_CONV_2D"
        filters = (1, *kernel, x.shape[3]) if deep else (3, *kernel, x.shape[3])
        weights, bias, scale = network.filters(x, filters, 3 if deep else 0, 9)
        options = {"padding": VALID, "stride_h": stride[0], "stride_w": stride[1], "fused_activation_function": 0}
        options |= {"dilation_h_factor": dilation[0], "dilation_w_factor": dilation[1]}
        options |= {"depth_multiplier": 1} if deep else {}
        y = network.activation((1, *(lengths or (1, 1)), filters[3 if deep else 0]), scale=scale)
        network.add(code, (whole, weights, bias), y, options, network.version(3))
    outputs = tuple(operator.outputs[0] for operator in network.operators[1:])
    made = Graph("main", tuple(network.tensors), (x,), outputs, tuple(network.operators))
    return Model("padded", (made,)) if lengths else None


@pytest.mark.parametrize("type_", [INT8, INT16, UINT8, FLOAT])
def test_random_padded_convolutions_give_the_same(type_):
    folded, stayed, ran = [], [], set()

    @settings(max_examples=60)
    @given(padded_convolutions(type_))
    def check(source):
        if source is None:
            return
        result = Fold().run(source)
        (stayed if result is source else folded).append(result)
        if result is not source:
            assert [each.code for each in result.main.operators] == [each.code for each in source.main.operators[1:]]
        for name, runtime in RUNTIMES.items():
            expected = None if absent(name) else outputs_in(runtime, source)
            if expected is not None and result is not source:
                ran.add(name)
                assert equal(expected, outputs_in(runtime, result)), name

    check()
    assert folded
    assert stayed
    assert ran


@settings(max_examples=60)
@given(padded_convolutions(INT8, ("same",)))
def test_what_same_padding_does_is_always_folded(source):
    if source is not None:
        assert all(each.code != "PAD" for each in Fold().run(source).main.operators)
        assert all(each.options["padding"] in (SAME, VALID) for each in Fold().run(source).main.operators)


def padded(edges=(1, 1, 1, 1), stride=1, side=8, weight=0.5, **tensors):
    """A PAD and a 3x3 convolution of floats."""
    x = replace(tensor("x"), shape=(1, side, side, 1))
    whole = replace(tensor("whole"), shape=(1, side + edges[0] + edges[1], side + edges[2] + edges[3], 1))
    paddings = replace(
        tensor("paddings", kind=ElementType.INT32),
        shape=(4, 2),
        data=Data(np.array([0, 0, *edges, 0, 0], "<i4").tobytes()),
    )
    weights = replace(tensor("weights"), shape=(1, 3, 3, 1), data=Data(np.full(9, weight, "<f4").tobytes()))
    size = [(length - 3) // stride + 1 for length in whole.shape[1:3]]
    y = replace(tensor("y"), shape=(1, *size, 1))
    options = {"padding": VALID, "stride_h": stride, "stride_w": stride, "fused_activation_function": 0}
    options |= {"dilation_h_factor": 1, "dilation_w_factor": 1}
    pad = Operator("PAD", (x, paddings), (whole,))
    convolution = Operator("CONV_2D", (whole, weights, None), (y,), options)
    return pad, convolution


@pytest.mark.parametrize(
    ("edges", "stride", "side", "goes"),
    [
        ((1, 1, 1, 1), 1, 8, True),
        ((1, 1, 1, 1), 2, 8, False),  # SAME has nothing before the first row there: (0, 1)
        ((0, 1, 0, 1), 2, 8, True),
        ((1, 1, 1, 1), 2, 9, True),
        ((1, 0, 1, 0), 2, 8, False),
        ((0, 2, 1, 1), 1, 8, False),
        ((2, 2, 2, 2), 1, 8, False),
    ],
)
def test_which_paddings_are_those_of_same(edges, stride, side, goes):
    pad, convolution = padded(edges, stride, side)
    source = model(graph([pad.inputs[0]], convolution.outputs, [pad, convolution]))
    assert (len(Fold().run(source).main.operators) == 1) == goes


def test_infinite_weights_are_not_taken_for_numbers():
    pad, convolution = padded(weight=np.inf)
    source = model(graph([pad.inputs[0]], convolution.outputs, [pad, convolution]))
    assert Fold().run(source) is source


def test_a_padded_tensor_that_others_read_or_that_is_an_output_stays():
    pad, convolution = padded()
    (x, _), (whole,) = pad.inputs, pad.outputs
    returned = model(graph([x], [*convolution.outputs, whole], [pad, convolution]))
    z = replace(tensor("z"), shape=whole.shape)
    read = model(graph([x], [*convolution.outputs, z], [pad, convolution, add(whole, whole, z)]))
    assert Fold().run(returned) is returned
    assert Fold().run(read) is read


def reshape(x, y):
    shape = replace(tensor("shape", len(y.shape), ElementType.INT32), data=Data(np.array(y.shape, "<i4").tobytes()))
    return Operator("RESHAPE", (x, shape), (y,))


def test_what_hands_on_its_input_goes_with_its_tensor():
    x, a, b, y = (tensor(name) for name in "xaby")
    pad, _ = padded((0, 0, 0, 0))
    source = model(graph([x], [y], [add(x, x, a), reshape(a, b), add(b, a, y)]))
    result = Fold().run(source)
    assert [each.name for each in result.main.tensors] == ["x", "a", "shape", "y"]
    assert result.main.operators[1].inputs == (a, a)
    assert Fold().run(result) is result
    whole = pad.outputs[0]
    z = replace(tensor("z"), shape=whole.shape)
    nothing_padded = Fold().run(model(graph([pad.inputs[0]], [z], [pad, add(whole, whole, z)])))
    assert nothing_padded.main.operators[0].inputs == (pad.inputs[0], pad.inputs[0])


def test_copies_of_inputs_outputs_variables_and_other_shapes():
    x, a, y = (tensor(name) for name in "xay")
    into_output = model(graph([x], [y], [reshape(x, y)]))
    assert Fold().run(into_output) is into_output
    both = Fold().run(model(graph([x], [y], [reshape(x, a), reshape(a, y)])))
    assert [each.outputs for each in both.main.operators] == [(y,)]
    state, b = tensor("state", variable=True), tensor("b")
    of_variable = model(graph([x], [y], [reshape(state, b), add(b, x, y)], unused=[state]))
    assert Fold().run(of_variable) is of_variable
    square = replace(tensor("square"), shape=(2, 2))
    other = replace(tensor("other"), shape=(2, 2))
    of_other_shape = model(graph([x], [other], [reshape(x, square), add(square, square, other)]))
    assert Fold().run(of_other_shape) is of_other_shape
    read_from_input = Fold().run(model(graph([x], [y], [reshape(x, a), add(a, a, y)])))
    assert read_from_input.main.operators[0].inputs == (x, x)


def test_models_that_name_operators_by_place_or_have_a_plan_stay():
    x, a, b, y = (tensor(name) for name in "xaby")
    source = model(graph([x], [y], [add(x, x, a), reshape(a, b), add(b, b, y)]))
    planned = source.with_plan(MemoryPlan((tuple(None for _ in source.main.tensors),)))
    assert Fold().run(planned) is planned
    named = replace(source, metadata=(Metadata("COMPRESSION_METADATA", Data(bytes(16))),))
    assert Fold().run(named) is named
    bound = replace(source, graphs=(replace(source.main, control_edges=(source.main.operators[:2],)),))
    assert Fold().run(bound) is bound


def test_real_models_lose_their_copies(shared):
    for name, before, after in (("mcunet__mcunet-320kb-1mb_imagenet", 122, 72), ("tflite-micro__id_model", 117, 101)):
        source = read_model(shared / "models" / f"{name}.tflite")
        assert (len(source.main.operators), len(Fold().run(source).main.operators)) == (before, after)
