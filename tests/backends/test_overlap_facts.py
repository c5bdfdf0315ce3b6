"""Distances that were measured once, on running kernels, by trying ever smaller ones on random data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from kernel_cases import SAME, convolution, depthwise, numbers, pool, tensor, weights
from kernel_loops import Shape

from arenite.backends.sets import CMSIS_NN_DSP, CMSIS_NN_MVE, CMSIS_NN_SCALAR, PORTABLE, REFERENCE
from arenite.model import Operator

if TYPE_CHECKING:
    from arenite.backends import Overlap

SCALAR, DSP, MVE = CMSIS_NN_SCALAR, CMSIS_NN_DSP, CMSIS_NN_MVE


def window(kernel: int, stride: int, *, size: int = 12, channels: int = 16) -> Shape:
    outputs = -(-size // stride)
    before = max(0, (outputs - 1) * stride + kernel - size) // 2
    square = (outputs, outputs)
    pairs = ((kernel, kernel), (stride, stride), (1, 1), (before, before))
    return Shape(1, size, size, channels, *square, channels, *pairs)


IMAGE = tensor(1, 12, 12, 16)
MATRIX = Operator("FULLY_CONNECTED", (tensor(1, 1232), weights(16, 1232)), (tensor(1, 16),))
MEASURED = {
    "ADD": (Operator("ADD", (IMAGE, tensor(*IMAGE.shape)), (tensor(*IMAGE.shape),)), 0, 0, 0),
    "SOFTMAX": (Operator("SOFTMAX", (IMAGE,), (tensor(*IMAGE.shape),)), 0, 0, 0),
    "LOGISTIC": (Operator("LOGISTIC", (IMAGE,), (tensor(*IMAGE.shape),)), 0, 0, 0),
    "QUANTIZE": (Operator("QUANTIZE", (IMAGE,), (tensor(*IMAGE.shape),)), 0, 0, 0),
    "RESHAPE": (Operator("RESHAPE", (IMAGE,), (tensor(2304),)), 0, 0, 0),
    "MAX_POOL 2x2 / 2": (pool("MAX_POOL_2D", window(2, 2), SAME), 0, 0, 0),
    "AVERAGE_POOL 3x3 / 3": (pool("AVERAGE_POOL_2D", window(3, 3), SAME), 0, 0, 0),
    "MAX_POOL 3x3": (pool("MAX_POOL_2D", window(3, 1), SAME), 208, 208, 208),
    "DEPTHWISE 3x3": (depthwise(window(3, 1), SAME), 208, 208, 208),
    "DEPTHWISE 3x3 / 2": (depthwise(window(3, 2), SAME), 0, 0, 0),
    "DEPTHWISE 5x5": (depthwise(window(5, 1), SAME), 416, 416, 416),
    "CONV 3x3": (convolution(window(3, 1), SAME), 223, 208, 208),
    "CONV 3x3 / 2": (convolution(window(3, 2), SAME), 15, 0, 0),
    "CONV 1x1": (convolution(window(1, 1), SAME), 15, None, 63),
    "PAD by 1": (
        Operator("PAD", (IMAGE, numbers((0, 0, 1, 1, 1, 1, 0, 0), 4, 2)), (tensor(1, 14, 14, 16),)),
        592,
        784,  # measured 592: there the last row of 192 bytes falls onto itself, and memcpy happens to run forwards
        784,
    ),
    "FULLY_CONNECTED": (MATRIX, 15, None, None),  # measured none: 15 of 16 bytes gain nothing
    "TRANSPOSE": (Operator("TRANSPOSE", (IMAGE, numbers((0, 3, 1, 2))), (tensor(1, 16, 12, 12),)), None, None, None),
}


def least(rule: Overlap) -> int | None:
    """Least distance of at least 0 that the rule allows: no lower ones were tried."""
    candidates = [each for each in (rule.distance, *rule.exactly) if each is not None]
    return max(0, min(candidates)) if candidates else None


@pytest.mark.parametrize("name", MEASURED)
def test_measured_distances(name: str) -> None:
    operator, *expected = MEASURED[name]
    source, target = operator.inputs[0], operator.outputs[0]
    assert source is not None
    reference, without_vectors, vectors = expected
    columns = ((REFERENCE, reference), (SCALAR, without_vectors), (DSP, without_vectors), (MVE, vectors))
    for kernels, distance in columns:
        assert least(kernels.overlap(operator, source, target)) == distance, kernels


def test_depthwise_of_160_channels() -> None:
    """Measured 5594 on vectors: six bytes fewer, at which random data showed no difference."""
    operator = depthwise(window(3, 1, size=6, channels=160), SAME)
    source, target = operator.inputs[0], operator.outputs[0]
    assert source is not None
    assert DSP.overlap(operator, source, target).distance == 1120
    assert MVE.overlap(operator, source, target).distance == 5600


def test_portable_is_what_all_sets_allow() -> None:
    for operator, *_ in MEASURED.values():
        source, target = operator.inputs[0], operator.outputs[0]
        assert source is not None
        portable = PORTABLE.overlap(operator, source, target)
        each = [kernels.overlap(operator, source, target) for kernels in PORTABLE.safe_with]
        for distance in range(-300, 1000):
            assert portable.allows(distance) == all(rule.allows(distance) for rule in each), distance
