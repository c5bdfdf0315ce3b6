"""Reasons why TFLM's reference kernels refuse an operator, in Prepare or in Eval.

Only limits that were read in the source are listed: a reported reason is certain, but no reason is no guarantee. All
sets of TFLM share these limits; CMSIS-NN adds more (`arenite.backends.cmsis_nn.limits`).

Source: the Prepare and Eval functions in TFLM's kernels/*.cc.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.backends.checks import (
    OUTPUT,
    alike,
    all_alike,
    constant,
    each,
    inputs,
    no_activation,
    no_offset,
    rank,
    ranks,
    same_scale,
    together,
    types,
    where,
)
from arenite.backends.reference import decode, detection
from arenite.backends.reference.registered import method, why_flex
from arenite.model import ElementType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arenite.backends.checks import Check
    from arenite.model import Operator

MOST_JOINED = 10
"""Maximum number of inputs of TFLM's CONCATENATION (kMaxInputNum in concatenation.cc)."""

F32, I8, I16, I32, I64 = (ElementType[name] for name in ("FLOAT32", "INT8", "INT16", "INT32", "INT64"))
I4, U8, U32, BOOL = (ElementType[name] for name in ("INT4", "UINT8", "UINT32", "BOOL"))


def why_not(operator: Operator) -> str | None:
    """Why TFLM refuses an operator with any set of kernels, as text; None if no reason is known.

    Custom operators that are neither TFLM's nor TensorFlow's are accepted, since the application may bring their
    kernels.
    """
    if operator.code == "CUSTOM":
        found = (check(operator) for check in CUSTOM_LIMITS.get(operator.label, ()))
        return why_flex(operator.label) or next((why for why in found if why), None)
    if method(operator.code) is None:
        return "there is no kernel for it"
    found = (check(operator) for check in LIMITS.get(operator.code, ()))
    return next((why for why in found if why), None)


_UNARY = alike(0, OUTPUT)
_WEIGHTED = together((0, 1), (F32, F32), (I8, I8), (I8, I4), (I16, I8))

