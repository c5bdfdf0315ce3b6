"""Operators for which generated C calls CMSIS-NN: those for which CMSIS-NN computes the same bits.

All others run Arenite's own kernel: operators that CMSIS-NN computes differently or refuses. These have windows wholly
on padding, or padding that CMSIS-NN cannot express (it takes the padding above and on the left and derives the rest
from the sizes), or meet the faults that `docs/export.md` lists. A strip has its own rows and padding and is judged
separately.

Source: CMSIS-NN 4ab83cc, the files that are named below.
"""

from __future__ import annotations

from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING

from arenite.backends.cmsis_nn.instructions import Instructions
from arenite.backends.cmsis_nn.overlap import PAIR, cmsis_nn
from arenite.backends.cmsis_nn.scratch import is_row
from arenite.backends.overlap import APART, Overlap
from arenite.model import ElementType
from arenite.operators import windows
from arenite.operators.soundness import is_sound

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from arenite.model import Operator
    from arenite.operators.windows import Axis, Window

INT8, INT16 = ElementType.INT8, ElementType.INT16
LONGEST = (1 << 15) - 1
"""Maximum number of rows, columns and channels, from the kernels' 16-bit counters."""
LEAST_PIXELS = 32
"""Least pixels per call of a 1x1 convolution; smaller calls add overhead per pixel, larger ones need more distance."""
NARROW = 511
"""Products of an int16 and an int8 whose sum always fits 32 bits, as some of the 16-bit functions accumulate."""


def called(operator: Operator, instructions: Instructions | None) -> bool:
    """Whether generated C calls CMSIS-NN for an operator on cores with these instructions."""
    rule = _RULES.get(operator.code)
    if rule is None or instructions is None or not is_sound(operator):
        return False
    return rule(operator, instructions)


def passed_on(operator: Operator, position: int, output: int, instructions: Instructions) -> Overlap:
    """Safe distances for an operator that is `called`: those of TFLM's CMSIS-NN kernels, with two exceptions.

    FULLY_CONNECTED never runs as a convolution but row by row (arm_fully_connected_*.c). 1x1 convolutions are called
    for a few rows at a time, see `rows_at_once`.
    """
    if operator.code not in {"CONV_2D", "FULLY_CONNECTED"}:
        return cmsis_nn(operator, position, output, instructions)
    if position:
        return APART
    if operator.code == "FULLY_CONNECTED":
        return Overlap(windows.window(operator).walk.next_row() * operator.outputs[0].type.bytes)
    rows = rows_at_once(operator, instructions)
    return _in_parts(operator, rows) if rows else cmsis_nn(operator, position, output, instructions)


