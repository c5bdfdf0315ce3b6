"""The table of operator kinds with kernels in generated C."""

from __future__ import annotations

import math
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from arenite.backends.generated_c.bottlenecks import INVERTED_BOTTLENECK
from arenite.backends.generated_c.sums import ADD_PIXELS, ADD_PRODUCTS, FINISH, START
from arenite.codegen.operators import (
    activation,
    binary,
    blocks,
    convolution,
    gather,
    quantization,
    reduce,
    resize,
    rows,
    signal,
    views,
)
from arenite.codegen.operators.binary import EQUAL, GREATER, LESS, UNORDERED, compare
from arenite.codegen.operators.detection import detection
from arenite.codegen.operators.fully_connected import fully_connected
from arenite.codegen.operators.lstm import lstm
from arenite.codegen.operators.matmul import batch_matmul
from arenite.codegen.operators.pool import pool
from arenite.codegen.operators.sums import add_pixels, add_products, finish_average, finish_mean, finish_products, start
from arenite.codegen.operators.svdf import svdf
from arenite.codegen.operators.variables import assign_variable, circular_buffer, nothing, read_variable
from arenite.model import ElementType, Operator

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from arenite.codegen.unit import Unit

    Lowering = Callable[[Unit, Operator], None]

_BOOLEANS, _FLOATS = (ElementType.BOOL,), (ElementType.FLOAT32,)

OPERATORS: Mapping[str, Lowering] = MappingProxyType(
    {
        "ABS": activation.absolute,
        "ADD": partial(binary.add_or_subtract, sign=1, of_floats="add_f32"),
        "ADD_N": binary.add_many,
        "ARG_MAX": partial(reduce.arg_extreme, kernel="arg_max"),
        "ARG_MIN": partial(reduce.arg_extreme, kernel="arg_min"),
        "ASSIGN_VARIABLE": assign_variable,
        "AVERAGE_POOL_2D": partial(pool, kernel="average_pool"),
        "BATCH_MATMUL": batch_matmul,
        "BATCH_TO_SPACE_ND": blocks.batch_to_space,
        "BROADCAST_ARGS": views.broadcast_args,
        "BROADCAST_TO": views.broadcast_to,
        "CALL_ONCE": nothing,
        "CAST": quantization.cast,
        "CEIL": activation.float_function,
        "CONCATENATION": views.concatenation,
        "CONV_2D": convolution.convolution,
        "COS": activation.float_function,
        "CUMSUM": rows.cumulative_sum,
        "DEPTHWISE_CONV_2D": convolution.depthwise,
        "DEPTH_TO_SPACE": blocks.depth_to_space,
        "DEQUANTIZE": quantization.dequantize,
        "DIV": binary.divide,
        "DYNAMIC_UPDATE_SLICE": gather.dynamic_update_slice,
        "ELU": activation.elu,
        "EMBEDDING_LOOKUP": gather.embedding_lookup,
        "EQUAL": partial(compare, ways=EQUAL),
        "EXP": activation.float_function,
        "EXPAND_DIMS": views.reshape,
        "FILL": views.fill,
        "FLOOR": activation.float_function,
        "FLOOR_DIV": partial(binary.on_stored_values, kernel="floor_divide", allowed=_FLOATS),
        "FLOOR_MOD": partial(binary.on_stored_values, kernel="floor_modulo", allowed=_FLOATS),
        "FULLY_CONNECTED": fully_connected,
        "GATHER": gather.gather,
        "GATHER_ND": gather.gather_nd,
        "GREATER": partial(compare, ways=GREATER),
        "GREATER_EQUAL": partial(compare, ways=GREATER | EQUAL),
        "HARD_SWISH": activation.hard_swish,
        INVERTED_BOTTLENECK: convolution.inverted_bottleneck,
        "L2_NORMALIZATION": rows.l2_normalization,
        "L2_POOL_2D": partial(pool, kernel="l2_pool", allowed=_FLOATS),
        "LEAKY_RELU": activation.leaky_relu,
        "LESS": partial(compare, ways=LESS),
        "LESS_EQUAL": partial(compare, ways=LESS | EQUAL),
        "LOG": activation.float_function,
        "LOGICAL_AND": partial(binary.on_stored_values, kernel="logical_and", allowed=_BOOLEANS),
        "LOGICAL_NOT": activation.logical_not,
        "LOGICAL_OR": partial(binary.on_stored_values, kernel="logical_or", allowed=_BOOLEANS),
        "LOGISTIC": activation.sigmoid,
        "LOG_SOFTMAX": rows.log_softmax,
        "MAXIMUM": partial(binary.on_stored_values, kernel="maximum", allowed=binary.NUMBERS),
        "MAX_POOL_2D": partial(pool, kernel="max_pool"),
        "MEAN": partial(reduce.sum_or_mean, divided=True),
        "MINIMUM": partial(binary.on_stored_values, kernel="minimum", allowed=binary.NUMBERS),
        "MIRROR_PAD": views.mirror_pad,
        "MUL": binary.multiply,
        "NEG": activation.float_function,
        "NOT_EQUAL": partial(compare, ways=LESS | GREATER | UNORDERED),
        "PACK": views.pack,
        "PAD": views.pad,
        "PADV2": views.pad,
        "PRELU": binary.prelu,
        "QUANTIZE": quantization.quantize,
        "READ_VARIABLE": read_variable,
        "REDUCE_ALL": partial(reduce.reduce_extreme, kernel="reduce_minimum", allowed=_BOOLEANS),
        "REDUCE_MAX": partial(reduce.reduce_extreme, kernel="reduce_maximum"),
        "REDUCE_MIN": partial(reduce.reduce_extreme, kernel="reduce_minimum"),
        "RELU": partial(activation.clamp, low=0.0, high=math.inf),
        "RELU6": activation.relu6,
        "RELU_0_TO_1": partial(activation.clamp, low=0.0, high=1.0),
        "RELU_N1_TO_1": partial(activation.clamp, low=-1.0, high=1.0),
        "RESHAPE": views.reshape,
        "RESIZE_BILINEAR": resize.resize_bilinear,
        "RESIZE_NEAREST_NEIGHBOR": resize.resize_nearest,
        "REVERSE_V2": views.reverse,
        "ROUND": activation.float_function,
        "RSQRT": activation.reciprocal_root,
        "SELECT_V2": views.select,
        "SHAPE": views.shape_of,
        "SIN": activation.float_function,
        "SLICE": gather.slice_of,
        "SOFTMAX": rows.softmax,
        "SPACE_TO_BATCH_ND": blocks.space_to_batch,
        "SPACE_TO_DEPTH": blocks.space_to_depth,
        "SPLIT": views.split,
        "SPLIT_V": views.split_v,
        "SQRT": activation.float_function,
        "SQUARE": activation.float_function,
        "SQUARED_DIFFERENCE": binary.squared_difference,
        "SQUEEZE": views.reshape,
        "STRIDED_SLICE": views.strided_slice,
        "SUB": partial(binary.add_or_subtract, sign=-1, of_floats="subtract_f32"),
        "SUM": partial(reduce.sum_or_mean, divided=False),
        "SVDF": svdf,
        "TANH": activation.hyperbolic_tangent,
        "TILE": views.tile,
        "TRANSPOSE": views.transpose,
        "TRANSPOSE_CONV": convolution.transpose_convolution,
        "UNIDIRECTIONAL_SEQUENCE_LSTM": lstm,
        "UNPACK": views.unpack,
        "VAR_HANDLE": nothing,
        "ZEROS_LIKE": views.zeros_like,
    }
)

