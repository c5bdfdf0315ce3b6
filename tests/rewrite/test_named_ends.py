"""Names of inputs and outputs: whose they are, and which of them leave the arena."""

from __future__ import annotations

import re
from dataclasses import replace

import flatbuffers
import pytest
from ai_edge_litert import schema_py_generated as schema

from arenite import Ends
from arenite.errors import OptionError
from arenite.model import ElementType, Graph, Model, Operator, Outside, Tensor
from arenite.report.commands import ends_words
from arenite.rewrite.outside import named_ends, with_ends
from arenite.search.c_export import exported
from arenite.tflite.read import read_bytes
from arenite.tflite.write import write_bytes


def image(name: str, *shape: int) -> Tensor:
    return Tensor(name, shape or (1, 6, 2, 3), ElementType.FLOAT32)


def model_of(*inputs: Tensor) -> Model:
    """RELU of each input."""
    outputs = tuple(replace(each, name=f"{each.name}/relu") for each in inputs)
    operators = tuple(Operator("RELU", (x,), (y,)) for x, y in zip(inputs, outputs, strict=True))
    return Model("ends", (Graph("main", (*inputs, *outputs), inputs, outputs, operators),))


def signed(model: Model, **names: int) -> Model:
    """The model, read from a file with a signature that gives inputs these names."""
    tree = schema.ModelT.InitFromPackedBuf(write_bytes(model))
    tensors = [schema.TensorMapT(name=name, tensorIndex=number) for name, number in names.items()]
    tree.signatureDefs = [schema.SignatureDefT(signatureKey="serve", inputs=tensors, outputs=[], subgraphIndex=0)]
    builder = flatbuffers.Builder(1024)
    builder.Finish(tree.Pack(builder), b"TFL3")
    return read_bytes(bytes(builder.Output()), "ends")


def found(model: Model, *names: str) -> dict[str, str]:
    return {tensor.name: name for tensor, name in named_ends(model, "input", model.main.inputs, names).items()}


def places(model: Model) -> dict[str, Outside]:
    return {tensor.name: tensor.outside for tensor in model.main.tensors if tensor.outside}


X, Y, VECTOR = image("x"), image("y"), image("vector", 1, 6)


def test_a_name_a_signature_and_a_number():
    model = signed(model_of(X, Y, VECTOR), camera=0, mask=1, x=2)
    assert found(model, "y", "camera", "2") == {"y": "y", "x": "camera", "vector": "2"}
    with pytest.raises(OptionError, match="2 inputs are called 'x'; give a number: 0, 2"):
        found(model, "x")


def test_a_tensor_whose_name_is_a_number():
    assert found(model_of(X, image("0"), image("")), "0", "2") == {"0": "0", "": "2"}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("z", "ends: no input is called 'z', only x or 0, y or 1; give one of these"),
        ("", "ends: no input is called '', only x or 0, y or 1; give one of these"),
        ("2", "ends: no input is called '2', only x or 0, y or 1; give one of these"),
    ],
)
def test_unknown_names(name, words):
    with pytest.raises(OptionError, match=f"^{re.escape(words)}$"):
        found(model_of(X, Y), name)


def test_close_names_are_suggested():
    with pytest.raises(OptionError, match="no input is called 'camra', only x or camera or 0; did you mean camera"):
        found(signed(model_of(X), camera=0), "camra")
    with pytest.raises(OptionError, match="no input is called 'x': it has none"):
        found(model_of(), "x")


def test_one_input_is_named_once():
    with pytest.raises(OptionError, match="'x' and '0' are the same input; name it once"):
        found(model_of(X, Y), "x", "0")


def test_each_has_a_place_of_its_own():
    model = model_of(X, Y, VECTOR)
    ends = Ends({"x": "rows", "2": "memory"}, {"y/relu": "rows"})
    assert places(with_ends(model, ends).model) == {
        "x": Outside.ROWS,
        "vector": Outside.MEMORY,
        "y/relu": Outside.ROWS,
    }
    assert ends_words(ends) == ["--stream-input=x", "--external-input=2", "--stream-output=y/relu"]
    assert not Ends({"x": "arena"})
    assert with_ends(model, Ends({"x": "arena"})).model is model


@pytest.mark.parametrize(
    ("inputs", "where", "words"),
    [
        ((X, VECTOR), "rows", "input 'vector' cannot come or go in rows: its shape [1, 6] is not [1, rows, columns"),
        ((image("vector", 1, 0, 2, 2),), "memory", "input 'vector' cannot be outside of the arena: it is empty"),
    ],
)
def test_what_is_named_and_cannot_leave_is_refused(inputs, where, words):
    with pytest.raises(OptionError, match=re.escape(f"ends: {words}")):
        with_ends(model_of(*inputs), Ends({"vector": where}))


def test_an_input_that_nothing_reads_has_no_rows():
    model = model_of(X, Y)
    unread = replace(model.main, operators=model.main.operators[1:], outputs=model.main.outputs[1:])
    with pytest.raises(OptionError, match="input 'x' cannot come or go in rows: no operator reads it"):
        with_ends(replace(model, graphs=(unread,)), Ends({"x": "rows"}))


def test_places_have_names():
    with pytest.raises(OptionError, match="inputs: 'row' is not one of arena, rows, memory"):
        Ends({"x": "row"})


def test_the_only_input_in_rows_is_fed():
    model = model_of(X, Y)
    with pytest.raises(OptionError, match="name one input"):
        exported(model, "net", ends=Ends("rows"), fed=True)
    header = exported(model, "net", ends=Ends({"y": "rows"}), fed=True).files["net.h"]
    assert "Returns the number of rows of input 1 that it needs to go on" in header
    assert "NET_INPUT_0_IN(arena)" in header
