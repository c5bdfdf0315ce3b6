"""What a kernel keeps in the tail besides its own structure: per-channel tables, copies, buffers of state.

Each rule gives the bytes of the allocations that a kernel's Prepare (or Init) makes, in their order. TFLM rounds each
up to 16. The file named is the one in TFLM's kernels/ that the rule was read from; cmsis_nn/ has its own versions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.backends.build import CMSIS_NN, size_of
from arenite.backends.reference import decode
from arenite.backends.sets import Kernels
from arenite.backends.tflm.structures import EVAL_TENSOR
from arenite.model import ElementType

if TYPE_CHECKING:
    from collections.abc import Callable

    from arenite.backends.instance import Instance
    from arenite.model import Tensor

    Rule = Callable[[Instance], tuple[int, ...]]

INT = 4
FLOAT = frozenset({ElementType.FLOAT32})
QUANTIZED = frozenset({ElementType.INT8, ElementType.INT16})
BATCH_MATMUL_QUANTIZATION = 7 * INT
SOFTMAX_TABLE = 2 * 513
LSTM_GATES = 4


def kernel_tail(kernel: Instance) -> tuple[int, ...]:
    """Bytes of what the kernel allocates beyond its structure, in order; () for most.

    Raises:
        IndexError: the operator lacks an input or a dimension that its kind needs.
    """
    rule = RULES.get(kernel.operator.label)
    return rule(kernel) if rule else ()


def _dimensions(tensor: Tensor) -> int:
    """Bytes of a TfLiteIntArray that holds a shape."""
    return INT * (1 + len(tensor.shape))


def _moved_dimensions(kernel: Instance) -> tuple[int, ...]:
    """kernel_util.cc, CreateWritableTensorDimsWithCopy: the output's shape moves from the file to the tail."""
    return (_dimensions(kernel.output),)


def _reshape(kernel: Instance) -> tuple[int, ...]:
    """reshape_common.cc: a shape with a -1 in it is completed, so it needs memory."""
    return _moved_dimensions(kernel) if -1 in kernel.output.shape else ()


def _per_channel(channels: int) -> tuple[int, ...]:
    return (INT * channels, INT * channels)


def _conv(kernel: Instance) -> tuple[int, ...]:
    """conv_common.cc: multipliers and shifts even for float; cmsis_nn/conv.cc: for quantised types only."""
    if kernel.kernels in CMSIS_NN and kernel.input(0).type not in QUANTIZED:
        return ()
    return _per_channel(kernel.input(1).shape[0])


def _depthwise(kernel: Instance) -> tuple[int, ...]:
    """depthwise_conv_common.cc, cmsis_nn/depthwise_conv.cc: as conv, with the channels in the last dimension."""
    if kernel.kernels in CMSIS_NN and kernel.input(0).type not in QUANTIZED:
        return ()
    return _per_channel(kernel.input(1).shape[3])


def _transpose_conv(kernel: Instance) -> tuple[int, ...]:
    """transpose_conv.cc, cmsis_nn/transpose_conv.cc: for every type."""
    return _per_channel(kernel.input(1).shape[0])


def _fully_connected(kernel: Instance) -> tuple[int, ...]:
    """fully_connected_common.cc: per channel only; cmsis_nn/fully_connected.cc with MVE: sums of the kernel's rows."""
    data, weights = kernel.input(0), kernel.input(1)
    if data.type in FLOAT:
        return ()
    scales = len(weights.quantization.scale) if weights.quantization else 0
    channels = _per_channel(scales) if scales > 1 else ()
    return (*channels, *([INT * kernel.output.shape[-1]] if keeps_kernel_sums(kernel) else []))


def keeps_kernel_sums(kernel: Instance) -> bool:
    """Whether a fully connected layer on MVE keeps its row sums in the tail; else they are scratch in the head.

    Source: cmsis_nn/fully_connected.cc, as TFLM builds it by default (KERNELS_OPTIMIZED_FOR_SPEED).
    """
    data, weights, *rest = kernel.operator.inputs
    if kernel.kernels is not Kernels.CMSIS_NN_MVE or data is None or weights is None:
        return False
    if data.type is not ElementType.INT8 or weights.type is ElementType.INT4 or is_convolution_1x1(kernel):
        return False
    return weights.constant and (not rest or rest[0] is None or rest[0].constant)


