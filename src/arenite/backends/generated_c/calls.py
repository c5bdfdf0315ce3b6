"""Which operators generated C passes on to CMSIS-NN where it is asked to: those that it computes to the bit.

Left out, so that Arenite's own kernel runs, is what CMSIS-NN computes differently or refuses for the shapes at hand:
windows that lie wholly on padding, padding that it cannot express (it takes what is on top and to the left, the rest
follows from the sizes), and the faults that `docs/export.md` lists. Strips are operators of their own here, with their
own rows and padding, so each is judged by itself.

Source: CMSIS-NN 4ab83cc, the files that are named below.
"""

from __future__ import annotations

from dataclasses import replace
from math import prod
from types import MappingProxyType
from typing import TYPE_CHECKING

from arenite.backends.cmsis_nn.instructions import Instructions
from arenite.backends.cmsis_nn.overlap import PAIR, cmsis_nn
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
"""Rows, columns and channels that the kernels' 16-bit counters hold."""
LEAST_PIXELS = 32
"""Pixels below which one call of a 1x1 convolution would do notably more work for each."""
NARROW = 511
"""Products of an int16 and an int8 whose sum always fits 32 bits; the functions for 16 bits add no wider, in part."""


def called(operator: Operator, instructions: Instructions | None) -> bool:
    """Whether generated C passes an operator on to CMSIS-NN, on cores with these instructions."""
    rule = _RULES.get(operator.code)
    if rule is None or instructions is None or not is_sound(operator):
        return False
    return rule(operator, instructions)


