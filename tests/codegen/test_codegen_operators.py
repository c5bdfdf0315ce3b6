"""Kernels against TFLM and LiteRT's reference kernels, on operators at random."""

from __future__ import annotations

import numpy as np
import pytest

from arenite.model import ElementType
from arenite.runtimes.inputs import random_inputs
from arenite.runtimes.process import absent, run
from arenite.runtimes.run import Job, Run
from arenite.tflite.write import write_bytes

from .harness import run_c
from .operators_at_random import KINDS, make
from .variants import covering, variants

RUNTIMES = [name for name in ("tflm", "litert-reference") if absent(name) is None]
ROUNDS = 2

LITERT_DIFFERS = {
    ElementType.INT8: {"computed_weights", "fully_connected", "fully_connected_int4", "sum", "svdf"},
    ElementType.INT16: {"abs", "fully_connected", "leaky_relu", "leaky_relu_negative", "mul", "relu", "rsqrt", "sum"},
    ElementType.FLOAT32: set(),
    ElementType.INT32: set(),
}
"""Where the reference kernels of LiteRT do not do what TFLM does: then TFLM has its way."""


TFLM_UNDEFINED = {"space_to_batch"}
"""Where TFLM's kernel takes a value that nothing sets, so that only LiteRT says what the results are."""


def expected(models, rounds):
    """For each model the results of the runtimes that take it: {runtime: [round][output]}."""
    jobs = [
        Job(write_bytes(model), inputs, len(model.main.outputs), 1 << 22)
        for model, inputs in zip(models, rounds, strict=True)
    ]
    results = [{} for _ in models]
    for runtime in RUNTIMES:
        place = 0
        while place < len(jobs):  # a job that the runtime does not survive ends the others
            found = run(runtime, jobs[place:])
            for result in found:
                if isinstance(result, Run):
                    results[place][runtime] = result.outputs
                place += 1
    return results


def close(ours, theirs):
    if ours.dtype.kind == "f":
        np.testing.assert_allclose(ours, theirs, rtol=2e-5, atol=2e-6)
    else:
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kernel_gives_what_the_reference_gives(kind, tmp_path):
    names = [(name, seed) for name in KINDS[kind] for seed in covering(kind, name)[0]]
    models = [make(kind, *each) for each in names]
    rounds = [random_inputs(model, ROUNDS, 1) for model in models]
    ours = run_c(models, rounds, tmp_path)
    wrong, compared = [], {name: set() for name in KINDS[kind]}
    for (name, seed), model, result, others in zip(names, models, ours, expected(models, rounds), strict=True):
        for runtime, theirs in others.items():
            if name in (TFLM_UNDEFINED if runtime == "tflm" else LITERT_DIFFERS[kind]):
                continue
            compared[name] |= {"any", *variants(model)}
            try:
                for our_outputs, their_outputs in zip(result, theirs, strict=True):
                    for one, other in zip(our_outputs, their_outputs, strict=True):
                        close(one, other)
            except AssertionError as error:
                wrong.append(f"{name} {seed} {runtime}: {str(error).splitlines()[3:8]}")
    assert not wrong, "\n".join(wrong)
    missing = {(name, variant) for name in compared for variant in {"any", *covering(kind, name)[1]} - compared[name]}
    assert not missing
