"""Scratch that TFLM's CMSIS-NN kernels request from the head while one operator runs.

Operators without a CMSIS-NN kernel run the reference kernels and request their scratch.

Source: the calls of RequestScratchBufferInArena in TFLM's kernels/cmsis_nn/*.cc, and for the sizes of convolutions
CMSIS-NN, Source/ConvolutionFunctions/arm_*_get_buffer_sizes_*.c, compiled with GCC or LLVM (Arm Compiler adds 4 bytes
per input channel to 1x1 convolutions with DSP); arm_nn_is_convolve_1x1 and arm_nn_is_convolve_1_x_n.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.backends.build import round_up
from arenite.backends.cmsis_nn.instructions import Instructions
from arenite.backends.cmsis_nn.tail import is_convolution_1x1, keeps_kernel_sums
from arenite.backends.reference.scratch import reference_scratch
from arenite.model import ElementType
from arenite.operators import windows
from arenite.operators.soundness import is_complete, is_sound

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from arenite.backends.build import Instance
    from arenite.operators.windows import Window

    Rule = Callable[[Instance, Instructions], tuple[int, ...]]

INT = 4
INT16_BYTES = 2
COLUMNS = 2
"""Windows that the kernels without MVE unroll at a time, as 16-bit values."""
MVE_COLUMNS = 4
"""Windows that the MVE kernels unroll at a time."""
MVE_LANES = 16
"""Bytes of an MVE vector."""
MVE_DEPTHWISE_CHANNELS = 124
"""Channels per pass of the MVE depthwise kernel, CH_IN_BLOCK_MVE (arm_nnsupportfunctions.h)."""
MVE_ONE_CHANNEL_OUTPUTS = 1
"""Output channels above which a depthwise convolution with one input channel runs as a convolution, with GCC:
CONVERT_DW_CONV_WITH_ONE_INPUT_CH_AND_OUTPUT_CH_ABOVE_THRESHOLD."""
REVERSE_CHANNELS = 16
"""Input channels above which a transposed convolution runs in reverse, REVERSE_TCOL_EFFICIENT_THRESHOLD."""
INT8, INT16 = ElementType.INT8, ElementType.INT16


def cmsis_scratch(kernel: Instance, instructions: Instructions) -> tuple[int, ...]:
    """Bytes of each scratch buffer that a kernel requests, in order, not rounded; () for most kinds.

    An operator without the inputs that its kind needs requests nothing and counts as unknown.
    """
    rule = RULES.get(kernel.operator.code)
    if rule is None or not is_complete(kernel.operator):
        return reference_scratch(kernel.operator, kernel.abi.pointer_bytes)
    return rule(kernel, instructions)


def _unless_empty(size: int) -> tuple[int, ...]:
    return (size,) if size > 0 else ()


def _conv(kernel: Instance, instructions: Instructions) -> tuple[int, ...]:
    """conv.cc. The 4-bit kernel requests the size of the 8-bit kernel."""
    if not is_sound(kernel.operator):
        return ()
    match kernel.input(0).type:
        case ElementType.INT8:
            return _unless_empty(convolution_s8(windows.window(kernel.operator), instructions))
        case ElementType.INT16:
            return _unless_empty(convolution_s16(windows.window(kernel.operator), instructions))
    return ()


def _depthwise(kernel: Instance, instructions: Instructions) -> tuple[int, ...]:
    """depthwise_conv.cc."""
    if kernel.input(0).type is not INT8 or not is_sound(kernel.operator):
        return ()
    if kernel.input(1).type is ElementType.INT4:
        return _unless_empty(depthwise_s4(windows.window(kernel.operator), instructions))
    return _unless_empty(depthwise_s8(windows.window(kernel.operator), instructions))


def _fully_connected(kernel: Instance, instructions: Instructions) -> tuple[int, ...]:
    """fully_connected.cc. As a 1x1 convolution it needs a multiplier and a shift per channel."""
    data, weights, units = kernel.input(0), kernel.input(1), kernel.output.shape[-1]
    if data.type is not INT8 or weights.type is ElementType.INT4:
        return ()
    if is_convolution_1x1(kernel):
        per_channel = weights.quantization is not None and len(weights.quantization.scale) > 1
        return () if per_channel else (2 * INT * units,)
    if instructions is Instructions.MVE and not keeps_kernel_sums(kernel, instructions):
        return (INT * units,)
    return ()


def _batch_matmul(kernel: Instance, instructions: Instructions) -> tuple[int, ...]:
    """batch_matmul.cc: with MVE, sums of the rows of the right operand."""
    if instructions is Instructions.MVE and kernel.input(0).type is INT8:
        return (INT * kernel.output.shape[-1],)
    return ()


def _average_pool(kernel: Instance, instructions: Instructions) -> tuple[int, ...]:
    """pooling.cc: with DSP, a 32-bit sum per channel."""
    if instructions is Instructions.DSP and kernel.input(0).type in (INT8, INT16):
        return (INT * kernel.input(0).shape[3],)
    return ()


def _svdf(kernel: Instance, _: Instructions) -> tuple[int, ...]:
    """svdf.cc: same as the reference kernel."""
    return reference_scratch(kernel.operator)


def _transpose_conv(kernel: Instance, instructions: Instructions) -> tuple[int, ...]:
    """transpose_conv.cc: int8 requests two buffers; the second may have 0 bytes."""
    if kernel.input(2).type is not INT8:
        return reference_scratch(kernel.operator)
    data, weights, result = kernel.input(2), kernel.input(1), kernel.output
    strides = (kernel.operator.number("stride_h", 1), kernel.operator.number("stride_w", 1))
    return transpose_convolution_s8(data.shape, weights.shape, result.shape, strides, instructions)


def _lstm(kernel: Instance, _: Instructions) -> tuple[int, ...]:
    """unidirectional_sequence_lstm.cc: three gate buffers instead of the reference kernel's four."""
    gates = reference_scratch(kernel.operator)
    quantized = kernel.input(0).type in (INT8, INT16) and kernel.input(19).type is INT16
    return gates[:3] if quantized else gates


