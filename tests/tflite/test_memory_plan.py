"""The offline plan in the metadata: read as TFLM reads it, written as TFLM wants it."""

from __future__ import annotations

import dataclasses
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tflite_samples import pack, rich, scratch

from arenite.errors import ModelError
from arenite.model import Data, Metadata, Model, Operator
from arenite.tflite.memory_plan import PLAN_NAME, MemoryPlan, is_vela, read_plan, with_plan
from arenite.tflite.read import read_bytes
from arenite.tflite.write import write_bytes

TENSORS = (12, 2, 1)
OFFSET = st.none() | st.integers(0, 2**31 - 1)


@pytest.fixture
def model() -> Model:
    return read_bytes(pack(rich()), "rich")


def with_words(model: Model, *words: int) -> Model:
    entry = Metadata(PLAN_NAME, Data(struct.pack(f"<{len(words)}i", *words)))
    return dataclasses.replace(model, metadata=(*model.metadata, entry))


@given(st.tuples(*(st.tuples(*[OFFSET] * count) for count in TENSORS)))
def test_a_plan_survives_the_file(offsets):
    model = read_bytes(pack(rich()), "rich")
    plan = MemoryPlan(offsets)
    assert read_plan(read_bytes(write_bytes(with_plan(model, plan)), "planned")) == plan


def test_the_words_are_those_that_tflm_reads(model):
    plan = MemoryPlan((tuple(range(0, 192, 16)), (None, 32), (None,)))
    content = with_plan(model, plan).metadata[-1].data.content
    assert struct.unpack("<18i", content) == (1, 3, 15, *range(0, 192, 16), -1, 32, -1)


def test_without_change_the_model_is_the_same_object(model):
    plan = MemoryPlan(tuple((16,) * count for count in TENSORS))
    assert with_plan(model, None) is model
    assert read_plan(model) is None
    planned = with_plan(model, plan)
    assert with_plan(planned, plan) is planned
    assert read_plan(with_plan(planned, None)) is None
    assert with_plan(planned, None).metadata == model.metadata


def test_the_last_of_several_plans_counts(model):
    several = with_words(with_words(model, 1, 3, 15, *[0] * 15), 1, 3, 15, *[48] * 15)
    assert read_plan(several).offsets[1] == (48, 48)
    single = with_plan(several, read_plan(several))
    assert [entry.name for entry in single.metadata].count(PLAN_NAME) == 1
    assert read_plan(single) == read_plan(several)


def test_a_plan_of_vela_has_version_0(model):
    assert read_plan(with_words(model, 0, 3, 15, *[16] * 15)).offsets == ((16,) * 12, (16,) * 2, (16,))


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
def test_a_malformed_plan_is_refused(model, words, message):
    with pytest.raises(ModelError, match=message):
        read_plan(with_words(model, *words))


def test_a_plan_that_does_not_fit_is_not_written(model):
    with pytest.raises(ModelError, match="does not fit"):
        with_plan(model, MemoryPlan(((0,),)))
    with pytest.raises(ModelError, match="outside of 0"):
        with_plan(model, MemoryPlan(tuple((2**31,) * count for count in TENSORS)))


def test_vela_is_recognized():
    model = scratch()
    assert not is_vela(model)
    assert is_vela(dataclasses.replace(model, description="Vela Optimized"))
    operator = Operator("CUSTOM", (), (), custom_code="ethos-u")
    graph = dataclasses.replace(model.main, operators=(operator,))
    assert is_vela(dataclasses.replace(model, graphs=(graph,)))
