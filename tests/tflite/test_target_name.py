"""The target's name beside a memory plan."""

from dataclasses import replace

from arenite import zoo
from arenite.model import Data, Metadata
from arenite.tflite.memory_plan import MemoryPlan, with_plan
from arenite.tflite.read import read_bytes
from arenite.tflite.target_name import read_target_name, with_target_name
from arenite.tflite.write import write_bytes


def planned():
    model = zoo.build("paper")
    other = replace(model, metadata=(*model.metadata, Metadata("mine", Data(b"kept"))))
    return with_plan(other, MemoryPlan((tuple(None if each.constant else 0 for each in model.main.tensors),)))


def entries(model):
    return [(entry.name, bytes(entry.data.content)) for entry in model.metadata if entry.name == "arenite.target"]


def test_the_name_is_written_and_read_again():
    model = planned()
    assert read_target_name(model) is None
    named = read_bytes(write_bytes(with_target_name(model, "tflm-reference")), "named")
    assert read_target_name(named) == "tflm-reference"
    assert [entry.name for entry in named.metadata if entry.name == "mine"] == ["mine"]
    assert with_target_name(named, "tflm-reference") is named


def test_a_new_name_takes_the_place_of_the_old_one():
    model = with_target_name(with_target_name(planned(), "tflm-reference"), "tflm")
    assert entries(model) == [("arenite.target", b"tflm")]


def test_without_a_plan_there_is_no_target():
    model = with_target_name(planned(), "tflm")
    assert entries(with_plan(model, None)) == []
    assert [entry.name for entry in with_plan(model, None).metadata if entry.name == "mine"] == ["mine"]
    assert read_target_name(with_target_name(zoo.build("paper"), "tflm")) is None


def test_a_name_that_is_no_text_is_no_error():
    model = planned()
    damaged = replace(model, metadata=(*model.metadata, Metadata("arenite.target", Data(b"\xff\xfe"))))
    assert read_target_name(damaged) == "\ufffd\ufffd"
