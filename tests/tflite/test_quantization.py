"""Scales and zero points are decoded when they are asked for; what is wrong with them is said at once."""

from __future__ import annotations

import pickle
from dataclasses import replace

import pytest
from tflite_samples import pack, rich

from arenite import zoo
from arenite.model import Quantization
from arenite.tflite.flat import DamageError, Image
from arenite.tflite.quantization import Quantizations
from arenite.tflite.read import read_bytes
from arenite.tflite.slots import ModelField, QuantizationField, SubGraphField, TensorField
from arenite.tflite.write import write_bytes


def filed():
    """Each quantization of a small network: as it was written, and as it is read."""
    model = zoo.build("paper")
    read = read_bytes(write_bytes(model), "paper")
    return [
        (tensor.quantization, other.quantization)
        for tensor, other in zip(model.main.tensors, read.main.tensors, strict=True)
        if tensor.quantization is not None
    ]


def facts(quantization):
    return quantization.scale, quantization.zero_point, quantization.dimension


def test_what_is_decoded_is_what_was_written():
    pairs = filed()
    assert len(pairs) > 10
    for written, read in pairs:
        assert "scale" not in vars(read)
        assert facts(read) == facts(written)
        assert read.scale is read.scale


def test_a_quantization_without_zero_points_has_none():
    model = pack(rich())
    found = [tensor.quantization for tensor in read_bytes(model, "rich").main.tensors if tensor.quantization]
    assert found
    assert all(isinstance(each.zero_point, tuple) and each.scale for each in found)


def test_copies_are_free_of_the_file():
    written, read = filed()[0]
    copy = pickle.loads(pickle.dumps(read))
    assert type(copy) is Quantization
    assert facts(copy) == facts(written)
    assert facts(replace(read, dimension=3)) == (*facts(written)[:2], 3)


def test_other_attributes_are_missing():
    with pytest.raises(AttributeError):
        _ = filed()[0][1].steps


@pytest.mark.parametrize("slot", [QuantizationField.SCALE, QuantizationField.ZERO_POINT])
def test_vectors_that_leave_the_file_are_refused_before_they_are_asked_for(slot):
    data = bytearray(write_bytes(zoo.build("paper")))
    image = Image(bytes(data))
    graph = image.table(image.table(image.indirect(0)).tables(ModelField.SUBGRAPHS)[0])
    tables = (image.table(at).table(TensorField.QUANTIZATION) for at in graph.tables(SubGraphField.TENSORS))
    table = next(each for each in tables if each is not None)
    at = table.target(slot)
    data[at : at + 4] = (len(data)).to_bytes(4, "little")
    with pytest.raises(DamageError, match="runs past the end of the file"):
        Quantizations(Image(bytes(data))).read(table.position)
