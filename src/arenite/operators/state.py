"""Which operators have an effect beyond their outputs, so that their order among each other must stay.

An operator that is not known to be pure counts as one with state: custom operators, control flow, calls, resources,
random numbers, delegates, recurrent layers, and whatever a later schema adds. VAR_HANDLE and HASHTABLE only name a
resource; reading and writing it is done by others.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from arenite.model import ElementType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.model import Operator

_PURE = """
    ABS ADD ADD_N ARG_MAX ARG_MIN ATAN2 AVERAGE_POOL_2D BATCH_MATMUL BATCH_TO_SPACE_ND BITCAST BITWISE_XOR
    BROADCAST_ARGS BROADCAST_TO BUCKETIZE CAST CEIL COMPLEX_ABS CONCATENATION CONV_2D CONV_3D CONV_3D_TRANSPOSE COS
    CUMSUM DENSIFY DEPTHWISE_CONV_2D DEPTH_TO_SPACE DEQUANTIZE DILATE DIV DYNAMIC_UPDATE_SLICE ELU EMBEDDING_LOOKUP
    EMBEDDING_LOOKUP_SPARSE EQUAL EXP EXPAND_DIMS FAKE_QUANT FILL FLOOR FLOOR_DIV FLOOR_MOD FULLY_CONNECTED GATHER
    GATHER_ND GELU GREATER GREATER_EQUAL HARD_SWISH HASHTABLE HASHTABLE_LOOKUP IMAG L2_NORMALIZATION L2_POOL_2D
    LEAKY_RELU LESS LESS_EQUAL LOCAL_RESPONSE_NORMALIZATION LOG LOGICAL_AND LOGICAL_NOT LOGICAL_OR LOGISTIC
    LOG_SOFTMAX LSH_PROJECTION MATRIX_DIAG MATRIX_SET_DIAG MAXIMUM MAX_POOL_2D MEAN MINIMUM MIRROR_PAD MUL NEG
    NON_MAX_SUPPRESSION_V4 NON_MAX_SUPPRESSION_V5 NOT_EQUAL ONE_HOT PACK PAD PADV2 POW PRELU QUANTIZE RANGE RANK REAL
    REDUCE_ALL REDUCE_ANY REDUCE_MAX REDUCE_MIN REDUCE_PROD RELU RELU6 RELU_0_TO_1 RELU_N1_TO_1 RESHAPE
    RESIZE_BILINEAR RESIZE_NEAREST_NEIGHBOR REVERSE_SEQUENCE REVERSE_V2 RFFT2D RIGHT_SHIFT ROUND RSQRT SCATTER_ND
    SEGMENT_SUM SELECT SELECT_V2 SHAPE SIGN SIN SLICE SOFTMAX SPACE_TO_BATCH_ND SPACE_TO_DEPTH SPARSE_TO_DENSE SPLIT
    SPLIT_V SQRT SQUARE SQUARED_DIFFERENCE SQUEEZE STRIDED_SLICE SUB SUM TANH TILE TOPK_V2 TRANSPOSE TRANSPOSE_CONV
    UNIQUE UNPACK UNSORTED_SEGMENT_MAX UNSORTED_SEGMENT_MIN UNSORTED_SEGMENT_PROD UNSORTED_SEGMENT_SUM VAR_HANDLE WHERE
    ZEROS_LIKE STABLEHLO_ABS STABLEHLO_ADD STABLEHLO_AND STABLEHLO_BROADCAST_IN_DIM STABLEHLO_CBRT STABLEHLO_CLAMP
    STABLEHLO_COMPARE STABLEHLO_CONCATENATE STABLEHLO_CONVERT STABLEHLO_CONVOLUTION STABLEHLO_COSINE STABLEHLO_DIVIDE
    STABLEHLO_DOT_GENERAL STABLEHLO_DYNAMIC_SLICE STABLEHLO_DYNAMIC_UPDATE_SLICE STABLEHLO_EXPONENTIAL STABLEHLO_FLOOR
    STABLEHLO_GATHER STABLEHLO_IOTA STABLEHLO_LOG STABLEHLO_LOGISTIC STABLEHLO_MAXIMUM STABLEHLO_MINIMUM
    STABLEHLO_MULTIPLY STABLEHLO_NEGATE STABLEHLO_OR STABLEHLO_PAD STABLEHLO_POWER STABLEHLO_REMAINDER
    STABLEHLO_RESHAPE STABLEHLO_RSQRT STABLEHLO_SELECT STABLEHLO_SHIFT_LEFT STABLEHLO_SLICE STABLEHLO_SUBTRACT
    STABLEHLO_TANH STABLEHLO_TRANSPOSE
"""
PURE = frozenset(_PURE.split())
"""Operators whose only effect is their outputs, which depend on their inputs alone (unless one is a variable)."""

NAMES_A_RESOURCE = frozenset({"VAR_HANDLE", "HASHTABLE"})


PURE_CUSTOM = frozenset({"TFLM_DECODE"})
"""The same among custom operators of TFLM: what unpacks compressed weights."""


def is_pure(operator: Operator) -> bool:
    """Whether an operator is of a kind whose only effect is its outputs."""
    return operator.code in PURE or (operator.code == "CUSTOM" and operator.custom_code in PURE_CUSTOM)


def has_state(operator: Operator) -> bool:
    """Whether an operator must keep its place relative to the others that have state.

    So it is for every operator not known to be pure, and for any that touches a variable or a resource.
    """
    if not is_pure(operator):
        return True
    if operator.code in NAMES_A_RESOURCE:
        return False
    touched = (*operator.inputs, *operator.outputs)
    return any(tensor is not None and (tensor.variable or tensor.type is ElementType.RESOURCE) for tensor in touched)


def state_order(operators: Sequence[Operator], order: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Pairs (a, b): of the operators with state, a comes before b in `order` and nothing with state between them."""
    stateful = [index for index in order if has_state(operators[index])]
    return tuple(pairwise(stateful))
