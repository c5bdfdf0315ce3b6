"""Scratch that Espressif's ESP-NN kernels request from the head while one operator runs, by chip.

Source: the calls of RequestScratchBufferInArena in esp-tflite-micro's kernels/esp_nn/*.cc, revision 99f49e1, and
esp_nn_get_{conv,depthwise_conv,softmax}_scratch_size_* in ESP-NN's src/convolution and src/softmax, revision d45b843.
The generic C kernels request only a row for SOFTMAX.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from arenite.backends.build import round_up
from arenite.backends.reference.scratch import reference_scratch, scratch_is_known
from arenite.model import ElementType
from arenite.operators import windows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.backends.build import Instance
    from arenite.operators.windows import Window

OWN = frozenset({"CONV_2D", "DEPTHWISE_CONV_2D", "SOFTMAX"})
"""Operator kinds whose kernels request scratch for ESP-NN."""

INT, INT16 = 4, 2
VECTOR = 16
"""Bytes of a vector of the chip's SIMD instructions."""

P4_CACHE = 32768
"""Bytes of the ESP32-P4's data cache that its convolution uses for buffers (L1D_BUDGET)."""

S3_WHOLE_INPUT, S3_WHOLE_WIDENED = 40 * 1024, 48 * 1024
"""Bytes up to which the ESP32-S3's depthwise convolution copies a whole input: as int8, and widened to 16 bits."""


class Chip(enum.Enum):
    """A chip, or the group of chips that runs the same ESP-NN kernels."""

    GENERIC = "generic"
    """Kernels in generic C, such as on ESP32, ESP32-S2, C3 and C6."""
    S3 = "esp32s3"
    """ESP32-S3."""
    P4 = "esp32p4"
    """ESP32-P4."""


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
    if code == "SOFTMAX":  # a row; esp-tflite-micro takes the second dimension at every rank
        return INT * data.shape[1] if kernel.output.type is ElementType.INT8 and len(data.shape) > 1 else 0
    if chip is Chip.GENERIC:
        return 0
    if code == "CONV_2D":
        window = windows.window(kernel.operator)
        return convolution_s3(window) if chip is Chip.S3 else convolution_p4(window)
    window, multiplier = windows.window(kernel.operator), kernel.operator.number("depth_multiplier", 1)
    return depthwise_s3(window, multiplier) if chip is Chip.S3 else 0


def _pointwise(window: Window) -> bool:
    rows, columns = window.rows, window.columns
    one_by_one = (rows.kernel, columns.kernel, rows.padding, columns.padding) == (1, 1, 0, 0)
    return one_by_one and window.strides == (1, 1)


def _gathered(window: Window) -> int:
    """Bytes for a 1x1 convolution: pixels and filter padded to groups of 8 channels, two blocks of 8 pixels."""
    channels, pixels = round_up(window.depth, 8), window.rows.length * window.columns.length
    copied = pixels * channels if window.depth % 8 else 0
    turned = 2 * 8 * channels if pixels >= 8 else 0
    return copied + channels * window.out_depth + turned


def convolution_s3(window: Window) -> int:
    """esp_nn_conv_esp32s3.c."""
    margin = 64
    if _pointwise(window):
        return _gathered(window) + margin
    rows, columns, depth, out_depth = window.rows, window.columns, window.depth, window.out_depth
    row, taps = columns.kernel * depth, rows.kernel * columns.kernel
    if row < VECTOR <= taps * depth:
        unrolled = round_up(taps * depth, VECTOR)
        return INT * out_depth + VECTOR + out_depth * unrolled + VECTOR + unrolled + margin
    padded = (columns.length + 2 * columns.padding) * (rows.length + 2 * rows.padding) * depth
    filters = taps * round_up(depth, VECTOR) * out_depth + round_up(row, VECTOR) * rows.kernel * out_depth
    right = max(0, columns.outputs * columns.stride + columns.kernel - 1 - columns.length)
    bottom = max(0, rows.outputs * rows.stride + rows.kernel - 1 - rows.length)
    at_the_end = (columns.length + right) * (rows.length + bottom) * depth if right or bottom else 0
    return (padded if rows.padding or columns.padding else 0) + filters + at_the_end + margin + INT * out_depth


