"""Tables of 513 values between which int16 kernels interpolate, in single precision like TensorFlow Lite.

Source: LUTPopulateInt16 in TensorFlow Lite's kernels/internal/common.h.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from arenite.codegen.quantized import rounded

if TYPE_CHECKING:
    from collections.abc import Callable

STEPS = 512
"""Intervals of a table, which has one more value."""


def exponentials() -> list[int]:
    """exp(x) * 2^15 for x = -10 .. 0."""
    return _table(10.0, 32767, math.exp)


def reciprocals() -> list[int]:
    """1 / (1 + x) * 2^15 for x = 0 .. 1."""
    return _table(1.0, -32768, lambda x: 1.0 / (1.0 + x))


def sigmoids() -> list[int]:
    """1 / (1 + exp(-x / 24)) * 2^16 for x = 0 .. 255; the last value also stands for all larger x.

    Each value is lowered by half of the interpolation error in the middle of its step (TFLite's sigmoid_table_uint16).
    """

    def at(x: float) -> float:
        return 65536.0 / (1.0 + math.exp(-x / 24.0))

    chords = ((x, at(x + 0.5) - (at(x) + at(x + 1.0)) / 2.0) for x in range(255))
    return [*(math.floor(at(x) + error / 2.0 + 0.5) for x, error in chords), 65535]


def _table(length: float, zero_point: int, function: Callable[[float], float]) -> list[int]:
    """Values of a function on an interval of `length`, less half of the interpolation error in the middle of a step."""
    import numpy as np

    single = np.float32
    scale, lowest = single(length) / single(65535), single(-32768 - zero_point)
    start, end = scale * lowest, scale * single(32767 - zero_point)
    step = (end - start) / single(STEPS)
    unit = single(65536) / (single(2.0) / single(65535) * single(32767) - single(2.0) / single(65535) * single(-32768))

    def at(x: np.float32) -> np.float32:
        value: np.float32 = single(function(float(x))) * unit
        return value

    def whole(x: np.float32) -> np.float32:
        value: np.float32 = single(rounded(float(x)))
        return value

    values = []
    for i in range(STEPS):
        here = start + single(i) * step
        value, middle, after = at(here), at(here + step / single(2)), at(start + single(i + 1) * step)
        between = whole((after + whole(value)) / single(2))
        bias = whole((between - whole(middle)) / single(2))
        values.append(int(whole(value) - bias))
    values.append(int(whole(at(end))))
    return [max(-32768, min(32767, value)) for value in values]
