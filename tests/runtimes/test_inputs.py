from __future__ import annotations

import numpy as np
from hand_made import graph, model, scalar, tensor

from arenite.model import ElementType, Quantization
from arenite.runtimes.inputs import random_inputs, unfeedable

POINT = Quantization((0.5,), (7,))


def rounds(*inputs, count=40, seed=0):
    return random_inputs(model(graph(inputs, [], [])), count, seed)


def test_the_first_round_is_zero_points():
    zeros = rounds(tensor("a", 2, ElementType.INT8, quantization=POINT), tensor("b", 2), count=0)
    assert [array.tolist() for array in zeros[0]] == [[7, 7], [0.0, 0.0]]


def test_equal_seeds_give_equal_inputs():
    one, same, other = (rounds(tensor("a", 9), seed=seed)[1][0] for seed in (1, 1, 2))
    assert one.tobytes() == same.tobytes() != other.tobytes()


def test_every_type_has_its_shape_and_range():
    inputs = [
        tensor("i8", 50, ElementType.INT8),
        tensor("u8", 50, ElementType.UINT8),
        tensor("index", 50, ElementType.INT32),
        tensor("quantized", 50, ElementType.INT32, quantization=POINT),
        scalar("flag"),
        tensor("float", 50),
        tensor("complex", 50, ElementType.COMPLEX64),
    ]
    drawn = [np.stack(arrays) for arrays in zip(*rounds(*inputs)[1:], strict=True)]
    assert [array.shape[1:] for array in drawn] == [(50,)] * 4 + [()] + [(50,)] * 2
    assert [array.dtype.name for array in drawn] == ["int8", "uint8", "int32", "int32", "bool", "float32", "complex64"]
    assert (drawn[0].min(), drawn[0].max()) == (-128, 127)
    assert (drawn[1].min(), drawn[1].max()) == (0, 255)
    assert (drawn[2].min(), drawn[2].max()) == (0, 3)
    assert drawn[3].min() < -(2**30) < 2**30 < drawn[3].max()
    assert set(drawn[4].tolist()) == {False, True}
    assert np.isfinite(drawn[5]).all()
    assert drawn[5].std() > 1


def test_what_cannot_be_fed():
    assert unfeedable(model(graph([tensor("x")], [], []))) is None
    assert "'words' is of type STRING" in unfeedable(model(graph([tensor("words", 1, ElementType.STRING)], [], [])))
