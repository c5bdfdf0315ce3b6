"""Scratch that TFLM's ESP-NN kernels request from the head while one operator runs.

Source: the calls of RequestScratchBufferInArena in esp-tflite-micro's kernels/esp_nn/*.cc, revision 99f49e1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.backends.esp_nn import sizes
from arenite.backends.reference.scratch import reference_scratch
from arenite.backends.sets import ESP_NN_CHIPS, Kernels
from arenite.model import ElementType
from arenite.operators import windows
from arenite.operators.requirements import is_complete

if TYPE_CHECKING:
    from arenite.backends.instance import Instance


def esp_scratch(kernel: Instance) -> tuple[int, ...]:
    """Bytes of each scratch buffer that a kernel requests, in order, not rounded; on any chip the most of all chips.

    An operator that does not have the inputs its kind needs requests nothing.
    """
    reference = reference_scratch(kernel.operator, kernel.abi.pointer_bytes)
    if kernel.operator.code not in OWN or not is_complete(kernel.operator):
        return reference
    chips = ESP_NN_CHIPS if kernel.kernels is Kernels.ESP_NN else (kernel.kernels,)
    try:
        own = max(_size(kernel, chip) for chip in chips)
    except ValueError:  # of shapes that no rule is known for
        return reference
    return (*reference, own) if own > 0 else reference


def _size(kernel: Instance, chip: Kernels) -> int:
    code, data = kernel.operator.code, kernel.input(0)
    if data.type is not ElementType.INT8:
        return 0
    if code == "SOFTMAX":  # the second dimension, whatever the rank
        return sizes.softmax(data.shape[1]) if kernel.output.type is ElementType.INT8 and len(data.shape) > 1 else 0
    if chip is Kernels.ESP_NN_GENERIC:
        return 0
    if code == "CONV_2D":
        window = windows.convolution(kernel.operator)
        return sizes.convolution_s3(window) if chip is Kernels.ESP_NN_S3 else sizes.convolution_p4(window)
    window, multiplier = windows.depthwise(kernel.operator), kernel.option("depth_multiplier", 1)
    return sizes.depthwise_s3(window, multiplier) if chip is Kernels.ESP_NN_S3 else 0


OWN = frozenset({"CONV_2D", "DEPTHWISE_CONV_2D", "SOFTMAX"})
"""Operators whose kernels request scratch for ESP-NN."""
