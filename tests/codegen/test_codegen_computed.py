"""Weights, biases and places that are computed or given with each inference, against TFLM and LiteRT."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hand_made import graph, model

from arenite.codegen.obstacles import why_not
from arenite.model import Data, ElementType, Operator, Tensor
from arenite.runtimes.inputs import DTYPES, random_inputs

from .harness import run_c, sources
from .operators_at_random import make
from .test_codegen_operators import LITERT_DIFFERS, close, expected

INT8, INT16, FLOAT = ElementType.INT8, ElementType.INT16, ElementType.FLOAT32
WEIGHTED = {
    **dict.fromkeys(("conv", "depthwise", "fully_connected", "svdf"), (1, 2, 3)),
    "transpose_conv": (1, 3),
    "lstm": (*range(1, 9), *range(12, 16)),
}
"""Operators with weights and biases, and where these are among the inputs."""
CASES = [(kind, name) for kind in (INT8, INT16, FLOAT) for name in WEIGHTED if (kind, name) != (INT16, "svdf")]
SEEDS = range(4)


def floats(name, *shape):
    return Tensor(name, shape, FLOAT)


def given(constant, positions):
    """The model with constants as inputs, and for each inference all inputs: the constants forwards, then backwards."""
    main, (operator,) = constant.main, constant.main.operators
    constants = [operator.inputs[place] for place in positions if place < len(operator.inputs)]
    fed = {each: replace(each, data=None) for each in constants if each is not None}
    changed = replace(
        main,
        tensors=tuple(fed.get(each, each) for each in main.tensors),
        inputs=(*main.inputs, *fed.values()),
        operators=(operator.using(fed),),
    )
    rounds = []
    for step, values in zip((1, -1), random_inputs(constant, 2, 1)[-2:], strict=True):
        arrays = (np.frombuffer(each.data.content, DTYPES[each.type])[::step].reshape(each.shape) for each in fed)
        rounds.append((*values, *arrays))
    return replace(constant, graphs=(changed,)), rounds


@pytest.mark.parametrize(("kind", "name"), CASES, ids=[f"{kind.name} {name}" for kind, name in CASES])
def test_computed_weights_give_what_the_reference_gives(kind, name, tmp_path):
    models, rounds = zip(*(given(make(kind, name, seed), WEIGHTED[name]) for seed in SEEDS), strict=True)
    compared = 0
    for ours, others in zip(run_c(models, rounds, tmp_path), expected(models, rounds), strict=True):
        for runtime, theirs in others.items():
            if runtime != "tflm" and name in LITERT_DIFFERS[kind]:
                continue
            compared += runtime == "tflm"
            for one, other in zip(ours, theirs, strict=True):
                close(one[0], other[0])
    assert compared >= len(SEEDS) // 2


def test_several_images_have_one_copy_of_the_parameters(tmp_path):
    """The pointers are set in a copy on the stack, for all images of a batch in one loop."""
    seed = next(seed for seed in range(99) if make(INT8, "conv", seed).main.inputs[0].shape[0] > 1)
    computed, _ = given(make(INT8, "conv", seed), (1,))
    text = sources(computed, "m")["m.c"]
    assert "arenite_conv_s8_t layer = m_" in text
    assert "layer.weights = (const int8_t *)(void *)(arena + " in text
    assert "layer.bias" not in text


def test_a_computed_bias_of_another_type_is_refused():
    computed, _ = given(make(INT16, "conv", 1), (1, 2))
    (operator,) = computed.main.operators
    narrow = replace(operator.inputs[0], name="bias", shape=operator.outputs[0].shape[3:], type=ElementType.INT32)
    wrong = Operator("CONV_2D", (*operator.inputs[:2], narrow), operator.outputs, operator.options)
    assert "the bias must be of type int64_t" in why_not(wrong)


def test_a_slice_beyond_the_tensor_is_the_nearest_one(tmp_path):
    """TFLM reads memory that is not the tensor's."""
    values, places = Tensor("values", (6, 5), INT8), Tensor("places", (2,), ElementType.INT32)
    size, part = Tensor("size", (2,), ElementType.INT32, Data(np.int32([2, 3]).tobytes())), Tensor("part", (2, 3), INT8)
    cut = model(graph([values, places], [part], [Operator("SLICE", (values, places, size), (part,))]), name="cut")
    array = np.arange(30, dtype=np.int8).reshape(6, 5)
    fed = [[array, np.int32(place)] for place in ((-1, 3), (5, -9), (1, 2))]
    (found,) = run_c([cut], [fed], tmp_path)
    for (given_part,), (row, column) in zip(found, ((0, 2), (4, 0), (1, 2)), strict=True):
        np.testing.assert_array_equal(given_part, array[row : row + 2, column : column + 3])


def test_a_shape_without_dimensions_is_an_empty_tensor(tmp_path):
    one, shape, number = floats("one", 1, 1), Tensor("shape", (0,), ElementType.INT32), floats("number")
    scalar = model(graph([one], [number], [Operator("RESHAPE", (one, shape), (number,), {"new_shape": ()})]), name="x")
    fed = [[np.float32([[2.5]])]]
    assert run_c([scalar], [fed], tmp_path)[0][0][0] == expected([scalar], [fed])[0]["tflm"][0][0] == 2.5


SHAPES = [([2, 1, 3], [2, 4, 1]), ([5, 1, 1], [3]), ([1], [1, 6, 7]), ([4, 0], [1, 1]), ([0], [3, 1])]


@pytest.mark.parametrize("kind", [ElementType.INT32, ElementType.INT64], ids=lambda kind: kind.name)
def test_shapes_are_broadcast(kind, tmp_path):
    models, rounds = [], []
    for first, second in SHAPES:
        longest = max(len(first), len(second))
        a, b, c = (Tensor(*each, kind) for each in (("a", (len(first),)), ("b", (len(second),)), ("c", (longest,))))
        models.append(model(graph([a, b], [c], [Operator("BROADCAST_ARGS", (a, b), (c,))]), name="shapes"))
        rounds.append([[np.array(shape, DTYPES[kind]) for shape in (first, second)]])
    for ours, theirs in zip(run_c(models, rounds, tmp_path), expected(models, rounds), strict=True):
        assert "tflm" in theirs
        for others in theirs.values():
            np.testing.assert_array_equal(ours[0][0], others[0][0])
