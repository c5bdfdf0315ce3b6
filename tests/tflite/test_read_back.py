"""Files whose tables overlap: what is written says what was meant, or nothing is written."""

from __future__ import annotations

import struct
from dataclasses import replace

import pytest
import tflite_samples as samples

from arenite.errors import ModelError
from arenite.tflite.read import read_bytes
from arenite.tflite.read_back import read_back
from arenite.tflite.write import write_bytes

NOTE = 2
"""The buffer that only a metadata entry refers to."""


def plain():
    """A file of one operator, with a constant and a metadata entry."""
    model = samples.schema.ModelT(
        version=3,
        operatorCodes=[samples.code(samples.OPERATORS.ADD)],
        subgraphs=[
            samples.schema.SubGraphT(
                tensors=[
                    samples.tensor("source", [4]),
                    samples.tensor("numbers", [4], 1),
                    samples.tensor("sum", [4]),
                ],
                inputs=[0],
                outputs=[2],
                operators=[samples.operator(0, [0, 1], [2])],
                name="main",
            )
        ],
        buffers=[
            samples.schema.BufferT(),
            samples.schema.BufferT(data=bytes(range(16))),
            samples.schema.BufferT(data=b"a note"),
        ],
        metadata=[samples.schema.MetadataT(name="note", buffer=NOTE)],
    )
    return samples.pack(model)


def overlapping():
    """The same file once for each place that can be taken for a short content, which the note then shares."""
    data = plain()
    table = samples.schema.Model.GetRootAs(data, 0).Buffers(NOTE)._tab
    field = table.Pos + table.Offset(4)
    for place in range(field + 4, len(data) - 8, 4):
        (length,) = struct.unpack_from("<I", data, place)
        if 0 < length <= len(data) - place - 4:
            changed = bytearray(data)
            struct.pack_into("<I", changed, field, place - field)
            yield bytes(changed)


def said(model):
    """All that the file says, as plain values, without the classes that `read_back` compares."""
    graph = model.main
    contents = [(each.name, each.shape, each.type, each.data and bytes(each.data.content)) for each in graph.tensors]
    uses = [
        (each.code, [graph.tensors.index(tensor) for tensor in (*each.inputs, *each.outputs)])
        for each in graph.operators
    ]
    return contents, uses, [(entry.name, bytes(entry.data.content)) for entry in model.metadata], model.description


def test_what_is_written_says_what_was_meant_or_nothing_is_written():
    written = refused = 0
    for content in overlapping():
        try:
            model = read_bytes(content, "overlapping")
        except ModelError:
            continue
        meant = replace(model, description="changed")
        try:
            data = write_bytes(meant)
        except ModelError:
            refused += 1
        else:
            assert said(read_bytes(data, "written")) == said(meant)
            written += 1
    assert written
    assert refused


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (lambda model: replace(model, description="another"), "the model"),
        (lambda model: replace(model, metadata=()), "the metadata"),
        (lambda model: replace(model, graphs=(replace(model.main, name="other"),)), "the table of subgraph 0"),
        (lambda model: replace(model, graphs=(replace(model.main, inputs=()),)), "the inputs of subgraph 0"),
        (lambda model: replace(model, graphs=(replace(model.main, outputs=()),)), "the outputs of subgraph 0"),
    ],
)
def test_the_part_that_differs_is_named(change, part):
    model = read_bytes(plain(), "plain")
    assert said(read_back(plain(), model)) == said(model)
    with pytest.raises(ModelError, match=part):
        read_back(plain(), change(model))


def test_a_signature_of_another_tensor_is_no_result():
    model = samples.rich()
    meant = read_bytes(samples.pack(model), "rich")
    read_back(samples.pack(model), meant)
    model.signatureDefs[0].inputs[0].tensorIndex += 1
    with pytest.raises(ModelError, match="signatures of the file to write name other inputs"):
        read_back(samples.pack(model), meant)


def test_a_file_that_cannot_be_read_again_is_no_result():
    with pytest.raises(ModelError, match="what came of rewriting it"):
        read_back(plain()[:40], read_bytes(plain(), "plain"))
