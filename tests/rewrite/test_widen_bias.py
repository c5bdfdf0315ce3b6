"""Biases that TFLM misreads: what widening them makes of both runtimes, and that nothing happens unasked."""

from __future__ import annotations

import numpy as np
import pytest
from hand_made import graph, model
from strip_networks import RUNTIMES, outputs_in

from arenite.model import Data, ElementType, Operator, Quantization, Tensor
from arenite.rewrite import DeclareBias, WidenBias
from arenite.runtimes.process import absent
from arenite.search.optimization import Options, optimize
from arenite.tflite.read import read_bytes

INT16, INT8, INT32, INT64 = (ElementType[name] for name in ("INT16", "INT8", "INT32", "INT64"))
BIASES = (-182, 2867, -48_190)


def transposed(bias_type=INT32, source_type=INT16, seed=0):
    """TRANSPOSE_CONV with a 1x1 kernel, so that each output is one product and a bias; as a model."""
    random = np.random.default_rng(seed)
    x = Tensor("x", (1, 3, 3, 2), source_type, None, Quantization((0.001,), (0,)))
    weights = Data(random.integers(-127, 128, (3, 1, 1, 2)).astype("i1").tobytes())
    filters = Tensor("filters", (3, 1, 1, 2), INT8, weights, Quantization((0.01,) * 3, (0,) * 3))
    dtype = "<i8" if bias_type is INT64 else "<i4"
    steps = Quantization((1e-5,) * 3, (0,) * 3)
    bias = Tensor("bias", (3,), bias_type, Data(np.array(BIASES, dtype).tobytes()), steps)
    y = Tensor("y", (1, 3, 3, 3), source_type, None, Quantization((0.002,), (0,)))
    shape = Tensor("shape", (4,), INT32, Data(np.array(y.shape, "<i4").tobytes()))
    options = {"padding": 0, "stride_h": 1, "stride_w": 1, "fused_activation_function": 0}
    operator = Operator("TRANSPOSE_CONV", (shape, filters, x, bias), (y,), options, version=4)
    return model(graph([x], [y], [operator]))


def meant(source, inputs):
    """The outputs that the file means, in real numbers of output steps."""
    _, filters, x, _ = source.main.operators[0].inputs
    weights = np.frombuffer(filters.data.content, "i1").reshape(3, 2).astype(float)
    sums = inputs.reshape(*x.shape).astype(float) @ weights.T + BIASES
    return np.clip(sums * 0.001 * 0.01 / 0.002, -32768, 32767)


def test_both_runtimes_compute_what_the_file_means_after_the_repair():
    from arenite.runtimes.inputs import random_inputs

    source = transposed()
    result = WidenBias().run(source)
    bias = result.main.operators[0].inputs[3]
    assert (bias.type, np.frombuffer(bias.data.content, "<i8").tolist()) == (INT64, list(BIASES))
    for name, runtime in RUNTIMES.items():
        if absent(name) is None:
            ours = outputs_in(runtime, result)
            for given, (made,) in zip(random_inputs(source, 2, 1), ours, strict=True):
                assert np.abs(made - meant(source, given[0])).max() <= 1, name


def test_litert_reads_a_declared_bias_right():
    if absent("litert") is None:
        (declared, *_), (widened, *_) = (
            outputs_in(RUNTIMES["litert"], each.run(transposed())) for each in (DeclareBias(), WidenBias())
        )
        assert np.abs(declared[0].astype(int) - widened[0]).max() <= 1


@pytest.mark.parametrize(("bias", "source"), [(INT64, INT16), (INT32, INT8)])
def test_what_tflm_reads_right_stays(bias, source):
    right = transposed(bias, source)
    assert WidenBias().run(right) is right


def test_a_repair_is_made_only_where_asked_and_said():
    source = transposed()
    unasked, asked = optimize(source, Options(rounds=1)), optimize(source, Options(rounds=1, widen_bias=True))
    assert unasked.model.main.operators[0].inputs[3].type is INT32
    written = read_bytes(asked.content, "written").main.operators[0]
    assert written.inputs[3].type is INT64
    assert written.options["quantized_bias_type"] == INT64.code
    notes = " ".join(asked.notes)
    assert "1 bias is widened to int64" in notes
    if absent("litert") is None and absent("tflm") is None:
        assert "after the repair TFLM and LiteRT agree in each of " in notes
