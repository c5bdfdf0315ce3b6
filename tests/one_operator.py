"""One operator of every kind that TFLM has a kernel for, as small models of float tensors."""

from __future__ import annotations

import struct
from dataclasses import replace
from math import prod

from arenite.model import Data, ElementType, Graph, Model, Operator, Quantization, Tensor

FLOAT, INT, BOOL = ElementType.FLOAT32, ElementType.INT32, ElementType.BOOL
INT8, INT16 = ElementType.INT8, ElementType.INT16
KINDS = tuple(ElementType[name] for name in ("FLOAT32", "INT8", "INT16", "INT32", "INT64", "UINT8", "BOOL"))
IMAGE, PIXELS, ROW = (1, 4, 4, 4), (1, 2, 2, 4), (4,)
FIXED_SCALES = {
    "SOFTMAX": (1 / 256, -128),
    "LOGISTIC": (1 / 256, -128),
    "LOG_SOFTMAX": (16 / 256, 127),
    "TANH": (1 / 128, 0),
    "L2_NORMALIZATION": (1 / 128, 0),
}
"""What TFLM wants the INT8 output of some operators to be quantized as."""


def new(*shape, kind=FLOAT):
    return Tensor("t", shape, kind)


def ints(*values, shape=None):
    return Tensor("t", shape or (len(values),), INT, Data(struct.pack(f"<{len(values)}i", *values)))


def zeros(*shape):
    return Tensor("t", shape, FLOAT, Data(bytes(4 * prod(shape))))


def quantized(*shape):
    return Tensor("q", shape, ElementType.INT8, quantization=Quantization((0.1,), (0,)))


def image(kind=FLOAT):
    return new(*IMAGE, kind=kind)


def cases():
    """Code, inputs, outputs and options of one operator of every kind that can be built by itself."""
    unary = "ABS CEIL COS ELU EXP FLOOR HARD_SWISH LOG LOGISTIC NEG RELU RELU6 ROUND RSQRT SIN SQRT SQUARE TANH"
    for code in (*unary.split(), "ZEROS_LIKE", "LOG_SOFTMAX"):
        yield code, [image()], [image()], {}
    for code in ["MAXIMUM", "MINIMUM", "FLOOR_DIV", "FLOOR_MOD", "SQUARED_DIFFERENCE", "ADD", "SUB", "MUL", "DIV"]:
        yield code, [image(), image()], [image()], {}
    for code in ["EQUAL", "NOT_EQUAL", "GREATER", "GREATER_EQUAL", "LESS", "LESS_EQUAL"]:
        yield code, [image(), image()], [image(BOOL)], {}
    for code in ("LOGICAL_AND", "LOGICAL_OR"):
        yield code, [image(BOOL), image(BOOL)], [image(BOOL)], {}
    for code in ("MEAN", "SUM", "REDUCE_MAX", "REDUCE_MIN"):
        yield code, [new(2, 4), ints(1)], [new(2)], {}
    window = {"filter_height": 2, "filter_width": 2, "stride_h": 2, "stride_w": 2, "padding": 1}
    for code in ("MAX_POOL_2D", "AVERAGE_POOL_2D", "L2_POOL_2D"):
        yield code, [image()], [new(*PIXELS)], window
    for code in ("RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR"):
        yield code, [image(), ints(8, 8)], [new(1, 8, 8, 4)], {}
    steps = {"stride_h": 1, "stride_w": 1, "padding": 0, "dilation_h_factor": 1, "dilation_w_factor": 1}
    one_by_one = ints(1, 1, shape=(1, 2))
    squares = ints(0, 0, 0, 0, shape=(2, 2))
    yield "LOGICAL_NOT", [image(BOOL)], [image(BOOL)], {}
    yield "LEAKY_RELU", [image()], [image()], {"alpha": 0.1}
    yield "PRELU", [image(), zeros(1, 1, 4)], [image()], {}
    yield "SOFTMAX", [new(1, 8)], [new(1, 8)], {"beta": 1.0}
    yield "L2_NORMALIZATION", [new(1, 8)], [new(1, 8)], {}
    yield "GATHER", [new(4, 4), ints(1, 2)], [new(2, 4)], {"axis": 0}
    yield "GATHER_ND", [new(4, 4), ints(1, shape=(1, 1))], [new(1, 4)], {}
    yield "BATCH_MATMUL", [new(1, 2, 4), new(1, 4, 2)], [new(1, 2, 2)], {}
    yield "BATCH_MATMUL", [new(1, 4, 2), new(1, 2, 4)], [new(1, 2, 2)], {"adj_x": True, "adj_y": True}
    yield "SPACE_TO_DEPTH", [image()], [new(1, 2, 2, 16)], {"block_size": 2}
    yield "DEPTH_TO_SPACE", [image()], [new(1, 8, 8, 1)], {"block_size": 2}
    yield "SPACE_TO_BATCH_ND", [image(), ints(2, 2), squares], [new(4, 2, 2, 4)], {}
    yield "BATCH_TO_SPACE_ND", [new(4, 2, 2, 4), ints(2, 2), squares], [image()], {}
    yield "PACK", [new(*ROW), new(*ROW)], [new(2, 4)], {"axis": 0, "values_count": 2}
    yield "UNPACK", [new(2, 4)], [new(*ROW), new(*ROW)], {"axis": 0, "num": 2}
    yield "SPLIT", [ints(0), new(2, 4)], [new(1, 4), new(1, 4)], {"num_splits": 2}
    yield "SPLIT_V", [new(2, 4), ints(1, 1), ints(0)], [new(1, 4), new(1, 4)], {"num_splits": 2}
    yield "STRIDED_SLICE", [new(*ROW), ints(0), ints(2), ints(1)], [new(2)], {}
    yield "SLICE", [new(*ROW), ints(0), ints(2)], [new(2)], {}
    yield "PAD", [new(*ROW), one_by_one], [new(6)], {}
    yield "MIRROR_PAD", [new(*ROW), one_by_one], [new(6)], {"mode": 0}
    yield "TRANSPOSE", [new(2, 4), ints(1, 0)], [new(4, 2)], {}
    yield "RESHAPE", [new(2, 4), ints(8)], [new(8)], {"new_shape": (8,)}
    yield "SQUEEZE", [new(1, 4)], [new(*ROW)], {"squeeze_dims": (0,)}
    yield "EXPAND_DIMS", [new(*ROW), ints(0)], [new(1, 4)], {}
    yield "CAST", [image()], [image(INT)], {}
    yield "CUMSUM", [new(*ROW), ints(0)], [new(*ROW)], {}
    yield "CONCATENATION", [new(1, 4), new(1, 4)], [new(2, 4)], {"axis": 0}
    yield "SELECT_V2", [new(4, kind=BOOL), new(*ROW), new(*ROW)], [new(*ROW)], {}
    yield "ARG_MAX", [new(2, 4), ints(1)], [new(2, kind=INT)], {"output_type": 2}
    yield "CONV_2D", [image(), zeros(8, 3, 3, 4), zeros(8)], [new(1, 4, 4, 8)], steps
    yield "DEPTHWISE_CONV_2D", [image(), zeros(1, 3, 3, 4), zeros(4)], [image()], {**steps, "depth_multiplier": 1}
    doubled = {"stride_h": 2, "stride_w": 2, "padding": 0}
    yield "TRANSPOSE_CONV", [ints(1, 8, 8, 2), zeros(2, 2, 2, 4), image()], [new(1, 8, 8, 2)], doubled
    yield "FULLY_CONNECTED", [new(1, 8), zeros(4, 8), zeros(4)], [new(1, 4)], {}
    yield "BROADCAST_TO", [new(1, 4), ints(2, 4)], [new(2, 4)], {}
    yield "REVERSE_V2", [new(*ROW), ints(0)], [new(*ROW)], {}
    yield "ADD_N", [new(*ROW), new(*ROW)], [new(*ROW)], {}
    yield "FILL", [ints(4), new()], [new(*ROW)], {}
    yield "EMBEDDING_LOOKUP", [new(2, kind=INT), zeros(4, 4)], [new(2, 4)], {}
    yield "SHAPE", [new(4, 4)], [new(2, kind=INT)], {"out_type": 2}
    yield "DYNAMIC_UPDATE_SLICE", [new(*ROW), new(2), new(1, kind=INT)], [new(*ROW)], {}
    yield "QUANTIZE", [new(*ROW)], [quantized(*ROW)], {}
    yield "DEQUANTIZE", [quantized(*ROW)], [new(*ROW)], {}


