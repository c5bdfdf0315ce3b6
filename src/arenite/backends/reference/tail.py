"""Tail of a reference kernel: its structure, per-channel tables, copies of tensors, and state.

Each rule returns the bytes of the allocations of a kernel's Prepare (or Init), in order. TFLM rounds each one up to 16.
A rule's docstring names the file in TFLM's kernels/ that is its source.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.backends.build import size_of
from arenite.backends.reference import decode, detection
from arenite.backends.reference.scratch import scratch_is_known
from arenite.backends.reference.signal_tail import NOTHING as SIGNALS_KEEP_NOTHING
from arenite.backends.reference.signal_tail import PARAMETERS, length_is_known, signal_tail
from arenite.backends.tflm.structures import EVAL_TENSOR, OPTIONS
from arenite.model import ElementType
from arenite.operators.soundness import flaw

if TYPE_CHECKING:
    from collections.abc import Callable

    from arenite.backends.build import Instance
    from arenite.model import Tensor

    Rule = Callable[[Instance], tuple[int, ...]]


INT = 4
FLOAT = frozenset({ElementType.FLOAT32})
QUANTIZED = frozenset({ElementType.INT8, ElementType.INT16})
BATCH_MATMUL_QUANTIZATION = 7 * INT
"""Bytes of the kernel's structure QuantizationOpDataBatchMatmul."""
SOFTMAX_TABLE = 2 * 513
"""Bytes of a table of 513 int16 values."""


_COMPARISON = "7ib"
_REDUCE = "11i"

OP_DATA = {
    "ABS": "4ibie",
    "ADD": "b14i",
    "AVERAGE_POOL_2D": "8i",
    "BATCH_MATMUL": "3p3b",
    "CALL_ONCE": "ib",
    "CIRCULAR_BUFFER": "2i",
    "CONCATENATION": "i2p3i",
    "CONV_2D": "9i2p3i",
    "DEPTHWISE_CONV_2D": "9i2p3i",
    "DEQUANTIZE": "2q4i",
    "DIV": "7i",
    "ELU": "256b",
    "EQUAL": _COMPARISON,
    "FULLY_CONNECTED": "9i2pb",
    "GREATER": _COMPARISON,
    "GREATER_EQUAL": _COMPARISON,
    "HARD_SWISH": "5i",
    "IF": "2i",
    "L2_NORMALIZATION": "i",
    "LEAKY_RELU": "6i",
    "LESS": _COMPARISON,
    "LESS_EQUAL": _COMPARISON,
    "LOGISTIC": "4i",
    "MAX_POOL_2D": "8i",
    "MEAN": _REDUCE,
    "MIRROR_PAD": "5i",
    "MUL": "9i",
    "NOT_EQUAL": _COMPARISON,
    "PAD": "14i",
    "PADV2": "14i",
    "PRELU": "7i",
    "QUANTIZE": "2q4i",
    "REDUCE_ALL": _REDUCE,
    "REDUCE_MAX": _REDUCE,
    "REDUCE_MIN": _REDUCE,
    "RELU": "7i",
    "RELU6": "2i",
    "RSQRT": "4ibie",
    "SELECT_V2": "b",
    "SOFTMAX": "q7i5p",
    "SPACE_TO_BATCH_ND": "i",
    "SQUARED_DIFFERENCE": "14q",
    "STRIDED_SLICE": "21i",
    "SUB": "b12i",
    "SUM": _REDUCE,
    "SVDF": "9i",
    "TANH": "4i",
    "TRANSPOSE_CONV": "16i2p",
    "UNIDIRECTIONAL_SEQUENCE_LSTM": "86q",
    "VAR_HANDLE": "i",
    "WHILE": "2i",
    detection.NAME: detection.OP_DATA,
    "ethos-u": "3i",
}
"""Structure that the kernel's Init allocates (kernels/*.cc, usually named OpData)."""
_NOTHING = """
    ASSIGN_VARIABLE BATCH_TO_SPACE_ND BROADCAST_ARGS BROADCAST_TO CEIL COS DYNAMIC_UPDATE_SLICE EXP EXPAND_DIMS FILL
    FLOOR FLOOR_DIV FLOOR_MOD LOG LOGICAL_AND LOGICAL_NOT LOGICAL_OR MAXIMUM MINIMUM NEG READ_VARIABLE REVERSE_V2 ROUND
    SIN SLICE SQRT SQUARE TRANSPOSE ZEROS_LIKE
"""
KEEP_NOTHING = frozenset(_NOTHING.split())
"""Operator kinds whose kernels allocate no tail."""


