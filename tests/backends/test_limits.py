"""What TFLM refuses, as predicted and as it happens here: types one by one and together, ranks, constants, counts."""

from __future__ import annotations

import csv
from dataclasses import replace
from math import prod

import pytest
from one_operator import (
    KINDS,
    alone,
    cases,
    flat,
    image,
    ints,
    new,
    product,
    quantized,
    retyped,
    with_type,
    zeros,
)

from arenite.backends.checks import OUTPUT
from arenite.backends.cmsis_nn.limits import LIMITS as CMSIS_NN_LIMITS
from arenite.backends.cmsis_nn.limits import MVE_LIMITS
from arenite.backends.reference.limits import LIMITS, MOST_JOINED
from arenite.backends.reference.registered import method
from arenite.backends.sets import ALL, CMSIS_NN_DSP, CMSIS_NN_MVE, CMSIS_NN_SCALAR, ESP_NN, REFERENCE
from arenite.errors import ModelError
from arenite.model import Data, ElementType, Operator, Quantization
from arenite.runtimes import process
from arenite.runtimes.inputs import DTYPES
from arenite.runtimes.run import Job, Run
from arenite.tflite.read import read_model
from arenite.tflite.write import write_bytes

needs_tflm = pytest.mark.skipif(bool(process.absent("tflm")), reason="tflite-micro is not installed")

FLOAT, INT8, INT16, INT = (ElementType[name] for name in ("FLOAT32", "INT8", "INT16", "INT32"))
WEIGHTED = {"CONV_2D": 1, "DEPTHWISE_CONV_2D": 1, "FULLY_CONNECTED": 1, "TRANSPOSE_CONV": 1}


def of(model):
    return model.main.operators[0]


def ran(models):
    """Whether TFLM runs each model once, on ones; what is not even read, because no runtime takes it, does not run."""
    import numpy as np

    contents = [content_of(model) for model in models]
    jobs = [
        Job(
            content,
            (tuple(np.ones(tensor.shape, DTYPES[tensor.type]) for tensor in model.main.inputs),),
            len(model.main.outputs),
            1 << 20,
        )
        for model, content in zip(models, contents, strict=True)
        if content is not None
    ]
    results = []
    while len(results) < len(jobs):  # a crash ends the child
        results += process.run("tflm", jobs[len(results) :])
    answers = iter(results)
    return [content is not None and isinstance(next(answers), Run) for content in contents]


def content_of(model):
    try:
        return write_bytes(model)
    except ModelError as error:
        assert "no runtime takes it" in str(error)
        return None


def of_one_type():
    """Every operator with all tensors that hold values of one type, weights as they go with it."""
    for case in cases():
        code, inputs, outputs, options = case
        floats = [place for place, tensor in enumerate([*inputs, *outputs]) if tensor.type is FLOAT]
        for kind in KINDS:
            model = retyped(case, floats, kind)
            if code in WEIGHTED and kind in (INT8, INT16):
                operator = of(model)
                changed = list(operator.inputs)
                changed[1] = with_type(code, inputs[1], INT8, result=False)
                if code != "TRANSPOSE_CONV":
                    scale = changed[0].quantization.scale[0] * changed[1].quantization.scale[0]
                    wide = with_type(code, inputs[2], INT if kind is INT8 else ElementType.INT64, result=False)
                    changed[2] = replace(wide, quantization=Quantization((scale,), (0,)))
                model = alone(code, changed, operator.outputs, options)
            yield model


@needs_tflm
def test_types_that_tflm_takes():
    models = list(of_one_type())
    for model, runs in zip(models, ran(models), strict=True):
        why = REFERENCE.why_not(of(model))
        assert (why is None) == runs, (model.name, [tensor.type.name for tensor in model.main.tensors], why)


@needs_tflm
def test_nothing_that_tflm_runs_is_refused_whatever_the_type_of_one_tensor():
    models = [
        retyped(case, [place], kind)
        for case in cases()
        for place in range(len(case[1]) + len(case[2]))
        for kind in KINDS
    ]
    said = [REFERENCE.why_not(of(model)) for model in models]
    wrong = [(model, why) for model, why in zip(models, said, strict=True) if why]
    assert len(wrong) > 800
    for (model, why), runs in zip(wrong, ran([model for model, _ in wrong]), strict=True):
        assert not runs, (model.name, why)


def joined(count, **options):
    parts = [new(1, 4) for _ in range(count)]
    return "CONCATENATION", parts, [new(count, 4)], {"axis": 0, **options}


