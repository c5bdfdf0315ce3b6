"""Models of one operator, at random: all kinds and types that generated code has kernels for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from arenite.model import Data, ElementType, Graph, Model, Operator, Quantization, Tensor

from .further_operators import FURTHER, INT32
from .registered_operators import REGISTERED

INT8, INT16, FLOAT = ElementType.INT8, ElementType.INT16, ElementType.FLOAT32
DTYPE = {INT8: np.int8, INT16: np.int16, FLOAT: np.float32, ElementType.INT32: np.int32, ElementType.INT64: np.int64}


class Maker:
    """Makes tensors with random parameters and an operator of them."""

    def __init__(self, seed, kind=INT8):
        self.random = np.random.default_rng(seed)
        self.kind = kind
        self.count = 0

    def integer(self, low, high):
        """An integer from `low` to `high`, both included."""
        return int(self.random.integers(low, high + 1))

    def choice(self, *values):
        return values[self.integer(0, len(values) - 1)]

    def name(self):
        self.count += 1
        return f"t{self.count}"

    def quantization(self, kind, scale=None, zero=None):
        if kind is FLOAT or kind is self.kind is INT32:
            return None
        scale = float(np.float32(scale or np.exp(self.random.uniform(np.log(0.004), np.log(0.2)))))
        if zero is None:
            zero = 0 if kind is INT16 else self.integer(-128, 127)
        return Quantization((scale,), (zero,))

    def tensor(self, *shape, kind=None, scale=None, zero=None):
        kind = kind or self.kind
        return Tensor(self.name(), tuple(shape), kind, None, self.quantization(kind, scale, zero))

    def like(self, source, *shape):
        return Tensor(self.name(), tuple(shape), source.type, None, source.quantization)

    def numbers(self, *values, shape=None):
        array = np.array(values, np.int32)
        return Tensor(self.name(), shape or array.shape, ElementType.INT32, Data(array.tobytes()))

    def constant(self, array, kind, quantization=None):
        return Tensor(self.name(), array.shape, kind, Data(array.astype(DTYPE[kind]).tobytes()), quantization)

    def values(self, *shape, kind=None, quantization=None):
        """A constant at random."""
        kind = kind or self.kind
        if kind is FLOAT:
            return self.constant(self.random.standard_normal(shape), FLOAT)
        return self.constant(self.random.integers(-127, 128, shape), kind, quantization or self.quantization(kind))

    def weights(self, shape, channel_axis, fan_in, output_scale, source):
        """Weights with one scale or one per channel, such that outputs cover their range."""
        if self.kind is FLOAT:
            return self.constant(self.random.standard_normal(shape) / np.sqrt(fan_in), FLOAT)
        channels = shape[channel_axis]
        count = self.choice(1, channels)
        spread = 70 * (9000 if self.kind is INT16 else 70) * np.sqrt(fan_in)
        target = 12000 if self.kind is INT16 else 60
        base = target * output_scale / source.quantization.scale[0] / spread
        scales = np.float32(base * self.random.uniform(0.3, 1.5, count))
        if count > 1 and self.choice(True, False):
            scales[:: self.integer(1, 2)] *= -1  # some converters write scales below zero
        quantization = Quantization(tuple(map(float, scales)), (0,) * count, channel_axis)
        return self.constant(self.random.integers(-127, 128, shape), INT8, quantization)

    def bias(self, units, source, weights):
        if not self.integer(0, 3):
            return None
        if self.kind is FLOAT:
            return self.constant(self.random.standard_normal(units), FLOAT)
        kind = ElementType.INT64 if self.kind is INT16 else ElementType.INT32
        scales = np.float32(source.quantization.scale[0]) * np.float32(weights.quantization.scale)
        quantization = Quantization(tuple(map(float, scales)), (0,) * len(scales), 0)
        spread = 100000 if self.kind is INT16 else 2000
        return self.constant(self.random.integers(-spread, spread, units), kind, quantization)

    def activation(self):
        return self.choice(0, 0, 1, 2, 3)

    def model(self, code, inputs, outputs, **options):
        inputs = tuple(inputs)
        given = [tensor for tensor in inputs if tensor is not None]
        tensors = tuple(dict.fromkeys([*given, *outputs]))
        fed = tuple(dict.fromkeys(tensor for tensor in given if tensor.data is None))
        operator = Operator(code, inputs, tuple(outputs), options)
        return Model(code.lower(), (Graph("main", tensors, fed, tuple(outputs), (operator,)),))


def images(m, depth=None):
    return m.tensor(m.choice(1, 1, 2), m.integer(3, 9), m.integer(3, 9), depth or m.integer(1, 7))


def sliding(m, source, kernel, dilation=(1, 1)):
    """Options and output height and width of a window."""
    stride, padding = (m.integer(1, 3), m.integer(1, 3)), m.integer(0, 1)
    reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
    if any(length < r for length, r in zip(source.shape[1:3], reach, strict=True)):
        padding = 0
    lost = [0, 0] if padding == 0 else [r - 1 for r in reach]
    size = [-(-(length - gone) // s) for length, gone, s in zip(source.shape[1:3], lost, stride, strict=True)]
    return {"padding": padding, "stride_h": stride[0], "stride_w": stride[1]}, size


def conv(m):
    groups = m.choice(1, 1, 2) if m.kind is not INT16 else 1
    source = images(m, groups * m.integer(1, 5))
    kernel = m.integer(1, 4), m.integer(1, 4)
    dilation = (1, 1) if m.integer(0, 2) else (m.integer(1, 2), m.integer(1, 2))
    options, size = sliding(m, source, kernel, dilation)
    units = groups * m.integer(1, 5)
    output = m.tensor(source.shape[0], *size, units)
    filters = (units, *kernel, source.shape[3] // groups)
    scale = output.quantization.scale[0] if output.quantization else 1
    weights = m.weights(filters, 0, np.prod(filters[1:]), scale, source)
    return m.model(
        "CONV_2D",
        (source, weights, m.bias(units, source, weights)),
        [output],
        dilation_h_factor=dilation[0],
        dilation_w_factor=dilation[1],
        fused_activation_function=m.activation(),
        **options,
    )


def depthwise(m):
    source, multiplier = images(m), m.choice(1, 1, 2, 3)
    kernel = m.integer(1, 4), m.integer(1, 4)
    dilation = (1, 1) if m.integer(0, 2) else (m.integer(1, 2), m.integer(1, 2))
    options, size = sliding(m, source, kernel, dilation)
    units = source.shape[3] * multiplier
    output = m.tensor(source.shape[0], *size, units)
    scale = output.quantization.scale[0] if output.quantization else 1
    weights = m.weights((1, *kernel, units), 3, kernel[0] * kernel[1], scale, source)
    bias = m.bias(units, source, weights)
    return m.model(
        "DEPTHWISE_CONV_2D",
        (source, weights) if bias is None else (source, weights, bias),  # runtimes refuse a bias that is left out
        [output],
        dilation_h_factor=dilation[0],
        dilation_w_factor=dilation[1],
        depth_multiplier=multiplier,
        fused_activation_function=m.activation(),
        **options,
    )


def fully_connected(m):
    rows, depth, units = m.integer(1, 4), m.integer(1, 600 if m.kind is INT16 else 40), m.integer(2, 9)
    source, output = m.tensor(rows, depth), m.tensor(rows, units)
    scale = output.quantization.scale[0] if output.quantization else 1
    weights = m.weights((units, depth), 0, depth, scale, source)
    return m.model(
        "FULLY_CONNECTED",
        (source, weights, m.bias(units, source, weights)),
        [output],
        fused_activation_function=m.activation(),
    )


def narrow(make):
    """The same with weights of 4 bits, two in a byte."""

    def made(m):
        (operator,) = make(m).main.operators
        source, weights, *biases = operator.inputs
        values = np.frombuffer(weights.data.content, np.int8) >> 4
        halves = np.append(values & 15, [0] * (values.size % 2)).astype(np.uint8).reshape(-1, 2)
        count = 1 if operator.code == "FULLY_CONNECTED" else None  # TFLM takes no more scales for it
        scales = tuple(16 * (scale if count is None else abs(scale)) for scale in weights.quantization.scale[:count])
        packed = replace(
            weights,
            type=ElementType.INT4,
            data=Data((halves[:, 0] | halves[:, 1] << 4).astype(np.uint8).tobytes()),
            quantization=replace(weights.quantization, scale=scales, zero_point=(0,) * len(scales)),
        )
        summed = tuple(float(np.float32(source.quantization.scale[0]) * np.float32(scale)) for scale in scales)
        rescaled = [each and replace(each, quantization=Quantization(summed, (0,) * len(summed), 0)) for each in biases]
        return m.model(operator.code, (source, packed, *rescaled), operator.outputs, **operator.options)

    return made


def transpose_conv(m):
    source, kernel = images(m), (m.integer(1, 4), m.integer(1, 4))
    stride, padding, units = (m.integer(1, 3), m.integer(1, 3)), m.integer(0, 1), m.integer(1, 4)
    size = [
        length * s if padding == 0 else (length - 1) * s + k
        for length, s, k in zip(source.shape[1:3], stride, kernel, strict=True)
    ]
    if padding == 0:
        kernel = tuple(max(k, s) for k, s in zip(kernel, stride, strict=True))
    output = m.tensor(source.shape[0], *size, units)
    scale = output.quantization.scale[0] if output.quantization else 1
    weights = m.weights((units, *kernel, source.shape[3]), 0, np.prod(kernel) * source.shape[3], scale, source)
    bias = m.bias(units, source, weights)
    inputs = (m.numbers(*output.shape), weights, source) + (() if bias is None else (bias,))
    options = {"padding": padding, "stride_h": stride[0], "stride_w": stride[1]}
    return m.model("TRANSPOSE_CONV", inputs, [output], **options)


def pool(code):
    def make(m):
        source, kernel = images(m), (m.integer(1, 4), m.integer(1, 4))
        options, size = sliding(m, source, kernel)
        output = m.like(source, source.shape[0], *size, source.shape[3])
        activation = m.activation() if m.kind is not INT16 else 0
        return m.model(
            code,
            [source],
            [output],
            filter_height=kernel[0],
            filter_width=kernel[1],
            fused_activation_function=activation,
            **options,
        )

    return make


SHAPES = (
    ((2, 3, 4, 5), (2, 3, 4, 5)),
    ((2, 3, 4, 5), (1, 1, 1, 5)),
    ((2, 3, 4, 5), (1,)),
    ((1, 3, 1, 5), (2, 1, 4, 1)),
    ((7,), (7,)),
    ((3, 1, 5), (1, 4, 5)),
    ((1, 2, 3, 1), (1, 2, 3, 4)),
    ((2, 1, 2, 1, 2), (1, 3, 1, 3, 1)),
)


def binary(code, fused=True, free=True):
    def make(m):
        shapes = m.choice(*SHAPES)
        first, second = shapes if m.integer(0, 1) else shapes[::-1]
        a = m.tensor(*first)
        b = m.tensor(*second) if free else m.like(a, *second)
        shape = np.broadcast_shapes(first, second)
        if code in ("ADD", "SUB") and m.kind is not FLOAT:
            c = m.tensor(*shape, scale=max(a.quantization.scale[0], b.quantization.scale[0]) * m.random.uniform(0.6, 2))
        elif code == "MUL" and m.kind is not FLOAT:
            product = a.quantization.scale[0] * b.quantization.scale[0]
            c = m.tensor(*shape, scale=product * m.random.uniform(20, 100) * (256 if m.kind is INT16 else 1))
        else:
            c = m.tensor(*shape) if free else m.like(a, *shape)
        options = {"fused_activation_function": m.activation()} if fused else {}
        return m.model(code, (a, b), [c], **options)

    return make


def concatenation(m):
    axis, rank = m.integer(0, 3), 4
    shape = [m.integer(1, 4) for _ in range(rank)]
    first = m.tensor(*shape)
    others = [m.like(first, *(m.integer(1, 3) if i == axis else n for i, n in enumerate(shape))) for _ in range(2)]
    whole = [n + sum(each.shape[axis] for each in others) if i == axis else n for i, n in enumerate(shape)]
    return m.model("CONCATENATION", (first, *others), [m.like(first, *whole)], axis=m.choice(axis, axis - rank))


def split(m):
    axis, parts = m.integer(0, 3), m.integer(1, 3)
    shape = [m.integer(1, 4) for _ in range(4)]
    source = m.tensor(*(n * parts if i == axis else n for i, n in enumerate(shape)))
    outputs = [m.like(source, *shape) for _ in range(parts)]
    return m.model("SPLIT", (m.numbers(axis, shape=()), source), outputs, num_splits=parts)


def split_v(m):
    axis, sizes = m.integer(0, 3), [m.integer(1, 3) for _ in range(3)]
    shape = [m.integer(1, 4) for _ in range(4)]
    source = m.tensor(*(sum(sizes) if i == axis else n for i, n in enumerate(shape)))
    outputs = [m.like(source, *(size if i == axis else n for i, n in enumerate(shape))) for size in sizes]
    inputs = (source, m.numbers(*sizes), m.numbers(axis, shape=()))
    return m.model("SPLIT_V", inputs, outputs, num_splits=3)


def slice_of(m):
    shape = [m.integer(4, 6) for _ in range(4)]
    begin = [m.integer(0, 2) for n in shape]
    size = [m.integer(2, n - b) for n, b in zip(shape, begin, strict=True)]
    source = m.tensor(*shape)
    return m.model("SLICE", (source, m.numbers(*begin), m.numbers(*size)), [m.like(source, *size)])


def strided_slice(m):
    shape = [m.integer(4, 7) for _ in range(4)]
    source, begin, end, stride, result = m.tensor(*shape), [], [], [], []
    masks = {"begin_mask": 0, "end_mask": 0, "shrink_axis_mask": 0}
    for axis, length in enumerate(shape):
        step = m.choice(1, 1, 2, -1, -2)
        first = m.integer(0, 1) if step > 0 else m.integer(2, length - 1)
        last = m.integer(first + 2, length) if step > 0 else m.integer(0, first - 1)
        indices = range(first, last, step)
        hidden = m.choice(None, None, None, "begin_mask", "end_mask", "shrink_axis_mask")
        if hidden == "begin_mask":
            indices = range(0 if step > 0 else length - 1, last, step)
        elif hidden == "end_mask":
            indices = range(first, length if step > 0 else -1, step)
        elif hidden == "shrink_axis_mask":
            step, last = 1, first + 1
        if hidden:
            masks[hidden] |= 1 << axis
        begin.append(first - length if m.integer(0, 1) else first)
        end.append(last)
        stride.append(step)
        if hidden != "shrink_axis_mask":
            result.append(len(indices))
    inputs = (source, m.numbers(*begin), m.numbers(*end), m.numbers(*stride))
    return m.model("STRIDED_SLICE", inputs, [m.like(source, *result)], ellipsis_mask=0, new_axis_mask=0, **masks)


def pad(code):
    def make(m):
        source = images(m)
        margins = [(0, 0), *((m.integer(0, 2), m.integer(0, 2)) for _ in range(2)), (0, m.integer(0, 1))]
        whole = [n + a + b for n, (a, b) in zip(source.shape, margins, strict=True)]
        inputs = [source, m.constant(np.array(margins), ElementType.INT32)]
        if code == "PADV2":
            inputs.append(m.values(1, quantization=source.quantization))
        return m.model(code, inputs, [m.like(source, *whole)])

    return make


def reshape(m):
    source = m.tensor(2, 3, m.integer(1, 4))
    shape = (source.shape[2], 6)
    return m.model("RESHAPE", (source, m.numbers(*shape)), [m.like(source, *shape)], new_shape=shape)


def squeeze(m):
    source = m.tensor(1, 3, 1, 4)
    return m.model("SQUEEZE", [source], [m.like(source, 3, 4)], squeeze_dims=(0, 2))


def expand_dims(m):
    source = m.tensor(3, 4)
    return m.model("EXPAND_DIMS", (source, m.numbers(1)), [m.like(source, 3, 1, 4)])


def transpose(m):
    order = [int(axis) for axis in m.random.permutation(4)]
    source = m.tensor(*(m.integer(2, 5) for _ in range(4)))
    return m.model("TRANSPOSE", (source, m.numbers(*order)), [m.like(source, *(source.shape[a] for a in order))])


def tile(m):
    shape, times = [m.integer(1, 4) for _ in range(3)], [m.integer(1, 3) for _ in range(3)]
    source = m.tensor(*shape)
    whole = [n * count for n, count in zip(shape, times, strict=True)]
    return m.model("TILE", (source, m.numbers(*times)), [m.like(source, *whole)])


def pack(m):
    axis, shape = m.integer(0, 3), [m.integer(1, 4) for _ in range(3)]
    first = m.tensor(*shape)
    inputs = [first, *(m.like(first, *shape) for _ in range(m.integer(0, 2)))]
    whole = [*shape[:axis], len(inputs), *shape[axis:]]
    return m.model("PACK", inputs, [m.like(first, *whole)], axis=axis, values_count=len(inputs))


def unpack(m):
    axis, shape = m.integer(0, 3), [m.integer(1, 3) for _ in range(4)]
    source = m.tensor(*shape)
    parts = [m.like(source, *(n for i, n in enumerate(shape) if i != axis)) for _ in range(shape[axis])]
    return m.model("UNPACK", [source], parts, axis=axis, num=len(parts))


def reduced(code, like=False):
    def make(m):
        axes = m.choice((1, 2), (1, 2), (3,), (1,), (2, 3), (0, 1, 2, 3), (1, 3))
        source, keep = images(m), bool(m.integer(0, 1))
        shape = [1 if i in axes else n for i, n in enumerate(source.shape) if keep or i not in axes]
        if like or m.kind is FLOAT:
            output = m.like(source, *shape)
        else:
            output = m.tensor(*shape, scale=source.quantization.scale[0] * m.random.uniform(0.3, 3))
        return m.model(code, (source, m.numbers(*axes)), [output], keep_dims=keep)

    return make


def softmax(to=None, scale=1 / 256, zero=-128):
    def make(m):
        source = m.tensor(m.integer(1, 3), m.integer(1, 30), scale=m.random.uniform(0.01, 0.5))
        output = m.tensor(*source.shape, kind=to, scale=scale, zero=zero)
        return m.model("SOFTMAX", [source], [output], beta=1.0)

    return make


def unary(code, output=None, alike=False, **options):
    """`output` is the scale and the zero point that the kernels demand."""

    def make(m):
        scale = m.random.uniform(0.01, 0.1)
        if m.kind is INT16:
            scale = m.choice(1 / 4096, 1 / 2048, 1 / 1024, scale / 100, scale / 10)
        source = m.tensor(2, 1000 if m.kind is INT16 else 200, scale=scale)
        if alike:
            result = m.like(source, *source.shape)
        elif output and m.kind is not FLOAT:
            result = m.tensor(*source.shape, scale=output[0], zero=output[1])
        else:
            result = m.tensor(*source.shape, scale=m.random.uniform(0.01, 0.1))
        return m.model(code, [source], [result], **options)

    return make


def rsqrt(m):
    """With the lowest zero point: TFLM refuses values below it."""
    source = m.tensor(2, 200, scale=m.random.uniform(0.001, 0.1), zero=-128)
    return m.model("RSQRT", [source], [m.tensor(2, 200, scale=m.random.uniform(0.01, 0.2))])


def squared_difference(m):
    a, b = (m.tensor(*shape) for shape in m.choice(*SHAPES[:7]))
    largest = max(a.quantization.scale[0], b.quantization.scale[0])
    spread = (60 if m.kind is INT8 else 15000) * largest
    scale = spread * spread / (60 if m.kind is INT8 else 15000) * m.random.uniform(0.5, 2)
    output = m.tensor(*np.broadcast_shapes(a.shape, b.shape), scale=scale)
    return m.model("SQUARED_DIFFERENCE", (a, b), [output])


def prelu(m):
    source, slopes = images(m), None
    shape = (1, 1, source.shape[3])
    slopes = m.values(*shape)
    return m.model("PRELU", (source, slopes), [m.tensor(*source.shape)])


def resize(code):
    def make(m):
        source, size = images(m), (m.integer(1, 12), m.integer(1, 12))
        corners, centers = m.choice((False, False), (True, False), (False, True))
        output = m.like(source, source.shape[0], *size, source.shape[3])
        options = {"align_corners": corners, "half_pixel_centers": centers}
        return m.model(code, (source, m.numbers(*size)), [output], **options)

    return make


def quantize(*kinds):
    def make(m):
        return m.model("QUANTIZE", [m.tensor(3, 50, kind=kinds[0])], [m.tensor(3, 50, kind=kinds[1])])

    return make


def dequantize(kind=None):
    def make(m):
        return m.model("DEQUANTIZE", [m.tensor(3, 50, kind=kind)], [m.tensor(3, 50, kind=FLOAT)])

    return make


def position(code):
    def make(m):
        source, axis = images(m), m.integer(0, 3)
        shape = [n for i, n in enumerate(source.shape) if i != axis]
        output = Tensor("out", tuple(shape), ElementType.INT32)
        option = {"output_type": ElementType.INT32.code}
        return m.model(code, (source, m.numbers(axis, shape=())), [output], **option)

    return make


def shape_of(m):
    source = m.tensor(2, 3, 4)
    return m.model("SHAPE", [source], [Tensor("out", (3,), ElementType.INT32)], out_type=ElementType.INT32.code)


def fill(m):
    value = m.tensor()
    return m.model("FILL", (m.numbers(2, 5), value), [m.like(value, 2, 5)])


MOVES = {
    "concatenation": concatenation,
    "split": split,
    "split_v": split_v,
    "slice": slice_of,
    "strided_slice": strided_slice,
    "pad": pad("PAD"),
    "padv2": pad("PADV2"),
    "reshape": reshape,
    "squeeze": squeeze,
    "expand_dims": expand_dims,
    "transpose": transpose,
    "tile": tile,
    "pack": pack,
    "unpack": unpack,
}
SUMS = {"conv": conv, "depthwise": depthwise, "fully_connected": fully_connected}
POOLS = {"average_pool": pool("AVERAGE_POOL_2D"), "max_pool": pool("MAX_POOL_2D")}
COMMON = {
    "shape": shape_of,
    "fill": fill,
    **SUMS,
    **POOLS,
    **MOVES,
    "transpose_conv": transpose_conv,
    "add": binary("ADD"),
    "sub": binary("SUB"),
    "mul": binary("MUL"),
    "maximum": binary("MAXIMUM", fused=False, free=False),
    "minimum": binary("MINIMUM", fused=False, free=False),
    "mean": reduced("MEAN"),
    "sum": reduced("SUM"),
    "reduce_max": reduced("REDUCE_MAX", like=True),
    "reduce_min": reduced("REDUCE_MIN", like=True),
    "softmax": softmax(),
    "logistic": unary("LOGISTIC", (1 / 256, -128)),
    "tanh": unary("TANH", (1 / 128, 0)),
    "relu": unary("RELU"),
    "relu6": unary("RELU6", alike=True),
    "relu_n1_to_1": unary("RELU_N1_TO_1"),
    "relu_0_to_1": unary("RELU_0_TO_1"),
    "leaky_relu": unary("LEAKY_RELU", alpha=0.2),
    "leaky_relu_negative": unary("LEAKY_RELU", alpha=-0.3),
    "hard_swish": unary("HARD_SWISH"),
    "prelu": prelu,
    "resize_nearest": resize("RESIZE_NEAREST_NEIGHBOR"),
    "resize_bilinear": resize("RESIZE_BILINEAR"),
    "arg_max": position("ARG_MAX"),
    "arg_min": position("ARG_MIN"),
}
FLOATS_ONLY = {
    "div": binary("DIV"),
    "l2_pool": pool("L2_POOL_2D"),
    "squared_difference": binary("SQUARED_DIFFERENCE", fused=False),
}
INT8_ONLY = {
    **{f"{name}_int4": narrow(make) for name, make in SUMS.items()},
    "abs": unary("ABS"),
    "abs_alike": unary("ABS", alike=True),
    "rsqrt": rsqrt,
    "squared_difference": squared_difference,
    "dequantize_uint8": dequantize(ElementType.UINT8),
    "softmax_int16": softmax(INT16, 1 / 65536, -32768),
    "dequantize": dequantize(),
    "quantize_int8": quantize(INT8, INT8),
    "quantize_int32": quantize(INT8, ElementType.INT32),
    "quantize_uint8": quantize(INT8, ElementType.UINT8),
    "quantize_from_uint8": quantize(ElementType.UINT8, INT8),
    "quantize_int16": quantize(INT8, INT16),
    "quantize_float": quantize(FLOAT, INT8),
    "quantize_from_int32": quantize(INT32, INT8),
}
INT16_KINDS = {
    "squared_difference": squared_difference,
    **SUMS,
    **POOLS,
    **MOVES,
    "transpose_conv": transpose_conv,
    "add": binary("ADD"),
    "mul": binary("MUL"),
    "maximum": binary("MAXIMUM", fused=False, free=False),
    "mean": reduced("MEAN"),
    "softmax_wide": softmax(INT16, 1 / 32768, 0),
    "logistic": unary("LOGISTIC", (1 / 32768, 0)),
    "tanh": unary("TANH", (1 / 32768, 0)),
    "minimum": binary("MINIMUM", fused=False, free=False),
    "quantize_int16": quantize(INT16, INT16),
    "quantize_int32": quantize(INT16, ElementType.INT32),
    "quantize_int8": quantize(INT16, INT8),
    "quantize_float": quantize(FLOAT, INT16),
    "quantize_from_int32": quantize(INT32, INT16),
    "sub": binary("SUB"),
    "sum": reduced("SUM"),
    "dequantize": dequantize(),
}

KINDS = {
    INT8: {**COMMON, **INT8_ONLY, **FURTHER[INT8], **REGISTERED[INT8]},
    INT16: {**INT16_KINDS, **FURTHER[INT16], **REGISTERED[INT16]},
    FLOAT: {**COMMON, **FLOATS_ONLY, **FURTHER[FLOAT], **REGISTERED[FLOAT]},
    INT32: {**MOVES, **FURTHER[INT32], **REGISTERED[INT32]},
}


def make(kind, name, seed):
    """A model of one operator `name` on values of type `kind`."""
    return KINDS[kind][name](Maker([seed, *name.encode()], kind))
