"""int4 weights as int8: the same values, the same outputs where a runtime's kernels define them, and no scratch."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hand_made import graph, model
from hypothesis import given, settings
from hypothesis import strategies as st
from strip_networks import equal, outputs_in

from arenite.backends.tflm.head import planned_head
from arenite.model import Data, ElementType, Operator, Quantization, Tensor
from arenite.rewrite import UnpackInt4
from arenite.runtimes import litert, tflm
from arenite.runtimes.process import absent
from arenite.search.optimization import Options, optimize
from arenite.tflite.read import read_model

INT4, INT8, INT32 = ElementType.INT4, ElementType.INT8, ElementType.INT32


class LiteRTReference:
    """LiteRT's reference kernels: the optimized ones may round int8 otherwise than int4."""

    run = staticmethod(litert.run_reference)


def packed(values):
    """Two values a byte, the first in the low half; an odd last one alone."""
    flat = [int(value) & 15 for value in np.ravel(values)] + [0] * (np.size(values) % 2)
    return bytes(low | high << 4 for low, high in zip(flat[::2], flat[1::2], strict=True))


def activation(name, shape, zero=0, scale=0.05):
    return Tensor(name, shape, INT8, None, Quantization((scale,), (zero,)))


def layer(code="FULLY_CONNECTED", depth=5, units=3, zero=0, weight_scales=1, weight_zero=0, seed=0):
    """One operator with int4 weights of an odd number, as a model, and the values of its weights."""
    random = np.random.default_rng(seed)
    matrix = code == "FULLY_CONNECTED"
    shape = {"CONV_2D": (units, 3, 3, depth), "DEPTHWISE_CONV_2D": (1, 3, 3, depth)}.get(code, (units, depth))
    channels = shape[3] if code == "DEPTHWISE_CONV_2D" else units
    values = random.integers(-8, 8, shape)
    count = 1 if matrix and weight_scales == 1 else channels
    steps = Quantization((0.02,) * count, (weight_zero,) * count, 3 if code == "DEPTHWISE_CONV_2D" else 0)
    weights = Tensor("weights", shape, INT4, Data(packed(values)), steps)
    biases = Data(random.integers(-500, 500, channels).astype("<i4").tobytes())
    bias = Tensor("bias", (channels,), INT32, biases, Quantization((0.001,) * count, (0,) * count))
    x = activation("x", (1, depth) if matrix else (1, 5, 4, depth), zero)
    y = activation("y", (1, units) if matrix else (1, 5, 4, channels), 3, 0.04)
    options = {"fused_activation_function": 0}
    if not matrix:
        options |= {"padding": 0, "stride_h": 1, "stride_w": 1, "dilation_h_factor": 1, "dilation_w_factor": 1}
        options |= {"depth_multiplier": 1} if code == "DEPTHWISE_CONV_2D" else {}
    operator = Operator(code, (x, weights, bias), (y,), options, version=7)
    return model(graph([x], [y], [operator])), values


CODES = ("FULLY_CONNECTED", "CONV_2D", "DEPTHWISE_CONV_2D")


@pytest.mark.parametrize("code", CODES)
def test_random_layers_give_the_same(code):
    ran = set()

    @settings(max_examples=25)
    @given(st.integers(1, 9), st.integers(1, 4), st.integers(-128, 127), st.integers(0, 2**32))
    def check(depth, units, zero, seed):
        source, values = layer(code, depth, units, zero, seed=seed)
        result = UnpackInt4().run(source)
        weights = result.main.operators[0].inputs[1]
        assert weights.type is INT8
        assert np.array_equal(np.frombuffer(weights.data.content, "i1"), values.ravel())
        assert planned_head(result) < planned_head(source)
        for name, runtime in (("litert", LiteRTReference), ("tflm", tflm)):
            expected = None if absent(name) else outputs_in(runtime, source)
            if expected is not None:
                ran.add(name)
                assert equal(expected, outputs_in(runtime, result)), name

    check()
    runs = {"tflm"} if code == "DEPTHWISE_CONV_2D" else {"litert", "tflm"}  # LiteRT has no int4 kernel for it
    assert ran == {name for name in runs if absent(name) is None}


def test_what_kernels_treat_otherwise_stays():
    for source, _ in (layer(weight_scales=3), layer(weight_zero=1), layer("CONV_2D", weight_zero=1)):
        assert UnpackInt4().run(source) is source


def test_weights_that_something_else_reads_stay():
    source, _ = layer()
    (operator,) = source.main.operators
    floats = Tensor("floats", operator.inputs[1].shape, ElementType.FLOAT32)
    reader = Operator("DEQUANTIZE", (operator.inputs[1],), (floats,))
    shared_by_both = model(graph(source.main.inputs, (*source.main.outputs, floats), [operator, reader]))
    assert UnpackInt4().run(shared_by_both) is shared_by_both


def test_weights_of_another_length_stay():
    source, _ = layer()
    (operator,) = source.main.operators
    short = replace(operator.inputs[1], data=Data(bytes(3)))
    damaged = model(
        graph(source.main.inputs, source.main.outputs, [replace(operator, inputs=(operator.inputs[0], short))])
    )
    assert UnpackInt4().run(damaged) is damaged


def test_the_option_is_offered_with_its_figure_and_keeps_it():
    source, _ = layer(depth=64, units=16)
    offered = optimize(source, Options(rounds=1))
    unpacked = optimize(source, Options(rounds=1, unpack_int4=True))
    (note,) = (note for note in offered.notes if "unpack int4" in note)
    assert "1,024 bytes of the head are scratch, into which TFLM unpacks the int4 weights of FULLY_CONNECTED" in note
    assert f"a head of {planned_head(UnpackInt4().run(source))}, for 512 bytes of flash" in note
    assert unpacked.after.head <= planned_head(UnpackInt4().run(source)) < offered.after.head
    assert unpacked.model.main.operators[0].inputs[1].type is INT8
    assert any("512 bytes of flash" in note for note in unpacked.notes)


def test_kernels_that_compute_with_packed_weights_are_offered_nothing():
    source, _ = layer(depth=64, units=16)
    plan = optimize(source, Options(rounds=1, target="tflm-cmsis-nn/cortex-m4", unpack_int4=True))
    assert plan.model is source
    assert "int4 weights stay as they are" in " ".join(plan.notes)
    assert "unpack int4" not in " ".join(optimize(source, Options(rounds=1, target="tflm-cmsis-nn/cortex-m4")).notes)


def test_real_models_lose_their_scratch(shared):
    source = read_model(shared / "cases" / "int4.tflite")
    plan = optimize(source, Options(unpack_int4=True))
    assert (plan.before.head, plan.after.head, plan.optimal) == (16_704, 320, True)
    convolution = read_model(shared / "cases" / "int4conv.tflite")
    assert planned_head(convolution) == 53_760
    assert planned_head(UnpackInt4().run(convolution)) <= 49_728
    if absent("tflm") is None:
        assert equal(outputs_in(tflm, convolution), outputs_in(tflm, UnpackInt4().run(convolution)))
        assert equal(
            outputs_in(LiteRTReference, convolution), outputs_in(LiteRTReference, UnpackInt4().run(convolution))
        )
