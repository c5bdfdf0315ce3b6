"""TFLM's custom operator TFLite_Detection_PostProcess: boxes from anchors, and the best of them that overlap little.

Its options, a flexbuffer, decide what it requests: see `detection_scratch`.

Source: kernels/detection_postprocess.cc of TFLM.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.backends.checks import OUTPUT, at, rank, types
from arenite.model import ElementType
from arenite.tflite.custom_options import custom_options

if TYPE_CHECKING:
    from arenite.backends.checks import Check
    from arenite.model import Operator

NAME = "TFLite_Detection_PostProcess"
OP_DATA = "6ib21i"
"""The kernel's structure, in the letters of `arenite.backends.build.size_of`."""
DECISIVE = ("max_detections", "num_classes")
"""Options without which nobody can say what the kernel requests."""
WORD = 4
"""Bytes of the kernel's floats and ints."""
CORNERS = 4
"""Numbers that describe a box."""


def decided(operator: Operator) -> bool:
    """Whether its options decide what its kernel requests: numbers that are not negative, as sizes must be."""
    options = custom_options(operator)
    return all(options.get(name, -1) >= 0 for name in DECISIVE)


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
    """One image, and scores of as many anchors as there are boxes."""
    boxes, scores = at(operator, 0), at(operator, 1)
    if boxes is None or scores is None:
        return None
    if boxes.shape[0] != 1 or scores.shape[0] != 1:
        return "it works on a batch, but takes one image at a time"
    if boxes.shape[2] < CORNERS:
        return f"input 0 has {boxes.shape[2]} numbers for a box, but must have at least {CORNERS}"
    if scores.shape[1] != boxes.shape[1]:
        return f"input 1 has scores of {scores.shape[1]} anchors, but input 0 has {boxes.shape[1]}"
    return None


def _options(operator: Operator) -> str | None:
    """Numbers above 0; a score for each class, the background's at most besides."""
    options, scores = custom_options(operator), at(operator, 1)
    needed = "detections_per_class" if options.get("use_regular_nms") else "max_classes_per_detection"
    for name in ("max_detections", needed):
        if options.get(name, 1) <= 0:
            return f"its option {name} is {options[name]}, but must be above 0"
    classes = options.get("num_classes")
    if scores is None or classes is None or scores.shape[2] - classes in (0, 1):
        return None
    return f"input 1 has scores of {scores.shape[2]} classes, but its option num_classes is {classes}"


LIMITS: tuple[Check, ...] = (
    _counts,
    *(types(place, ElementType.FLOAT32) for place in (0, 1, 2, OUTPUT)),
    rank(0, 3, 3),
    rank(1, 3, 3),
    rank(2, 2, 2),
    _sizes,
    _options,
)
"""What its Prepare and Eval ask; other types are dequantized nowhere."""
