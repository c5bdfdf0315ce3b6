"""A window of time frame by frame: what becomes of known models, what is refused, and what a plan says of it."""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace

import pytest
from hand_made import floating, remembering
from hypothesis import given
from hypothesis import strategies as st
from stream_networks import compare, series_networks
from typer.testing import CliRunner

from arenite import OptionError, Options, optimize, read, zoo
from arenite.cli import app
from arenite.errors import VerificationError
from arenite.model import ElementType, Graph, Metadata, Model, Operator, Quantization, Tensor
from arenite.model.tensor import Data
from arenite.operators.macs import macs_of_model
from arenite.report.optimize import as_json
from arenite.rewrite.stream import streamed
from arenite.rewrite.stream.follow import FLOAT32, Time, follow
from arenite.runtimes.stream import Stream
from arenite.runtimes.verification import verify
from arenite.tflite.write import write_bytes
from arenite.zoo.builder import Builder

QUICK = Options(rounds=3, effort="low")
BOTH = {"litert": "identical", "tflm": "identical"}
SCALE = Quantization((0.1,), (5,))


@pytest.fixture(scope="module")
def network():
    return zoo.build("tcn")


@pytest.mark.parametrize("target", ["tflm-reference", "tflm", "c"])
def test_a_temporal_convolutional_network(network, target):
    plan = optimize(network, replace(QUICK, stream=1, target=target))
    assert plan.verified["litert"] == "identical"
    assert target == "c" or plan.verified["tflm"] == "identical"
    assert plan.rounds["litert"] == 4
    assert plan.model.main.inputs[0].shape == (1, 1, 1, 40)
    assert plan.model.main.outputs[0].shape == network.main.outputs[0].shape
    assert (plan.before.macs, plan.after.macs) == (424_176, 3 * 24 * (40 + 3 * 24) + 240)
    frames = plan.frames
    assert (frames.axis, frames.window, frames.new, frames.first_run) == (1, 64, 1, 64)
    assert frames.kept_bytes == 2 * 40 + (4 + 8 + 16) * 24 + 33 * 24
    assert as_json(plan)["frames"]["kept_bytes"] == frames.kept_bytes
    assert None not in plan.order
    assert any("MEAN (writes 'mean') takes its whole window" in note for note in plan.notes)
    assert read(plan.content).description.endswith(
        "takes 1 new of 64 frames along axis 1; outputs are right from run 64 on"
    )


def test_whole_windows_have_no_frames(network):
    assert optimize(network, QUICK).frames is None


def test_strides_in_time_make_a_run_take_several_frames():
    net = Builder("strided", 0)
    x = net.input(32, 1, 4)
    for number, stride in enumerate((2, 3)):
        x = net.max_pool(net.conv1d(x, 4, f"conv{number}"), f"pool{number}", window=1, stride=stride)
    model = net.model(net.classifier(x, 3))
    result = streamed(model, 1).model
    assert result.main.inputs[0].shape == (1, 6, 1, 4)
    assert Stream.of(model, result).first_run == 6
    assert verify(model, result, stream=True).status == BOTH


def test_frames_of_a_flat_input():
    net = Builder("flat", 0)
    x = net.conv1d(net.reshape(net.input(60), (1, 12, 1, 5), "steps"), 4, "conv")
    model = net.model(net.classifier(x, 3))
    result = streamed(model, 1).model
    assert result.main.inputs[0].shape == (1, 5)
    assert Stream.of(model, result).first_run == 12
    assert verify(model, result, stream=True).status == BOTH


def test_frames_of_floats_become_integers(network):
    plan = optimize(floating(network), replace(QUICK, stream=1, io="int8"))
    assert [tensor.type.name for tensor in (*plan.model.main.inputs, *plan.model.main.outputs)] == ["INT8", "INT8"]
    assert plan.verified == BOTH


def test_a_dense_layer_of_each_step():
    """As converters write it: the steps are the rows of a matrix."""
    net = Builder("steps", 0)
    x = net.reshape(net.conv1d(net.input(16, 1, 4), 6, "conv"), (14, 6), "rows")
    weights, bias = net._parts.matrix(x, "each", 3)
    each = net._parts.activation("each", (14, 3), net._values[x])
    x = net._parts.operator("FULLY_CONNECTED", (x, weights, bias), each, {"fused_activation_function": 0})
    model = net.model(net.dense(net.reshape(x, (1, 42), "flat"), 2, "dense"))
    result = streamed(model, 1).model
    assert verify(model, result, stream=True).status == BOTH
    assert macs_of_model(result) == macs_of_model(model) - 13 * (3 * 4 * 6 + 6 * 3)


@pytest.mark.parametrize("name", ["tcn", "tcn_dilated"])
def test_an_output_with_time_has_its_newest_step(shared, name):
    """Its convolutions pad, but the newest step of a window of 64 depends on 31 frames and on no padding."""
    model = read(shared / "cases" / f"{name}.tflite")
    plan = optimize(model, replace(QUICK, stream=1))
    assert plan.model.main.outputs[0].shape == (1, 1, 16)
    assert plan.verified == BOTH
    assert (plan.before.macs, plan.after.macs) == (64 * 3072, 3072)


