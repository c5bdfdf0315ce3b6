"""ESP-NN behind Espressif's glue (esp-tflite-micro, kernels/esp_nn/): int8 without dilation; else the reference kernel.

One rule for all chips. The generic C kernels, those of the ESP32-P4 and most of the ESP32-S3 keep the reference's order
of pixels and read a channel, a pixel, some rows or the whole input ahead, so the reference's distance is safe. The
exceptions are below. Elementwise kernels and SOFTMAX read blocks of elements, or a row, before they write them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.backends.overlap import APART, Overlap
from arenite.backends.reference.overlap import in_order, reference, windowed
from arenite.model import ElementType
from arenite.operators import windows
from arenite.operators.walk import blocks

if TYPE_CHECKING:
    from arenite.model import Operator

S3_POINTWISE = 8
"""Pixels that the 1x1 kernel of the ESP32-S3 makes together; channels that it reads ahead at a time."""
S3_CHANNELS = 16
"""Channels that a pass of the 3x3 depthwise kernel of the ESP32-S3 makes."""


def esp_nn(operator: Operator, position: int, output: int) -> Overlap:
    """Distances for the kernels that TFLM runs for an operator when it is built with ESP-NN, on any chip."""
    if operator.outputs[0].type is not ElementType.INT8:
        return reference(operator, position, output)
    if operator.code == "CONV_2D":
        return _convolution(operator, position)
    if operator.code == "DEPTHWISE_CONV_2D":
        return _depthwise(operator, position)
    if operator.code == "FULLY_CONNECTED":
        return _fully_connected(operator, position)
    return reference(operator, position, output)


def _convolution(operator: Operator, position: int) -> Overlap:
    """The ESP32-S3 makes 8 pixels at a time of a 1x1 convolution (esp_nn_conv_s8_1x1_esp32s3.c).

    Channels that do not fill a group of 8 are read anew for every output channel, hence after writes.
    """
    if not windowed(operator, position):
        return APART
    window = windows.window(operator)
    distance = in_order(window)
    strides = (window.rows.stride, window.columns.stride)
    if window.pointwise and strides == (1, 1) and window.depth % S3_POINTWISE:
        pixels = window.rows.length * window.columns.length
        grouped = blocks(pixels, window.depth, window.out_depth, S3_POINTWISE, window.out_depth - 1)
        walk = window.walk
        distance = max(distance, grouped + max(0, window.batches - 1) * max(0, walk.size - walk.input_size))
    return Overlap(distance)


def _depthwise(operator: Operator, position: int) -> Overlap:
    """The ESP32-S3 makes a 3x3 window in passes of 16 channels, straight from the input where nothing is padded.

    Elsewhere it copies the input, or the rows of a window, before it writes (esp_nn_depthwise_conv_s8_esp32s3.c).
    """
    if not windowed(operator, position):
        return APART
    window = windows.window(operator)
    straight = window.depth == window.out_depth and all(map(_unpadded, (window.rows, window.columns)))
    if straight and window.depth > S3_CHANNELS and not window.depth % S3_CHANNELS:
        return Overlap(max(in_order(window), window.walk.passes()))
    return Overlap(in_order(window))


def _unpadded(axis: windows.Axis) -> bool:
    """Whether a window of 3 uses this axis as it is: the kernel reads `outputs * stride + 2` positions of it."""
    return (axis.kernel, axis.dilation, axis.padding) == (3, 1, 0) and axis.outputs * axis.stride + 2 == axis.length


def _fully_connected(operator: Operator, position: int) -> Overlap:
    """Row by row; within a row, outputs may be written before the row is read again."""
    if not windowed(operator, position):
        return APART
    return Overlap(windows.window(operator).walk.next_row())
