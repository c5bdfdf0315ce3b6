"""What was promised: each operator in each type and variant is among those that are compared with the runtimes.

`test_codegen_operators` exports, compiles, runs and compares a model for every cell of this table.
"""

from __future__ import annotations

import pytest

from arenite.model import ElementType

from .operators_at_random import KINDS
from .registered_operators import COMPARISONS, FUNCTIONS, LINES, MOVED
from .variants import ACTIVATIONS, covering

INT8, INT16, FLOAT = ElementType.INT8, ElementType.INT16, ElementType.FLOAT32

WINDOW = {"same", "valid", "stride", "batch"}
FUSED = set(ACTIVATIONS) - {"TANH"}
SCALES = {"per channel", "per tensor"}
SHAPES = {"alike", "broadcast", "five dimensions"}

PROMISED = {
    "conv": {*WINDOW, *FUSED, "dilation", "groups", "bias", "no bias"},
    "depthwise": {*WINDOW, *FUSED, "dilation", "multiplier", "bias", "no bias"},
    "fully_connected": {*FUSED, "bias", "no bias"},
    "average_pool": {*WINDOW, *FUSED},
    "max_pool": {*WINDOW, *FUSED},
    "add": {*SHAPES, *FUSED},
    "sub": {*SHAPES, *FUSED},
    "mul": {*SHAPES, *FUSED},
    "minimum": SHAPES,
    "maximum": SHAPES,
    "concatenation": {f"axis {axis}" for axis in range(-4, 4)},
    "split": {f"axis {axis}" for axis in range(4)},
    "slice": set(),
    "strided_slice": {"begin_mask", "end_mask", "shrink_axis_mask"},
    "pad": set(),
    "reshape": set(),
    "transpose": set(),
    "mean": {"keep_dims", "axis 1, 2", "axis 0, 1, 2, 3"},
    "softmax": set(),
    "logistic": set(),
    "tanh": set(),
    "relu": set(),
    "relu6": set(),
    "relu_n1_to_1": set(),
    "relu_0_to_1": set(),
    "leaky_relu": set(),
    "hard_swish": set(),
    "prelu": set(),
    "resize_nearest": {"align_corners", "half_pixel_centers"},
    "resize_bilinear": {"align_corners", "half_pixel_centers"},
    "quantize_float": set(),
    "dequantize": set(),
    "transpose_conv": {"same", "valid", "stride", "bias", "no bias", "batch"},
    "pack": {f"axis {axis}" for axis in range(4)},
    "unpack": {f"axis {axis}" for axis in range(4)},
    "arg_max": {f"axis {axis}" for axis in range(4)},
    **{name: set() for name in (*MOVED, *LINES, "log_softmax")},
    "lstm": {"time_major"},
}
"""Operators for int8 and float with the variants of each."""

INT8_ONLY = {
    "abs": set(),
    "abs_alike": set(),
    "rsqrt": set(),
    "elu": set(),
    "div": FUSED,
    **{code.lower(): {"alike", "broadcast"} for code in COMPARISONS},
    "squared_difference": {"alike", "broadcast"},
    "batch_matmul": {"adj_x", "adj_y"},
    "conv_int4": {*PROMISED["conv"], *SCALES},
    "depthwise_int4": {*PROMISED["depthwise"], *SCALES},
    "fully_connected_int4": {*PROMISED["fully_connected"], "per tensor"},
}
INT16_ONLY = {
    "squared_difference": {"alike", "broadcast"},
    "batch_matmul": {"adj_x", "adj_y"},
    **{name: set() for name in ("abs", "leaky_relu", "prelu", "relu", "relu6", "rsqrt", "select")},
    "lstm": {"time_major"},
}
FLOAT_ONLY = {**{name: set() for name in FUNCTIONS}, "l2_pool": PROMISED["max_pool"]}
"""Operators for one type alone."""

BETWEEN_TYPES = {"quantize_float", "dequantize"}
"""From float to int8 and back: in one table for both."""
WIDE = ("conv", "depthwise", "fully_connected", "transpose_conv", "add", "mul")
"""Operators for int16 activations."""
WEIGHTED = {"conv", "depthwise", "fully_connected", "transpose_conv"}


def cells():
    for name, variants in PROMISED.items():
        scales = SCALES if name in WEIGHTED else set()
        yield INT8, name, variants | scales
        if name not in BETWEEN_TYPES:
            yield FLOAT, name, variants
        if name in WIDE:
            yield INT16, name, (variants | scales) - {"groups"}

    for kind, table in ((INT8, INT8_ONLY), (INT16, INT16_ONLY), (FLOAT, FLOAT_ONLY)):
        for name, variants in table.items():
            yield kind, name, variants


@pytest.mark.parametrize(("kind", "name", "promised"), list(cells()))
def test_what_was_promised_is_compared(kind, name, promised):
    assert name in KINDS[kind]
    assert promised <= covering(kind, name)[1]