def test_attention_takes_whole_windows_of_projections_that_are_computed_once(shared):
    model = read(shared / "cases" / "attn_i8.tflite")
    result = streamed(model, 1).model
    assert macs_of_model(result) < macs_of_model(model)
    assert compare(model, result, 1, windows=3)


def test_windows_that_end_one_frame_earlier_are_told_apart(network, monkeypatch):
    result = streamed(network, 1).model
    right = Stream.for_first
    monkeypatch.setattr(Stream, "for_first", lambda self, frames: right(self, (frames[-1], *frames[:-1])))
    assert verify(network, result, rounds=2, stream=True).problem is not None


def test_a_faulty_rewrite_is_found(network, monkeypatch):
    from arenite.rewrite.stream import emit

    right = emit.Emitter._part

    def faulty(self, tensor, steps):
        """Keeps the oldest steps in place of the latest."""
        held = self.found.held[tensor]
        oldest = range(held.start, held.start + len(steps))
        return right(self, tensor, oldest if steps.stop == held.stop and len(steps) < len(held) else steps)

    monkeypatch.setattr(emit.Emitter, "_part", faulty)
    with pytest.raises(VerificationError, match="not the same as its source"):
        optimize(network, replace(QUICK, stream=1))


def series(*operators, inputs=1, length=8):
    """A model of operators that are made of tensors x, y, z, ... [1, length, 1, 4]."""
    tensors = [Tensor(name, (1, length, 1, 4), ElementType.INT8, quantization=SCALE) for name in "xyzw"]
    made = [make(tensors) for make in operators]
    used = dict.fromkeys(tensor for operator in made for tensor in (*operator.inputs, *operator.outputs))
    graph = Graph("main", tuple(used), tuple(tensors[:inputs]), made[-1].outputs, tuple(made))
    return Model("series", (graph,))


def relu(source, target):
    return lambda tensors: Operator("RELU", (tensors[source],), (tensors[target],))


def padded():
    net = Builder("padded", 0)
    x = net.conv(net.conv(net.input(16, 4, 2), 4, "first", kernel=3), 4, "second", kernel=3)
    return net.model(net.classifier(x, 3))


def flat():
    net = Builder("flat", 0)
    x = net.reshape(net.input(16, 1, 4), (1, 64), "flat")
    return net.model(net.dense(x, 3, "dense"))


def with_metadata():
    data = Data(b"1 2 3")
    return replace(zoo.build("tcn"), metadata=(Metadata("COMPRESSION_METADATA", data),))


def custom(tensors):
    return Operator("CUSTOM", (tensors[0],), (tensors[1],), custom_code="mystery")


@pytest.mark.parametrize(
    ("model", "axis", "says"),
    [
        (padded, 1, r"CONV_2D \(writes 'first'\) pads along time \(so do 1 more\): .*; use padding VALID"),
        (flat, 1, r"RESHAPE \(writes 'flat'\) needs a whole window in each run, and no work before it is saved"),
        (lambda: zoo.build("tcn"), 2, r"axis 2 of its input \[1, 64, 1, 40\] cannot be that of time; choose from 1, 3"),
        (lambda: zoo.build("tcn"), 9, r"axis 9 of its input"),
        (lambda: zoo.build("tcn"), 3, r"CONV_2D \(writes 'conv1'\) needs a whole window"),
        (remembering, 0, r"CALL_ONCE keeps a state or has effects, so its result depends on more than one window"),
        (lambda: series(custom), 1, r"mystery \(writes 'y'\) keeps a state or has effects"),
        (lambda: series(relu(0, 1), inputs=2), 1, r"it has 2 inputs; only models with one can be streamed"),
        (lambda: series(relu(1, 2), relu(0, 1)), 1, r"RELU \(writes 'z'\) is filed before an operator that it reads"),
        (with_metadata, 1, r"other parts of the file name its tensors"),
    ],
)
def test_refusals(model, axis, says):
    with pytest.raises(OptionError, match=says) as caught:
        streamed(model(), axis)
    assert "\n" not in str(caught.value)


def test_a_recurrent_layer_unrolled_over_a_window(shared):
    model = read(shared / "models" / "ML-examples__basic_lstm_quantized_small.tflite")
    with pytest.raises(OptionError, match=r"UNPACK .* needs a whole window in each run, as recurrent layers do"):
        optimize(model, replace(QUICK, stream=1))


def test_an_operator_without_effect_is_no_obstacle():
    model = series(relu(0, 2), relu(0, 1))
    assert streamed(model, 1).model.main.outputs[0].shape == (1, 1, 1, 4)


def test_strides_that_use_no_step_again():
    net = Builder("swallowed", 0)
    x = net.input(8, 1, 4)
    outputs = [net.conv(net.max_pool(x, f"pool{n}", window=1, stride=n), 2, f"conv{n}") for n in (3, 4)]
    with pytest.raises(OptionError, match="strides in time are 12 frames together and its window has 8"):
        streamed(net.model(*outputs), 1)


