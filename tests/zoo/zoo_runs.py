"""Runs a model in LiteRT, and in stock TFLM in a child process, since TFLM may abort."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy
import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from arenite.model import Graph

    Arrays = list[NDArray[numpy.int8]]

CHILD = """
import sys
import numpy
from tflite_micro.python.tflite_micro import runtime
fed, results, *models = sys.argv[1:]
runs = []
for model in models:
    interpreter = runtime.Interpreter.from_file(model, arena_size=2**24)
    outputs = []
    for values in numpy.load(fed):
        interpreter.set_input(values, 0)
        interpreter.invoke()
        outputs.append(interpreter.get_output(0))
    runs.append(numpy.stack(outputs))
numpy.savez(results, *runs)
"""


def random_inputs(graph: Graph, count: int) -> Arrays:
    random = numpy.random.default_rng(1)
    return [random.integers(-128, 128, graph.inputs[0].shape).astype(numpy.int8) for _ in range(count)]


def litert_interpreter(content: bytes, *, keep_all: bool = False):
    """LiteRT with its reference kernels: XNNPACK's round differently from those of TFLM."""
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    interpreter = Interpreter(
        model_content=content,
        experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
        experimental_preserve_all_tensors=keep_all,
    )
    interpreter.allocate_tensors()
    return interpreter


def litert(content: bytes, inputs: Arrays) -> Arrays:
    interpreter = litert_interpreter(content)
    outputs = []
    for values in inputs:
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], values)
        interpreter.invoke()
        outputs.append(interpreter.get_tensor(interpreter.get_output_details()[0]["index"]))
    return outputs


def tflm(contents: list[bytes], inputs: Arrays, folder: Path) -> Arrays:
    """For each model the outputs, stacked over the inputs; one child for all, since it starts slowly."""
    if importlib.util.find_spec("tflite_micro") is None:
        pytest.skip("tflite-micro is not installed")
    fed, results = folder / "inputs.npy", folder / "outputs.npz"
    models = [folder / f"{number}.tflite" for number in range(len(contents))]
    for model, content in zip(models, contents, strict=True):
        model.write_bytes(content)
    numpy.save(fed, numpy.stack(inputs))
    subprocess.run([sys.executable, "-c", CHILD, fed, results, *models], check=True, capture_output=True, timeout=60)
    with numpy.load(results) as runs:
        return [runs[name] for name in runs.files]
