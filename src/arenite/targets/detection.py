"""TFLM's custom operator TFLite_Detection_PostProcess: boxes from anchors, and the best of them that overlap little.

Its options, a flexbuffer, decide what it requests: see `detection_scratch`.

Source: kernels/detection_postprocess.cc of TFLM.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.model import ElementType
from arenite.targets.checks import OUTPUT, at, inputs, rank, types
from arenite.tflite.custom_options import custom_options

if TYPE_CHECKING:
    from arenite.model import Operator
    from arenite.targets.checks import Check

NAME = "TFLite_Detection_PostProcess"
OP_DATA = "6ib21i"
"""The kernel's structure, in the letters of `arenite.targets.build.size_of`."""
DECISIVE = ("max_detections", "num_classes")
"""Options without which nobody can say what the kernel requests."""
WORD = 4
"""Bytes of the kernel's floats and ints."""
CORNERS = 4
"""Numbers that describe a box."""
DETECTIONS_PER_CLASS = 100
"""What TFLM takes for `detections_per_class` where the options do not say it."""


def detection_scratch(operator: Operator) -> tuple[int, ...]:
    """Bytes of its eleven scratch buffers in order: for every anchor, a row of each table.

    Raises:
        IndexError: it lacks an input or a dimension.
        KeyError: it lacks one of the options `DECISIVE`.
    """
    options = custom_options(operator)
    most, classes = (options[name] for name in DECISIVE)
    boxes, scores = _shape(operator, 0), _shape(operator, 1)
    anchors = boxes[1]
    row = WORD * anchors
    return (
        anchors,  # which candidates are still active
        CORNERS * row,  # decoded boxes
        WORD * scores[1] * scores[2],  # scores
        row,  # scores of one class
        row,  # scores kept
        most * row,  # scores after suppression
        most * row,  # sorted values
        row,  # indices kept
        most * row,  # sorted indices
        max(classes, most) * row,  # indices of boxes, or of classes
        min(anchors, most) * row,  # boxes selected
    )


def _shape(operator: Operator, place: int) -> tuple[int, ...]:
    tensor = operator.inputs[place]
    return () if tensor is None else tensor.shape


def _counts(operator: Operator) -> str | None:
    """Three inputs, four outputs."""
    found = len(operator.inputs), len(operator.outputs)
    return None if found == (3, 4) else f"it has {found[0]} inputs and {found[1]} outputs, but must have 3 and 4"


def _sizes(operator: Operator) -> str | None:
    """One image, a score for each class of each anchor, the background's at most besides; numbers above 0."""
    options, boxes, scores = custom_options(operator), at(operator, 0), at(operator, 1)
    if boxes is None or scores is None:
        return None
    if boxes.shape[0] != 1 or scores.shape[0] != 1:
        return "it works on a batch, but takes one image at a time"
    if boxes.shape[2] < CORNERS:
        return f"input 0 has {boxes.shape[2]} numbers for a box, but must have at least {CORNERS}"
    if scores.shape[1] != boxes.shape[1]:
        return f"input 1 has scores of {scores.shape[1]} anchors, but input 0 has {boxes.shape[1]}"
    regular = options.get("use_regular_nms", 0)
    needed = "detections_per_class" if regular else "max_classes_per_detection"
    value = options.get(needed, DETECTIONS_PER_CLASS if regular else 0)
    if options and value <= 0:
        return f"its option {needed} is {value}, but must be above 0"
    if options.get("max_detections", 1) <= 0:
        return f"its option max_detections is {options['max_detections']}, but must be above 0"
    if "num_classes" in options and scores.shape[2] - options["num_classes"] not in (0, 1):
        return f"input 1 has scores of {scores.shape[2]} classes, but its option num_classes is {options['num_classes']}"
    return None


LIMITS: tuple[Check, ...] = (
    _counts,
    *(types(place, ElementType.FLOAT32) for place in (0, 1, 2, OUTPUT)),
    rank(0, 3, 3),
    rank(1, 3, 3),
    rank(2, 2, 2),
    _sizes,
)
"""What its Prepare and Eval ask; other types are dequantised nowhere."""
