"""Scratch of CMSIS-NN kernels, against the numbers of CMSIS-NN's own size functions, and of TFLM's glue around them.

The tables were asked of the extension module that the executorch wheel ships (backends/cortex_m/library/_cmsis_nn).
"""

from __future__ import annotations

import csv
from dataclasses import replace

import pytest

from arenite.backends.build import CORTEX_M, Instance
from arenite.backends.cmsis_nn import scratch as sizes
from arenite.backends.sets import CMSIS_NN_DSP, CMSIS_NN_MVE, CMSIS_NN_SCALAR, REFERENCE
from arenite.backends.tflm.head import scratch_buffers
from arenite.model import Data, ElementType, Operator, Quantization, Tensor
from arenite.operators import windows
from arenite.operators.liveness import lifetimes
from arenite.tflite.read import read_model

INT8, INT16, INT32, FLOAT = ElementType.INT8, ElementType.INT16, ElementType.INT32, ElementType.FLOAT32
CORES = (CMSIS_NN_SCALAR, CMSIS_NN_DSP, CMSIS_NN_MVE)

# Input, filter, height and width of the output, stride, dilation, padding (0 SAME, 1 VALID), bytes on each of CORES.
CONVOLUTIONS = [
    ((1, 14, 7, 160), (3, 3, 1, 160), (7, 4), 2, 1, 0, (1920, 1920, 1920)),
    ((2, 1, 5, 1), (16, 1, 3, 1), (1, 2), 2, 1, 1, (16, 16, 64)),
    ((1, 7, 7, 6), (160, 1, 3, 3), (7, 5), 1, 1, 1, (80, 80, 128)),
    ((2, 1, 19, 16), (160, 1, 3, 8), (1, 7), 3, 1, 0, (192, 192, 192)),
    ((1, 5, 3, 2), (3, 2, 2, 2), (2, 1), 3, 2, 0, (32, 32, 64)),
    ((1, 1, 23, 160), (16, 1, 1, 160), (1, 23), 1, 1, 1, (0, 0, 0)),
    ((1, 18, 13, 16), (8, 1, 1, 16), (18, 13), 1, 1, 0, (0, 0, 0)),
    ((1, 10, 5, 160), (16, 3, 3, 160), (8, 3), 1, 1, 1, (5760, 5760, 5760)),
    ((2, 1, 8, 2), (160, 1, 2, 2), (1, 7), 1, 1, 1, (16, 16, 64)),
    ((1, 1, 12, 12), (3, 1, 2, 12), (1, 11), 1, 1, 1, (96, 96, 24)),
    ((1, 1, 12, 12), (16, 1, 1, 12), (1, 6), 2, 1, 1, (0, 0, 0)),
    ((1, 1, 3, 4), (1, 1, 3, 4), (1, 3), 1, 2, 0, (48, 48, 64)),
]
WIDE_CONVOLUTIONS = [
    ((1, 1, 22, 8), (16, 1, 2, 4), (1, 22), 1, 1, 0, (64, 64, 128)),
    ((1, 11, 5, 24), (3, 3, 1, 12), (5, 3), 2, 1, 1, (288, 288, 576)),
    ((1, 6, 10, 16), (1, 3, 5, 16), (3, 5), 2, 2, 0, (960, 960, 1920)),
    ((1, 1, 8, 12), (16, 1, 2, 12), (1, 3), 3, 1, 0, (96, 96, 192)),
    ((2, 18, 12, 2), (8, 2, 2, 1), (17, 11), 1, 1, 1, (32, 32, 64)),
    ((1, 1, 24, 24), (3, 1, 1, 12), (1, 8), 3, 1, 0, (96, 96, 192)),
    ((1, 1, 12, 2), (1, 1, 1, 2), (1, 6), 2, 1, 0, (8, 8, 64)),
    ((1, 18, 18, 3), (8, 3, 5, 3), (16, 14), 1, 1, 1, (180, 180, 384)),
    ((1, 1, 15, 8), (8, 1, 1, 8), (1, 8), 2, 2, 0, (32, 32, 64)),
]
DEPTHWISE = [
    ((1, 1, 21, 6), (1, 1, 1, 6), (1, 7), 3, 1, 0, (0, 12, 496)),
    ((1, 1, 3, 1), (1, 1, 1, 2), (1, 3), 1, 1, 0, (0, 0, 2)),
    ((2, 8, 4, 160), (1, 1, 1, 160), (8, 4), 1, 2, 1, (0, 0, 0)),
    ((1, 20, 19, 8), (1, 1, 5, 8), (20, 15), 1, 1, 1, (0, 80, 2480)),
    ((1, 18, 20, 3), (1, 3, 5, 3), (8, 8), 2, 1, 1, (0, 90, 7440)),
    ((1, 1, 15, 12), (1, 1, 1, 24), (1, 15), 1, 2, 0, (0, 0, 0)),
    ((1, 1, 11, 16), (1, 1, 1, 16), (1, 6), 2, 1, 0, (0, 32, 496)),
    ((2, 1, 22, 3), (1, 1, 5, 3), (1, 7), 2, 2, 1, (0, 0, 0)),
    ((1, 1, 13, 12), (1, 1, 1, 12), (1, 13), 1, 2, 0, (0, 0, 0)),
    ((1, 6, 11, 1), (1, 1, 5, 9), (6, 7), 1, 1, 1, (0, 0, 109)),
    ((1, 10, 5, 16), (1, 1, 1, 16), (10, 5), 1, 1, 1, (0, 32, 496)),
    ((1, 10, 14, 320), (1, 1, 1, 320), (10, 14), 1, 1, 0, (0, 640, 496)),
    ((1, 1, 25, 160), (1, 1, 5, 320), (1, 6), 3, 2, 1, (0, 0, 0)),
    ((1, 1, 10, 6), (1, 1, 1, 6), (1, 10), 1, 1, 0, (0, 12, 496)),
    ((2, 1, 23, 4), (1, 1, 1, 36), (1, 12), 2, 1, 1, (0, 0, 0)),
]


