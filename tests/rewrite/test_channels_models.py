"""Real models by channel groups: equal outputs, and the heads that the documentation names."""

from __future__ import annotations

import pytest

from arenite import zoo
from arenite.backends.target import TFLM
from arenite.operators.macs import macs
from arenite.rewrite import Prune
from arenite.rewrite.channels import SplitChannels, channel_plan, channel_region_of
from arenite.runtimes.verification import verify
from arenite.search.optimization import preview
from arenite.search.options import Options
from arenite.tflite.read import read_model


def by_groups(model, *regions):
    """Regions are the first operator, the one after the last, and the number of groups."""
    operators = model.main.operators
    for first, end, groups in regions:
        model = SplitChannels(channel_plan(channel_region_of(model, operators[first:end]), groups)).run(model)
    return model


def head(model):
    return TFLM.arena(preview(model, Options())).head_bytes


@pytest.mark.parametrize(
    ("name", "runtimes", "most"),
    [
        ("tiny__vww_96_int8", ("litert", "tflm"), 34_432),
        ("tflite-micro__person_detect", ("tflm",), 34_416),  # LiteRT refuses it
    ],
)
def test_real_models(shared, name, runtimes, most):
    path = shared / "models" / f"{name}.tflite"
    if not path.exists():
        pytest.skip(f"{path.name} is not there")
    model = Prune().run(read_model(path))
    groups = by_groups(model, (2, 4, 8), (6, 8, 2))
    assert sum(map(macs, groups.main.operators)) == sum(map(macs, model.main.operators))
    verdict = verify(model, groups, rounds=1, runtimes=runtimes)
    assert verdict.identical or not verdict.compared, verdict.status
    assert head(groups) <= most


def test_mobilenet_v2():
    model = zoo.build("mobilenet-v2", width=0.35, resolution=144)
    groups = by_groups(model, (3, 5, 8))
    assert verify(model, groups, rounds=1).identical
    assert head(groups) <= 131_472
