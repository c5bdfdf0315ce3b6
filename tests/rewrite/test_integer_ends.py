"""Inputs and outputs as int8 or uint8: what becomes of the ends of a model, and that it computes the same."""

import html
from dataclasses import replace

import numpy as np
import pytest
from hand_made import chain, floating, graph, model
from hypothesis import given
from hypothesis import strategies as st

from arenite import OptionError, Options, optimize, read, zoo
from arenite.backends.target import find_target
from arenite.errors import VerificationError
from arenite.model import ElementType, Graph, Model, Operator, Quantization, Tensor
from arenite.report.optimize import as_json
from arenite.report.page import page, two_models
from arenite.rewrite import integer_ends
from arenite.rewrite.integer_ends import with_integer_ends
from arenite.runtimes.verification import verify
from arenite.tflite.write import write_bytes

QUICK = Options(rounds=3, effort="low")
BOTH = {"litert": "identical", "tflm": "identical"}


@pytest.fixture(scope="module")
def network():
    return floating(zoo.build("resnet8"))


def types(tensors):
    return [tensor.type.name.lower() for tensor in tensors]


@pytest.mark.parametrize(("io", "operators"), [("int8", -2), ("uint8", 0)])
@pytest.mark.parametrize("split", [False, True])
def test_the_ends_of_a_model_that_quantizes_its_input(network, io, operators, split):
    plan = optimize(network, replace(QUICK, io=io, split=split))
    assert types((*plan.model.main.inputs, *plan.model.main.outputs)) == [io, io]
    assert [tensor.name for tensor in plan.model.main.inputs] == [tensor.name for tensor in network.main.inputs]
    assert plan.verified == BOTH
    assert plan.after.head < plan.before.head
    assert [(end.what, end.was, end.type) for end in plan.ends] == [("input", "float32", io), ("output", "float32", io)]
    if not split:
        assert len(plan.model.main.operators) == len(network.main.operators) + operators
    assert None not in plan.order or split


def test_an_int8_model_gets_uint8_ends():
    source = zoo.build("resnet8")
    plan = optimize(source, replace(QUICK, io="uint8"))
    assert types((*plan.model.main.inputs, *plan.model.main.outputs)) == ["uint8", "uint8"]
    assert [operator.code for operator in plan.model.main.operators].count("QUANTIZE") == 2
    assert plan.verified == BOTH
    before, after = source.main.inputs[0].quantization, plan.model.main.inputs[0].quantization
    assert after.scale == before.scale
    assert after.zero_point[0] == before.zero_point[0] + 128


def test_what_is_written_again_stays(network):
    first = optimize(network, replace(QUICK, io="int8"))
    with pytest.raises(OptionError, match="its inputs and outputs are int8 already"):
        optimize(first.model, replace(QUICK, io="int8"))


def test_a_model_without_quantization_is_refused():
    with pytest.raises(OptionError, match=r"quantizes no input or output itself.*x0 float32, x2 float32"):
        optimize(chain([4, 4, 4]), replace(QUICK, io="int8"))


def test_io_with_a_type_that_is_none():
    with pytest.raises(OptionError, match="io: 'int16' is not one of int8, uint8"):
        Options(io="int16")


def test_a_plan_to_respect_forbids_other_ends(network):
    planned = optimize(network, QUICK).model
    with pytest.raises(OptionError, match="cannot become int8: its offline plan is respected"):
        optimize(planned, replace(QUICK, io="int8", plan="respect"))


@pytest.mark.parametrize("wrong", ["zero point", "scale"])
def test_other_steps_than_those_of_the_model_are_found(network, monkeypatch, wrong):
    right = integer_ends._Changes._retyped

    def faulty(self, end, like):
        tensor = right(self, end, like)
        scale, zero = tensor.quantization.scale[0], tensor.quantization.zero_point[0]
        other = Quantization((scale,), (zero + 1,)) if wrong == "zero point" else Quantization((scale * 1.1,), (zero,))
        return replace(tensor, quantization=other)

    monkeypatch.setattr(integer_ends._Changes, "_retyped", faulty)
    with pytest.raises(VerificationError, match="not the same as its source"):
        optimize(network, replace(QUICK, io="int8"))


