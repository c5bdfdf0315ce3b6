"""What is read, and what is said of files that cannot be."""

from __future__ import annotations

import csv
import dataclasses
import os
import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tflite_samples import outside, pack, rich, schema, scratch, with_zip

from arenite.errors import AreniteError, ModelError
from arenite.model import ElementType, MemoryPlan
from arenite.tflite import slots
from arenite.tflite.read import read_bytes, read_model
from arenite.tflite.write import write_bytes


def test_real_models_hold_what_the_index_says(shared):
    with (shared / "models" / "index.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) > 40
    for row in rows:
        model = read_model(shared / "models" / row["file"])
        assert len(model.graphs) == int(row["subgraphs"]), row["file"]
        assert (len(model.main.inputs), len(model.main.outputs)) == (int(row["inputs"]), int(row["outputs"]))
        assert sum(len(graph.operators) for graph in model.graphs) == int(row["operators"]), row["file"]


def test_every_part_of_a_file_is_read():
    model = read_bytes(pack(rich()), "rich")
    graph = model.main
    assert model.description == "everything"
    assert [entry.name for entry in model.metadata] == ["notes", "more"]
    assert [o.label for o in graph.operators] == [
        "ADD", "made_up", "BIDIRECTIONAL_SEQUENCE_LSTM", "IF", "ASSIGN_VARIABLE", "STABLEHLO_COMPOSITE",
    ]  # fmt: skip
    assert graph.operators[0].version == 2
    assert graph.operators[0].options == {"fused_activation_function": 0, "pot_scale_int16": True}
    assert graph.operators[1].inputs == (graph.tensors[0], graph.tensors[1], None)
    assert graph.operators[2].intermediates == (graph.tensors[8],)
    assert graph.operators[3].graphs == (1, 2)
    assert graph.operators[5].options["decomposition_subgraph_index"] == 2
    assert graph.tensors[1].data is graph.tensors[2].data
    assert graph.tensors[1].type is ElementType.INT8
    assert graph.tensors[1].quantization.scale == (0.5, 0.25)
    assert graph.tensors[4].variable
    assert graph.tensors[5].name == ""
    assert graph.tensors[9].shape == ()
    assert (graph.tensors[11].shape, graph.tensors[11].bytes) == ((0, 4), 0)


def test_a_content_in_buffer_zero_makes_constants_only_of_what_nothing_writes():
    model = rich()
    model.buffers[0].data = np.arange(16, dtype=np.uint8)
    graph = read_bytes(pack(model), "zero").main
    assert [t.name for t in graph.tensors if t.constant and t.name in ("x", "state", "b", "y")] == ["state"]


def test_an_operator_newer_than_the_schema_is_carried_through():
    model = rich()
    model.operatorCodes[4].builtinCode = 5000
    read = read_bytes(pack(model), "newer")
    assert read.main.operators[4].code == "BUILTIN_5000"
    changed = dataclasses.replace(read.main, operators=read.main.operators[::-1])
    again = read_bytes(write_bytes(dataclasses.replace(read, graphs=(changed, *read.graphs[1:]))), "again")
    assert again.main.operators[1].code == "BUILTIN_5000"


def test_the_numbers_of_fields_are_those_of_the_schema():
    class Count:
        def StartObject(self, fields):  # noqa: N802 - the builder's name
            self.fields = fields

    tables = {"Quantization": "QuantizationParameters", "Signature": "SignatureDef"}
    tables |= {"Sparsity": "SparsityParameters", "Dimension": "DimensionMetadata"}
    checked = 0
    for name, numbers in vars(slots).items():
        if not name.endswith("Field"):
            continue
        table = tables.get(name[: -len("Field")], name[: -len("Field")])
        builder = Count()
        getattr(schema, f"{table}Start")(builder)
        assert builder.fields == numbers.COUNT, table
        attributes = list(vars(getattr(schema, f"{table}T")()))
        named = {key.lower().replace("_", ""): slot for key, slot in vars(numbers).items() if key.isupper()}
        for place, attribute in enumerate(attributes):
            # Without deprecated fields the attributes are the fields in order.
            if len(attributes) == numbers.COUNT:
                assert named[attribute.lower()] == place, (table, attribute)
        checked += 1
    assert checked == 12


def broken(change: Any) -> bytes:
    model = rich()
    change(model)
    return pack(model)


def set_operator(place: int, **fields: Any) -> Any:
    return lambda model: vars(model.subgraphs[0].operators[place]).update(fields)


def set_tensor(place: int, **fields: Any) -> Any:
    return lambda model: vars(model.subgraphs[0].tensors[place]).update(fields)


def make_cycle(model: Any) -> None:
    first, second = model.subgraphs[0].operators[0], model.subgraphs[0].operators[1]
    first.inputs, second.inputs = [6, 6], [5]


DAMAGES = {
    "reads tensor 99999, but the subgraph has 12 tensors": set_operator(1, inputs=[99999]),
    "operator 1 .made_up.: writes tensor -1, which only an optional input": set_operator(1, outputs=[-1]),
    "reads tensor -2": set_operator(0, inputs=[-2]),
    "operator 2 is of kind 77, but the model has 6 operator codes": set_operator(2, opcodeIndex=77),
    "keeps tensor 12": set_operator(2, intermediates=[12]),
    "tensor 1: its content is in buffer 40, but the model has 6": set_tensor(1, buffer=40),
    "element type 99 is not known": set_tensor(0, type=99),
    "has a negative dimension": set_tensor(0, shape=[1, -4]),
    "is larger than 2147483647 bytes": set_tensor(0, shape=[2**30, 2**30, 2**30]),
    "input 0 is tensor 50": lambda m: setattr(m.subgraphs[0], "inputs", [50]),
    "output 1 is tensor -1": lambda m: setattr(m.subgraphs[0], "outputs", [0, -1]),
    "runs subgraph 9, but the model has 3": lambda m: setattr(
        m.subgraphs[0].operators[3].builtinOptions, "elseSubgraphIndex", 9
    ),
    "names subgraph 9, but the model has 3": lambda m: setattr(
        m.subgraphs[0].operators[5].builtinOptions2, "decompositionSubgraphIndex", 9
    ),
    "subgraph 0 runs itself": lambda m: setattr(m.subgraphs[0].operators[3].builtinOptions, "elseSubgraphIndex", 0),
    "metadata entry 1: 'more' is in buffer 60": lambda m: setattr(m.metadata[1], "buffer", 60),
    "a metadata buffer is number 60": lambda m: setattr(m, "metadataBuffer", [60]),
    "signature 'serving_default' is for subgraph 5": lambda m: setattr(m.signatureDefs[0], "subgraphIndex", 5),
    "binds 'in' to tensor 70": lambda m: setattr(m.signatureDefs[0].inputs[0], "tensorIndex", 70),
    "operators 0 .ADD., 1 .made_up. consume each other's outputs in a cycle": make_cycle,
    "tensor 5 is produced by operator 0 .ADD. and again by operator 1": set_operator(1, outputs=[5]),
    "writes tensor 0, which is an input": set_operator(1, outputs=[0]),
    "writes tensor 1, which is a constant": set_operator(1, outputs=[1]),
    "has no subgraph": lambda m: setattr(m, "subgraphs", []),
    "its bytes 1000000 to 1000009 lie outside": lambda m: m.buffers.append(schema.BufferT(offset=1000000, size=9)),
    "has options at bytes 1000000": set_operator(1, largeCustomOptionsOffset=1000000, largeCustomOptionsSize=9),
}


@pytest.mark.parametrize("message", DAMAGES)
def test_a_contradiction_is_said_in_one_line(message):
    with pytest.raises(ModelError, match=message) as caught:
        read_bytes(broken(DAMAGES[message]), "model.tflite")
    text = str(caught.value)
    assert text.startswith("model.tflite: ")
    assert "\n" not in text
    assert len(text) < 300


def test_names_in_a_file_cannot_break_a_line():
    model = rich()
    model.operatorCodes[1].customCode = "two\nlines\x1b[31m"
    model.subgraphs[0].operators[1].inputs = [99]
    with pytest.raises(ModelError) as caught:
        read_bytes(pack(model), "m")
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the file is empty"),
        (b"TFL3", "4 bytes are too few"),
        (b"\x10\0\0\0TFL2" + bytes(40), "has no TFL3 identifier"),
        (b"PK\x03\x04" + bytes(40), "is a ZIP archive"),
        (b"\xff\xff\xff\xffTFL3" + bytes(40), "lies outside of the 48 bytes"),
        (b"\0\0\0\0TFL3" + bytes(40), "damaged"),
        (b"\x10\0\0\0TFL3" + bytes(40), "damaged"),
    ],
)
def test_what_is_no_model_is_refused(data, message):
    with pytest.raises(ModelError, match=message):
        read_bytes(data, "model.tflite")