SUMS: Mapping[str, Lowering] = MappingProxyType(
    {
        START: start,
        ADD_PIXELS: add_pixels,
        ADD_PRODUCTS: add_products,
        f"{FINISH}AVERAGE_POOL_2D": finish_average,
        f"{FINISH}FULLY_CONNECTED": finish_products,
        f"{FINISH}MEAN": finish_mean,
    }
)
"""Operators of generated C alone, which sum strips."""

MOST_OUTPUTS = 1 << 16
"""Maximum number of outputs of one operator; far above any real model."""

CUSTOM: Mapping[str, Lowering] = MappingProxyType(
    {
        "CIRCULAR_BUFFER": circular_buffer,
        "TFLite_Detection_PostProcess": detection,
        "SignalDelay": signal.delay,
        "SignalEnergy": signal.energy,
        "SignalFftAutoScale": signal.auto_scale,
        "SignalFilterBank": signal.filter_bank,
        "SignalFilterBankLog": signal.logarithm,
        "SignalFilterBankSpectralSubtraction": signal.spectral_subtraction,
        "SignalFilterBankSquareRoot": signal.square_root,
        "SignalFramer": signal.framer,
        "SignalIrfft": signal.inverse_transform,
        "SignalOverlapAdd": signal.overlap_add,
        "SignalPCAN": signal.gain_control,
        "SignalRfft": signal.real_transform,
        "SignalStacker": signal.stacker,
        "SignalWindow": signal.window,
    }
)
"""Custom operators by name."""


OUTPUTS: Mapping[str, range] = MappingProxyType(
    {
        "ASSIGN_VARIABLE": range(1),
        "CALL_ONCE": range(1),
        "SPLIT": range(1, MOST_OUTPUTS),
        "SPLIT_V": range(1, MOST_OUTPUTS),
        "UNPACK": range(1, MOST_OUTPUTS),
        "SignalFftAutoScale": range(2, 3),
        "TFLite_Detection_PostProcess": range(4, 5),
        "SignalFilterBankSpectralSubtraction": range(2, 3),
        "SignalFramer": range(2, 3),
        "SignalStacker": range(2, 3),
    }
)
"""Allowed numbers of outputs for kinds whose number is not 1."""


def outputs_fit(operator: Operator) -> bool:
    """Whether an operator has an allowed number of outputs for its kind."""
    name = operator.label if operator.code == "CUSTOM" else operator.code
    return len(operator.outputs) in OUTPUTS.get(name, range(1, 2))


def lowering(operator: Operator) -> Lowering | None:
    """The lowering of an operator to calls; None if there is no kernel for it."""
    if operator.code == "CUSTOM":
        return CUSTOM.get(operator.label)
    return OPERATORS.get(operator.code, SUMS.get(operator.code))
