"""Which bias is read with a wrong width by whom, against what the runtimes compute."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from arenite.model import Data, ElementType, Graph, Model, Operator, Quantization, Tensor
from arenite.runtimes import process
from arenite.runtimes.biases import misread_biases
from arenite.runtimes.run import Job, Run
from arenite.tflite.write import write_bytes

INT8, INT16, INT32, INT64 = ElementType.INT8, ElementType.INT16, ElementType.INT32, ElementType.INT64
NUMPY = {INT8: np.int8, INT16: np.int16, INT32: np.int32, INT64: np.int64}
WEIGHTS = {
    "CONV_2D": (4, 3, 3, 4),
    "DEPTHWISE_CONV_2D": (1, 3, 3, 4),
    "FULLY_CONNECTED": (4, 64),
    "TRANSPOSE_CONV": (4, 3, 3, 4),
}
VERSIONS = {"CONV_2D": 8, "DEPTHWISE_CONV_2D": 5, "FULLY_CONNECTED": 11, "TRANSPOSE_CONV": 5}
BIAS = (190, -250, -190, -160)
EXPECTED = [19, -25, -19, -16]


def scaled(scale):
    return Quantization((scale,), (0,))


def constant(name, shape, kind, values, scale):
    return Tensor(name, shape, kind, Data(np.asarray(values).astype(NUMPY[kind]).tobytes()), scale and scaled(scale))


def one(kind, activations, bias_type, option):
    """A model of one operator with four biases, of which nothing but these is left where its input is 0."""
    x = Tensor("x", (1, 4, 4, 4), activations, quantization=scaled(0.1))
    shape = (1, 4) if kind == "FULLY_CONNECTED" else (1, 4, 4, 4)
    y = Tensor("y", shape, activations, quantization=scaled(0.01))
    w = constant("w", WEIGHTS[kind], INT8, np.ones(WEIGHTS[kind]), 0.01)
    b = constant("b", (4,), bias_type, BIAS, 0.001)
    inputs = (x, w, b)
    if kind == "TRANSPOSE_CONV":
        inputs = (constant("s", (4,), INT32, (1, 4, 4, 4), None), w, x, b)
    options = {"fused_activation_function": 0}
    if kind != "FULLY_CONNECTED":
        options |= {"padding": 0, "stride_w": 1, "stride_h": 1}
    if kind in ("CONV_2D", "DEPTHWISE_CONV_2D"):
        options |= {"dilation_w_factor": 1, "dilation_h_factor": 1}
    options |= {"depth_multiplier": 1} if kind == "DEPTHWISE_CONV_2D" else {"quantized_bias_type": option}
    operator = Operator(kind, inputs, (y,), options, version=VERSIONS[kind])
    return Model("one", (Graph("main", (*inputs, y), (x,), (y,), (operator,)),))


@pytest.mark.parametrize("runtime", ["litert", "litert-reference", "tflm"])
@pytest.mark.parametrize("kind", WEIGHTS)
def test_what_is_called_misread_is_what_a_runtime_computes_wrongly(runtime, kind):
    if process.absent(runtime):
        pytest.skip(process.absent(runtime))
    cases = [
        one(kind, activations, bias_type, option)
        for activations, (bias_type, option) in product(
            (INT8, INT16), ((INT64, 0), (INT64, INT64.code), (INT32, 0), (INT32, INT32.code), (INT16, 0))
        )
    ]
    inputs = [np.zeros((1, 4, 4, 4), NUMPY[case.main.inputs[0].type]) for case in cases]
    jobs = [Job(write_bytes(case), ((x,),), 1, 1 << 20) for case, x in zip(cases, inputs, strict=True)]
    ran = 0
    for case, result in zip(cases, process.run(runtime, jobs), strict=True):
        if isinstance(result, Run):  # what is refused cannot be wrong
            right = result.outputs[0][0].reshape(-1)[:4].tolist() == EXPECTED
            assert bool(misread_biases(case, runtime)) != right, (case.main.operators[0].inputs, result)
            ran += 1
    assert ran >= 3


def test_what_is_said():
    (misread,) = misread_biases(one("TRANSPOSE_CONV", INT16, INT32, INT32.code), "tflm")
    assert misread.by("tflm") == "TFLM reads the int32 bias of TRANSPOSE_CONV (operator 0) as int64"
    assert misread.by("litert", "tflm").startswith("LiteRT and TFLM read the")
    assert "quantized_bias_type INT64" in misread.repair
    (other,) = misread_biases(one("CONV_2D", INT8, INT64, 0), "tflm")
    assert other.repair == "convert it with int32 biases"


def test_an_operator_without_its_inputs_is_none_of_it():
    for kind in WEIGHTS:
        source = one(kind, INT16, INT32, 0)
        y = source.main.outputs[0]
        bare = Model("bare", (Graph("main", (y,), (), (y,), (Operator(kind, (), (y,)),)),))
        assert misread_biases(bare, "tflm") == ()