def test_paths_that_cannot_be_read(tmp_path):
    with pytest.raises(ModelError, match="no such file"):
        read_model(tmp_path / "missing.tflite")
    with pytest.raises(ModelError, match="is a folder"):
        read_model(tmp_path)
    with pytest.raises(ModelError, match="cannot be read"):
        read_model("nul\0byte")
    secret = tmp_path / "secret.tflite"
    secret.write_bytes(b"x")
    secret.chmod(0)
    if not os.access(secret, os.R_OK):
        with pytest.raises(ModelError, match="cannot be read: Permission denied"):
            read_model(secret)


def test_a_model_knows_its_file(tmp_path):
    path = tmp_path / "named.tflite"
    path.write_bytes(pack(rich()))
    model = read_model(path)
    assert (model.name, model.path) == ("named.tflite", path)
    assert read_bytes(path.read_bytes(), "bytes").path is None


def test_every_truncation_of_a_model_is_refused():
    data = write_bytes(scratch())
    end = len(data.rstrip(b"\0"))
    for length in range(end):
        with pytest.raises(ModelError):
            read_bytes(data[:length], "cut")


def test_an_old_file_without_buffers_reads():
    model = rich(buffers=None, metadata=None, metadataBuffer=None)
    for tensor in model.subgraphs[0].tensors:
        tensor.buffer = 0
    assert not any(tensor.constant for tensor in read_bytes(pack(model), "old").main.tensors)


