"""Every family runs in LiteRT and stock TFLM, with equal outputs that depend on the inputs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy
import pytest
from zoo_runs import litert, litert_interpreter, random_inputs, tflm

from arenite import zoo
from arenite.tflite.write import write_bytes
from arenite.zoo.builder import Builder

if TYPE_CHECKING:
    from pathlib import Path

    from zoo_runs import Arrays

    from arenite.model import Model


def without_dense(model: Model) -> Model:
    """The model cut off before its dense layer, in which LiteRT rounds once and TFLM twice (now and then 1 apart)."""
    graph = model.main
    codes = [operator.code for operator in graph.operators]
    if "FULLY_CONNECTED" not in codes:
        return model
    operators = graph.operators[: codes.index("FULLY_CONNECTED")]
    used = {tensor for operator in operators for tensor in (*operator.inputs, *operator.outputs)}
    tensors = tuple(tensor for tensor in graph.tensors if tensor in used)
    return replace(model, graphs=(replace(graph, tensors=tensors, operators=operators, outputs=operators[-1].outputs),))


def assert_runtimes_agree(model: Model, count: int, folder: Path) -> Arrays:
    """Bit for bit before the dense layer, within two steps of 1/256 after it; returns the model's outputs."""
    inputs = random_inputs(model.main, count)
    body, whole = write_bytes(without_dense(model)), write_bytes(model)
    of_body, of_whole = tflm([body, whole], inputs, folder)
    numpy.testing.assert_array_equal(of_body, litert(body, inputs))
    outputs = litert(whole, inputs)
    assert abs(numpy.subtract(of_whole, outputs, dtype=int)).max() <= (2 if body != whole else 0)
    return outputs


@pytest.mark.parametrize("name", zoo.MODELS)
def test_runtimes_agree(name, tmp_path):
    outputs = assert_runtimes_agree(zoo.build(name), 3, tmp_path)
    assert len({output.tobytes() for output in outputs}) == 3


@pytest.mark.parametrize("name", zoo.MODELS)
def test_activations_vary_and_stay_in_range(name):
    model = zoo.build(name)
    interpreter = litert_interpreter(write_bytes(model), keep_all=True)
    indices = {detail["name"]: detail["index"] for detail in interpreter.get_tensor_details()}
    runs = []
    for values in random_inputs(model.main, 2):
        interpreter.set_tensor(indices["input"], values)
        interpreter.invoke()
        runs.append({name: interpreter.get_tensor(index).copy() for name, index in indices.items() if index >= 0})
    for operator in model.main.operators:
        output = operator.outputs[0]
        one, other = (run[output.name] for run in runs)
        if one.size < 64:
            continue
        assert (one == 127).mean() < 0.05, f"{output.name} leaves its range"
        assert (one == -128).mean() < 0.7, f"{output.name} is mostly its least value"
        assert (one != other).mean() > 0.4, f"{output.name} hardly depends on the input"


@pytest.mark.parametrize("name", zoo.MODELS)
def test_smallest_parameters_run(name, tmp_path):
    limits = zoo.MODELS[name].limits
    model = zoo.build(name, **{key: least for key, (least, _) in limits.items()})
    assert_runtimes_agree(model, 1, tmp_path)


def test_concatenation_of_many(tmp_path):
    net = Builder("many", 0)
    x = net.input(4, 4, 2)
    joined = net.concat([net.conv(x, 1, f"part{number}") for number in range(23)], "joined")
    model = net.model(joined)
    joins = [operator for operator in model.main.operators if operator.code == "CONCATENATION"]
    assert [len(operator.inputs) for operator in joins] == [10, 10, 5]
    assert joined.shape == (1, 4, 4, 23)
    assert_runtimes_agree(model, 1, tmp_path)


def test_concatenation_of_different_scales_is_refused():
    net = Builder("scales", 0)
    x = net.input(4, 4, 2)
    parts = [net.conv(x, 2, "signed", relu=False), net.conv(x, 2, "rectified")]
    with pytest.raises(ValueError, match="joined: signed and rectified have different scales"):
        net.concat(parts, "joined")