def rows_at_once(operator: Operator, instructions: Instructions | None) -> int:
    """Rows of a convolution per call of CMSIS-NN; 0 means all rows in one call.

    Without MVE, a 1x1 convolution with stride 1 makes one pass over its whole input per pair of channels, so the output
    would have to be apart from the input. A call for a few rows reads only these rows.
    """
    window = windows.window(operator)
    paired = instructions is not Instructions.MVE and window.out_depth > PAIR
    fast = window.pointwise and window.strides == (1, 1)
    if operator.outputs[0].type is not INT8 or not fast or not paired:
        return 0
    rows = -(-LEAST_PIXELS // window.columns.length)
    return rows if rows < window.rows.length else 0


def _in_parts(operator: Operator, rows: int) -> Overlap:
    """Blocks of whole rows in turn: a block may be written while all of its input is still to be read."""
    window = windows.window(operator)
    part, pixels = rows * window.columns.length, window.pixels
    starts = {0, part, (pixels - 1) // part * part, ((pixels - 1) // part - 1) * part}
    ends = ((min(start + part, pixels) * window.out_depth, start * window.depth) for start in starts)
    return Overlap(max(written - read for written, read in ends))


def _convolution(operator: Operator, instructions: Instructions) -> bool:
    """Conditions for arm_convolve_wrapper_s8.c and arm_convolve_wrapper_s16.c."""
    window = windows.window(operator)
    if not _weighted(operator) or not _fits(window):
        return False
    if operator.outputs[0].type is INT16:
        column = window.rows.kernel * window.columns.kernel * window.depth
        return window.groups == 1 and column <= NARROW and _wide_bias(operator)
    return _convolution_s8(window, instructions)


def _convolution_s8(window: Window, instructions: Instructions) -> bool:
    """The fast 1x1 kernel computes one output pixel per input pixel, so both must have the same size."""
    rows, columns = window.rows, window.columns
    if window.pointwise:
        strided = rows.stride > 1 or columns.stride > 1
        return strided or (rows.length, columns.length) == (rows.outputs, columns.outputs)
    if is_row(window, instructions):
        return rows.padding == 0 and rows.outputs == 1 and _row_fits(columns)
    return True


def _row_fits(axis: Axis) -> bool:
    """arm_convolve_1_x_n_s8.c moves windows at an end of the row by one column each: right for stride 1 only.

    It refuses padding that is not the same on both sides, except one more column on the right.
    """
    padding = (axis.outputs - 1) * axis.stride + axis.kernel - axis.length
    if axis.stride > 1:
        return padding == 0 == axis.padding
    return padding >= 0 and axis.padding == padding // 2 and axis.kernel <= axis.length


def _depthwise(operator: Operator, instructions: Instructions) -> bool:
    """Conditions for arm_depthwise_conv_wrapper_s8.c."""
    window = windows.window(operator)
    if not _weighted(operator) or not _fits(window) or operator.outputs[0].type is not INT8:
        return False
    if instructions is Instructions.MVE:
        return window.depth > 1 or window.out_depth == 1 or _convolution_s8(replace(window, groups=1), instructions)
    rows, columns = window.rows, window.columns
    three = (rows.kernel, columns.kernel) == (3, 3) and window.depth == window.out_depth and not window.dilated
    if three and rows.padding <= 1 and columns.padding <= 1:
        # arm_depthwise_conv_3x3_s8.c reads the middle column of every window, even outside the row.
        return (columns.outputs - 1) * columns.stride - columns.padding + 1 < columns.length
    return True


def _pool(operator: Operator, _: Instructions) -> bool:
    """Conditions for arm_avgpool_s8.c and arm_max_pool_s8.c."""
    return operator.input(0).type is operator.outputs[0].type is INT8 and _fits(windows.window(operator))


def _fully_connected(operator: Operator, _: Instructions) -> bool:
    """Conditions for arm_fully_connected_wrapper_s8.c and arm_fully_connected_s16.c."""
    depth, quantization = windows.window(operator).depth, operator.input(1).quantization
    if operator.outputs[0].type is INT8:
        return _weighted(operator)
    one_scale = quantization is not None and len(quantization.scale) == 1
    return _weighted(operator) and one_scale and depth <= NARROW and _wide_bias(operator)


def _elementwise(operator: Operator, _: Instructions) -> bool:
    """Conditions for arm_elementwise_add_s8.c and arm_elementwise_mul_s8.c: no broadcasting."""
    first = operator.input(0)
    operands = (first, operator.input(1), operator.outputs[0])
    return all(each.type is INT8 and prod(each.shape) == prod(first.shape) for each in operands)


def _softmax(operator: Operator, _: Instructions) -> bool:
    """Conditions for arm_softmax_s8.c."""
    return operator.input(0).type is operator.outputs[0].type is INT8


def _weighted(operator: Operator) -> bool:
    """Whether weights are INT8, they and biases constants, and input and output of a type with a CMSIS-NN function."""
    source, weights, output = operator.input(0), operator.input(1), operator.outputs[0]
    known = source.type is output.type and source.type in (INT8, INT16)
    return known and weights.type is INT8 and all(each is None or each.data is not None for each in operator.inputs[1:])


def _wide_bias(operator: Operator) -> bool:
    """Whether an int16 operator has an INT64 bias and thus 64-bit sums; 32-bit sums are rounded differently."""
    bias = operator.inputs[2] if len(operator.inputs) > 2 else None
    return bias is not None and bias.type is ElementType.INT64


def _fits(window: Window) -> bool:
    """Whether there is one image, every window covers some input, and all sizes fit in 16-bit counters."""
    axes = (window.rows, window.columns)
    lengths = (window.depth, window.out_depth, *(n for axis in axes for n in (axis.length, axis.outputs, axis.kernel)))
    return window.batches == 1 and max(lengths) <= LONGEST and all(None not in axis.lowest for axis in axes)


_RULES: Mapping[str, Callable[[Operator, Instructions], bool]] = {
    "ADD": _elementwise,
    "AVERAGE_POOL_2D": _pool,
    "CONV_2D": _convolution,
    "DEPTHWISE_CONV_2D": _depthwise,
    "FULLY_CONNECTED": _fully_connected,
    "MAX_POOL_2D": _pool,
    "MUL": _elementwise,
    "SOFTMAX": _softmax,
}
