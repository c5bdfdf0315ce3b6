"""TFLite_Detection_PostProcess."""

from __future__ import annotations

import math
from math import prod
from typing import TYPE_CHECKING

from arenite.backends.reference.detection import LIMITS
from arenite.codegen.quantized import single
from arenite.codegen.unit import Unit, require, tensors
from arenite.tflite.custom_options import custom_numbers

if TYPE_CHECKING:
    from arenite.model import Operator

PER_CLASS = 100
"""Detections of a class where the options say nothing (kNumDetectionsPerClass)."""


def detection(unit: Unit, operator: Operator) -> None:
    """Boxes are decoded when they are compared, so the scratch is one number for each box.

    TFLM's fast way leaves places that are left over as they are; here they become 0, as in its regular way.
    """
    for check in LIMITS:
        why = check(operator)
        require(why is None, str(why))
    encodings, scores, anchors = tensors(operator, 3)
    options, outputs = custom_numbers(operator), operator.outputs
    classes, most, regular = (
        int(options.get(name, 0)) for name in ("num_classes", "max_detections", "use_regular_nms")
    )
    require(0 < classes <= scores.shape[2], "its option num_classes is missing")
    single_class = regular or options.get("max_classes_per_detection") == 1 or classes == 1
    require(single_class, "a box must have one class only: TFLM writes several behind the end of its outputs")
    overlap = _real(operator, "nms_iou_threshold")
    require(0 < overlap <= 1, f"its option nms_iou_threshold is {overlap:g}")
    require(anchors.shape == (encodings.shape[1], 4), "the anchors do not fit the boxes")
    fit = [prod(each.shape) for each in outputs] == [4 * most, most, most, 1]
    require(fit and len({*outputs}) == len(outputs), "the outputs do not fit max_detections")
    scales = {
        name: _real(operator, f"{name[0]}_scale") for name in ("y_scale", "x_scale", "height_scale", "width_scale")
    }
    require(all(scales.values()), "a scale of the boxes is 0")
    layer = unit.parameters(
        "detection",
        boxes=encodings.shape[1],
        numbers=encodings.shape[2],
        columns=scores.shape[2],
        first_class=scores.shape[2] - classes,
        classes=classes,
        regular=regular,
        most_of_pass=int(options.get("detections_per_class", PER_CLASS)) if regular else most,
        most=most,
        least_score=_real(operator, "nms_score_threshold"),
        most_overlap=overlap,
        **scales,
    )
    places = (unit.pointer(tensor) for tensor in (encodings, scores, anchors))
    unit.call_with(layer, *places, unit.scratch_pointer(), *map(unit.target, outputs))


def _real(operator: Operator, name: str) -> float:
    value = custom_numbers(operator).get(name, math.nan)
    require(math.isfinite(value), f"its option {name} is missing")
    return single(float(value))
