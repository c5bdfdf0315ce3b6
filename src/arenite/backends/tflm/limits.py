"""Why TFLM's kernels cannot run an operator: what they refuse when they are prepared, or when they run.

Only limits that were read are listed; where there are none, nothing is said. A reason is certain, its absence is not.

Source: the Prepare and Eval functions in TFLM's kernels/*.cc and kernels/cmsis_nn/*.cc; ESP-NN's glue refuses what the
reference kernels refuse.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from arenite.backends.build import CMSIS_NN
from arenite.backends.reference import decode, detection
from arenite.backends.sets import Kernels
from arenite.backends.tflm.checks import (
    OUTPUT,
    alike,
    all_alike,
    at,
    constant,
    inputs,
    never,
    no_activation,
    no_offset,
    one_scale,
    rank,
    ranks,
    same_scale,
    scales,
    together,
    types,
)
from arenite.backends.tflm.registered import method, why_flex
from arenite.model import ElementType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arenite.backends.tflm.checks import Check
    from arenite.model import Operator

MOST_JOINED = 10
"""Inputs that TFLM's CONCATENATION takes (kMaxInputNum in concatenation.cc)."""

F32, I8, I16, I32, I64 = (ElementType[name] for name in ("FLOAT32", "INT8", "INT16", "INT32", "INT64"))
I4, U8, U32, BOOL = (ElementType[name] for name in ("INT4", "UINT8", "UINT32", "BOOL"))


def why_not(operator: Operator, kernels: Kernels) -> str | None:
    """Why TFLM with one set of kernels refuses an operator, in words; None: nothing is known against it.

    Of custom operators that TFLM does not have nothing is known, unless they are TensorFlow's: the application may
    bring kernels for them.
    """
    if operator.code == "CUSTOM":
        found = (check(operator) for check in CUSTOM_LIMITS.get(operator.label, ()))
        return why_flex(operator.label) or next((why for why in found if why), None)
    if method(operator.code) is None:
        return "there is no kernel for it"
    own = CMSIS_NN_LIMITS.get(operator.code, ()) if kernels in CMSIS_NN else ()
    if kernels is Kernels.CMSIS_NN_MVE:
        own = (*own, *MVE_LIMITS.get(operator.code, ()))
    found = (check(operator) for check in (*LIMITS.get(operator.code, ()), *own))
    return next((why for why in found if why), None)


def _where(kind: ElementType, check: Check) -> Check:
    """A check for operators whose output has a type."""

    def limited(operator: Operator) -> str | None:
        output = at(operator, OUTPUT)
        return check(operator) if output is not None and output.type is kind else None

    return limited


def _each(codes: str, *checks: Check) -> dict[str, tuple[Check, ...]]:
    return dict.fromkeys(codes.split(), checks)


_UNARY = alike(0, OUTPUT)
_WEIGHTED = together((0, 1), (F32, F32), (I8, I8), (I8, I4), (I16, I8))