@given(series_networks(), st.randoms(use_true_random=False))
def test_shapes_and_options_that_contradict_each_other_crash_nothing(drawn, random):
    (model, axis), graph = drawn, drawn[0].main
    wrong = random.choice([tensor for tensor in graph.tensors if tensor.data is None])
    shape = random.choice(((), wrong.shape[1:], (*wrong.shape, 1), (*wrong.shape[:-1], 2), (0, *wrong.shape[1:])))
    instead, at = {wrong: replace(wrong, shape=shape)}, random.randrange(len(graph.operators))
    operators = [operator.using(instead) for operator in graph.operators]
    operators[at] = replace(operators[at], options={}, inputs=operators[at].inputs[: random.choice((1, 2, 4))])
    ends = [
        tuple(instead.get(tensor, tensor) for tensor in each) for each in (graph.tensors, graph.inputs, graph.outputs)
    ]
    tensors, inputs, outputs = ends
    broken = replace(graph, tensors=tensors, inputs=inputs, outputs=outputs, operators=tuple(operators))
    with contextlib.suppress(OptionError):
        streamed(replace(model, graphs=(broken,)), axis)


def test_a_plan_to_respect_forbids_frames(network):
    planned = optimize(network, QUICK).model
    with pytest.raises(OptionError, match="cannot be streamed: its offline plan is respected"):
        optimize(planned, replace(QUICK, stream=1, plan="respect"))


def test_models_that_do_not_belong_together(network):
    with pytest.raises(VerificationError, match="does not stream"):
        verify(network, network, stream=True)
    with pytest.raises(VerificationError, match="inputs do not match"):
        verify(network, streamed(network, 1).model)
    with pytest.raises(VerificationError, match="outputs do not match"):
        verify(zoo.build("tcn", classes=4), streamed(network, 1).model, stream=True)


@pytest.fixture
def files(network, tmp_path):
    source, result = tmp_path / "net.tflite", tmp_path / "frames.tflite"
    source.write_bytes(write_bytes(network))
    return source, result


def run(*arguments):
    return CliRunner().invoke(app, list(map(str, arguments)))


def test_commands(files, tmp_path):
    source, result = files
    shown = run("optimize", source, "--stream", 1, "-o", result, "--rounds", 2)
    assert shown.exit_code == 0, shown.output
    assert "Each run takes 1 new frame along axis 1; 1,544 bytes are kept between runs" in shown.stdout
    assert "From run 64 on outputs are those of the window of 64 frames" in shown.stdout
    assert "--stream 1 --split" in shown.stdout
    compared = run("verify", source, result, "--stream", "--rounds", 2, "--json")
    assert json.loads(compared.stdout)["verified"] == BOTH
    page = run("report", source, result, "-o", tmp_path / "page.html")
    assert page.exit_code == 0, page.output
    assert "From run 64 on outputs are those of the window of 64 frames." in (tmp_path / "page.html").read_text("utf-8")


@pytest.mark.parametrize(("axis", "says"), [("2", "cannot be that of time"), ("-1", "whole number"), ("x", "'x'")])
def test_bad_axes_write_nothing(files, axis, says):
    source, result = files
    refused = run("optimize", source, "--stream", axis, "-o", result)
    assert refused.exit_code == 2
    assert says in refused.output
    assert not result.exists()
    with pytest.raises(OptionError, match="stream"):
        Options(stream=-1)


def test_what_depends_on_the_whole_window_or_on_its_place_is_not_followed():
    """Values that are scaled by the largest of the window, weights that have time, and a scale for each step."""
    time = Time(1, 16, 1)
    values, of_steps = Tensor("values", (1, 16, 1, 8), FLOAT32), Tensor("steps", (8, 8), FLOAT32)
    weights = Tensor("weights", (8, 3, 1, 8), ElementType.INT8, Data(bytes(8 * 3 * 8)), Quantization((0.5,), (0,)))
    made = Tensor("made", (1, 14, 1, 8), FLOAT32)
    options = {"padding": 1, "stride_h": 1, "stride_w": 1}
    convolution = Operator("CONV_2D", (values, weights), (made,), options)
    assert follow(convolution, {values: time}) is None
    floats = replace(weights, type=FLOAT32, data=Data(bytes(4 * 8 * 3 * 8)))
    assert follow(convolution.using({weights: floats}), {values: time}) is not None
    constant, result = Tensor("constant", (8, 8), FLOAT32, Data(bytes(256))), Tensor("result", (8, 8), FLOAT32)
    assert follow(Operator("FULLY_CONNECTED", (constant, of_steps), (result,)), {of_steps: Time(0, 8, 1)}) is None
    assert follow(Operator("FULLY_CONNECTED", (of_steps, constant), (result,)), {of_steps: Time(0, 8, 1)}) is not None
    stepwise = Tensor("integers", (8, 8), ElementType.INT8, None, Quantization((0.5,) * 8, (0,) * 8, 0))
    scaled = Operator("DEQUANTIZE", (stepwise,), (result,))
    assert follow(scaled, {stepwise: Time(0, 8, 1)}) is None
    alike = replace(stepwise, quantization=Quantization((0.5,), (0,)))
    assert follow(scaled.using({stepwise: alike}), {alike: Time(0, 8, 1)}) is not None