LIMITS: Mapping[str, tuple[Check, ...]] = {
    **each("CEIL COS EXP LOG ROUND SIN SQRT SQUARE", types(0, F32), _UNARY),
    **each("FLOOR NEG", types(0, F32)),
    **each("ABS LEAKY_RELU LOGISTIC TANH", types(0, F32, I8, I16), _UNARY),
    **each("RSQRT", types(0, F32, I8, I16), _UNARY),
    **each("ELU LOG_SOFTMAX", types(0, F32, I8), _UNARY),
    **each("RELU RELU6", types(0, F32, I8, I16)),
    **each("PRELU", types(0, F32, I8, I16), where(I16, types(1, I8))),
    **each("HARD_SWISH", types(0, F32, I8)),
    **each("LOGICAL_NOT", types(0, BOOL), _UNARY),
    **each("ADD SUB", types(OUTPUT, F32, I8, I16, I32)),
    **each("MUL", types(0, F32, I8, I16, I32), alike(0, 1), where(I16, no_offset(0, 1, OUTPUT))),
    **each("DIV", alike(0, 1, OUTPUT), types(0, F32, I8, I32)),
    **each("SQUARED_DIFFERENCE", alike(0, 1), types(OUTPUT, F32, I8, I16, I32)),
    **each("FLOOR_DIV FLOOR_MOD", alike(0, 1, OUTPUT), types(0, F32)),
    **each("MAXIMUM MINIMUM", types(OUTPUT, F32, I8, I16, I32, I64)),
    **each("ADD_N", all_alike, types(0, F32, I8)),
    **each("EQUAL NOT_EQUAL", types(0, BOOL, F32, I8, I32, I64)),
    **each("GREATER", types(0, F32, I8, I16, I32, I64)),
    **each("GREATER_EQUAL LESS LESS_EQUAL", types(0, F32, I8, I32, I64)),
    **each("SELECT_V2", types(0, BOOL), alike(1, 2), types(1, F32, I8, I16)),
    **each("CONV_2D FULLY_CONNECTED", _WEIGHTED, _UNARY),
    **each("DEPTHWISE_CONV_2D", _WEIGHTED),
    **each("TRANSPOSE_CONV", alike(2, OUTPUT), together((2, 1), (F32, F32), (I8, I8), (I16, I8))),
    **each(
        "BATCH_MATMUL",
        types(0, F32, I8, I16),
        alike(0, 1, OUTPUT),
        rank(0, 2, 5),
        rank(1, 2, 5),
        where(I16, no_offset(0, 1, OUTPUT)),
    ),
    **each("SVDF", types(0, F32, I8), alike(0, OUTPUT), rank(0, 2, 2)),
    **each("UNIDIRECTIONAL_SEQUENCE_LSTM", types(19, F32, I16)),
    **each("AVERAGE_POOL_2D MAX_POOL_2D", types(0, F32, I8, I16)),
    **each("L2_POOL_2D", types(0, F32), _UNARY, rank(0, 4, 4)),
    **each("L2_NORMALIZATION", types(0, F32, I8), _UNARY, rank(0, 0, 4), no_activation),
    **each("SOFTMAX", together((0, OUTPUT), (F32, F32), (I8, I8), (I8, I16), (I16, I16))),
    **each("MEAN", types(1, I32), types(0, F32, I8, I16)),
    **each("SUM", types(1, I32), types(0, F32, I8, I16), _UNARY),
    **each("REDUCE_MAX REDUCE_MIN", types(1, I32), types(0, F32, I8), _UNARY, same_scale(I8)),
    **each("REDUCE_ALL", types(1, I32), types(0, BOOL), _UNARY),
    **each("ARG_MAX ARG_MIN", types(0, F32, I8), types(1, I32), types(OUTPUT, I32)),
    **each("CUMSUM", types(0, F32, I8), types(1, I32), _UNARY),
    **each(
        "CONCATENATION",
        inputs(MOST_JOINED),
        no_activation,
        types(OUTPUT, F32, I8, I16, I32, I64, BOOL),
        all_alike,
        ranks(6),
        same_scale(I8),
    ),
    **each("PACK", types(OUTPUT, F32, I8, I16, I32, I64)),
    **each("UNPACK", types(0, F32, I8, I16, I32)),
    **each("SPLIT", types(1, F32, I8, I16, I32), constant(0)),
    **each("SPLIT_V", types(0, F32, I8, I16, I32), constant(2)),
    **each("SLICE", types(0, F32, I8, I16, I32, BOOL), types(1, I32, I64), rank(0, 0, 5)),
    **each("STRIDED_SLICE", types(OUTPUT, F32, I8, I16, I32, BOOL), rank(0, 0, 4), constant(1, 2, 3)),
    **each("DYNAMIC_UPDATE_SLICE", types(0, F32, I8, I16, I32), alike(0, 1), types(2, I32, I64)),
    **each("PAD PADV2", types(0, F32, I8, I16, I32), _UNARY, rank(0, 0, 5), constant(1)),
    **each("MIRROR_PAD", types(OUTPUT, F32, I8)),
    **each("TRANSPOSE", types(0, F32, I8, I16), _UNARY, rank(0, 0, 5), constant(1)),
    **each("RESHAPE", _UNARY),
    **each("SQUEEZE", rank(0, 0, 8)),
    **each("EXPAND_DIMS", types(0, F32, I8, I16), types(1, I32), constant(1)),
    **each("BATCH_TO_SPACE_ND SPACE_TO_BATCH_ND", types(0, F32, I8), _UNARY, rank(0, 3, 4)),
    **each("DEPTH_TO_SPACE SPACE_TO_DEPTH", types(0, F32, I8), _UNARY, rank(0, 4, 4)),
    **each("BROADCAST_ARGS", types(0, I32, I64), alike(0, 1, OUTPUT)),
    **each("BROADCAST_TO", types(1, I32, I64), _UNARY, rank(OUTPUT, 0, 5), constant(1)),
    **each("FILL", constant(0), types(0, I8, I16, I32, I64), alike(1, OUTPUT), types(1, F32, I8, I32), rank(1, 0, 0)),
    **each("GATHER", types(0, F32, I8), types(1, I32)),
    **each("GATHER_ND", types(0, F32, I8), types(1, I32)),
    **each("EMBEDDING_LOOKUP", types(0, I32), together((1, OUTPUT), (F32, F32), (I8, F32), (I8, I8))),
    **each("REVERSE_V2", types(0, F32, I8, U8, I16, I32, I64, BOOL), types(1, I32), _UNARY),
    **each("RESIZE_BILINEAR", rank(0, 4, 4), types(1, I32), types(OUTPUT, F32, I8), constant(1)),
    **each("RESIZE_NEAREST_NEIGHBOR", rank(0, 4, 4), types(1, I32), types(OUTPUT, F32, I8, I16), constant(1)),
    **each("SHAPE", types(OUTPUT, I32)),
    **each("ZEROS_LIKE", types(0, F32, I8, I32, I64)),
    **each("CAST", types(0, F32, I8, I16, I32, U32, BOOL), types(OUTPUT, F32, I8, I16, I32, U32, BOOL)),
    **each("DEQUANTIZE", types(0, I8, I16, U8), types(OUTPUT, F32)),
    **each(
        "QUANTIZE",
        together(
            (0, OUTPUT),
            *((F32, each) for each in (I8, I16)),
            *((I8, each) for each in (I8, U8, I16, I32)),
            *((I16, each) for each in (I8, I16, I32)),
            *((I32, each) for each in (I8, I16)),
            (U8, I8),
        ),
    ),
    **each("IF", types(0, BOOL)),
}
"""Limits of the kernels by operator kind."""

CUSTOM_LIMITS: Mapping[str, tuple[Check, ...]] = {
    "CIRCULAR_BUFFER": (types(0, I8), types(OUTPUT, I8)),
    decode.NAME: (decode.why_not,),
    detection.NAME: detection.LIMITS,
}
"""Limits of TFLM's kernels for custom operators, by operator name."""