def kept(kernel: Instance) -> tuple[int, ...]:
    """Bytes of a kernel's further allocations after its structure, in order; () for most kinds.

    () also for an operator that lacks what its kind needs: such an operator counts as unknown (`is_known`).
    """
    operator = kernel.operator
    if operator.code == "CUSTOM":
        if not scratch_is_known(operator) or not length_is_known(operator):
            return ()
        signal = signal_tail(kernel)
        if signal is not None:
            return signal
    elif flaw(operator):
        return ()
    rule = RULES.get(operator.label)
    return rule(kernel) if rule else ()


def _dimensions(tensor: Tensor) -> int:
    """Bytes of a TfLiteIntArray that holds a shape."""
    return INT * (1 + len(tensor.shape))


def _moved_dimensions(kernel: Instance) -> tuple[int, ...]:
    """kernel_util.cc, CreateWritableTensorDimsWithCopy: copies the output's shape from the file into the tail."""
    return (_dimensions(kernel.output),)


def _reshape(kernel: Instance) -> tuple[int, ...]:
    """reshape_common.cc: the kernel writes the length of a dimension -1, so the shape is copied into the tail."""
    return _moved_dimensions(kernel) if -1 in kernel.output.shape else ()


def _per_channel(channels: int) -> tuple[int, ...]:
    return (INT * channels, INT * channels)


def _conv(kernel: Instance) -> tuple[int, ...]:
    """conv_common.cc, transpose_conv.cc, cmsis_nn/transpose_conv.cc: multipliers and shifts, also for float."""
    return _per_channel(kernel.dimension(1, 0))


def _depthwise(kernel: Instance) -> tuple[int, ...]:
    """depthwise_conv_common.cc: as conv, with the channels in the last dimension."""
    return _per_channel(kernel.dimension(1, 3))


def _fully_connected(kernel: Instance) -> tuple[int, ...]:
    """fully_connected_common.cc: multipliers and shifts if the weights are quantized per channel."""
    data, weights = kernel.input(0), kernel.input(1)
    if data.type in FLOAT:
        return ()
    scales = len(weights.quantization.scale) if weights.quantization else 0
    return _per_channel(scales) if scales > 1 else ()


def _batch_matmul(kernel: Instance) -> tuple[int, ...]:
    """batch_matmul.cc: output shape, quantization, and a transposed copy of each operand that needs one."""
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


def _for_int8(structure: int) -> Rule:
    """add_n.cc, cumsum.cc, log_softmax.cc: a structure of `structure` bytes that Prepare allocates for int8 only."""

    def rule(kernel: Instance) -> tuple[int, ...]:
        return (structure,) if kernel.output.type is ElementType.INT8 else ()

    return rule


def _embedding_lookup(kernel: Instance) -> tuple[int, ...]:
    """embedding_lookup.cc: the kernel's structure, and the output's shape."""
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
    "TRANSPOSE_CONV": _conv,
    decode.NAME: decode.decode_tail,
}


def is_known(kernel: Instance) -> bool:
    """Whether all tail allocations and scratch requests that TFLM makes for the operator are known."""
    label = kernel.operator.label
    tables = (OPTIONS, OP_DATA, RULES, PARAMETERS, KEEP_NOTHING, SIGNALS_KEEP_NOTHING)
    if not scratch_is_known(kernel.operator) or not length_is_known(kernel.operator):
        return False
    return any(label in table for table in tables)
