"""Overlap rules of Espressif's ESP-NN kernels (esp-tflite-micro, kernels/esp_nn/).

ESP-NN runs int8 without dilation; all other operators run the reference kernel. One rule serves all chips. The generic
C kernels, those of the ESP32-P4 and most of the ESP32-S3 keep the reference kernel's order of pixels. They read a
channel, a pixel, some rows or the whole input ahead, so the reference kernel's distance is safe. The functions below
are the exceptions. Elementwise kernels and SOFTMAX read a block of elements, or a row, before they write it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.backends.overlap import APART, Overlap
from arenite.backends.reference.overlap import in_order, reference, windowed
from arenite.model import ElementType
from arenite.operators import windows
from arenite.operators.walk import blocks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from arenite.model import Operator
    from arenite.operators.windows import Window

S3_POINTWISE = 8
"""Pixels that the ESP32-S3's 1x1 kernel computes together; also the channels that it reads ahead at a time."""
S3_CHANNELS = 16
"""Channels per pass of the ESP32-S3's 3x3 depthwise kernel."""


def esp_nn(operator: Operator, position: int, output: int) -> Overlap:
    """Safe distances for the kernel that TFLM runs for an operator when it is built with ESP-NN, on any chip."""
    rule = RULES.get(operator.code)
    if rule is None or operator.outputs[0].type is not ElementType.INT8:
        return reference(operator, position, output)
    return Overlap(rule(windows.window(operator))) if windowed(operator, position) else APART


def _convolution(window: Window) -> int:
    """The ESP32-S3 computes 8 pixels of a 1x1 convolution at a time (esp_nn_conv_s8_1x1_esp32s3.c).

    If channels do not fill a group of 8, the kernel reads the rest again for every output channel, thus after writes.
    """
    distance = in_order(window)
    if window.pointwise and window.strides == (1, 1) and window.depth % S3_POINTWISE:
        pixels = window.rows.length * window.columns.length
        grouped = blocks(pixels, window.depth, window.out_depth, S3_POINTWISE, window.out_depth - 1)
        walk = window.walk
        distance = max(distance, grouped + max(0, window.batches - 1) * max(0, walk.size - walk.input_size))
    return distance


def _depthwise(window: Window) -> int:
    """The ESP32-S3 computes a 3x3 window without padding in passes of 16 channels, directly from the input.

    Otherwise it copies the input, or the rows of a window, before it writes (esp_nn_depthwise_conv_s8_esp32s3.c).
    """
    straight = window.depth == window.out_depth and all(map(_unpadded, (window.rows, window.columns)))
    if straight and window.depth > S3_CHANNELS and not window.depth % S3_CHANNELS:
        return max(in_order(window), window.walk.passes())
    return in_order(window)


def _unpadded(axis: windows.Axis) -> bool:
    """Whether a window of 3 needs no padding: the kernel reads exactly `outputs * stride + 2` positions."""
    return (axis.kernel, axis.dilation, axis.padding) == (3, 1, 0) and axis.outputs * axis.stride + 2 == axis.length


def _fully_connected(window: Window) -> int:
    """Row by row; within a row, the kernel may write outputs before it reads the row again."""
    return window.walk.next_row()


RULES: Mapping[str, Callable[[Window], int]] = {
    "CONV_2D": _convolution,
    "DEPTHWISE_CONV_2D": _depthwise,
    "FULLY_CONNECTED": _fully_connected,
}
"""Least safe distance by kind, in elements, which are bytes."""
