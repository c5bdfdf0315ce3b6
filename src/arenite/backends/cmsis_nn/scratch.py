"""Scratch that TFLM's CMSIS-NN kernels request from the head while one operator runs.

Operators without a CMSIS-NN kernel run the reference kernels and request their scratch.

Source: the calls of RequestScratchBufferInArena in TFLM's kernels/cmsis_nn/*.cc.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.backends.cmsis_nn import sizes
from arenite.backends.cmsis_nn.instructions import Instructions
from arenite.backends.cmsis_nn.tail import is_convolution_1x1, keeps_kernel_sums
from arenite.backends.reference.scratch import reference_scratch
from arenite.model import ElementType
from arenite.operators import windows
from arenite.operators.requirements import is_complete
from arenite.operators.soundness import is_sound

if TYPE_CHECKING:
    from collections.abc import Callable

    from arenite.backends.instance import Instance

    Rule = Callable[[Instance, Instructions], tuple[int, ...]]

INT = 4
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
            return _unless_empty(sizes.convolution_s8(windows.window(kernel.operator), instructions))
        case ElementType.INT16:
            return _unless_empty(sizes.convolution_s16(windows.window(kernel.operator), instructions))
    return ()


def _depthwise(kernel: Instance, instructions: Instructions) -> tuple[int, ...]:
    """depthwise_conv.cc."""
    if kernel.input(0).type is not INT8 or not is_sound(kernel.operator):
        return ()
    if kernel.input(1).type is ElementType.INT4:
        return _unless_empty(sizes.depthwise_s4(windows.window(kernel.operator), instructions))
    return _unless_empty(sizes.depthwise_s8(windows.window(kernel.operator), instructions))


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
    return sizes.transpose_convolution_s8(data.shape, weights.shape, result.shape, strides, instructions)


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
