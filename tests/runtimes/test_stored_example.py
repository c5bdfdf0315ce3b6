"""The inference that exports store: which runtime gives it, and why none does."""

from __future__ import annotations

import pytest

from arenite.model import ElementType, Graph, Model, Operator, Quantization, Tensor
from arenite.runtimes.example import Example, example
from arenite.runtimes.process import absent
from arenite.runtimes.run import Failure
from arenite.zoo import build


@pytest.fixture
def without_tflm(monkeypatch):
    """As on a machine where TFLM is not installed."""
    why = "tflite-micro is not installed"
    monkeypatch.setattr("arenite.runtimes.example.absent", lambda name: why if name == "tflm" else absent(name))


@pytest.mark.skipif(absent("tflm") is not None, reason="TFLM is not installed")
def test_tflm_is_asked_first():
    found = example(build("resnet8", resolution=16))
    assert isinstance(found, Example)
    assert found.runtime == "TFLM"


def test_litert_stands_in_where_it_computes_the_same(without_tflm):
    found = example(build("mobilenet-v1", resolution=32))
    assert isinstance(found, Example)
    assert found.runtime == "LiteRT with reference kernels"


def test_every_runtime_says_why_it_gives_none(without_tflm):
    assert example(build("resnet8", resolution=16)) == Failure(
        "TFLM: tflite-micro is not installed; "
        "LiteRT with reference kernels: its results of FULLY_CONNECTED may differ in the last bit"
    )


@pytest.mark.parametrize(("kind", "alike"), [(ElementType.INT8, True), (ElementType.INT16, False)])
def test_values_close_to_a_half_are_many_in_int16(kind, alike, without_tflm):
    x, y = (Tensor(name, (1, 4), kind, quantization=Quantization((0.5,), (0,))) for name in "xy")
    found = example(Model("relu", (Graph("main", (x, y), (x,), (y,), (Operator("RELU", (x,), (y,)),)),)))
    assert isinstance(found, Example) is alike
    assert alike or "its results of RELU may differ in the last bit" in found.reason


def test_inputs_that_cannot_be_made():
    text, number = Tensor("text", (1,), ElementType.STRING), Tensor("number", (1,), ElementType.FLOAT32)
    operator = Operator("CUSTOM", (text,), (number,), custom_code="Length")
    found = example(Model("text", (Graph("main", (text, number), (text,), (number,), (operator,)),)))
    assert isinstance(found, Failure)
    assert found.reason.startswith("input 'text' is of type STRING")


def test_what_is_too_large_to_store():
    large = tuple(Tensor(name, (1 << 27,), ElementType.INT8) for name in ("x", "y"))
    model = Model("large", (Graph("main", large, large[:1], large[1:], (Operator("RELU", large[:1], large[1:]),)),))
    assert example(model) == Failure("inputs and outputs of 268,435,456 bytes are too much to store")
