"""What operators must have: refused is what no runtime takes, and nothing else."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from arenite.errors import ModelError
from arenite.model import ElementType, Graph, Model, Operator, Tensor
from arenite.operators.kinds import KINDS
from arenite.operators.soundness import flaw, is_complete
from arenite.tflite.options import operator_numbers
from arenite.tflite.read import read_bytes, read_model
from arenite.tflite.write import write_bytes


def tensor(*shape: int) -> Tensor:
    return Tensor("t", shape, ElementType.INT8)


def convolution(**changes) -> Operator:
    options = {"stride_h": 1, "stride_w": 1, "padding": 0, "dilation_h_factor": 1, "dilation_w_factor": 1}
    made = Operator("CONV_2D", (tensor(1, 8, 8, 2), tensor(4, 3, 3, 2), None), (tensor(1, 8, 8, 4),), options)
    return replace(made, **changes)


def optioned(**options) -> Operator:
    return convolution(options={**convolution().options, **options})


@pytest.mark.parametrize("code", sorted(KINDS))
def test_kinds_are_those_of_the_schema_and_must_have_their_inputs(code):
    if not code.startswith(("Signal", "TFLite_")):
        assert code in operator_numbers()
    count = max((*KINDS[code].inputs, -1)) + 1
    custom = code not in operator_numbers()
    bare = Operator("CUSTOM" if custom else code, (), (), custom_code=code if custom else None)
    assert is_complete(bare) == (count == 0 and not KINDS[code].outputs[0])
    assert (flaw(bare) is None) == (custom or is_complete(bare))


FLAWS = {
    "lacks its input 0": convolution(inputs=()),
    "lacks its input 1": convolution(inputs=(tensor(1, 8, 8, 2), None)),
    "has 0 outputs, but its kind has 1": convolution(outputs=()),
    "has 2 outputs": convolution(outputs=(tensor(1, 8, 8, 4),) * 2),
    "input 0 of shape [8, 8], which needs 4 dimensions": convolution(inputs=(tensor(8, 8), tensor(4, 3, 3, 2))),
    "option stride_h 0, which must be from 1 to 32767": optioned(stride_h=0),
    "option stride_w 2147483647": optioned(stride_w=2**31 - 1),
    "option dilation_h_factor -1": optioned(dilation_h_factor=-1),
    "option padding 9": optioned(padding=9),
    "weights of shape [4, 3, 3, 0], which are empty": convolution(inputs=(tensor(1, 8, 8, 2), tensor(4, 3, 3, 0))),
    "shape [1, 8, 8, 0], which has no channels": convolution(inputs=(tensor(1, 8, 8, 0), tensor(4, 3, 3, 2))),
    "option filter_height 0": Operator(
        "MAX_POOL_2D", (tensor(1, 8, 8, 2),), (tensor(1, 8, 8, 2),), {"filter_height": 0, "stride_h": 1, "stride_w": 1}
    ),
    "a window that reaches position 2147483648 along dimension 1": Operator(
        "MAX_POOL_2D", (tensor(1, 8, 8, 2),), (tensor(1, 1, 8, 2),), {"filter_height": 2**31 - 1, "stride_h": 1}
    ),
}


@pytest.mark.parametrize("reason", FLAWS)
def test_what_no_runtime_takes_is_named(reason):
    found = flaw(FLAWS[reason])
    assert found is not None
    assert reason in found
    assert not is_complete(FLAWS[reason])


@pytest.mark.parametrize(
    "operator",
    [
        convolution(),
        convolution(inputs=convolution().inputs[:2]),  # without a bias
        convolution(options={}),  # options of a schema that is not known
        Operator("RESHAPE", (tensor(4),), (tensor(2, 2),)),
        Operator("FULLY_CONNECTED", (tensor(1, 4), tensor(2, 4)), (tensor(1, 2),)),
        Operator("LSTM", (tensor(1, 4),) * 5, (tensor(1, 4),) * 4),
        Operator("CUSTOM", (), (), custom_code="anything"),
        Operator("CUSTOM", (), (), custom_code="SignalRfft"),
        Operator("BUILTIN_999", (), ()),
        Operator("ADD", (tensor(4),) * 7, (tensor(4),)),  # too many inputs hurt nobody
    ],
)
def test_what_some_runtime_may_take_passes(operator):
    assert flaw(operator) is None


def test_a_rank_that_is_not_known_is_no_flaw_but_no_rule_holds():
    unknown = convolution(inputs=(tensor(), tensor(4, 3, 3, 2)))
    assert flaw(unknown) is None
    assert not is_complete(unknown)
    assert is_complete(convolution())


def test_the_reader_asks_and_says_where():
    operator = convolution()
    source, weights, _ = operator.inputs
    weights = replace(weights, name="w")
    made = replace(operator, inputs=(source, weights), options={**operator.options, "stride_h": 0})
    model = Model("net", (Graph("main", (source, weights, *made.outputs), (source, weights), made.outputs, (made,)),))
    with pytest.raises(ModelError, match=re.escape("subgraph 0: operator 0 (CONV_2D): has the option stride_h 0")):
        write_bytes(model)  # which reads what it wrote


def test_real_models_have_what_they_need(shared):
    for folder in ("models", "cases"):
        for path in sorted((shared / folder).glob("*.tflite")):
            model = read_model(path)
            assert read_bytes(path.read_bytes(), path.name).main.name == model.main.name
            for graph in model.graphs:
                assert all(flaw(operator) is None for operator in graph.operators), path.name
