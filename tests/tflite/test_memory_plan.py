"""The offline plan and the name of its target: read as TFLM reads them, written as TFLM wants them."""

from __future__ import annotations

import dataclasses
import struct

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from hypothesis import given
from hypothesis import strategies as st
from tflite_samples import pack, rich, scratch, unpack

from arenite import zoo
from arenite.errors import ModelError
from arenite.model import Data, MemoryPlan, Metadata, Model, Operator
from arenite.tflite.metadata import PLAN_NAME, TARGET_NAME
from arenite.tflite.read import read_bytes
from arenite.tflite.write import write_bytes

TENSORS = (12, 2, 1)
OFFSET = st.none() | st.integers(0, 2**31 - 1)


@pytest.fixture
def model() -> Model:
    return read_bytes(pack(rich()), "rich")


def again(model: Model) -> Model:
    return read_bytes(write_bytes(model), "again")


def words_of(*numbers: int) -> bytes:
    return struct.pack(f"<{len(numbers)}i", *numbers)


def with_entries(*entries: tuple[str, bytes]) -> bytes:
    """A file with these metadata entries after its own."""
    file = rich()
    for name, content in entries:
        file.metadata.append(schema.MetadataT(name=name, buffer=len(file.buffers)))
        file.buffers.append(schema.BufferT(data=np.frombuffer(content, np.uint8)))
    return pack(file)


def entries_of(content: bytes) -> list[tuple[str, bytes]]:
    file = unpack(content)
    return [(each.name.decode(), bytes(file.buffers[each.buffer].data)) for each in file.metadata]


def filed(content: bytes, name: str) -> list[bytes]:
    return [value for key, value in entries_of(content) if key == name]


@given(st.tuples(*(st.tuples(*[OFFSET] * count) for count in TENSORS)))
def test_a_plan_survives_the_file(offsets):
    model = read_bytes(pack(rich()), "rich")
    plan = MemoryPlan(offsets)
    assert again(model.with_plan(plan)).plan == plan


def test_the_words_are_those_that_tflm_reads(model):
    plan = MemoryPlan((tuple(range(0, 192, 16)), (None, 32), (None,)))
    (content,) = filed(write_bytes(model.with_plan(plan)), PLAN_NAME)
    assert struct.unpack("<18i", content) == (1, 3, 15, *range(0, 192, 16), -1, 32, -1)


def test_without_change_the_model_is_the_same_object(model):
    plan = MemoryPlan(tuple((16,) * count for count in TENSORS))
    assert model.plan is None
    assert model.with_plan(None) is model
    planned = model.with_plan(plan, "tflm")
    assert planned.with_plan(plan, "tflm") is planned
    assert (planned.with_plan(None).plan, planned.with_plan(None).target) == (None, None)
    assert write_bytes(planned.with_plan(None)) == write_bytes(model)


def test_the_last_of_several_plans_counts():
    first, last = words_of(1, 3, 15, *[0] * 15), words_of(1, 3, 15, *[48] * 15)
    several = read_bytes(with_entries((PLAN_NAME, first), (PLAN_NAME, last)), "several")
    assert several.plan.offsets[1] == (48, 48)
    other = MemoryPlan(tuple((16,) * count for count in TENSORS))
    assert filed(write_bytes(several.with_plan(other)), PLAN_NAME) == [words_of(1, 3, 15, *[16] * 15)]


def test_a_plan_that_stays_keeps_its_bytes_and_its_place():
    """Vela's plans have version 0; words after the offsets mean nothing to TFLM."""
    content = words_of(0, 3, 15, *[16] * 15, 7)
    source = with_entries((PLAN_NAME, content), ("mine", b"kept"))
    model = read_bytes(source, "vela")
    assert model.plan.offsets == ((16,) * 12, (16,) * 2, (16,))
    entries = entries_of(write_bytes(dataclasses.replace(model, description="changed")))
    assert entries == entries_of(source)
    renewed = entries_of(write_bytes(model.with_plan(MemoryPlan(tuple((32,) * count for count in TENSORS)))))
    assert [name for name, _ in renewed] == [name for name, _ in entries]


def test_a_plan_of_odd_bytes_is_refused():
    with pytest.raises(ModelError, match="multiple of 4"):
        read_bytes(with_entries((PLAN_NAME, bytes(7))), "odd")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((1, 3), "has 8 bytes"),
        ((2, 3, 15, *[0] * 15), "version 2"),
        ((1, 3, 14, *[0] * 14), "for 14 tensors, but the model has 15"),
        ((1, 3, 15, *[0] * 14), "announces 15 offsets, but holds 14"),
        ((1, 3, 15, *[0] * 14, -2), "a negative offset"),
    ],
)
def test_a_malformed_plan_is_refused(words, message):
    with pytest.raises(ModelError, match=message):
        read_bytes(with_entries((PLAN_NAME, words_of(*words))), "malformed")


def test_a_plan_that_does_not_fit_is_not_written(model):
    with pytest.raises(ModelError, match="does not fit"):
        write_bytes(model.with_plan(MemoryPlan(((0,),))))
    with pytest.raises(ModelError, match="outside of 0"):
        write_bytes(model.with_plan(MemoryPlan(tuple((2**31,) * count for count in TENSORS))))


def test_what_is_a_field_is_not_accepted_as_an_entry(model):
    entry = Metadata(PLAN_NAME, Data(words_of(1, 3, 15, *[0] * 15)))
    with pytest.raises(ModelError, match="'OfflineMemoryAllocation' is a field of the model"):
        write_bytes(dataclasses.replace(model, metadata=(*model.metadata, entry)))


def planned() -> Model:
    model = zoo.build("paper")
    plan = MemoryPlan((tuple(None if each.constant else 0 for each in model.main.tensors),))
    return dataclasses.replace(model, metadata=(*model.metadata, Metadata("mine", Data(b"kept"))), plan=plan)


def test_the_name_of_the_target_is_written_and_read_again():
    assert again(planned()).target is None
    named = again(dataclasses.replace(planned(), target="tflm-reference"))
    assert named.target == "tflm-reference"
    assert [entry.name for entry in named.metadata if entry.name == "mine"] == ["mine"]


def test_a_new_name_takes_the_place_of_the_old_one():
    named = again(dataclasses.replace(planned(), target="tflm-reference"))
    assert filed(write_bytes(dataclasses.replace(named, target="tflm")), TARGET_NAME) == [b"tflm"]


def test_without_a_plan_there_is_no_target():
    named = again(dataclasses.replace(planned(), target="tflm"))
    content = write_bytes(named.with_plan(None))
    assert filed(content, TARGET_NAME) == filed(content, PLAN_NAME) == []
    assert filed(content, "mine") == [b"kept"]
    assert read_bytes(with_entries((TARGET_NAME, b"tflm")), "no plan").target is None


def test_a_name_that_is_no_text_is_no_error():
    plan = words_of(1, 3, 15, *[0] * 15)
    damaged = read_bytes(with_entries((PLAN_NAME, plan), (TARGET_NAME, b"\xff\xfe")), "damaged")
    assert damaged.target == "\ufffd\ufffd"


def test_vela_is_recognized():
    model = scratch()
    assert not model.compiled_by_vela
    assert dataclasses.replace(model, description="Vela Optimized").compiled_by_vela
    operator = Operator("CUSTOM", (), (), custom_code="ethos-u")
    graph = dataclasses.replace(model.main, operators=(operator,))
    assert dataclasses.replace(model, graphs=(graph,)).compiled_by_vela
