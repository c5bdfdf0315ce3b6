"""Scratch of reference kernels, one operator at a time, against the head that TFLM records."""

from __future__ import annotations

import struct
from math import prod

import pytest
from hand_made import graph, model

from arenite.backends.reference.scratch import reference_scratch
from arenite.backends.tflm.head import planned_head
from arenite.model import Data, ElementType, Operator, Quantization, Tensor
from arenite.runtimes import process
from arenite.runtimes.run import Job
from arenite.tflite.write import write_bytes

FLOAT, INT8 = ElementType.FLOAT32, ElementType.INT8
HALF = Quantization((0.5,), (0,))
PER_CHANNEL = Quantization((0.5,) * 3, (0,) * 3)


def fed(name, *shape, kind=FLOAT):
    return Tensor(name, shape, kind, quantization=HALF if kind is INT8 else None)


def zeros(name, *shape, kind=FLOAT, quantization=None):
    return Tensor(name, shape, kind, Data(bytes(prod(shape) * kind.bytes)), quantization)


def integers(name, *values, shape=None):
    return Tensor(name, shape or (len(values),), ElementType.INT32, Data(struct.pack(f"<{len(values)}i", *values)))


def lstm(batch=2, steps=3, depth=5, state=7):
    reads = [fed("x", batch, steps, depth)]
    reads += [zeros(f"input {gate}", state, depth) for gate in "ifco"]
    reads += [zeros(f"recurrent {gate}", state, state) for gate in "ifco"]
    reads += [None] * 3
    reads += [zeros(f"bias {gate}", state) for gate in "ifco"]
    reads += [None] * 2
    reads += [Tensor(name, (batch, state), FLOAT, variable=True) for name in ("hidden", "cell")]
    reads += [None] * 4
    options = {"fused_activation_function": 4, "cell_clip": 0.0, "proj_clip": 0.0, "time_major": False}
    return Operator("UNIDIRECTIONAL_SEQUENCE_LSTM", tuple(reads), (fed("y", batch, steps, state),), options)


def transposed():
    reads = (
        integers("shape", 1, 4, 4, 3),
        zeros("filter", 3, 2, 2, 2, kind=INT8, quantization=PER_CHANNEL),
        fed("x", 1, 2, 2, 2, kind=INT8),
    )
    return Operator("TRANSPOSE_CONV", reads, (fed("y", 1, 4, 4, 3, kind=INT8),), {"stride_w": 2, "stride_h": 2})


X = fed("x", 5, 4)
OPERATORS = [
    (Operator("REDUCE_MAX", (X, integers("axis", 1)), (fed("y", 5),)), (8, 4)),
    (Operator("SUM", (X, integers("axis", 0, 1)), (fed("y"),)), (8, 8)),
    (Operator("MEAN", (fed("x", 3, 40, kind=INT8), integers("axis", 0)), (fed("y", 40, kind=INT8),)), (160, 8, 4)),
    (Operator("MIRROR_PAD", (X, integers("pads", 1, 1, 1, 1, shape=(2, 2))), (fed("y", 7, 6),)), (8, 8)),
    (Operator("ADD_N", (X, fed("z", 5, 4), fed("w", 5, 4)), (fed("y", 5, 4),)), (24,)),
    (transposed(), (192,)),
    (lstm(), (56, 56, 56, 56)),
]


@pytest.mark.parametrize(("operator", "expected"), OPERATORS, ids=lambda each: getattr(each, "code", ""))
def test_what_kernels_request(operator, expected):
    assert reference_scratch(operator) == expected


@pytest.mark.skipif(bool(process.absent("tflm")), reason="tflite-micro is not installed")
def test_heads_with_scratch_are_what_tflm_records():
    models = []
    for operator, _ in OPERATORS:
        reads = [each for each in operator.inputs if each is not None and not each.constant and not each.variable]
        models.append(model(graph(reads, operator.outputs, [operator]), name=operator.code))
    jobs = [Job(write_bytes(each), (), 1, 1 << 22) for each in models]
    recorded = [result.memory.head for result in process.run("tflm", jobs)]
    assert recorded == [planned_head(each) for each in models]


def test_an_operator_without_its_inputs_requests_nothing():
    assert reference_scratch(Operator("SVDF", (), ())) == ()
    assert reference_scratch(Operator("UNIDIRECTIONAL_SEQUENCE_LSTM", (X,), (X,))) == ()
