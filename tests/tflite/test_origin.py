"""What keeps a model that was read alive, and what does not."""

from __future__ import annotations

import gc
from weakref import ref

import pytest

import arenite
from arenite.tflite.origin import forget
from arenite.tflite.read import read_bytes
from arenite.tflite.write import write_bytes


@pytest.fixture
def collector_off():
    gc.disable()
    yield
    gc.enable()


def watched(model):
    """Weak references to the parts of a model."""
    graph = model.main
    parts = [model, graph, *graph.tensors, *graph.operators, *(each.data for each in graph.tensors if each.data)]
    return [ref(each) for each in parts]


@pytest.mark.usefixtures("collector_off")
@pytest.mark.parametrize("name", ["paper", "mobilenet-v2"])
def test_a_forgotten_model_is_freed_with_its_last_reference(name):
    model = read_bytes(write_bytes(arenite.zoo.build(name)), name)
    arenite.peak_memory(model)
    seen = watched(model)
    forget(model)
    assert all(each() is not None for each in seen)
    del model
    assert all(each() is None for each in seen)


@pytest.mark.usefixtures("collector_off")
def test_signatures_keep_no_file_alive():
    model = read_bytes(write_bytes(arenite.zoo.build("paper")), "paper")
    _ = [operator.signature for operator in model.main.operators]
    seen = [ref(tensor.quantization) for tensor in model.main.tensors if tensor.quantization]
    forget(model)
    del model
    assert seen
    assert all(each() is None for each in seen)
