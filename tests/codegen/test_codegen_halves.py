"""float16 constants in C: the same results as LiteRT, without an operator that converts them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hand_made import graph, model

from arenite.codegen.halves import with_floats
from arenite.errors import UnsupportedError
from arenite.model import Data, ElementType, MemoryPlan, Operator, Tensor
from arenite.runtimes.inputs import random_inputs
from arenite.search.runnable import refusals

from .harness import arena_size, run_c, sources
from .test_codegen_operators import expected


def halved(constant=True):
    """A fully connected layer whose weights and bias are float16."""
    random = np.random.default_rng(1)
    x, y = Tensor("x", (3, 40), ElementType.FLOAT32), Tensor("y", (3, 8), ElementType.FLOAT32)
    halves, floats, steps = [], [], []
    for name, shape in (("weights", (8, 40)), ("bias", (8,))):
        data = Data(random.standard_normal(shape).astype(np.float16).tobytes()) if constant else None
        halves.append(Tensor(f"{name} half", shape, ElementType.FLOAT16, data))
        floats.append(Tensor(name, shape, ElementType.FLOAT32))
        steps.append(Operator("DEQUANTIZE", (halves[-1],), (floats[-1],)))
    steps.append(Operator("FULLY_CONNECTED", (x, *floats), (y,), {"fused_activation_function": 0}))
    inputs = [x] if constant else [x, *halves]
    return model(graph(inputs, [y], steps))


def test_results_are_those_of_litert(tmp_path):
    source = halved()
    rounds = [random_inputs(source, 2, 1)]
    ours, (others,) = run_c([source], rounds, tmp_path)[0], expected([source], rounds)
    assert others
    for theirs in others.values():
        np.testing.assert_allclose(ours, theirs, rtol=2e-5, atol=2e-6)


def test_the_arena_has_no_room_for_weights():
    files = sources(halved(), "half")
    assert arena_size(files) <= 4 * 3 * (40 + 8)
    assert "dequantize" not in "".join(files)
    assert not refusals(halved(), "c")


def test_a_plan_loses_what_became_constant():
    source = halved()
    planned = source.with_plan(MemoryPlan((tuple(range(0, 16 * len(source.main.tensors), 16)),)))
    result = with_floats(planned)
    of = dict(zip(result.main.tensors, result.plan.offsets[0], strict=True))
    assert {tensor.name for tensor, offset in of.items() if offset is None} == {"weights", "bias"}


def test_what_is_no_constant_is_refused():
    source = halved(constant=False)
    assert with_floats(source) is source
    with pytest.raises(UnsupportedError):
        sources(source, "half")
    assert refusals(source, "c")


def test_an_output_of_the_graph_stays():
    source = halved()
    (main,) = source.graphs
    weights = next(tensor for tensor in main.tensors if tensor.name == "weights")
    with_output = replace(source, graphs=(replace(main, outputs=(*main.outputs, weights)),))
    assert len(with_floats(with_output).main.operators) == 2