def alone(code, inputs, outputs, options):
    """A model of one operator."""
    operator = Operator(code, tuple(inputs), tuple(outputs), options)
    fed = tuple(tensor for tensor in inputs if tensor.data is None)
    return Model(code, (Graph("main", (*inputs, *outputs), fed, tuple(outputs), (operator,)),))


def quantization(code, kind, *, result):
    if kind is INT8:
        scale, zero = FIXED_SCALES.get(code, (1 / 16, 0)) if result else (1 / 16, 0)
        return Quantization((scale,), (zero,))
    if kind is INT16:
        return Quantization((1 / 32768,), (0,))
    return Quantization((1 / 16,), (128,)) if kind is ElementType.UINT8 else None


def with_type(code, tensor, kind, *, result):
    """The tensor with elements of another type and the same values."""
    data = tensor.data
    if data is not None:
        values = struct.unpack(f"<{prod(tensor.shape)}{'f' if tensor.type is FLOAT else 'i'}", bytes(data.content))
        letters = dict(zip(KINDS, "fbhiqB?", strict=True))
        number = float if kind is FLOAT else int
        data = Data(struct.pack(f"<{len(values)}{letters[kind]}", *map(number, values)))
    return replace(tensor, type=kind, data=data, quantization=quantization(code, kind, result=result))


def retyped(case, places, kind):
    """A model of the operator in which the tensors at some places (outputs after inputs) are of another type."""
    code, inputs, outputs, options = case
    tensors = [
        with_type(code, tensor, kind, result=place >= len(inputs)) if place in places else tensor
        for place, tensor in enumerate([*inputs, *outputs])
    ]
    return alone(code, tensors[: len(inputs)], tensors[len(inputs) :], options)


def flat(rank, *last):
    """A shape of so many dimensions, all 1 but the last ones."""
    return (*(1,) * (rank - len(last)), *last)


def product(rank):
    return "BATCH_MATMUL", [new(*flat(rank, 2, 4)), new(*flat(rank, 4, 2))], [new(*flat(rank, 2, 2))], {}