RULES: dict[str, Rule] = {
    "AVERAGE_POOL_2D": _average_pool,
    "BATCH_MATMUL": _batch_matmul,
    "CONV_2D": _conv,
    "DEPTHWISE_CONV_2D": _depthwise,
    "FULLY_CONNECTED": _fully_connected,
    "SVDF": _svdf,
    "TRANSPOSE_CONV": _transpose_conv,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": _lstm,
}


def convolution_s8(window: Window, instructions: Instructions) -> int:
    """arm_convolve_wrapper_s8_get_buffer_size."""
    if window.pointwise:
        return 0
    if is_row(window, instructions):
        return _row_mve(window)
    return _unrolled_s8(_positions(window) * window.depth, instructions)


def is_row(window: Window, instructions: Instructions) -> bool:
    """Whether CMSIS-NN has a kernel of its own for a 1xN window over a single row (arm_nn_is_convolve_1_x_n)."""
    one_row = (window.rows.length, window.rows.kernel, window.columns.dilation, window.groups) == (1, 1, 1, 1)
    return instructions is Instructions.MVE and one_row and window.columns.stride * window.depth % 4 == 0


def _positions(window: Window) -> int:
    return window.rows.kernel * window.columns.kernel


def _unrolled_s8(column: int, instructions: Instructions) -> int:
    """arm_convolve_s8_get_buffer_size, for windows of `column` values."""
    if instructions is Instructions.MVE:
        return MVE_COLUMNS * round_up(column, MVE_LANES)
    return COLUMNS * INT16_BYTES * round_up(column, 4)