def is_convolution_1x1(kernel: Instance) -> bool:
    """Whether CMSIS-NN's glue runs a fully connected layer as a 1x1 convolution (cmsis_nn/fully_connected.cc)."""
    return len(kernel.output.shape) > 2 and kernel.input(1).shape[-1] % 4 == 0


def _batch_matmul(kernel: Instance) -> tuple[int, ...]:
    """batch_matmul.cc: quantisation, a transposed copy of each side that needs it, and the output's shape."""
    left, right = kernel.input(0), kernel.input(1)
    sizes = [_dimensions(kernel.output)]
    if left.type in QUANTIZED:
        sizes.append(BATCH_MATMUL_QUANTIZATION)
    for tensor, copied in (
        (left, kernel.operator.options.get("adj_x")),
        (right, not kernel.operator.options.get("adj_y")),
    ):
        if copied:
            sizes += [size_of(EVAL_TENSOR, kernel.abi)[0], _dimensions(tensor), tensor.bytes]
    return tuple(sizes)


def _softmax(kernel: Instance) -> tuple[int, ...]:
    """softmax_common.cc: two tables of 513 values for 16-bit data."""
    return (SOFTMAX_TABLE, SOFTMAX_TABLE) if kernel.input(0).type is ElementType.INT16 else ()


def _svdf(kernel: Instance) -> tuple[int, ...]:
    """cmsis_nn/svdf.cc with MVE: sums of the rows of the feature weights."""
    if kernel.kernels is Kernels.CMSIS_NN_MVE and kernel.input(0).type is ElementType.INT8:
        return (INT * kernel.input(1).shape[0],)
    return ()


def _lstm(kernel: Instance) -> tuple[int, ...]:
    """cmsis_nn/unidirectional_sequence_lstm.cc: effective biases of each gate for the input and for the state."""
    data, cell = kernel.input(0), kernel.input(19)
    if kernel.kernels not in CMSIS_NN or data.type not in QUANTIZED or cell.type is not ElementType.INT16:
        return ()
    bias = 4 if data.type is ElementType.INT8 else 8
    return (bias * kernel.input(18).shape[1],) * (2 * LSTM_GATES)


def _for_int8(structure: int) -> Rule:
    """add_n.cc, cumsum.cc, log_softmax.cc: a structure that Prepare allocates for 8-bit data only."""

    def rule(kernel: Instance) -> tuple[int, ...]:
        return (structure,) if kernel.output.type is ElementType.INT8 else ()

    return rule


def _embedding_lookup(kernel: Instance) -> tuple[int, ...]:
    """embedding_lookup.cc."""
    return (size_of("ip", kernel.abi)[0], _dimensions(kernel.output))


RULES: dict[str, Rule] = {
    "ADD_N": _for_int8(40),
    "BATCH_MATMUL": _batch_matmul,
    "CONV_2D": _conv,
    "CUMSUM": _for_int8(36),
    "DEPTHWISE_CONV_2D": _depthwise,
    "DEPTH_TO_SPACE": _moved_dimensions,
    "EMBEDDING_LOOKUP": _embedding_lookup,
    "FULLY_CONNECTED": _fully_connected,
    "GATHER": _moved_dimensions,
    "GATHER_ND": _moved_dimensions,
    "L2_POOL_2D": _moved_dimensions,
    "LOG_SOFTMAX": _for_int8(28),
    "RESHAPE": _reshape,
    "SOFTMAX": _softmax,
    "SPACE_TO_DEPTH": _moved_dimensions,
    "SVDF": _svdf,
    "TRANSPOSE_CONV": _transpose_conv,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": _lstm,
    decode.NAME: decode.decode_tail,
}
