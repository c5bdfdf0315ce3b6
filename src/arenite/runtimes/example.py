"""A reference inference to store beside exported sources: random inputs, and the outputs of a runtime."""

from __future__ import annotations

from dataclasses import dataclass

from arenite.backends.generated_c.kept import run_graphs
from arenite.model import ElementType, Model
from arenite.runtimes.inputs import random_inputs, unfeedable
from arenite.runtimes.process import NAMES, absent, run
from arenite.runtimes.run import Failure, Job, Run
from arenite.runtimes.work import REASONABLE_BYTES, round_bytes
from arenite.tflite.write import write_bytes

RUNTIMES = ("tflm", "litert-reference")
"""Runtimes to try, in order. TFLM comes first: generated kernels follow TFLM where the two differ."""

UNLIKE = frozenset({"FULLY_CONNECTED", "MUL", "SUM", "SVDF"})
"""Kinds for which the last bit of integer results differs between LiteRT's reference kernels and TFLM."""

UNLIKE_WIDE = frozenset({"ABS", "LEAKY_RELU", "RELU", "RSQRT"})
"""Kinds for which only int16 results have values close enough to a half for that."""

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


def example(model: Model) -> Example | Failure:
    """One inference with the arithmetic of TFLM, or why no installed runtime gave one."""
    refused = unfeedable(model)
    if refused is not None:
        return Failure(refused)
    if round_bytes(model) > REASONABLE_BYTES:
        return Failure(f"inputs and outputs of {round_bytes(model):,} bytes are too much to store")
    inputs = random_inputs(model, 1, seed=0)[1]
    total = sum(tensor.bytes + 256 for graph in model.graphs for tensor in graph.tensors if tensor.data is None)
    job = Job(write_bytes(model), (inputs,), len(model.main.outputs), min(MOST, SPARE + 8 * total))
    reasons = []
    for runtime in RUNTIMES:
        result = _result(model, runtime, job)
        if isinstance(result, Run):
            fed, made = (tuple(each.tobytes() for each in arrays) for arrays in (inputs, result.outputs[0]))
            return Example(fed, made, NAMES[runtime])
        reasons.append(f"{NAMES[runtime]}: {result.reason}")
    return Failure("; ".join(reasons))


def _result(model: Model, runtime: str, job: Job) -> Run | Failure:
    missing, unlike = absent(runtime), _unlike(model)
    if missing is not None:
        return Failure(missing)
    if runtime != "tflm" and unlike:
        return Failure(f"its results of {', '.join(unlike)} may differ in the last bit")
    return run(runtime, [job])[0]


def _unlike(model: Model) -> list[str]:
    """Kinds of operators of which LiteRT's results may differ from TFLM's."""
    return sorted(
        {
            operator.code
            for graph in run_graphs(model)
            for operator in graph.operators
            if (operator.code in UNLIKE and operator.outputs[0].type is not ElementType.FLOAT32)
            or (operator.code in UNLIKE_WIDE and operator.outputs[0].type is ElementType.INT16)
        }
    )
