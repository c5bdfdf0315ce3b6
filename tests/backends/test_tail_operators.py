"""The tail of one operator of every kind, as predicted and as TFLM records it here; the least arena."""

from __future__ import annotations

from functools import partial

import pytest
from hand_made import chain, conditional, graph
from one_operator import alone, cases

from arenite import zoo
from arenite.backends.build import X86_64
from arenite.backends.sets import REFERENCE
from arenite.model import Data, ElementType, Model, Operator, Quantization, Tensor
from arenite.runtimes import process
from arenite.runtimes.run import Job, Run
from arenite.tflite.write import write_bytes

pytestmark = pytest.mark.skipif(bool(process.absent("tflm")), reason="tflite-micro is not installed")

LATER_OPTIONS = 16
"""The wheel's TFLM is younger than the sources followed: a FULLY_CONNECTED has this much more of options in it."""


def in_arena(each, size):
    return Job(write_bytes(each), (), len(each.main.outputs), size)


def convolution(channels, scales):
    """A convolution so small that what TFLM notes while it prepares the kernel decides."""
    one, each = Quantization((0.1,), (0,)), Quantization((0.1,) * scales, (0,) * scales)
    x, y = (Tensor(name, (1, 4, 4, channels), ElementType.INT8, None, one) for name in "xy")
    filters = Tensor("w", (channels, 1, 1, channels), ElementType.INT8, Data(bytes(channels**2)), each)
    bias = Tensor("b", (channels,), ElementType.INT32, Data(bytes(4 * channels)), each)
    options = {"padding": 1, "stride_w": 1, "stride_h": 1, "dilation_w_factor": 1, "dilation_h_factor": 1}
    operator = Operator("CONV_2D", (x, filters, bias), (y,), options)
    return Model("convolution", (graph([x], [y], [operator]),))


predicted = partial(REFERENCE.arena, abi=X86_64)


def later(each):
    return LATER_OPTIONS * sum(operator.code == "FULLY_CONNECTED" for operator in each.main.operators)


def test_the_arena_of_one_operator_of_every_kind():
    models = [alone(*case) for case in cases()]
    results = process.run("tflm", [in_arena(each, 1 << 20) for each in models])
    for each, result in zip(models, results, strict=True):
        assert isinstance(result, Run), (each.name, result)
        expected = predicted(each)
        assert expected.exact
        recorded = (result.memory.head, result.memory.tail)
        assert recorded == (expected.head_bytes, expected.tail_bytes + later(each)), each.name


def test_tflm_starts_in_the_arena_to_declare_and_in_none_smaller():
    deep = Model("deep", (chain([4] * 60).main,))
    models = [deep, conditional(4), conditional(2000), zoo.build("random-wired", nodes=8, resolution=16)]
    models += [alone(*case) for case in cases() if case[0] in {"CONV_2D", "MUL", "STRIDED_SLICE", "GATHER"}]
    models += [convolution(channels, scales) for channels, scales in ((4, 1), (16, 1), (16, 16), (32, 32))]
    sizes = [predicted(each).declare_bytes + later(each) for each in models]
    assert sizes[0] > predicted(deep).total_bytes + 16, "the planner's own memory decides"
    enough = process.run("tflm", [in_arena(each, size) for each, size in zip(models, sizes, strict=True)])
    assert all(isinstance(result, Run) for result in enough), enough
    for each, size in zip(models, sizes, strict=True):
        assert not isinstance(process.run("tflm", [in_arena(each, size - 16)])[0], Run), each.name
