"""TFLite_Detection_PostProcess in C: its fast and its regular way against TFLM, and what it takes of the arena."""

from __future__ import annotations

import numpy as np
import pytest
from hand_made import graph, model, with_custom_options

from arenite.codegen.obstacles import why_not
from arenite.model import Data, ElementType, Operator, Tensor

from .harness import arena_size, run_c, sources
from .test_codegen_operators import expected

BOXES = 40
OPTIONS = {
    "max_detections": 6,
    "max_classes_per_detection": 1,
    "num_classes": 3,
    "nms_score_threshold": 0.3,
    "nms_iou_threshold": 0.4,
    "y_scale": 10.0,
    "x_scale": 10.0,
    "h_scale": 5.0,
    "w_scale": 5.0,
}


def floats(name, *shape, data=None):
    return Tensor(name, shape, ElementType.FLOAT32, data)


def detection(background=1, numbers=4, seed=1, **options):
    """A model of the operator alone, with anchors at random; an option that is None is left out."""
    random, options = np.random.default_rng(seed), {**OPTIONS, **options}
    anchors = np.float32(np.stack([*random.uniform(0, 1, (2, BOXES)), *random.uniform(0.1, 0.5, (2, BOXES))], -1))
    boxes, scores = floats("boxes", 1, BOXES, numbers), floats("scores", 1, BOXES, options["num_classes"] + background)
    places = floats("anchors", BOXES, 4, data=Data(anchors.tobytes()))
    most = options["max_detections"]
    outputs = (floats("found", 1, most, 4), floats("kinds", 1, most), floats("values", 1, most), floats("number", 1))
    operator = Operator("CUSTOM", (boxes, scores, places), outputs, custom_code="TFLite_Detection_PostProcess")
    given = {name: value for name, value in options.items() if value is not None}
    return with_custom_options(model(graph([boxes, scores], outputs, [operator]), name="detection"), given)


def given(seed, each):
    """Box encodings, and scores of which several are equal."""
    random = np.random.default_rng(seed)
    boxes, scores = (tensor.shape for tensor in each.main.inputs)
    return [np.float32(random.normal(0, 2, boxes)), np.float32(random.integers(0, 20, scores) / 20)]


MODELS = {
    "fast": {},
    "no background": {"background": 0},
    "more numbers": {"numbers": 6},
    "regular": {"use_regular_nms": True, "detections_per_class": 4},
    "regular, as many as there are": {"use_regular_nms": True, "max_detections": 25},
    "regular, few pass": {"use_regular_nms": True, "nms_score_threshold": 0.94},
    "fast, few pass": {"nms_score_threshold": 0.94, "max_detections": 12},
}


@pytest.mark.parametrize("name", MODELS)
def test_detections_are_those_of_tflm(name, tmp_path):
    """TFLM's fast way leaves places behind the detections as they are."""
    models = [detection(seed=seed, **MODELS[name]) for seed in range(3)]
    rounds = [[given(seed + 10 * round_, each) for round_ in range(3)] for seed, each in enumerate(models)]
    counts = set()
    for ours, others in zip(run_c(models, rounds, tmp_path), expected(models, rounds), strict=True):
        assert "tflm" in others
        for theirs in others.values():
            for (found, kinds, values, number), known in zip(ours, theirs, strict=True):
                count = int(known[3][0])
                counts.add(count)
                assert number[0] == count
                np.testing.assert_array_equal(kinds[0, :count], known[1][0, :count])
                np.testing.assert_array_equal(values[0, :count], known[2][0, :count])
                np.testing.assert_allclose(found[0, :count], known[0][0, :count], rtol=2e-5, atol=1e-6)
                assert not values[0, count:].any()
                assert not found[0, count:].any()
    assert max(counts) > 0


def test_the_scratch_is_one_number_for_each_box():
    size = arena_size(sources(detection(), "detection"))
    ports = 4 * (BOXES * (4 + 4) + 6 * (4 + 1 + 1) + 1)
    assert ports + 4 * BOXES <= size <= ports + 4 * BOXES + 6 * 16


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"max_classes_per_detection": 2}, "a box must have one class only"),
        ({"nms_iou_threshold": 2.0}, "nms_iou_threshold"),
        ({"nms_iou_threshold": None}, "nms_iou_threshold is missing"),
        ({"y_scale": 0.0}, "a scale of the boxes is 0"),
    ],
)
def test_what_is_refused(options, reason):
    why = why_not(detection(**options).main.operators[0])
    assert why is not None
    assert reason in why
