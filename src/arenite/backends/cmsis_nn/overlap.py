"""Overlap rules of TFLM's CMSIS-NN kernels (tensorflow/lite/micro/kernels/cmsis_nn/), at the revision that TFLM pins.

CMSIS-NN runs only quantized operators of some kinds; all other operators run the reference kernel. A kernel that writes
in the reference kernel's order but reads further ahead is safe at the reference kernel's distance. Docstrings say where
this distance may not be the least.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from arenite.backends.cmsis_nn.instructions import Instructions
from arenite.backends.cmsis_nn.scratch import MVE_DEPTHWISE_CHANNELS, is_row
from arenite.backends.overlap import APART, Overlap
from arenite.backends.reference.overlap import in_order, reference, windowed
from arenite.backends.reference.resize import copies
from arenite.backends.reference.views import pad_by_element, pad_by_row
from arenite.model import ElementType
from arenite.operators import windows
from arenite.operators.walk import NOTHING, blocks
from arenite.problems.distances import union

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from arenite.model import Operator

MVE = Instructions.MVE
MVE_ROWS = 4
"""Pixels that the MVE matrix kernel computes together (arm_nn_mat_mult_nt_t_s8.c)."""
PAIR = 2
"""Channels that the matrix kernel without MVE computes per pass over the pixels (arm_nn_mat_mult_nt_t_s8.c)."""
INTEGERS = frozenset({ElementType.INT8, ElementType.INT16})


def cmsis_nn(operator: Operator, position: int, output: int, instructions: Instructions) -> Overlap:
    """Safe distances for the kernel that TFLM runs when it is built with CMSIS-NN for this class of cores."""
    rule = RULES.get(operator.code)
    if rule is None or operator.outputs[0].type not in INTEGERS:
        return reference(operator, position, output)
    return rule(operator, position, instructions)


def _convolution(operator: Operator, position: int, instructions: Instructions) -> Overlap:
    if not _plain(operator, position):
        return APART
    window = windows.window(operator)
    if operator.outputs[0].type is ElementType.INT16:
        return _elements(operator, _gathered(window))
    return _elements(operator, _convolution_s8(window, instructions))


def _gathered(window: windows.Window) -> int | None:
    """General convolutions (arm_convolve_s8.c, _s16.c): the kernel copies windows of 2 or 4 pixels to scratch first.

    Reading one pixel at a time needs at least this distance too. Groups make several passes over the image: no rule.
    """
    return window.walk.next_pixel() if window.groups == 1 else None


def _convolution_s8(window: windows.Window, instructions: Instructions) -> int | None:
    """Distance in elements for the kernel that arm_convolve_wrapper_s8.c selects; None without a rule."""
    if window.pointwise and window.strides == (1, 1):
        return _matrix(window.batches * window.rows.length * window.columns.length, window, instructions)
    if window.pointwise:
        return _strided_rows(window, instructions)
    if is_row(window, instructions):
        return _one_row(window)
    return _gathered(window)


def _matrix(pixels: int, window: windows.Window, instructions: Instructions) -> int | None:
    """1x1 with stride 1, directly from the input (arm_convolve_1x1_s8_fast.c, arm_nn_mat_mult_nt_t_s8.c).

    With MVE the kernel computes 4 pixels at a time, each channel from all 4; the last pixels one by one, 4 channels per
    write. Without MVE each pair of channels makes one pass over the whole input. One or two channels need a single
    pass, which reads one or two pixels before it writes them.
    """
    if instructions is not MVE:
        return window.walk.next_pixel() if window.out_depth <= PAIR else None
    return blocks(pixels, window.depth, window.out_depth, MVE_ROWS, (window.out_depth - 1) // 4 * 4)


def _strided_rows(window: windows.Window, instructions: Instructions) -> int:
    """1x1 with a larger stride (arm_convolve_1x1_s8.c): the same matrix kernel, called for each output row."""
    columns, rows, walk = window.columns, window.rows, window.walk
    if instructions is not MVE:
        return walk.next_pixel() if window.out_depth <= PAIR else walk.next_row()
    row = blocks(
        columns.outputs, columns.stride * window.depth, window.out_depth, MVE_ROWS, (window.out_depth - 1) // 4 * 4
    )
    gain = columns.outputs * window.out_depth - rows.stride * walk.input_row  # lead gained per row
    image = max(0, window.batches - 1) * max(0, walk.size - walk.input_size)
    inside = NOTHING if row == NOTHING else row + max(0, (rows.outputs - 1) * gain) + image
    return max(inside, walk.next_pixel())


def _one_row(window: windows.Window) -> int:
    """1xN over a single row with MVE (arm_convolve_1_x_n_s8.c): the middle directly from the input, 4 pixels at a time.

    Wherever the groups of 4 begin, a write is at most 3 pixels with all their channels ahead of a read. The result
    shifts the output by a group of 4 pixels. Safe, but not always the least distance.
    """
    walk = window.walk
    early = max(walk.ahead(), walk.next_pixel())
    return early if early == NOTHING else early + MVE_ROWS * window.out_depth


def _depthwise(operator: Operator, position: int, instructions: Instructions) -> Overlap:
    """Distances for the kernel that arm_depthwise_conv_wrapper_s8.c selects.

    Without MVE all kernels write in the reference kernel's order; some read a whole pixel or 4 channels ahead. With MVE
    and a multiplier of 1, a kernel copies the windows of 4 pixels to scratch, for up to 124 channels per pass over the
    image. With MVE a single input channel may run as a convolution. 16-bit kernels write in the reference kernel's
    order.
    """
    if not _plain(operator, position):
        return APART
    window = windows.window(operator)
    ordered = in_order(window)
    if instructions is not MVE or operator.outputs[0].type is ElementType.INT16:
        return _elements(operator, ordered)
    if window.depth == 1 and window.out_depth > 1:
        as_convolution = _convolution_s8(replace(window, groups=1), instructions)
        return _elements(operator, None if as_convolution is None else max(as_convolution, ordered))
    if window.out_depth == window.depth and window.batches == 1 and not window.dilated:
        return _in_passes(window) if window.depth > MVE_DEPTHWISE_CHANNELS else Overlap(window.walk.next_pixel())
    return _elements(operator, ordered)


def _in_passes(window: windows.Window) -> Overlap:
    """int8 in several passes over the image, each for its own channels (arm_depthwise_conv_s8_opt.c).

    If the distance is a whole number of pixels, a channel only overwrites the same channel, so no pass overwrites what
    a later pass reads. Within a pass, the kernel reads the windows of a group of pixels before it writes these pixels.
    """
    walk = window.walk
    within, between = walk.next_pixel(), walk.passes()
    first = -(-max(within, -walk.input_size) // window.depth) * window.depth
    return Overlap(between, union([range(first, between, window.depth)]))


def _average_pool(operator: Operator, position: int, _: Instructions) -> Overlap:
    """The reference kernel's order, reading up to a pixel ahead (arm_avgpool_s8.c, _s16.c)."""
    return _elements(operator, in_order(windows.window(operator))) if windowed(operator, position) else APART


