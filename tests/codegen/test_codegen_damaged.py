"""Operators as damaged files hold them: refused in one line, or exported to C that does nothing undefined."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from arenite.codegen.obstacles import why_not
from arenite.model import Data, ElementType, Graph, Model
from arenite.runtimes.inputs import random_inputs

from .harness import run_c
from .operators_at_random import INT8, INT16, KINDS, Maker, make
from .test_codegen_operators import expected

MUTANTS = 24
"""Of each kind of operator and type."""
OPTIONS = (
    *(0, -1, 1, 2, 3, 7, 99, 2**31 - 1, -(2**31), 2**40, True),
    *(float("nan"), float("inf"), -1.0, 1e-45, 1e38),
    *((), (1, 2), (2**31 - 1,), "x", None),
)
SCALES = (float("nan"), float("inf"), 0.0, -1.0, 1e-45, 3.4e38, 1e-20, 1e20)

NO_CALL = frozenset({"CALL_ONCE", "VAR_HANDLE"})
"""Operators that do nothing in an inference: one names a variable, the other is what resetting does."""


def reshaped(tensor, chance):
    shape = list(tensor.shape)
    place = chance.randrange(len(shape) + 1)
    what = chance.randrange(4)
    if what == 0:
        shape.insert(place, chance.choice((1, 2, 3)))
    elif what == 1 and shape:
        shape.pop(place - 1)
    elif what == 2 and shape:
        shape[place - 1] = chance.choice((0, 1, 2, 5, 50, 65536))
    else:
        shape = []
    return replace(tensor, shape=tuple(shape))


def rescaled(tensor, chance):
    quantization = tensor.quantization
    if quantization is None:
        return tensor
    number = len(quantization.scale)
    changed = chance.choice(
        (
            None,
            replace(quantization, scale=tuple(chance.choice(SCALES) for _ in quantization.scale)),
            replace(quantization, scale=()),
            replace(quantization, scale=quantization.scale * 3),
            replace(quantization, zero_point=(2**40,) * number),
            replace(quantization, zero_point=(127,) * number),
            replace(quantization, zero_point=()),
            replace(quantization, dimension=9),
        )
    )
    return replace(tensor, quantization=changed)


def refilled(tensor, chance):
    if tensor.data is None:
        return tensor
    length = len(tensor.data)
    return replace(tensor, data=Data(chance.choice((b"\xff", b"\x7f", b"\x00", b"\x80")) * length))


def damaged_tensor(tensor, chance):
    if tensor is None:
        return None
    what = chance.randrange(6)
    if what == 0:
        return replace(tensor, type=chance.choice(list(ElementType)))
    if what == 1:
        return replace(tensor, data=None)
    if what == 2:
        return replace(tensor, data=Data(b"")) if tensor.data is not None else tensor
    return (reshaped, rescaled, refilled)[what - 3](tensor, chance)


def damaged(operator, chance):
    inputs, outputs, options = list(operator.inputs), list(operator.outputs), dict(operator.options)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        what = chance.randrange(8)
        if what == 0 and inputs:
            inputs[chance.randrange(len(inputs))] = None
        elif what == 1 and inputs:
            del inputs[chance.randrange(len(inputs)) :]
        elif what == 2 and outputs:
            del outputs[chance.randrange(len(outputs)) :]
        elif what == 3 and options:
            options[chance.choice(list(options))] = chance.choice(OPTIONS)
        elif what == 4 and options:
            del options[chance.choice(list(options))]
        elif what == 5 and outputs:
            place = chance.randrange(len(outputs))
            outputs[place] = damaged_tensor(outputs[place], chance)
        elif what == 6 and inputs:
            place = chance.randrange(len(inputs))
            inputs[place] = damaged_tensor(inputs[place], chance)
        elif what == 7:
            outputs.extend(outputs[:1])
    return replace(operator, inputs=tuple(inputs), outputs=tuple(outputs), options=options)


def mutants(kind, name, count=MUTANTS):
    for seed in range(count):
        chance = random.Random(f"{kind.name} {name} {seed}")
        yield damaged(make(kind, name, seed % 5).main.operators[-1], chance)


CASES = [(kind, name) for kind in KINDS for name in KINDS[kind]]


@pytest.mark.parametrize(("kind", "name"), CASES, ids=lambda each: getattr(each, "name", each))
def test_damaged_operators_are_refused_in_one_line(kind, name):
    reasons = [why_not(operator) for operator in mutants(kind, name)]
    assert any(reasons)
    assert not any("\n" in reason for reason in reasons if reason)


def model_of(operator):
    tensors = tuple(dict.fromkeys(each for each in (*operator.inputs, *operator.outputs) if each is not None))
    fed = tuple(each for each in tensors if each.data is None and not each.variable and each not in operator.outputs)
    return Model("mutant", (Graph("main", tensors, fed, operator.outputs, (operator,)),))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_what_is_exported_of_them_does_nothing_undefined(kind, tmp_path):
    """Under sanitizers, in an arena that is exactly as large as it says."""
    models = []
    for name in KINDS[kind]:
        accepted = [each for each in mutants(kind, name) if why_not(each) is None and each.code not in NO_CALL]
        models += [model_of(each) for each in accepted if sum(t.bytes for t in each.outputs) < 1 << 16][:3]
    models = [model for model in models if not any(t.type is ElementType.RESOURCE for t in model.main.tensors)]
    assert len(models) > len(KINDS[kind])
    run_c(models, [random_inputs(model, 1, 3) for model in models], tmp_path)


SUMS = [(INT8, "conv"), (INT8, "depthwise"), (INT8, "fully_connected"), (INT8, "transpose_conv"), (INT8, "svdf")]
SUMS += [(INT16, "conv"), (INT16, "depthwise"), (INT16, "fully_connected")]


def saturated(kind, name, limit):
    """A layer with biases between `limit` and minus that, alternating."""
    found = (make(kind, name, seed).main.operators[0] for seed in range(99))
    place = {"transpose_conv": 3, "svdf": 3}.get(name, 2)
    operator = next(each for each in found if len(each.inputs) > place and each.inputs[place] is not None)
    bias = operator.inputs[place]
    signs = np.where(np.arange(bias.shape[0]) % 2, 1, -1)
    values = (signs * limit).astype(np.int64 if bias.type is ElementType.INT64 else np.int32)
    full = replace(bias, data=Data(values.tobytes()))
    return model_of(replace(operator, inputs=(*operator.inputs[:place], full, *operator.inputs[place + 1 :])))


def test_saturated_biases_wrap_around_as_on_the_device(tmp_path):
    models = [saturated(kind, name, 2**31 - 1) for kind, name in SUMS]
    rounds = [random_inputs(model, 2, 5) for model in models]
    theirs = expected(models, rounds)
    for each, ours, others in zip(SUMS, run_c(models, rounds, tmp_path), theirs, strict=True):
        assert "tflm" in others, each
        for one, other in zip(ours, others["tflm"], strict=True):
            np.testing.assert_array_equal(one[0], other[0], err_msg=str(each))


def test_biases_of_64_bits_may_be_saturated(tmp_path):
    """TFLM asserts that such sums have 48 bits, so there is nothing to compare with."""
    models = [saturated(kind, name, 2**63 - 1) for kind, name in SUMS if kind is INT16]
    run_c(models, [random_inputs(model, 1, 5) for model in models], tmp_path)


@pytest.mark.parametrize("length", [511, 512, 4097, 8192])
@pytest.mark.parametrize("kind", [INT8, INT16], ids=lambda kind: kind.name)
def test_softmax_of_many_equal_values(kind, length, tmp_path):
    """Shares below half of a step; TFLM's assertion fails from 512 values in int8 on, and its sum is 0 for 8,192."""
    m = Maker(0)
    scale, zero = (1 / 256, -128) if kind is INT8 else (1 / 65536, -32768)
    model = m.model(
        "SOFTMAX", [m.tensor(1, length, scale=0.01, zero=0)], [m.tensor(1, length, kind=kind, scale=scale, zero=zero)]
    )
    ((ours,),) = run_c([model], [((np.full((1, length), 5, np.int8),),)], tmp_path)
    share = round((256 if kind is INT8 else 65536) / length - 1e-9)
    assert set((ours[0].astype(int) - zero).flat) == {0 if length == 8192 else share}