def _row_mve(window: Window) -> int:
    """arm_convolve_1_x_n_s8_get_buffer_size_mve: only windows beyond an end of the row are copied."""
    axis, depth = window.columns, window.depth
    missing = (axis.outputs - 1) * axis.stride + axis.kernel - axis.length
    odd = _remainder(missing, 2)
    right = max(1, _quotient(axis.padding + odd + axis.stride - 1, axis.stride)) if axis.padding + odd else 0
    left = max(1, _quotient(axis.padding + axis.stride - 1, axis.stride)) if axis.padding else 0
    if right + max(axis.outputs - right - left, 0) + left != axis.outputs:
        return _unrolled_s8(_positions(window) * depth, Instructions.MVE)
    before = axis.padding * depth
    beyond = right * depth if odd else before
    return max(axis.kernel * depth + before, (axis.kernel - 1) * depth + beyond)


def _quotient(dividend: int, divisor: int) -> int:
    """Division of C, which rounds toward 0."""
    return -(-dividend // divisor) if dividend < 0 else dividend // divisor


def _remainder(dividend: int, divisor: int) -> int:
    """Remainder of C, which has the sign of the dividend."""
    return dividend - _quotient(dividend, divisor) * divisor


def convolution_s16(window: Window, instructions: Instructions) -> int:
    """arm_convolve_wrapper_s16_get_buffer_size."""
    column = _positions(window) * window.depth
    if instructions is Instructions.MVE:
        return MVE_COLUMNS * INT16_BYTES * round_up(column, MVE_LANES // INT16_BYTES)
    return COLUMNS * INT16_BYTES * column


def depthwise_s8(window: Window, instructions: Instructions) -> int:
    """arm_depthwise_conv_wrapper_s8_get_buffer_size."""
    mve = instructions is Instructions.MVE
    if mve and window.depth == 1 and window.out_depth > MVE_ONE_CHANNEL_OUTPUTS:
        return convolution_s8(window, instructions) + window.out_depth * _positions(window)
    if not _optimized(window):
        return 0
    axes = (window.rows, window.columns)
    small = all(axis.kernel == 3 and axis.padding <= 1 for axis in axes)
    if not mve and (small or instructions is Instructions.SCALAR):
        return 0
    return _depthwise_columns(window, instructions)


def depthwise_s4(window: Window, instructions: Instructions) -> int:
    """arm_depthwise_conv_wrapper_s4_get_buffer_size."""
    return _depthwise_columns(window, instructions) if _optimized(window) else 0


def _optimized(window: Window) -> bool:
    return window.depth == window.out_depth and window.batches == 1 and not window.dilated


def _depthwise_columns(window: Window, instructions: Instructions) -> int:
    if instructions is Instructions.MVE:
        return 4 * MVE_DEPTHWISE_CHANNELS * _positions(window)
    return INT16_BYTES * window.depth * _positions(window)


def transpose_convolution_s8(
    data: Sequence[int],
    weights: Sequence[int],
    result: Sequence[int],
    strides: tuple[int, int],
    instructions: Instructions,
) -> tuple[int, int]:
    """arm_transpose_conv_s8_get_buffer_size and arm_transpose_conv_s8_get_reverse_conv_buffer_size.

    Args:
        data: shape of the input [batch, height, width, channels].
        weights: shape of the filter [outputs, height, width, channels].
        result: shape of the output.
        strides: (vertical, horizontal).
        instructions: of the core.
    """
    (_, _, width, channels), (outputs, kernel_height, kernel_width, _) = data, weights
    stride_height, stride_width = strides
    if stride_height <= 2 and stride_width <= 2 and channels > REVERSE_CHANNELS:
        column = kernel_height * kernel_width * channels
        return _unrolled_s8(column, instructions), column * outputs
    # CMSIS-NN compares the kernel's width with the vertical stride, so the requested buffer has this size.
    columns = (width - 1) * stride_width + max(kernel_width, stride_height)
    return columns * result[3] * max(kernel_height, stride_height) * INT, 0