def _max_pool(operator: Operator, position: int, _: Instructions) -> Overlap:
    """Copies the window's first pixel to the output, then compares it with the others (arm_max_pool_s8.c, _s16.c).

    The kernel writes the output pixel before it reads the rest of the window. So the output pixel must not reach the
    window's second pixel, which is in the next column, or in the next row if the window has a single column.
    """
    if not windowed(operator, position):
        return APART
    window = windows.window(operator)
    walk, pixel = window.walk, window.depth
    wide = replace(walk, lowest_column=window.columns.at_least(2)).ahead()
    tall = replace(walk, lowest_row=window.rows.at_least(2)).ahead()
    row = NOTHING if tall == NOTHING else tall + pixel - walk.input_row
    return copies(walk, max(wide, row, walk.next_pixel()), operator.outputs[0].type.bytes)


def _fully_connected(operator: Operator, position: int, instructions: Instructions) -> Overlap:
    """Row by row; within a row, the kernel may write outputs before it reads the row again (arm_fully_connected_*.c).

    TFLM runs int8 outputs of more than two dimensions as 1x1 convolutions when the depth is a multiple of 4.
    """
    if not _plain(operator, position):
        return APART
    window = windows.window(operator)
    by_row = window.walk.next_row()
    if operator.outputs[0].type is ElementType.INT8 and len(operator.outputs[0].shape) > 2 and window.depth % 4 == 0:
        convolved = _matrix(window.pixels, window, instructions)
        return _elements(operator, None if convolved is None else max(convolved, by_row))
    return _elements(operator, by_row)


def _pad(operator: Operator, position: int, _: Instructions) -> Overlap:
    """Only int8 calls CMSIS-NN (pad.cc)."""
    by = pad_by_row if operator.outputs[0].type is ElementType.INT8 else pad_by_element
    return by(operator, position, 0)


def _transpose_conv(operator: Operator, position: int, _: Instructions) -> Overlap:
    """int8: no rule. 16 bits run the reference kernel."""
    return APART if operator.outputs[0].type is ElementType.INT8 else reference(operator, position, 0)


def _plain(operator: Operator, position: int) -> bool:
    """Whether a window slides over this input and the weights are INT8; 4-bit kernels have no rule."""
    return windowed(operator, position) and operator.input(1).type is ElementType.INT8


def _elements(operator: Operator, distance: int | None) -> Overlap:
    return APART if distance is None else Overlap(distance * operator.outputs[0].type.bytes)


RULES: Mapping[str, Callable[[Operator, int, Instructions], Overlap]] = {
    "AVERAGE_POOL_2D": _average_pool,
    "CONV_2D": _convolution,
    "DEPTHWISE_CONV_2D": _depthwise,
    "FULLY_CONNECTED": _fully_connected,
    "MAX_POOL_2D": _max_pool,
    "PAD": _pad,
    "PADV2": _pad,
    "TRANSPOSE_CONV": _transpose_conv,
}
"""Kinds with CMSIS-NN kernels that need no rule here: ADD, MUL, MAXIMUM, MINIMUM read a block of 1, 4 or 16 elements,
then write the block; SOFTMAX reads a row, then reads and writes it 1 or 4 elements at a time. The reference kernels'
rules hold for them. BATCH_MATMUL, SVDF, TRANSPOSE and LSTM stay apart in every set."""