def sliced(rank):
    begin, end, step = ints(*(0,) * rank), ints(*flat(rank, 2)), ints(*(1,) * rank)
    return "STRIDED_SLICE", [new(*flat(rank, 4)), begin, end, step], [new(*flat(rank, 2))], {}


def padded(rank):
    pairs = ints(*(0,) * (2 * rank - 2), 1, 1, shape=(rank, 2))
    return "PAD", [new(*flat(rank, 4)), pairs], [new(*flat(rank, 6))], {}


def transposed(rank):
    order = ints(*range(rank - 2), rank - 1, rank - 2)
    return "TRANSPOSE", [new(*flat(rank, 2, 4)), order], [new(*flat(rank, 4, 2))], {}


def broadcast(rank):
    return "BROADCAST_TO", [new(*flat(rank, 4)), ints(*flat(rank, 2, 4))], [new(*flat(rank, 2, 4))], {}


def normalized(rank, **options):
    return "L2_NORMALIZATION", [new(*flat(rank, 4))], [new(*flat(rank, 4))], options


def of_rank(code, rank):
    """An operator whose input is a single value of so many dimensions."""
    one = new(*(1,) * rank)
    more = {"RESIZE_BILINEAR": [ints(1, 1)], "RESIZE_NEAREST_NEIGHBOR": [ints(1, 1)]}.get(code, [])
    window = {"filter_height": 1, "filter_width": 1, "stride_h": 1, "stride_w": 1} if code == "L2_POOL_2D" else {}
    block = {"block_size": 1} if code in ("DEPTH_TO_SPACE", "SPACE_TO_DEPTH") else {}
    return code, [one, *more], [new(*(1,) * rank)], window | block


def requantized(code, scale):
    other = replace(quantized(2, 4), quantization=Quantization((scale,), (0,)))
    if code == "CONCATENATION":
        return code, [quantized(2, 4), other], [quantized(4, 4)], {"axis": 0}
    return code, [other, ints(1)], [quantized(2)], {}


def computed(code, place):
    """The case of an operator in which an input that holds its parameters is fed instead."""
    name, inputs, outputs, options = next(case for case in cases() if case[0] == code)
    changed = [replace(tensor, data=None) if i == place else tensor for i, tensor in enumerate(inputs)]
    return name, changed, outputs, options


PAIRS = [
    (joined(MOST_JOINED), joined(MOST_JOINED + 1), "11 inputs, but may have at most 10"),
    (joined(2), joined(2, fused_activation_function=1), "an activation is fused into it"),
    (requantized("CONCATENATION", 0.1), requantized("CONCATENATION", 0.2), "input 1 is quantized in another way"),
    (requantized("REDUCE_MAX", 0.1), requantized("REDUCE_MAX", 0.2), "input 0 is quantized in another way"),
    (sliced(4), sliced(5), "input 0 has 5 dimensions, but must have at most 4"),
    (padded(5), padded(6), "at most 5"),
    (transposed(5), transposed(6), "at most 5"),
    (product(5), product(6), "at most 5"),
    (broadcast(5), broadcast(6), "the output has 6 dimensions, but must have at most 5"),
    (normalized(4), normalized(5), "at most 4"),
    (normalized(4), normalized(4, fused_activation_function=1), "an activation is fused into it"),
    (of_rank("L2_POOL_2D", 4), of_rank("L2_POOL_2D", 3), "input 0 has 3 dimensions, but must have 4"),
    (of_rank("DEPTH_TO_SPACE", 4), of_rank("DEPTH_TO_SPACE", 5), "must have 4"),
    (of_rank("SPACE_TO_DEPTH", 4), of_rank("SPACE_TO_DEPTH", 3), "must have 4"),
    (of_rank("RESIZE_BILINEAR", 4), of_rank("RESIZE_BILINEAR", 3), "must have 4"),
    (of_rank("RESIZE_NEAREST_NEIGHBOR", 4), of_rank("RESIZE_NEAREST_NEIGHBOR", 5), "must have 4"),
    (of_rank("SQUEEZE", 6), of_rank("SQUEEZE", 9), "at most 8"),
    (of_rank("ABS", 4), of_rank("SIGN", 4), "there is no kernel for it"),
]


def written(model):
    """Whether a model is written at all: operators that no runtime takes are refused on reading back."""
    try:
        write_bytes(model)
    except ModelError as error:
        assert "no runtime takes it" in str(error)
        return False
    return True