def new(*shape, kind=INT8, constant=False, scales=1):
    data = Data(b"") if constant else None
    return Tensor("t", shape, kind, data, Quantization((1.0,) * scales, (0,) * scales))


def window_operator(code, kind, source, filters, size, stride, dilation, padding):
    options = {"padding": padding}
    for name, value in (("stride", stride), ("dilation", dilation)):
        for axis in "hw":
            options[f"{name}_{axis}" if name == "stride" else f"{name}_{axis}_factor"] = value
    depth = filters[3] if code == "DEPTHWISE_CONV_2D" else filters[0]
    target = new(source[0], *size, depth, kind=kind)
    return Operator(code, (new(*source, kind=kind), new(*filters, constant=True)), (target,), options)


def requested(operator, kernels):
    return kernels.scratch(operator, CORTEX_M)


@pytest.mark.parametrize(
    ("code", "kind", "rows"),
    [("CONV_2D", INT8, CONVOLUTIONS), ("CONV_2D", INT16, WIDE_CONVOLUTIONS), ("DEPTHWISE_CONV_2D", INT8, DEPTHWISE)],
)
def test_sizes_that_cmsis_nn_says(code, kind, rows):
    for *geometry, expected in rows:
        operator = window_operator(code, kind, *geometry)
        assert [sum(requested(operator, each)) for each in CORES] == list(expected), geometry
        assert all(request > 0 for each in CORES for request in requested(operator, each))


def test_four_bits():
    geometry = ((1, 8, 8, 16), (1, 3, 3, 16), (8, 8), 1, 1, 0)
    eight = window_operator("DEPTHWISE_CONV_2D", INT8, *geometry)
    source, filters = eight.inputs
    four = replace(eight, inputs=(source, replace(filters, type=ElementType.INT4)))
    assert [requested(eight, each) for each in CORES] == [(), (), (4464,)]
    assert [requested(four, each) for each in CORES] == [(288,), (288,), (4464,)]
    assert sizes.depthwise_s4(windows.window(four), CMSIS_NN_SCALAR) == 288


