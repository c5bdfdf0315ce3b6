"""An inference to compare with: inputs at random, and what a runtime makes of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.backends.generated_c.kept import run_graphs
from arenite.codegen.spelling import respelled
from arenite.model import ElementType
from arenite.runtimes.inputs import random_inputs, unfeedable
from arenite.runtimes.process import NAMES, absent, run
from arenite.runtimes.run import Job, Run
from arenite.runtimes.work import REASONABLE_BYTES, round_bytes
from arenite.tflite.write import write_bytes

if TYPE_CHECKING:
    from arenite.model import Model

RUNTIMES = ("tflm", "litert-reference")
"""In this order: kernels follow TFLM where the two differ."""

UNLIKE = frozenset({"FULLY_CONNECTED", "MUL", "SUM", "SVDF"})
"""Operators on integers whose last bit LiteRT's reference kernels and TFLM's do not agree on."""

SPARE = 1 << 20
MOST = 1 << 30


@dataclass(frozen=True)
class Example:
    """Contents of all inputs and outputs, little-endian, and the runtime that computed them."""

    inputs: tuple[bytes, ...]
    outputs: tuple[bytes, ...]
    runtime: str


def example(model: Model, seed: int = 0) -> Example | None:
    """One inference; None where no runtime that is installed and computes alike takes the model."""
    if unfeedable(model) is not None or round_bytes(model) > REASONABLE_BYTES:
        return None
    inputs = random_inputs(model, 1, seed)[1]
    total = sum(tensor.bytes + 256 for graph in model.graphs for tensor in graph.tensors if tensor.data is None)
    job = Job(write_bytes(respelled(model)), (inputs,), len(model.main.outputs), min(MOST, SPARE + 8 * total))
    for runtime in RUNTIMES:
        if absent(runtime) is None and (runtime == "tflm" or not _unlike(model)):
            results = run(runtime, [job])
            if results and isinstance(results[0], Run):
                outputs = results[0].outputs[0]
                return Example(
                    tuple(each.tobytes() for each in inputs), tuple(each.tobytes() for each in outputs), NAMES[runtime]
                )
    return None


def _unlike(model: Model) -> bool:
    """Whether LiteRT's result may differ from that of TFLM, whose arithmetic the generated code follows."""
    return any(
        operator.code in UNLIKE and operator.outputs[0].type is not ElementType.FLOAT32
        for graph in run_graphs(model)
        for operator in graph.operators
    )