@needs_tflm
@pytest.mark.parametrize(("taken", "refused", "reason"), PAIRS, ids=lambda each: each[0] if each[0].isupper() else "")
def test_limits_other_than_types(taken, refused, reason):
    models = [alone(*taken), alone(*refused)]
    assert ran(models[:1]) == [True]
    if written(models[1]):
        assert ran(models[1:]) == [False]
    assert REFERENCE.why_not(of(models[0])) is None
    assert reason in REFERENCE.why_not(of(models[1]))


CONSTANTS = [
    *(("STRIDED_SLICE", place) for place in (1, 2, 3)),
    *((code, 1) for code in ("PAD", "TRANSPOSE", "EXPAND_DIMS", "BROADCAST_TO", "RESIZE_BILINEAR")),
    *(("RESIZE_NEAREST_NEIGHBOR", 1), ("FILL", 0), ("SPLIT", 0), ("SPLIT_V", 2)),
]


@needs_tflm
@pytest.mark.parametrize(("code", "place"), CONSTANTS)
def test_parameters_that_must_be_constant(code, place):
    model = alone(*computed(code, place))
    assert ran([model]) == [False]
    assert REFERENCE.why_not(of(model)) == f"input {place} is computed, but must be a constant"


@pytest.mark.parametrize("kernels", [CMSIS_NN_SCALAR, CMSIS_NN_DSP, CMSIS_NN_MVE])
def test_cmsis_nn_takes_less(kernels):
    narrow = retyped(transposed(5), [0, 2], INT8)
    for model in (alone(*product(5)), narrow):
        assert REFERENCE.why_not(of(model)) is ESP_NN.why_not(of(model)) is None
        assert "5 dimensions, but must have at most 4" in kernels.why_not(of(model))
    assert kernels.why_not(of(alone(*transposed(5)))) is None
    assert "11 inputs" in kernels.why_not(of(alone(*joined(11))))


def with_steps(model, place, scales, points, dimension=0):
    """The model with another quantization of an input, or of the output (-1)."""
    operator = of(model)
    tensor = operator.outputs[0] if place == OUTPUT else operator.inputs[place]
    new = replace(tensor, quantization=Quantization((0.5,) * scales, (points,) * scales, dimension))
    inputs = tuple(new if each is tensor else each for each in operator.inputs)
    outputs = tuple(new if each is tensor else each for each in operator.outputs)
    return replace(operator, inputs=inputs, outputs=outputs)


def sixteen_by_eight(code):
    """An operator of INT16 data, which its weights of INT8 are quantized for as a whole."""
    case = next(case for case in cases() if case[0] == code)
    model = alone(*case)
    weighted = code in WEIGHTED
    kinds = {place: INT8 if weighted and place == WEIGHTED[code] else INT16 for place in range(len(of(model).inputs))}
    if code == "TRANSPOSE_CONV":
        kinds[0] = INT
    one = Quantization((0.5,), (0,))

    def made(tensor, kind):
        data = None if tensor.data is None else Data(bytes(prod(tensor.shape) * kind.bytes))
        return replace(tensor, type=kind, data=data, quantization=one)

    operator = of(model)
    inputs = tuple(made(tensor, kinds[place]) for place, tensor in enumerate(operator.inputs))
    operator = replace(operator, inputs=inputs, outputs=(made(operator.outputs[0], INT16),))
    return replace(model, graphs=(replace(model.main, operators=(operator,)),))


SIXTEEN = [
    *((code, place, 1, 3, "the zero point 3") for code in ("ADD",) for place in (0, 1, OUTPUT)),
    *((code, place, 1, 3, "the zero point 3") for code in WEIGHTED if code[0] != "T" for place in (0, OUTPUT)),
    ("FULLY_CONNECTED", 1, 4, 0, "quantized for each channel"),
    ("DEPTHWISE_CONV_2D", 1, 3, 0, "has 3 scales"),
]


@pytest.mark.parametrize("kernels", [CMSIS_NN_SCALAR, CMSIS_NN_DSP, CMSIS_NN_MVE])
@pytest.mark.parametrize(("code", "place", "scales", "points", "reason"), SIXTEEN)
def test_cmsis_nn_takes_less_of_16_bits(kernels, code, place, scales, points, reason):
    model = sixteen_by_eight(code)
    assert kernels.why_not(of(model)) is REFERENCE.why_not(of(model)) is None
    wrong = with_steps(model, place, scales, points)
    assert REFERENCE.why_not(wrong) is ESP_NN.why_not(wrong) is None
    assert reason in kernels.why_not(wrong)


