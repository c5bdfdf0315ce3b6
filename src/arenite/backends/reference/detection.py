"""TFLM's custom operator TFLite_Detection_PostProcess: decodes boxes from anchors, then non-maximum suppression.

The operator's options, a flexbuffer, decide the sizes of its scratch: see `detection_scratch`.

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
"""Options without which the kernel's scratch is unknown."""
WORD = 4
"""Bytes of a float or an int in the kernel."""
CORNERS = 4
"""Coordinates of a box."""


def decided(operator: Operator) -> bool:
    """Whether the options that decide the kernel's scratch are present and not negative."""
    options = custom_options(operator)
    return all(options.get(name, -1) >= 0 for name in DECISIVE)


def detection_scratch(operator: Operator) -> tuple[int, ...]:
    """Bytes of the kernel's eleven scratch buffers, in the order of its requests, for a sound operator.

    Raises:
        KeyError: the operator lacks one of the options `DECISIVE`.
    """
    options = custom_options(operator)
    most, classes = (options[name] for name in DECISIVE)
    boxes, scores = operator.input(0).shape, operator.input(1).shape
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


def _counts(operator: Operator) -> str | None:
    """Three inputs, four outputs."""
    found = len(operator.inputs), len(operator.outputs)
    return None if found == (3, 4) else f"it has {found[0]} inputs and {found[1]} outputs, but must have 3 and 4"


def _sizes(operator: Operator) -> str | None:
    """The batch is 1, and the scores have one row per anchor of the boxes."""
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
    """Limits of detections are above 0; scores have one column per class, with or without the background."""
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
"""Limits of the kernel's Prepare and Eval; it dequantizes no input."""
