"""Tail of TFLM's kernels that call CMSIS-NN, where it differs from the reference kernels.

Source: TFLM's kernels/cmsis_nn/*.cc; each docstring names its file.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from arenite.backends.cmsis_nn.instructions import Instructions
from arenite.backends.reference import tail as reference
from arenite.backends.tflm import footprint
from arenite.model import ElementType
from arenite.operators.soundness import flaw

if TYPE_CHECKING:
    from collections.abc import Callable

    from arenite.backends.build import Instance
    from arenite.model import Tensor

    Rule = Callable[[Instance, Instructions], tuple[int, ...]]

INT = 4
QUANTIZED = frozenset({ElementType.INT8, ElementType.INT16})
LSTM_GATES = 4

OP_DATA = {
    "AVERAGE_POOL_2D": "9i",
    "BATCH_MATMUL": "3p3b5i",
    "CONV_2D": "9i2p4i",
    "DEPTHWISE_CONV_2D": "9i2p4i",
    "FULLY_CONNECTED": "9i2pb2ip3i",
    "MAX_POOL_2D": "9i",
    "SOFTMAX": "q7i5p2i",
    "SVDF": "9ip",
    "TRANSPOSE_CONV": "17i2p",
    "UNIDIRECTIONAL_SEQUENCE_LSTM": "86q25p30i",
}
"""Structure that the kernel's Init allocates, in the letters of `arenite.backends.build.size_of`."""


def kept(kernel: Instance, instructions: Instructions) -> tuple[int, ...]:
    """Bytes of a kernel's further allocations after its structure, in order; () for most and for unknown operators."""
    rule = RULES.get(kernel.operator.code)
    if rule is None or flaw(kernel.operator):
        return reference.kept(kernel)
    return rule(kernel, instructions)


def looks(kernel: Instance) -> tuple[Tensor, ...]:
    """pooling.cc allocates every TfLiteTensor of an AVERAGE_POOL_2D twice."""
    seen = footprint.looks(kernel)
    return (*seen, *seen) if kernel.operator.code == "AVERAGE_POOL_2D" else seen


def _convolution(kernel: Instance, _: Instructions) -> tuple[int, ...]:
    """conv.cc, depthwise_conv.cc: multipliers and shifts for quantized types only."""
    return reference.kept(kernel) if kernel.input(0).type in QUANTIZED else ()


def _fully_connected(kernel: Instance, instructions: Instructions) -> tuple[int, ...]:
    """fully_connected.cc: with MVE, also sums of the rows of the weights."""
    own = reference.kept(kernel)
    return (*own, INT * prod(kernel.output.shape[-1:])) if keeps_kernel_sums(kernel, instructions) else own


def keeps_kernel_sums(kernel: Instance, instructions: Instructions) -> bool:
    """Whether a fully connected layer with MVE keeps its row sums in the tail; otherwise they are scratch in the head.

    Source: cmsis_nn/fully_connected.cc, as TFLM builds it by default (KERNELS_OPTIMIZED_FOR_SPEED).
    """
    data, weights, *rest = kernel.operator.inputs
    if instructions is not Instructions.MVE or data is None or weights is None:
        return False
    if data.type is not ElementType.INT8 or weights.type is ElementType.INT4 or is_convolution_1x1(kernel):
        return False
    return weights.constant and (not rest or rest[0] is None or rest[0].constant)


def is_convolution_1x1(kernel: Instance) -> bool:
    """Whether TFLM's CMSIS-NN kernel runs the layer as a 1x1 convolution (cmsis_nn/fully_connected.cc)."""
    return len(kernel.output.shape) > 2 and kernel.dimension(1, -1) % 4 == 0


def _svdf(kernel: Instance, instructions: Instructions) -> tuple[int, ...]:
    """svdf.cc: with MVE, sums of the rows of the feature weights."""
    if instructions is Instructions.MVE and kernel.input(0).type is ElementType.INT8:
        return (INT * kernel.dimension(1, 0),)
    return ()


def _lstm(kernel: Instance, _: Instructions) -> tuple[int, ...]:
    """unidirectional_sequence_lstm.cc: effective biases of each gate for the input and for the state."""
    data, cell = kernel.input(0), kernel.input(19)
    if data.type not in QUANTIZED or cell.type is not ElementType.INT16:
        return ()
    bias = 4 if data.type is ElementType.INT8 else 8
    return (bias * kernel.dimension(18, 1),) * (2 * LSTM_GATES)


RULES: dict[str, Rule] = {
    "CONV_2D": _convolution,
    "DEPTHWISE_CONV_2D": _convolution,
    "FULLY_CONNECTED": _fully_connected,
    "SVDF": _svdf,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": _lstm,
}