@pytest.mark.parametrize("kernels", [CMSIS_NN_SCALAR, CMSIS_NN_DSP, CMSIS_NN_MVE])
def test_cmsis_nn_does_not_start_with_a_transposed_convolution_of_16_bits(kernels):
    operator = of(sixteen_by_eight("TRANSPOSE_CONV"))
    assert REFERENCE.why_not(operator) is None
    assert "INT16" in kernels.why_not(operator)


def test_cmsis_nn_adds_up_weights_before_the_first_inference():
    kinds = (INT8, INT8, INT16, INT, INT16)
    inputs = tuple(new(2, 2, kind=kind) for kind in kinds)
    computed_weights = Operator("SVDF", inputs, (new(2, 2, kind=INT8),))
    assert CMSIS_NN_DSP.why_not(computed_weights) is None
    assert CMSIS_NN_MVE.why_not(computed_weights) == "input 1 is computed, but must be a constant"
    lstm = Operator("UNIDIRECTIONAL_SEQUENCE_LSTM", (new(1, 2, kind=INT8),) * 24, (new(1, 2, kind=INT8),))
    lstm = replace(lstm, inputs=(*lstm.inputs[:19], new(1, 2, kind=INT16), *lstm.inputs[20:]))
    assert REFERENCE.why_not(lstm) is None
    assert CMSIS_NN_DSP.why_not(lstm) == "input 1 is computed, but must be a constant"


def test_what_the_shared_cases_say(shared):
    for path, code in (
        (shared / "models" / "gen_inception_mini_64_int16x8.tflite", "FULLY_CONNECTED"),
        (shared / "cases" / "transpose_conv_int16_bias32.tflite", "TRANSPOSE_CONV"),
    ):
        model = read_model(path)
        refused = {
            kernels: {operator.code for operator in model.main.operators if kernels.why_not(operator)}
            for kernels in (REFERENCE, CMSIS_NN_SCALAR, CMSIS_NN_DSP, CMSIS_NN_MVE)
        }
        assert refused.pop(REFERENCE) == set()
        assert all(each == {code} for each in refused.values())


@pytest.mark.parametrize(("name", "cure"), [("FlexTensorListReserve", "unroll"), ("FlexErf", "SELECT_TF_OPS")])
def test_operators_of_tensorflow_are_refused(name, cure):
    for kernels in ALL:
        if not kernels.generated:
            assert cure in kernels.why_not(Operator("CUSTOM", (), (), custom_code=name))


def test_limits_are_of_operators_that_tflm_has_and_custom_ones_have_none():
    assert all(method(code) for code in (*LIMITS, *CMSIS_NN_LIMITS, *MVE_LIMITS))
    assert REFERENCE.why_not(Operator("CUSTOM", (), (), custom_code="Anything")) is None
    assert REFERENCE.why_not(Operator("ADD", (), ())) is None
    assert "UINT8" in ESP_NN.why_not(of(alone("RELU", [image(ElementType.UINT8)], [image(ElementType.UINT8)], {})))


def test_a_hybrid_layer_is_refused():
    weights = with_type("FULLY_CONNECTED", zeros(4, 8), INT8, result=False)
    why = REFERENCE.why_not(of(alone("FULLY_CONNECTED", [new(1, 8), weights], [new(1, 4)], {})))
    assert why.startswith("input 0 is FLOAT32, input 1 is INT8, but must be FLOAT32 and FLOAT32, INT8 and INT8, ")


PER_CHANNEL_OF_16_BITS = "gen_inception_mini_64_int16x8.tflite"
"""Its fully connected layer has a scale for each channel, which CMSIS-NN's glue does not take of 16-bit data."""


def test_shared_models_are_refused_where_tflm_refuses_them(shared):
    """The four that stock TFLM does not run (index.csv), one that it does not with CMSIS-NN, and nothing else."""
    with (shared / "models" / "index.csv").open() as file:
        runs = {row["file"]: row["runs_in_tflm"] == "y" for row in csv.DictReader(file)}
    for name, taken in runs.items():
        operators = [each for graph in read_model(shared / "models" / name).graphs for each in graph.operators]
        for kernels in (REFERENCE, CMSIS_NN_DSP, ESP_NN):
            refused = {f"{each.label}: {why}" for each in operators if (why := kernels.why_not(each))}
            if name == PER_CHANNEL_OF_16_BITS and kernels is CMSIS_NN_DSP:
                assert len(refused) == 1
            else:
                assert bool(refused) != taken, (name, kernels, refused)