def passed_on(operator: Operator, position: int, output: int, instructions: Instructions) -> Overlap:
    """Distances for an operator that is `called`: those of CMSIS-NN, which is called as TFLM's glue does it.

    But FULLY_CONNECTED is never made a convolution: row by row (arm_fully_connected_*.c). And 1x1 convolutions are
    called for some rows at a time, see `rows_at_once`.
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
    """Rows of a convolution that one call of CMSIS-NN makes; 0: all.

    1x1 with stride 1, without vectors, goes over its whole input for every pair of channels, so that the output would
    have to be apart from the input. Called for a few rows at a time it needs these rows only.
    """
    window = windows.window(operator)
    paired = instructions is not Instructions.MVE and window.out_depth > PAIR
    fast = window.pointwise and (window.rows.stride, window.columns.stride) == (1, 1)
    if operator.outputs[0].type is not INT8 or not fast or not paired:
        return 0
    rows = -(-LEAST_PIXELS // window.columns.length)
    return rows if rows < window.rows.length else 0


def _in_parts(operator: Operator, rows: int) -> Overlap:
    """Parts of whole rows, one after the other: a part may be written while all of its input is still to be read."""
    window = windows.window(operator)
    part, pixels = rows * window.columns.length, window.pixels
    starts = {0, part, (pixels - 1) // part * part, ((pixels - 1) // part - 1) * part}
    ends = ((min(start + part, pixels) * window.out_depth, start * window.depth) for start in starts)
    return Overlap(max(written - read for written, read in ends))


def _convolution(operator: Operator, instructions: Instructions) -> bool:
    """arm_convolve_wrapper_s8.c, arm_convolve_wrapper_s16.c."""
    window = windows.window(operator)
    if not _weighted(operator) or not _fits(window):
        return False
    if operator.outputs[0].type is INT16:
        column = window.rows.kernel * window.columns.kernel * window.depth
        return window.groups == 1 and column <= NARROW and _wide_bias(operator)
    return _convolution_s8(window, instructions)


def _convolution_s8(window: Window, instructions: Instructions) -> bool:
    """The fast 1x1 kernel makes as many pixels as there are in the input, whatever the output has."""
    rows, columns = window.rows, window.columns
    if window.pointwise:
        strided = rows.stride > 1 or columns.stride > 1
        return strided or (rows.length, columns.length) == (rows.outputs, columns.outputs)
    one_row = (rows.length, rows.kernel, columns.dilation, window.groups) == (1, 1, 1, 1)
    if instructions is Instructions.MVE and one_row and columns.stride * window.depth % 4 == 0:
        return rows.padding == 0 and rows.outputs == 1 and _row_fits(columns)
    return True


def _row_fits(axis: Axis) -> bool:
    """arm_convolve_1_x_n_s8.c makes windows at an end as if each began one column further, which is so for stride 1.

    It refuses padding that is not shared out evenly, but for one more column on the right.
    """
    padding = (axis.outputs - 1) * axis.stride + axis.kernel - axis.length
    if axis.stride > 1:
        return padding == 0 == axis.padding
    return padding >= 0 and axis.padding == padding // 2 and axis.kernel <= axis.length


def _depthwise(operator: Operator, instructions: Instructions) -> bool:
    """arm_depthwise_conv_wrapper_s8.c."""
    window = windows.window(operator)
    if not _weighted(operator) or not _fits(window) or operator.outputs[0].type is not INT8:
        return False
    if instructions is Instructions.MVE:
        return window.depth > 1 or window.out_depth == 1 or _convolution_s8(replace(window, groups=1), instructions)
    rows, columns = window.rows, window.columns
    three = (rows.kernel, columns.kernel) == (3, 3) and window.depth == window.out_depth and not window.dilated
    if three and rows.padding <= 1 and columns.padding <= 1:
        # arm_depthwise_conv_3x3_s8.c reads the middle column of every window, wherever it lies.
        return (columns.outputs - 1) * columns.stride - columns.padding + 1 < columns.length
    return True


def _pool(operator: Operator, _: Instructions) -> bool:
    """arm_avgpool_s8.c, arm_max_pool_s8.c and their like for 16 bits."""
    return operator.input(0).type is operator.outputs[0].type is INT8 and _fits(windows.window(operator))


def _fully_connected(operator: Operator, _: Instructions) -> bool:
    """arm_fully_connected_wrapper_s8.c, arm_fully_connected_s16.c."""
    depth, quantization = windows.window(operator).depth, operator.input(1).quantization
    if operator.outputs[0].type is INT8:
        return _weighted(operator)
    one_scale = quantization is not None and len(quantization.scale) == 1
    return _weighted(operator) and one_scale and depth <= NARROW and _wide_bias(operator)


def _elementwise(operator: Operator, _: Instructions) -> bool:
    """arm_elementwise_add_s8.c, arm_elementwise_mul_s8.c: no broadcasting."""
    first = operator.input(0)
    operands = (first, operator.input(1), operator.outputs[0])
    return all(each.type is INT8 and prod(each.shape) == prod(first.shape) for each in operands)


def _softmax(operator: Operator, _: Instructions) -> bool:
    """arm_softmax_s8.c."""
    return operator.input(0).type is operator.outputs[0].type is INT8


def _weighted(operator: Operator) -> bool:
    """Whether weights are constants of 8 bits, and input and output of one type that there are functions for."""
    source, weights, output = operator.input(0), operator.input(1), operator.outputs[0]
    known = source.type is output.type and source.type in (INT8, INT16)
    return known and weights.type is INT8 and weights.data is not None


def _wide_bias(operator: Operator) -> bool:
    """Whether int16 sums have 64 bits, as a bias of that size asks for; 32 bits are rounded otherwise."""
    bias = operator.inputs[2] if len(operator.inputs) > 2 else None
    return bias is not None and bias.type is ElementType.INT64


def _fits(window: Window) -> bool:
    """One image, every window on some of its rows and columns, and nothing that counters of 16 bits do not hold."""
    axes = (window.rows, window.columns)
    lengths = (window.depth, window.out_depth, *(n for axis in axes for n in (axis.length, axis.outputs, axis.kernel)))
    return window.batches == 1 and max(lengths) <= LONGEST and all(None not in axis.lowest for axis in axes)


_RULES: Mapping[str, Callable[[Operator, Instructions], bool]] = MappingProxyType(
    {
        "ADD": _elementwise,
        "AVERAGE_POOL_2D": _pool,
        "CONV_2D": _convolution,
        "DEPTHWISE_CONV_2D": _depthwise,
        "FULLY_CONNECTED": _fully_connected,
        "MAX_POOL_2D": _pool,
        "MUL": _elementwise,
        "SOFTMAX": _softmax,
    }
)
