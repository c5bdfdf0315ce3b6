"""What rules say of an operator is kept by its signature: it is what they say of the operator itself."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace
from random import Random

import pytest
from kernel_cases import numbers, tensor
from test_malformed import an_operator, anything

from arenite import zoo
from arenite.backends.build import CORTEX_M, Instance
from arenite.backends.sets import ALL, PORTABLE
from arenite.backends.tflm.backend import TflmBackend
from arenite.backends.tflm.footprint import footprint
from arenite.model import Data, Operator, Quantization, Tensor


def renamed(operator: Operator) -> Operator:
    """The same operator with other names and other tensors."""
    new = {tensor: replace(tensor, name="other") for tensor in (*operator.inputs, *operator.outputs) if small(tensor)}
    return replace(
        operator,
        inputs=tuple(new.get(tensor, tensor) for tensor in operator.inputs),
        outputs=tuple(new.get(tensor, tensor) for tensor in operator.outputs),
    )


def small(tensor: Tensor | None) -> bool:
    """Whether a tensor is computed, or a constant that is compared by content."""
    return tensor is not None and (tensor.data is None or len(tensor.data) <= 64)


def changed(rng: Random, tensor: Tensor) -> Tensor:
    """The tensor with one change that rules may read."""
    kind = tensor.type
    match rng.randrange(5):
        case 0:
            return replace(tensor, shape=tuple(rng.choice((length, length, 1, 2)) for length in tensor.shape))
        case 1:
            return replace(tensor, type=anything(rng, 1, rng.choice(list(type(kind))), constant=False).type)
        case 2:
            scales = rng.randrange(1, 4)
            return replace(tensor, quantization=Quantization((0.5,) * scales, (1,) * scales))
        case 3:
            return replace(tensor, variable=not tensor.variable)
    if tensor.data is None:
        return tensor
    return replace(tensor, data=Data(rng.randbytes(len(tensor.data))))


def altered(rng: Random, operator: Operator) -> Operator:
    """The operator with one change: an option, a tensor, or one tensor twice."""
    inputs, outputs = list(operator.inputs), list(operator.outputs)
    match rng.randrange(4):
        case 0 if operator.options:
            name = rng.choice(sorted(operator.options))
            return replace(operator, options={**operator.options, name: rng.choice((0, 1, 2, 3))})
        case 1 if outputs:
            outputs[0] = changed(rng, outputs[0])
        case 2 if len(inputs) > 1:
            inputs[1] = inputs[0]
        case _:
            place = rng.randrange(len(inputs))
            if (tensor := inputs[place]) is not None:
                inputs[place] = changed(rng, tensor)
    return replace(operator, inputs=tuple(inputs), outputs=tuple(outputs))


def check(operator: Operator) -> None:
    for kernels in ALL:
        assert kernels.scratch(operator) == kernels.requested(Instance(operator, kernels.abi))
        for source in dict.fromkeys(operator.inputs):
            for target in operator.outputs:
                if source is not None:
                    assert kernels.overlap(operator, source, target) == kernels._overlap(operator, source, target)
        if isinstance(kernels, TflmBackend):
            assert kernels.footprint(operator, CORTEX_M) == footprint(Instance(operator, CORTEX_M), kernels)


@pytest.mark.parametrize("seed", range(6))
def test_what_is_kept_is_what_the_rules_say(seed: int) -> None:
    rng = Random(seed)
    for _ in range(150):
        operator = an_operator(rng)
        check(operator)
        check(renamed(operator))
        for _ in range(3):
            check(altered(rng, operator))


def test_names_make_no_difference_except_for_custom_operators() -> None:
    rng = Random(1)
    for each in (an_operator(rng) for _ in range(100)):
        assert (renamed(each).signature is each.signature) != bool(each.custom_code)


def test_signatures_keep_no_weights_alive() -> None:
    each = zoo.build("paper")
    operator = next(each for each in each.main.operators if each.code == "CONV_2D")
    assert operator.signature
    heavy = weakref.ref(operator.inputs[1])
    del each, operator
    gc.collect()
    assert heavy() is None


def test_it_matters_whether_two_inputs_are_one_tensor() -> None:
    one, other, joined = tensor(1, 8), tensor(1, 8), tensor(2, 8)
    apart = Operator("CONCATENATION", (one, other), (joined,), {"axis": 0})
    same = Operator("CONCATENATION", (one, one), (joined,), {"axis": 0})
    assert PORTABLE.overlap(apart, one, joined) != PORTABLE.overlap(same, one, joined)
    assert PORTABLE.overlap(same, one, joined) == PORTABLE._overlap(same, one, joined)


def test_the_content_of_constants_matters() -> None:
    whole, part = tensor(1, 8, 5, 4), tensor(1, 2, 5, 4)
    slices = [
        Operator("SLICE", (whole, numbers((0, begin, 0, 0)), numbers((1, 2, 5, 4))), (part,)) for begin in (0, 3, 3)
    ]
    found = [PORTABLE.overlap(each, whole, part).intact for each in slices]
    assert found == [(0,), (-60,), (-60,)]
    assert slices[1].signature is slices[2].signature
