"""Outputs on their own inputs: as far as the kernels allow it, and no further.

The other tests run every operator with the lowest layout that the rules allow, so each rule is tried where it is
tightest; here the rules are shown to be needed.
"""

from __future__ import annotations

import numpy as np
import pytest

import arenite
from arenite.backends import ANYWHERE
from arenite.codegen.prepare import prepared
from arenite.model import ElementType, MemoryPlan
from arenite.runtimes.inputs import random_inputs
from arenite.search.relocation import arena

from .harness import place_nearer, run_c, sources
from .operators_at_random import make

ORDERED = ("conv", "depthwise", "average_pool", "max_pool", "fully_connected", "add", "leaky_relu", "softmax")


def test_every_rule_is_used():
    """Outputs do lie on inputs: the arenas are smaller than input and output together."""
    for name in ORDERED:
        smaller = 0
        for seed in range(6):
            model = make(ElementType.INT8, name, seed)
            alive = sum(tensor.bytes for tensor in (*model.main.inputs, *model.main.outputs))
            smaller += arena(model).size < alive
        assert smaller, name


def test_without_the_rules_outputs_are_wrong(monkeypatch, forget_rules, tmp_path):
    cases = [(name, seed) for name in ("conv", "depthwise", "max_pool") for seed in range(8)]
    models = [make(ElementType.INT8, *case) for case in cases]
    rounds = [random_inputs(model, 1, 1) for model in models]
    (tmp_path / "right").mkdir()
    (tmp_path / "wrong").mkdir()
    right = run_c(models, rounds, tmp_path / "right")
    place_nearer(monkeypatch, forget_rules, lambda source: 2 * source.shape[-1] + 16)
    wrong = run_c([make(ElementType.INT8, *case) for case in cases], rounds, tmp_path / "wrong")
    different = sum(not np.array_equal(one[1][0], other[1][0]) for one, other in zip(right, wrong, strict=True))
    assert different >= 3


def test_a_plan_that_is_not_safe_here_is_not_followed():
    model = arenite.zoo.build("resnet8")
    everything_at_0 = MemoryPlan((tuple(None if tensor.constant else 0 for tensor in model.main.tensors),))
    assert arena(model.with_plan(everything_at_0)).size == arena(model).size


def test_a_plan_that_is_safe_and_as_low_is_followed():
    model = arenite.zoo.build("resnet8")
    place = arena(model)
    plan = MemoryPlan((tuple(place.offsets.get(tensor) for tensor in model.main.tensors),))
    again = arena(model.with_plan(plan))
    assert again.offsets == place.offsets


def test_person_detect_fits_without_strips(shared):
    """Issue: 37,000 bytes without strips, against 55,296 of head and 27,092 of tail in stock TFLM."""
    assert arena(prepared(arenite.read(shared / "models" / "tflite-micro__person_detect.tflite"))).size <= 37_000


def test_tensors_are_aligned_to_their_elements():
    model = make(ElementType.FLOAT32, "conv", 0)
    place = arena(model)
    assert all(offset % place.alignment == 0 for offset in place.offsets.values())


@pytest.mark.parametrize("name", ["reshape", "squeeze", "expand_dims"])
def test_views_cost_nothing(name):
    model = make(ElementType.INT8, name, 0)
    assert ANYWHERE.allows(0)
    assert arena(model).size <= model.main.inputs[0].bytes + 15
    assert "arenite_copy.c" not in sources(model, "m")