LIMITS: Mapping[str, tuple[Check, ...]] = MappingProxyType(
    {
        **_each("CEIL COS EXP LOG ROUND SIN SQRT SQUARE", types(0, F32), _UNARY),
        **_each("FLOOR NEG", types(0, F32)),
        **_each("ABS LEAKY_RELU LOGISTIC TANH", types(0, F32, I8, I16), _UNARY),
        **_each("RSQRT", types(0, F32, I8, I16), _UNARY),
        **_each("ELU LOG_SOFTMAX", types(0, F32, I8), _UNARY),
        **_each("RELU RELU6", types(0, F32, I8, I16)),
        **_each("PRELU", types(0, F32, I8, I16), _where(I16, types(1, I8))),
        **_each("HARD_SWISH", types(0, F32, I8)),
        **_each("LOGICAL_NOT", types(0, BOOL), _UNARY),
        **_each("ADD SUB", types(OUTPUT, F32, I8, I16, I32)),
        **_each("MUL", types(0, F32, I8, I16, I32), alike(0, 1), _where(I16, no_offset(0, 1, OUTPUT))),
        **_each("DIV", alike(0, 1, OUTPUT), types(0, F32, I8, I32)),
        **_each("SQUARED_DIFFERENCE", alike(0, 1), types(OUTPUT, F32, I8, I16, I32)),
        **_each("FLOOR_DIV FLOOR_MOD", alike(0, 1, OUTPUT), types(0, F32)),
        **_each("MAXIMUM MINIMUM", types(OUTPUT, F32, I8, I16, I32, I64)),
        **_each("ADD_N", all_alike, types(0, F32, I8)),
        **_each("EQUAL NOT_EQUAL", types(0, BOOL, F32, I8, I32, I64)),
        **_each("GREATER", types(0, F32, I8, I16, I32, I64)),
        **_each("GREATER_EQUAL LESS LESS_EQUAL", types(0, F32, I8, I32, I64)),
        **_each("SELECT_V2", types(0, BOOL), alike(1, 2), types(1, F32, I8, I16)),
        **_each("CONV_2D FULLY_CONNECTED", _WEIGHTED, _UNARY),
        **_each("DEPTHWISE_CONV_2D", _WEIGHTED),
        **_each("TRANSPOSE_CONV", alike(2, OUTPUT), together((2, 1), (F32, F32), (I8, I8), (I16, I8))),
        **_each(
            "BATCH_MATMUL",
            types(0, F32, I8, I16),
            alike(0, 1, OUTPUT),
            rank(0, 2, 5),
            rank(1, 2, 5),
            _where(I16, no_offset(0, 1, OUTPUT)),
        ),
        **_each("SVDF", types(0, F32, I8), alike(0, OUTPUT), rank(0, 2, 2)),
        **_each("UNIDIRECTIONAL_SEQUENCE_LSTM", types(19, F32, I16)),
        **_each("AVERAGE_POOL_2D MAX_POOL_2D", types(0, F32, I8, I16)),
        **_each("L2_POOL_2D", types(0, F32), _UNARY, rank(0, 4, 4)),
        **_each("L2_NORMALIZATION", types(0, F32, I8), _UNARY, rank(0, 0, 4), no_activation),
        **_each("SOFTMAX", together((0, OUTPUT), (F32, F32), (I8, I8), (I8, I16), (I16, I16))),
        **_each("MEAN", types(1, I32), types(0, F32, I8, I16)),
        **_each("SUM", types(1, I32), types(0, F32, I8, I16), _UNARY),
        **_each("REDUCE_MAX REDUCE_MIN", types(1, I32), types(0, F32, I8), _UNARY, same_scale(I8)),
        **_each("REDUCE_ALL", types(1, I32), types(0, BOOL), _UNARY),
        **_each("ARG_MAX ARG_MIN", types(0, F32, I8), types(1, I32), types(OUTPUT, I32)),
        **_each("CUMSUM", types(0, F32, I8), types(1, I32), _UNARY),
        **_each(
            "CONCATENATION",
            inputs(MOST_JOINED),
            no_activation,
            types(OUTPUT, F32, I8, I16, I32, I64, BOOL),
            all_alike,
            ranks(6),
            same_scale(I8),
        ),
        **_each("PACK", types(OUTPUT, F32, I8, I16, I32, I64)),
        **_each("UNPACK", types(0, F32, I8, I16, I32)),
        **_each("SPLIT", types(1, F32, I8, I16, I32), constant(0)),
        **_each("SPLIT_V", types(0, F32, I8, I16, I32), constant(2)),
        **_each("SLICE", types(0, F32, I8, I16, I32, BOOL), types(1, I32, I64), rank(0, 0, 5)),
        **_each("STRIDED_SLICE", types(OUTPUT, F32, I8, I16, I32, BOOL), rank(0, 0, 4), constant(1, 2, 3)),
        **_each("DYNAMIC_UPDATE_SLICE", types(0, F32, I8, I16, I32), alike(0, 1), types(2, I32, I64)),
        **_each("PAD PADV2", types(0, F32, I8, I16, I32), _UNARY, rank(0, 0, 5), constant(1)),
        **_each("MIRROR_PAD", types(OUTPUT, F32, I8)),
        **_each("TRANSPOSE", types(0, F32, I8, I16), _UNARY, rank(0, 0, 5), constant(1)),
        **_each("RESHAPE", _UNARY),
        **_each("SQUEEZE", rank(0, 0, 8)),
        **_each("EXPAND_DIMS", types(0, F32, I8, I16), types(1, I32), constant(1)),
        **_each("BATCH_TO_SPACE_ND SPACE_TO_BATCH_ND", types(0, F32, I8), _UNARY, rank(0, 3, 4)),
        **_each("DEPTH_TO_SPACE SPACE_TO_DEPTH", types(0, F32, I8), _UNARY, rank(0, 4, 4)),
        **_each("BROADCAST_ARGS", types(0, I32, I64), alike(0, 1, OUTPUT)),
        **_each("BROADCAST_TO", types(1, I32, I64), _UNARY, rank(OUTPUT, 0, 5), constant(1)),
        **_each(
            "FILL", constant(0), types(0, I8, I16, I32, I64), alike(1, OUTPUT), types(1, F32, I8, I32), rank(1, 0, 0)
        ),
        **_each("GATHER", types(0, F32, I8), types(1, I32)),
        **_each("GATHER_ND", types(0, F32, I8), types(1, I32)),
        **_each("EMBEDDING_LOOKUP", types(0, I32), together((1, OUTPUT), (F32, F32), (I8, F32), (I8, I8))),
        **_each("REVERSE_V2", types(0, F32, I8, U8, I16, I32, I64, BOOL), types(1, I32), _UNARY),
        **_each("RESIZE_BILINEAR", rank(0, 4, 4), types(1, I32), types(OUTPUT, F32, I8), constant(1)),
        **_each("RESIZE_NEAREST_NEIGHBOR", rank(0, 4, 4), types(1, I32), types(OUTPUT, F32, I8, I16), constant(1)),
        **_each("SHAPE", types(OUTPUT, I32)),
        **_each("ZEROS_LIKE", types(0, F32, I8, I32, I64)),
        **_each("CAST", types(0, F32, I8, I16, I32, U32, BOOL), types(OUTPUT, F32, I8, I16, I32, U32, BOOL)),
        **_each("DEQUANTIZE", types(0, I8, I16, U8), types(OUTPUT, F32)),
        **_each(
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
        **_each("IF", types(0, BOOL)),
    }
)
"""What the reference kernels ask, by kind of operator; all other sets ask it as well."""

CUSTOM_LIMITS: Mapping[str, tuple[Check, ...]] = MappingProxyType(
    {
        "CIRCULAR_BUFFER": (types(0, I8), types(OUTPUT, I8)),
        decode.NAME: (decode.why_not,),
        detection.NAME: detection.LIMITS,
    }
)
"""What the kernels of custom operators ask that TFLM has, by their names."""

CMSIS_NN_LIMITS: Mapping[str, tuple[Check, ...]] = MappingProxyType(
    {
        **_each("ADD", alike(0, 1, OUTPUT), _where(I16, no_offset(0, 1, OUTPUT))),
        **_each("BATCH_MATMUL", rank(0, 2, 4), rank(1, 2, 4)),
        **_each("CONV_2D", rank(0, 4, 4), rank(1, 4, 4), rank(OUTPUT, 4, 4), _where(I16, no_offset(0, OUTPUT))),
        **_each("DEPTHWISE_CONV_2D", _where(I16, no_offset(0, OUTPUT)), _where(I16, scales(1, 3))),
        **_each("FULLY_CONNECTED", _where(I16, one_scale(1)), _where(I16, no_offset(0, OUTPUT))),
        **_each("TRANSPOSE", _where(I8, rank(0, 0, 4))),
        **_each("TRANSPOSE_CONV", _where(I16, never("CMSIS-NN's kernel does not start with INT16"))),
        **_each("UNIDIRECTIONAL_SEQUENCE_LSTM", constant(*range(1, 9), *range(12, 16))),
    }
)
"""What CMSIS-NN's glue asks besides."""

MVE_LIMITS: Mapping[str, tuple[Check, ...]] = MappingProxyType({"SVDF": (_where(I8, constant(1)),)})
"""What it asks besides on cores with MVE, where it adds up weights before the first inference."""