def test_ends_of_several_kinds():
    """Two inputs, of which one is read as a float as well, and an output that is an input of another operator."""
    scale = Quantization((0.5,), (3,))
    x, z = (Tensor(name, (1, 8), ElementType.FLOAT32) for name in "xz")
    a, b = (Tensor(name, (1, 8), ElementType.INT8, quantization=scale) for name in "ab")
    y, w = (Tensor(name, (1, 8), ElementType.FLOAT32) for name in "yw")
    operators = (
        Operator("QUANTIZE", (x,), (a,)),
        Operator("QUANTIZE", (z,), (b,)),
        Operator("ADD", (z, z), (w,), {"fused_activation_function": 0}),
        Operator("DEQUANTIZE", (a,), (y,)),
    )
    model = Model("several", (Graph("main", (x, z, a, b, y, w), (x, z), (y, w, b), operators),))
    ends = with_integer_ends(model, "int8").model.main
    assert types(ends.inputs) == ["int8", "float32"]
    assert types(ends.outputs) == ["float32", "float32", "int8"]
    result = with_integer_ends(model, "int8").model
    assert verify(model, result, rounds=3, integer_ends=True).status == BOTH
    as_bytes = with_integer_ends(model, "uint8").model
    assert types(as_bytes.main.outputs) == ["uint8", "float32", "uint8"]
    assert verify(model, as_bytes, rounds=3, integer_ends=True).status == BOTH


def test_models_with_other_types_at_their_ends_do_not_match_unless_asked(network):
    result = with_integer_ends(network, "int8").model
    with pytest.raises(VerificationError, match="inputs do not match"):
        verify(network, result, rounds=1)


@given(st.floats(2.0**-60, 2.0**60, width=32), st.integers(-128, 127))
def test_quantize_maps_back_what_a_value_stands_for(scale, zero):
    """What the proof in `integer_ends` rests on, with division and with multiplication by the inverse."""
    values = np.arange(-128, 128)
    numbers = (np.float64(np.float32(scale)) * (values - zero)).astype(np.float32)
    inverse = np.float32(1) / np.float32(scale)
    for steps in (numbers / np.float32(scale), numbers * inverse):
        assert (np.round(steps) + zero == values).all()


def test_real_models_keep_their_signatures(shared):
    source = read(shared / "models" / "tinyengine__vww.tflite")
    plan = optimize(source, replace(QUICK, io="int8"))
    assert plan.verified == BOTH
    assert plan.ends[0].type == "int8"
    assert plan.after.head < plan.before.head
    assert write_bytes(read_back := plan.model) == plan.content
    assert read_back.main.inputs[0].name == source.main.inputs[0].name


def test_operators_without_outputs_read_what_is_converted():
    """ASSIGN_VARIABLE is the first that reads the input."""
    handle = Tensor("handle", (), ElementType.RESOURCE)
    steps = Quantization((0.5,), (3,))
    x, y = (Tensor(name, (1, 8), ElementType.INT8, quantization=steps) for name in "xy")
    named = {"container": "", "shared_name": "kept"}
    operators = (
        Operator("VAR_HANDLE", (), (handle,), named),
        Operator("ASSIGN_VARIABLE", (handle, x), ()),
        Operator("READ_VARIABLE", (handle,), (y,)),
    )
    model = Model("kept", (Graph("main", (handle, x, y), (x,), (y,), operators),))
    plan = optimize(model, replace(QUICK, io="uint8"))
    assert plan.order == (1, 0, 1, 2, 2)
    assert plan.verified["litert"] == "identical"


def ends(*operators, inputs, outputs):
    return model(graph(inputs, outputs, operators))