def test_operators_out_of_order_keep_the_order_of_the_file():
    model = rich()
    model.subgraphs[0].operators.reverse()
    assert read_bytes(pack(model), "reversed").main.operators[-1].code == "ADD"


SOURCES = [pack(rich()), outside(), with_zip(write_bytes(scratch()))]


def read_and_write(data: bytes) -> None:
    """Whatever the bytes are: a model that can be written and read again, or an error of ours in one line."""
    try:
        model = read_bytes(data, "fuzz")
        planned = model.with_plan(MemoryPlan(tuple(tuple(16 for _ in g.tensors) for g in model.graphs)))
        again = read_bytes(write_bytes(planned), "again")
        assert again.plan == planned.plan
    except AreniteError as error:
        assert str(error).isprintable()


@settings(max_examples=600)
@given(st.data())
def test_any_damage_reads_or_is_refused(data):
    source = bytearray(data.draw(st.sampled_from(SOURCES)))
    for place, byte in data.draw(st.lists(st.tuples(st.integers(8, len(source) - 1), st.integers(0, 255)), max_size=8)):
        source[place] = byte
    read_and_write(bytes(source[: data.draw(st.integers(8, len(source)) | st.just(len(source)))]))


def test_damage_to_real_models_reads_or_is_refused(shared):
    rng = random.Random(7)
    for name in ("tflite-micro__hello_world_int8", "gen_stateful_vars_float", "tflite-micro__micro_speech_quantized"):
        source = (shared / "models" / f"{name}.tflite").read_bytes()
        for _ in range(250):
            data = bytearray(source)
            for _ in range(rng.choice((1, 2, 5, 40))):
                data[rng.randrange(8, len(data))] = rng.choice((0, 1, 127, 128, 255, rng.randrange(256)))
            read_and_write(bytes(data))