@pytest.mark.parametrize(
    ("source", "filters", "target", "stride", "expected"),
    [
        ((1, 4, 4, 32), (8, 3, 3, 32), (1, 8, 8, 8), 2, {False: (1152, 2304), True: (1152, 2304)}),
        ((1, 4, 4, 17), (8, 1, 3, 17), (1, 8, 8, 8), 2, {False: (208, 408), True: (256, 408)}),
        ((1, 4, 4, 16), (8, 3, 3, 16), (1, 8, 8, 8), 2, {False: (864, 0), True: (864, 0)}),
        ((1, 4, 5, 32), (2, 2, 1, 32), (1, 12, 15, 2), 3, {False: (360, 0), True: (360, 0)}),
    ],
)
def test_transposed_convolutions_request_two_buffers(source, filters, target, stride, expected):
    options = {"stride_h": stride, "stride_w": stride, "padding": 0}
    shape = new(4, kind=INT32, constant=True)
    operator = Operator("TRANSPOSE_CONV", (shape, new(*filters, constant=True), new(*source)), (new(*target),), options)
    for each in CORES:
        assert requested(operator, each) == expected[each is CMSIS_NN_MVE]
    assert requested(operator, REFERENCE) == (4 * target[1] * target[2] * target[3],)


def fully_connected(source, units, *, scales=1, constant=True, kind=INT8):
    weights = new(units, source[-1], constant=constant, scales=scales)
    inputs = (new(*source, kind=kind), weights, new(units, kind=INT32, constant=True))
    return Operator("FULLY_CONNECTED", inputs, (new(*source[:-1], units, kind=kind),))


def test_fully_connected_layers():
    flat, per_channel = fully_connected((1, 64), 10), fully_connected((1, 64), 10, scales=10)
    computed = fully_connected((1, 64), 10, constant=False)
    for operator in (flat, per_channel):
        assert [requested(operator, each) for each in CORES] == [(), (), ()]
    assert [requested(computed, each) for each in CORES] == [(), (), (40,)]
    assert CMSIS_NN_MVE.kept(Instance(flat, CORTEX_M)) == (40,)
    assert CMSIS_NN_MVE.kept(Instance(per_channel, CORTEX_M)) == (40, 40, 40)
    assert CMSIS_NN_MVE.kept(Instance(computed, CORTEX_M)) == ()
    pixels = fully_connected((1, 5, 64), 10)
    assert [requested(pixels, each) for each in CORES] == [(80,)] * 3
    assert [requested(fully_connected((1, 5, 64), 10, scales=10), each) for each in CORES] == [()] * 3
    assert [requested(fully_connected((1, 64), 10, kind=FLOAT), each) for each in CORES] == [()] * 3


def test_pools_recurrent_layers_and_products():
    pool = Operator("AVERAGE_POOL_2D", (new(1, 4, 4, 24),), (new(1, 2, 2, 24),))
    assert [requested(pool, each) for each in CORES] == [(), (96,), ()]
    floats = Operator("AVERAGE_POOL_2D", (new(1, 4, 4, 24, kind=FLOAT),), (new(1, 2, 2, 24, kind=FLOAT),))
    assert [requested(floats, each) for each in CORES] == [(), (), ()]
    inputs = [new(1)] * 24
    inputs[0], inputs[18], inputs[19] = new(1, 5, 8), new(1, 6), new(1, 6, kind=INT16)
    recurrent = Operator("UNIDIRECTIONAL_SEQUENCE_LSTM", tuple(inputs), (new(1, 5, 6),))
    assert requested(recurrent, REFERENCE) == (12,) * 4
    assert [requested(recurrent, each) for each in CORES] == [(12,) * 3] * 3
    product = Operator("BATCH_MATMUL", (new(1, 4, 8), new(1, 8, 6)), (new(1, 4, 6),))
    assert [requested(product, each) for each in CORES] == [(), (), (24,)]


def test_what_cmsis_nn_does_not_serve_requests_what_the_reference_kernel_does():
    mean = Operator("MEAN", (new(1, 4, 4, 8), new(2, kind=INT32, constant=True)), (new(1, 8),))
    assert requested(mean, REFERENCE)
    senseless = Operator("CONV_2D", (None, None), (new(1),))
    for each in CORES:
        assert requested(mean, each) == requested(mean, REFERENCE)
        assert requested(senseless, each) == ()


def test_models_recorded_with_more_head_under_cmsis_nn_do_have_scratch(shared):
    with (shared / "oracle" / "tflm_m4_arena.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["kernels"] == "cmsis-nn"]
    some = 0
    for row in rows:
        each = read_model(shared / "models" / row["model"])
        some += sum(1 for _ in scratch_buffers(each, lifetimes(each), CMSIS_NN_DSP.scratch))
    assert some > 100
