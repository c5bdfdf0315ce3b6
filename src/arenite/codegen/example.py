"""A reference inference for the self-test: random inputs, and the outputs of a runtime."""

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
"""Runtimes to try, in order. TFLM comes first: generated kernels follow TFLM where the two differ."""

UNLIKE = frozenset({"FULLY_CONNECTED", "MUL", "SUM", "SVDF"})
"""Kinds for which the last bit of integer results differs between LiteRT's reference kernels and TFLM."""

SPARE = 1 << 20
"""Bytes of arena in addition to those for tensors."""
MOST = 1 << 30
"""Largest arena in bytes."""


@dataclass(frozen=True)
class Example:
    """Contents of all inputs and outputs, little-endian, and the name of the runtime that computed the outputs."""

    inputs: tuple[bytes, ...]
    outputs: tuple[bytes, ...]
    runtime: str


def example(model: Model, seed: int = 0) -> Example | None:
    """One inference; None if no installed runtime runs the model with the arithmetic of generated C."""
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
    """Whether LiteRT's result may differ from TFLM's, whose arithmetic generated C follows."""
    return any(
        operator.code in UNLIKE and operator.outputs[0].type is not ElementType.FLOAT32
        for graph in run_graphs(model)
        for operator in graph.operators
    )