def convolution_p4(window: Window) -> int:
    """esp_nn_conv_esp32p4.c."""
    margin, sums = 32, INT * window.out_depth
    rows, columns, depth, out_depth = window.rows, window.columns, window.depth, window.out_depth
    if _pointwise(window):
        return sums + VECTOR * out_depth + 32 + margin if depth < VECTOR else _gathered(window) + margin
    taps, padded = rows.kernel * columns.kernel, bool(rows.padding or columns.padding)
    filters = taps * round_up(depth, VECTOR) * out_depth
    if not padded and columns.kernel * depth >= VECTOR:
        return filters + margin + sums
    if taps * depth >= VECTOR:
        return sums + taps * depth + margin
    channels = round_up(-(-VECTOR // columns.kernel), VECTOR)
    widened = taps * channels * out_depth
    if not padded:
        return sums + widened + columns.length * rows.length * channels + margin
    width = columns.length + 2 * columns.padding
    whole = width * (rows.length + 2 * rows.padding) * depth
    if whole + sums <= P4_CACHE:
        return whole + filters + margin + sums
    return _tile(window, width * channels, P4_CACHE - sums - widened) + widened + margin + sums


def _tile(window: Window, row: int, room: int) -> int:
    """Bytes of the input rows for the largest tile of output rows that fits in `room` bytes; `row`: bytes per row."""
    rows, outputs = window.rows, 1
    if room > 0 and rows.kernel * row <= room:
        outputs = min((room - rows.kernel * row) // (rows.stride * row) + 1, rows.outputs)
    return ((outputs - 1) * rows.stride + rows.kernel + 2 * rows.padding) * row


def depthwise_s3(window: Window, multiplier: int) -> int:
    """esp_nn_depthwise_conv_s8_esp32s3.c."""
    rows, columns, channels = window.rows, window.columns, window.depth
    taps, pixels = rows.kernel * columns.kernel, rows.length * columns.length
    filters = taps * channels * multiplier
    if multiplier == 1 and channels % 8 == 0:
        if (rows.kernel, columns.kernel) == (3, 3):
            return _three_by_three_s3(window, filters)
        if INT16 * (filters + pixels * channels) <= S3_WHOLE_WIDENED:
            return INT16 * (filters + pixels * channels) + 32
        return INT16 * filters + INT16 * columns.length * rows.kernel * channels + 32
    if multiplier == 1 and channels > 3:
        whole = round_up(channels, 8)
        place = round_up(INT16 * taps * whole, VECTOR)
        place = round_up(place + INT16 * pixels * whole, VECTOR)
        place = round_up(place + rows.outputs * columns.outputs * whole, VECTOR)
        return place + 3 * INT * whole + 16
    return INT16 * (filters + pixels * channels) + 32 if multiplier % 4 == 0 else 32


def _three_by_three_s3(window: Window, filters: int) -> int:
    rows, columns, channels = window.rows, window.columns, window.depth
    right = columns.outputs * columns.stride + 2 - columns.length
    bottom = rows.outputs * rows.stride + 2 - rows.length
    if channels % VECTOR == 0:
        if rows.padding or columns.padding:
            right, bottom = 2 * columns.padding, 2 * rows.padding
        if not right and not bottom:
            return filters + 16
        whole = (columns.length + right) * (rows.length + bottom) * channels
        strip = (columns.length + right) * rows.kernel * channels
        return filters + (whole if whole <= S3_WHOLE_INPUT else strip) + 16
    if channels >= 12:
        padded = round_up(channels, VECTOR)
        width = columns.length + 2 * columns.padding + max(0, right)
        height = rows.length + 2 * rows.padding + max(0, bottom)
        return 9 * padded + width * height * padded + rows.outputs * columns.outputs * padded + 64
    return INT16 * (filters + rows.length * columns.length * channels) + 32
