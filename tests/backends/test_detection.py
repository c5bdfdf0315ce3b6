"""TFLite_Detection_PostProcess: scratch, tail and limits from its options, against TFLM here."""

from __future__ import annotations

import struct

import pytest
from hand_made import graph, model, with_custom_options

from arenite.backends.build import X86_64
from arenite.backends.reference.scratch import reference_scratch, scratch_is_known, unknown_scratch
from arenite.backends.sets import REFERENCE
from arenite.model import Data, ElementType, Operator, Tensor
from arenite.runtimes import process
from arenite.runtimes.run import Job, Run
from arenite.search.optimization import Options, optimize
from arenite.tflite.read import read_model
from arenite.tflite.write import write_bytes

needs_tflm = pytest.mark.skipif(bool(process.absent("tflm")), reason="tflite-micro is not installed")

OPTIONS = {
    "max_detections": 10,
    "max_classes_per_detection": 1,
    "num_classes": 2,
    "nms_score_threshold": 0.0,
    "nms_iou_threshold": 0.5,
    "y_scale": 10.0,
    "x_scale": 10.0,
    "h_scale": 5.0,
    "w_scale": 5.0,
}


def floats(name, *shape, data=None):
    return Tensor(name, shape, ElementType.FLOAT32, data)


def detection(anchors=40, scores=3, numbers=4, batch=1, kind=ElementType.FLOAT32, **options):
    """A model of the one operator; an option that is None is left out."""
    boxes = floats("boxes", batch, anchors, numbers)
    classes = Tensor("classes", (batch, anchors, scores), kind)
    places = floats("anchors", anchors, 4, data=Data(struct.pack("<4f", 0.5, 0.5, 0.2, 0.2) * anchors))
    most = options.get("max_detections", OPTIONS["max_detections"]) or 1
    outputs = (floats("found", 1, most, 4), floats("kinds", 1, most), floats("values", 1, most), floats("number", 1))
    operator = Operator("CUSTOM", (boxes, classes, places), outputs, custom_code="TFLite_Detection_PostProcess")
    given = {name: value for name, value in {**OPTIONS, **options}.items() if value is not None}
    return with_custom_options(model(graph([boxes, classes], outputs, [operator]), name="detection"), given)


def of(each):
    return each.main.operators[0]


def test_scratch_of_ten_detections_is_241_bytes_an_anchor():
    sizes = reference_scratch(of(detection(1917)))
    assert sum(sizes) == 1917 * (1 + 4 * (4 + 3 + 3 + 5 * 10))
    assert sum(sizes) == 1917 * 241
    assert len(sizes) == 11


@needs_tflm
def test_head_and_tail_are_what_tflm_records():
    models = [
        detection(),
        detection(7),
        detection(1),
        detection(scores=2),
        detection(33, 91, num_classes=90),
        detection(max_detections=3, num_classes=3),
        detection(5, max_detections=25),
        detection(max_detections=1, use_regular_nms=True, detections_per_class=7),
        detection(max_detections=20, max_classes_per_detection=2, numbers=6),
    ]
    jobs = [Job(write_bytes(each), (), 4, 1 << 20) for each in models]
    for each, result in zip(models, process.run("tflm", jobs), strict=True):
        assert isinstance(result, Run), result
        predicted = REFERENCE.arena(each, abi=X86_64)
        assert predicted.exact
        assert (predicted.head_bytes, predicted.tail_bytes) == (result.memory.head, result.memory.tail)
        small = [Job(write_bytes(each), (), 4, predicted.declare_bytes - less) for less in (0, 16)]
        enough, too_small = (process.run("tflm", [job])[0] for job in small)
        assert isinstance(enough, Run)
        assert not isinstance(too_small, Run)


@pytest.mark.parametrize("value", [None, -5])
@pytest.mark.parametrize("name", ["max_detections", "num_classes"])
def test_without_its_options_nobody_knows(name, value):
    each = with_custom_options(detection(), {key: number for key, number in {**OPTIONS, name: value}.items() if number})
    assert not scratch_is_known(of(each))
    assert unknown_scratch(each) == ("TFLite_Detection_PostProcess",)
    assert not REFERENCE.arena(each).exact
    assert scratch_is_known(of(detection()))


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"batch": 2}, "one image at a time"),
        ({"numbers": 3}, "input 0 has 3 numbers for a box"),
        ({"scores": 5}, "its option num_classes is 2"),
        ({"max_detections": 0}, "max_detections is 0"),
        ({"max_classes_per_detection": 0}, "max_classes_per_detection is 0"),
        ({"use_regular_nms": True, "detections_per_class": 0}, "detections_per_class is 0"),
        ({"kind": ElementType.UINT8}, "input 1 is UINT8, but must be FLOAT32"),
    ],
)
def test_what_its_kernel_refuses(wrong, reason):
    assert reason in REFERENCE.why_not(of(detection(**wrong)))
    assert REFERENCE.why_not(of(detection())) is None


def test_cases(shared):
    cases = shared / "cases"
    large = read_model(cases / "detection_postprocess.tflite")
    assert REFERENCE.arena(large, abi=X86_64).total_bytes == 517_392
    scratch = next(sum(reference_scratch(each)) for each in large.main.operators if each.code == "CUSTOM")
    assert scratch == 1917 * 241
    assert REFERENCE.arena(read_model(cases / "ssd.tflite")).exact


@needs_tflm
def test_the_plan_is_optimal_and_verified():
    plan = optimize(detection(), Options(rounds=1))
    assert plan.unknown_scratch == ()
    assert plan.verified["tflm"] == "identical"
