"""Scratch that Espressif's ESP-NN kernels request from the head while one operator runs.

Source: the calls of RequestScratchBufferInArena in esp-tflite-micro's kernels/esp_nn/*.cc, revision 99f49e1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.backends.esp_nn import sizes
from arenite.backends.esp_nn.chips import Chip
from arenite.backends.reference.scratch import reference_scratch, scratch_is_known
from arenite.model import ElementType
from arenite.operators import windows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.backends.instance import Instance


def esp_scratch(kernel: Instance, chips: Sequence[Chip]) -> tuple[int, ...]:
    """Bytes of each scratch buffer that a kernel requests, in order, not rounded; the maximum over `chips`.

    An operator without the inputs that its kind needs requests nothing.
    """
    reference = reference_scratch(kernel.operator, kernel.abi.pointer_bytes)
    if kernel.operator.code not in OWN or not scratch_is_known(kernel.operator):
        return reference
    own = max(_size(kernel, chip) for chip in chips)
    return (*reference, own) if own > 0 else reference


def _size(kernel: Instance, chip: Chip) -> int:
    code, data = kernel.operator.code, kernel.input(0)
    if data.type is not ElementType.INT8:
        return 0
    if code == "SOFTMAX":  # esp-tflite-micro takes the second dimension at every rank
        return sizes.softmax(data.shape[1]) if kernel.output.type is ElementType.INT8 and len(data.shape) > 1 else 0
    if chip is Chip.GENERIC:
        return 0
    if code == "CONV_2D":
        window = windows.window(kernel.operator)
        return sizes.convolution_s3(window) if chip is Chip.S3 else sizes.convolution_p4(window)
    window, multiplier = windows.window(kernel.operator), kernel.operator.number("depth_multiplier", 1)
    return sizes.depthwise_s3(window, multiplier) if chip is Chip.S3 else 0


OWN = frozenset({"CONV_2D", "DEPTHWISE_CONV_2D", "SOFTMAX"})
"""Operator kinds whose kernels request scratch for ESP-NN."""