def eight(name, scale=0.5, zero=3, kind=ElementType.INT8, shape=(1, 8)):
    return Tensor(name, shape, kind, quantization=Quantization((scale,), (zero,)))


def softmax(source, result):
    return Operator("SOFTMAX", (source,), (result,), {"beta": 1.0})


def test_a_model_that_has_quantize_between_the_two_types_loses_it():
    """TensorFlow's `inference_input_type=uint8`."""
    x, y = eight("x", zero=131, kind=ElementType.UINT8), eight("y", 1 / 256, 0, ElementType.UINT8)
    a, b = eight("a"), eight("b", 1 / 256, -128)
    source = ends(
        Operator("QUANTIZE", (x,), (a,)), softmax(a, b), Operator("QUANTIZE", (b,), (y,)), inputs=[x], outputs=[y]
    )
    plan = optimize(source, replace(QUICK, io="int8"))
    assert [operator.code for operator in plan.model.main.operators] == ["SOFTMAX"]
    assert plan.verified == BOTH
    other = optimize(floating(ends(softmax(a, b), inputs=[a], outputs=[b])), replace(QUICK, io="uint8"))
    assert other.verified == BOTH


@pytest.mark.parametrize(
    "x",
    [
        Tensor("x", (1, 8), ElementType.INT16, quantization=Quantization((1 / 32768,), (0,))),
        Tensor("x", (2, 4), ElementType.FLOAT32),
        Tensor("x", (1, 8), ElementType.FLOAT32, variable=True),
    ],
)
def test_what_integers_do_not_stand_for_stays(x):
    a, b = eight("a", 1 / 128, 0), eight("b", 1 / 256, -128)
    source = ends(Operator("QUANTIZE", (x,), (a,)), softmax(a, b), inputs=[x], outputs=[b])
    with pytest.raises(OptionError, match=r"inputs and outputs|quantizes no input"):
        with_integer_ends(source, "int8")


@pytest.mark.parametrize("scale", [float("nan"), float("inf"), 0.0, -0.5, 1e37, 1e-40])
def test_scales_that_round_otherwise_are_refused(scale):
    x, a, b = Tensor("x", (1, 8), ElementType.FLOAT32), eight("a", scale), eight("b", 1 / 256, -128)
    with pytest.raises(OptionError, match="quantizes no input"):
        with_integer_ends(ends(Operator("QUANTIZE", (x,), (a,)), softmax(a, b), inputs=[x], outputs=[b]), "int8")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Tensor("x", (1, 8), ElementType.INT32), eight("x")),
        (eight("x"), eight("x", 0.25, 131, ElementType.UINT8)),
        (eight("x"), eight("x", 0.5, 0, ElementType.UINT8)),
        (eight("x"), replace(eight("x", kind=ElementType.UINT8), quantization=Quantization((0.5,), ()))),
    ],
)
def test_ends_that_stand_for_other_numbers_are_not_compared(first, second):
    pair = [
        ends(Operator("RESHAPE", (x,), (replace(x, name="y"),), {"new_shape": (1, 8)}), inputs=[x], outputs=[x])
        for x in (first, second)
    ]
    with pytest.raises(VerificationError, match="do not match"):
        verify(*pair, integer_ends=True)


def test_pages_say_what_the_integers_stand_for(network):
    plan = optimize(network, replace(QUICK, io="int8"))
    meaning = f"a value stands for {plan.ends[0].scale:.9g} x (value {-plan.ends[0].zero_point:+})."
    assert f"Input input_f is int8 in place of float32: {meaning}" in html.unescape(page(as_json(plan), None))
    compared = verify(network, plan.model, rounds=1, integer_ends=True)
    notes = two_models(network, plan.model, find_target("tflm"), compared)["notes"]
    assert notes[0].startswith("Input 'input_f' is int8: ")
    other = two_models(network, chain([4, 4]), find_target("tflm"), compared)["notes"]
    assert not any(note.startswith("Input") for note in other)
