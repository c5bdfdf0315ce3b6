"""Scratch of ESP-NN's kernels, against the numbers of ESP-NN's own size functions, and of the glue around them."""

from __future__ import annotations

import csv

import pytest

from arenite.backends.build import ILP32
from arenite.backends.sets import ESP_NN, ESP_NN_GENERIC, ESP_NN_P4, ESP_NN_S3
from arenite.backends.target import find_target
from arenite.model import Data, ElementType, Operator, Tensor
from arenite.tflite.read import read_model

INT8, INT4, FLOAT = ElementType.INT8, ElementType.INT4, ElementType.FLOAT32
SAME, VALID = 0, 1
CHIPS = (ESP_NN_GENERIC, ESP_NN_S3, ESP_NN_P4)

# Height, width and channels of the input, height and width of the kernel, channels of the output, vertical and
# horizontal stride, padding, multiplier of the depthwise convolution; then bytes for CONV_2D on ESP32-S3 and ESP32-P4,
# and for DEPTHWISE_CONV_2D on ESP32-S3. The numbers are those of ESP-NN's functions, compiled by GCC for the host.
WINDOWS = [
    ((1, 1, 8, 1, 1, 16, 1, 1, SAME, 1), (192, 384, 64)),
    ((10, 12, 20, 1, 1, 16, 1, 1, SAME, 1), (3712, 3680, 8992)),
    ((10, 12, 16, 1, 1, 16, 1, 1, SAME, 1), (576, 544, 3904)),
    ((10, 12, 5, 1, 1, 16, 1, 1, SAME, 4), (1280, 384, 1272)),
    ((96, 96, 3, 3, 3, 8, 2, 2, SAME, 1), (416, 91, 32)),
    ((48, 48, 8, 3, 3, 16, 1, 1, SAME, 1), (43968, 168, 37040)),
    ((24, 24, 24, 3, 3, 32, 2, 2, VALID, 1), (17088, 9376, 22656)),
    ((24, 24, 32, 3, 3, 32, 1, 1, SAME, 1), (61888, 448, 21936)),
    ((48, 48, 32, 3, 3, 32, 2, 2, SAME, 1), (98624, 9376, 5104)),
    ((200, 300, 1, 3, 3, 8, 1, 1, SAME, 1), (123640, 39872, 32)),
    ((200, 300, 1, 3, 3, 8, 1, 1, VALID, 1), (1632, 961216, 32)),
    ((10, 49, 1, 10, 4, 64, 2, 2, SAME, 8), (3472, 328, 1652)),
    ((5, 25, 64, 5, 5, 64, 1, 1, SAME, 1), (238528, 1888, 19232)),
    ((60, 60, 24, 5, 5, 64, 1, 1, SAME, 1), (289088, 888, 15632)),
    ((10, 10, 7, 3, 3, 4, 1, 1, SAME, 1), (3056, 111, 2656)),
    ((10, 10, 2, 2, 2, 4, 1, 1, SAME, 2), (706, 1904, 32)),
    ((20, 20, 1, 2, 2, 4, 1, 1, SAME, 1), (905, 6704, 32)),
    ((20, 20, 1, 2, 2, 4, 1, 1, VALID, 1), (464, 6704, 32)),
    ((300, 400, 1, 3, 1, 4, 1, 1, SAME, 1), (242064, 45040, 32)),
    ((300, 400, 1, 3, 1, 2000, 1, 1, SAME, 1), (441664, 136032, 32)),
]


def tensor(*shape, kind=INT8, constant=False):
    return Tensor("t", shape, kind, Data(b"") if constant else None)


def operators(shape, *, kind=INT8, weights=INT8):
    """CONV_2D and DEPTHWISE_CONV_2D of such a window."""
    height, width, channels, rows, columns, out, down, right, padding, multiplier = shape
    lengths = ((height, rows, down), (width, columns, right))
    high, wide = (-(-n // step) if padding == SAME else (n - k) // step + 1 for n, k, step in lengths)
    options = {"padding": padding, "stride_h": down, "stride_w": right}
    data = tensor(1, height, width, channels, kind=kind)
    for code, filters, depth in (
        ("CONV_2D", (out, rows, columns, channels), out),
        ("DEPTHWISE_CONV_2D", (1, rows, columns, channels * multiplier), channels * multiplier),
    ):
        filtered = tensor(*filters, kind=weights, constant=True)
        result = tensor(1, high, wide, depth, kind=kind)
        more = {"depth_multiplier": multiplier} if code == "DEPTHWISE_CONV_2D" else {}
        yield Operator(code, (data, filtered), (result,), {**options, **more})


def asked(operator, kernels):
    return kernels.scratch(operator, ILP32)


@pytest.mark.parametrize(("shape", "sizes"), WINDOWS)
def test_convolutions_ask_for_what_esp_nn_says(shape, sizes):
    convolution, depthwise = operators(shape)
    assert [asked(convolution, chip) for chip in CHIPS] == [(), (sizes[0],), (sizes[1],)]
    assert [asked(depthwise, chip) for chip in CHIPS] == [(), (sizes[2],), ()]
    assert asked(convolution, ESP_NN) == (max(sizes[:2]),)


def test_only_int8_is_passed_on():
    for kind, weights in ((FLOAT, FLOAT), (ElementType.INT16, INT8)):
        for operator in operators(WINDOWS[0][0], kind=kind, weights=weights):
            assert all(asked(operator, kernels) == () for kernels in (ESP_NN, *CHIPS))
    packed, _ = operators(WINDOWS[0][0], weights=INT4)
    assert asked(packed, ESP_NN_S3) == (8 * 16, 192), "4-bit weights are unpacked first"


def test_softmax_asks_for_a_row_by_the_second_dimension():
    for shape, size in (((1, 10), 40), ((3, 7, 10), 28)):
        operator = Operator("SOFTMAX", (tensor(*shape),), (tensor(*shape),))
        assert [asked(operator, kernels) for kernels in (*CHIPS, ESP_NN)] == [(size,)] * 4
    wide = Operator("SOFTMAX", (tensor(1, 10),), (tensor(1, 10, kind=ElementType.INT16),))
    flat = Operator("SOFTMAX", (tensor(10),), (tensor(10),))
    assert asked(wide, ESP_NN_S3) == asked(flat, ESP_NN_S3) == ()


def test_overlap_is_the_same_on_every_chip():
    for shape, _ in WINDOWS:
        for operator in operators(shape):
            rules = {kernels.overlap(operator, operator.inputs[0], operator.outputs[0]) for kernels in (ESP_NN, *CHIPS)}
            assert len(rules) == 1


def test_any_chip_is_charged_the_most(shared):
    with (shared / "models" / "index.csv").open() as file:
        names = [row["file"] for row in csv.DictReader(file) if int(row["operators"]) < 40]
    assert names
    for name in names:
        model = read_model(shared / "models" / name)
        most, *chips = (kernels.arena(model, abi=ILP32) for kernels in (ESP_NN, *CHIPS))
        assert all(most.scratch_bytes >= chip.scratch_bytes for chip in chips)
        assert find_target("tflm-esp-nn/esp32s3").arena(model) == chips[1]
