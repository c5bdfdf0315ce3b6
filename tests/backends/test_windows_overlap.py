"""Convolutions, pools and fully connected layers: rules against the loops of the kernels."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_cases import check, convolution, depthwise, ends, pool, shapes, weights
from kernel_loops import (
    Shape,
    by_channel,
    by_tile,
    gathered,
    max_pool_cmsis,
    one_row_mve,
    passes,
    pointwise_dsp,
    pointwise_mve,
    pointwise_s3,
    rows_dsp,
    rows_mve,
)

from arenite.backends import Backend, Overlap
from arenite.backends.esp_nn.overlap import S3_CHANNELS
from arenite.backends.sets import CMSIS_NN_DSP, CMSIS_NN_MVE, CMSIS_NN_SCALAR, ESP_NN, GENERATED, PORTABLE, REFERENCE
from arenite.model import ElementType, Operator, Tensor

if TYPE_CHECKING:
    from kernel_arena import Kernel

SETS = [*PORTABLE.safe_with, *GENERATED]
CMSIS_NN = [CMSIS_NN_SCALAR, CMSIS_NN_DSP, CMSIS_NN_MVE]
QUICK = settings(max_examples=60, deadline=None)


def rule(operator: Operator, kernels: Backend) -> Overlap:
    source = operator.inputs[0]
    assert source is not None
    return kernels.overlap(operator, source, operator.outputs[0])


def verify(operator: Operator, kernels: Backend, kernel: Kernel, *, tight: bool) -> None:
    source = operator.inputs[0]
    assert source is not None
    check(rule(operator, kernels), kernel, source.bytes, operator.outputs[0].bytes, tight=tight)


@QUICK
@given(shapes(element=(1, 2, 4)), st.integers(1, 3))
def test_reference_convolution(case: tuple[Shape, int], groups: int) -> None:
    shape, padding = case
    shape = replace(shape, groups=groups, depth=shape.depth * groups, out_depth=shape.out_depth * groups)
    verify(convolution(shape, padding), REFERENCE, by_channel(shape), tight=True)


@QUICK
@given(shapes(element=(1, 2, 4)), st.integers(1, 3))
def test_reference_depthwise(case: tuple[Shape, int], multiplier: int) -> None:
    shape, padding = case
    shape = replace(shape, groups=shape.depth, out_depth=shape.depth * multiplier)
    verify(depthwise(shape, padding), REFERENCE, by_channel(shape), tight=True)


@QUICK
@given(shapes(pool=True, element=(1, 2, 4)), st.sampled_from(("MAX_POOL_2D", "AVERAGE_POOL_2D")))
def test_reference_pool(case: tuple[Shape, int], code: str) -> None:
    verify(pool(code, *case), REFERENCE, by_channel(case[0]), tight=True)


def cmsis_convolution(shape: Shape, *, vectors: bool) -> tuple[Kernel | None, bool]:
    """The kernel that arm_convolve_wrapper_s8 picks, None for one without a rule, and whether its rule is tight."""
    if shape.kernel == (1, 1) and shape.dilation == (1, 1):
        if shape.stride == (1, 1):
            if vectors:
                return pointwise_mve(shape), True
            return (pointwise_dsp(shape), shape.out_depth == 1) if shape.out_depth <= 2 else (None, False)
        return (rows_mve(shape), False) if vectors else (rows_dsp(shape), False)
    one_row = shape.height == 1 and shape.kernel[0] == 1 and shape.dilation[1] == 1
    if vectors and one_row and shape.stride[1] * shape.depth % 4 == 0:
        return one_row_mve(shape), False
    return gathered(shape, 4 if vectors else 2), False


@pytest.mark.parametrize("kernels", CMSIS_NN)
@QUICK
@given(case=shapes())
def test_cmsis_convolution(kernels: Backend, case: tuple[Shape, int]) -> None:
    kernel, tight = cmsis_convolution(case[0], vectors=kernels is CMSIS_NN_MVE)
    if kernel is None:
        assert rule(convolution(*case), kernels) == Overlap()
    else:
        verify(convolution(*case), kernels, kernel, tight=tight)


@QUICK
@given(shapes(element=(2,)), st.sampled_from((2, 4)))
def test_cmsis_convolution_of_16_bits(case: tuple[Shape, int], together: int) -> None:
    kernels = CMSIS_NN_MVE if together == 4 else CMSIS_NN_DSP
    verify(convolution(*case), kernels, gathered(case[0], together), tight=False)


@QUICK
@given(st.integers(1, 3), st.integers(1, 5), st.integers(1, 30), st.integers(1, 9))
def test_cmsis_pointwise_convolution_with_vectors(batches: int, height: int, width: int, depth: int) -> None:
    for out_depth in (1, 3, 4, depth, depth + 5):
        ones = (1, 1)
        shape = Shape(batches, height, width, depth, height, width, out_depth, ones, ones, ones, (0, 0))
        verify(convolution(shape, 1), CMSIS_NN_MVE, pointwise_mve(shape), tight=True)


@QUICK
@given(st.integers(1, 3), st.integers(1, 5), st.integers(1, 7), st.integers(1, 9), st.integers(1, 3))
def test_cmsis_pointwise_convolution_without_vectors(
    batches: int, height: int, width: int, depth: int, out_depth: int
) -> None:
    shape = Shape(batches, height, width, depth, height, width, out_depth, (1, 1), (1, 1), (1, 1), (0, 0))
    for kernels in (CMSIS_NN_SCALAR, CMSIS_NN_DSP):
        if out_depth > 2:
            assert rule(convolution(shape, 1), kernels) == Overlap()
        else:
            verify(convolution(shape, 1), kernels, pointwise_dsp(shape), tight=out_depth == 1)


@QUICK
@given(st.integers(1, 9), st.integers(1, 3), st.integers(3, 20), st.integers(1, 7), st.sampled_from((0, 1)))
def test_cmsis_convolution_over_one_row(kernel: int, stride: int, width: int, out_depth: int, padding: int) -> None:
    kernel = min(kernel, width)
    outputs = -(-width // stride) if padding == 0 else -(-(width - kernel + 1) // stride)
    before = max(0, (outputs - 1) * stride + kernel - width) // 2 if padding == 0 else 0
    for depth in (4, 8):
        shape = Shape(1, 1, width, depth, 1, outputs, out_depth, (1, kernel), (1, stride), (1, 1), (0, before))
        if kernel > 1:
            verify(convolution(shape, padding), CMSIS_NN_MVE, one_row_mve(shape), tight=False)


@pytest.mark.parametrize("kernels", CMSIS_NN)
@QUICK
@given(case=shapes(), multiplier=st.integers(1, 5))
def test_cmsis_depthwise(kernels: Backend, case: tuple[Shape, int], multiplier: int) -> None:
    shape, padding = case
    shape = replace(shape, groups=shape.depth, out_depth=shape.depth * multiplier)
    operator = depthwise(shape, padding)
    vectors = kernels is CMSIS_NN_MVE
    if multiplier == 1 and shape.batches == 1 and shape.dilation == (1, 1) and (not vectors or shape.depth > 1):
        kernel = passes(shape, 124, 4) if vectors else by_tile(shape, 4)
        verify(operator, kernels, kernel, tight=False)
        if not vectors:
            verify(operator, kernels, passes(shape, shape.depth, 1), tight=False)  # arm_depthwise_conv_s8_opt
    elif vectors and shape.depth == 1 and shape.out_depth > 1:
        kernel_, _ = cmsis_convolution(replace(shape, groups=1), vectors=True)
        assert kernel_ is not None
        verify(operator, kernels, kernel_, tight=False)
    else:
        verify(operator, kernels, by_channel(shape), tight=True)


@settings(max_examples=15, deadline=None)
@given(shapes(dilated=False), st.sampled_from((124, 125, 160, 250)))
def test_cmsis_depthwise_in_passes(case: tuple[Shape, int], depth: int) -> None:
    shape = replace(case[0], batches=1, depth=depth, out_depth=depth, groups=depth)
    verify(depthwise(shape, case[1]), CMSIS_NN_MVE, passes(shape, 124, 4), tight=False)


@pytest.mark.parametrize("kernels", CMSIS_NN)
@QUICK
@given(case=shapes(pool=True, element=(1, 2)))
def test_cmsis_max_pool(kernels: Backend, case: tuple[Shape, int]) -> None:
    verify(pool("MAX_POOL_2D", *case), kernels, max_pool_cmsis(case[0]), tight=True)


@pytest.mark.parametrize("kernels", CMSIS_NN)
@QUICK
@given(case=shapes(pool=True, element=(1, 2)), block=st.sampled_from((1, 2, 8)))
def test_cmsis_average_pool(kernels: Backend, case: tuple[Shape, int], block: int) -> None:
    verify(pool("AVERAGE_POOL_2D", *case), kernels, by_tile(case[0], block), tight=False)


@QUICK
@given(st.integers(1, 4), st.integers(1, 5), st.integers(1, 5), st.integers(1, 19), st.integers(1, 5))
def test_esp_pointwise_convolution(batches: int, height: int, width: int, depth: int, out_depth: int) -> None:
    ones = (1, 1)
    shape = Shape(batches, height, width, depth, height, width, out_depth, ones, ones, ones, (0, 0))
    operator = convolution(shape, 0)
    verify(operator, ESP_NN, pointwise_s3(shape), tight=False)
    verify(operator, ESP_NN, by_channel(shape), tight=False)
    verify(operator, ESP_NN, gathered(shape, 16), tight=False)


@settings(max_examples=15, deadline=None)
@given(st.integers(3, 7), st.integers(3, 7), st.integers(1, 2), st.sampled_from((16, 32, 48)))
def test_esp_depthwise_in_passes(height: int, width: int, stride: int, depth: int) -> None:
    out = [(length - 3) // stride + 1 for length in (height, width)]
    shape = Shape(1, height, width, depth, *out, depth, (3, 3), (stride, stride), (1, 1), (0, 0), depth)
    operator = depthwise(shape, 1)
    straight = all(count * stride + 2 == length for count, length in zip(out, (height, width), strict=True))
    verify(operator, ESP_NN, passes(shape, S3_CHANNELS, 1) if straight else by_channel(shape), tight=False)


@pytest.mark.parametrize("kernels", SETS)
@QUICK
@given(rows=st.integers(1, 9), depth=st.integers(1, 9), units=st.integers(1, 9))
def test_fully_connected(kernels: Backend, rows: int, depth: int, units: int) -> None:
    ones = (1, 1)
    shape = Shape(1, rows, 1, depth, rows, 1, units, ones, ones, ones, (0, 0))
    source, target = (replace(each, shape=(rows, each.shape[-1])) for each in ends(shape))
    operator = Operator("FULLY_CONNECTED", (source, weights(units, depth)), (target,))
    verify(operator, kernels, by_channel(shape), tight=kernels is REFERENCE)
    if kernels is not REFERENCE:
        verify(operator, kernels, rows_dsp(shape), tight=False)


def test_absurd_lengths_are_kept_apart_at_once() -> None:
    long = Tensor("long", (1, 1, 1 << 28, 1), ElementType.INT8)
    pooled = Tensor("pooled", (1, 1, 1 << 28, 1), ElementType.INT8)
    options = {"filter_height": 1, "filter_width": 3, "stride_h": 1, "stride_w": 1, "padding": 0}
    operator = Operator("MAX_POOL_2D", (long,), (pooled,), options)
    assert rule(operator, REFERENCE) == Overlap()
