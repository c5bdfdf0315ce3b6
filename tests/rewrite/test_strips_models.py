"""Real models in strips: equal outputs, and the figures that were measured by hand."""

from __future__ import annotations

import pytest

from arenite import zoo
from arenite.operators.macs import macs
from arenite.rewrite.strips import SplitRows, region_of, strip_plan, why_not
from arenite.runtimes.verification import verify
from arenite.tflite.read import read_model
from arenite.tflite.write import write_bytes

REAL = (
    ("tflite-micro__person_detect", 4, 4, ("tflm",)),  # LiteRT refuses it
    ("tflite-micro__person_detect", 8, 8, ("tflm",)),
    ("tiny__vww_96_int8", 12, 3, ("litert", "tflm")),
    ("tiny__pretrainedResnet_quant", 12, 4, ("litert", "tflm")),
    ("tiny__vww_96_float", 6, 3, ("litert", "tflm")),
)


@pytest.mark.parametrize("halo", ["recompute", "keep"])
@pytest.mark.parametrize(("name", "operators", "strips", "runtimes"), REAL)
def test_real_models(shared, name, operators, strips, runtimes, halo):
    path = shared / "models" / f"{name}.tflite"
    if not path.exists():
        pytest.skip(f"{path.name} is not there")
    model = read_model(path)
    region = region_of(model, model.main.operators[:operators])
    parts = SplitRows(strip_plan(region, strips, halo=halo)).run(model)
    verdict = verify(model, parts, rounds=1, runtimes=runtimes)
    assert verdict.identical or not verdict.compared, verdict.status


def test_weights_stay_where_they_are_in_the_file(shared):
    model = read_model(shared / "models" / "tflite-micro__person_detect.tflite")
    parts = SplitRows(strip_plan(region_of(model, model.main.operators[:4]), 4)).run(model)
    assert len(write_bytes(parts)) < len(write_bytes(model)) + 16_000


def test_all_of_mobilenet_v2_that_can_be_split():
    model = zoo.build("mobilenet-v2", resolution=64)
    operators = [
        operator
        for operator in model.main.operators
        if len(operator.outputs[0].shape) == 4 and operator.outputs[0].shape[1] > 2
    ]
    assert [why_not(operator) for operator in operators] == [None] * len(operators)
    parts = SplitRows(strip_plan(region_of(model, operators), (0, 1, 4), halo="keep")).run(model)
    assert sum(map(macs, parts.main.operators)) == sum(map(macs, model.main.operators))
    assert verify(model, parts, rounds=1).identical
