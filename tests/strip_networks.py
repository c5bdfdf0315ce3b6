"""Random small networks of every operator that can be split by rows, and what the runtimes make of them."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass, field, replace

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

from arenite.errors import OptionError
from arenite.model import Data, ElementType, Graph, Model, Operator, Quantization, Tensor
from arenite.rewrite.strips import StripPlan, paces, region_of, strip_plan, strips_of, why_not
from arenite.runtimes import litert, tflm
from arenite.runtimes.inputs import random_inputs
from arenite.runtimes.run import Job
from arenite.tflite.write import write_bytes

FLOAT, INT8, UINT8, INT16 = ElementType.FLOAT32, ElementType.INT8, ElementType.UINT8, ElementType.INT16
DTYPE = {FLOAT: "f4", INT8: "i1", UINT8: "u1", INT16: "i2"}
SAME, VALID = 0, 1


def single(value):
    return struct.unpack("f", struct.pack("f", value))[0]


@dataclass
class Network:
    """A graph under construction; every method draws what it needs and returns the new tensor, None where nothing."""

    draw: object
    type: ElementType
    random: np.random.Generator
    tensors: list[Tensor] = field(default_factory=list)
    operators: list[Operator] = field(default_factory=list)
    pool: list[Tensor] = field(default_factory=list)

    def one_of(self, *values):
        return self.draw(st.sampled_from(values))

    def quantization(self, scale):
        if self.type is FLOAT:
            return None
        zero = {INT8: self.draw(st.integers(-128, 127)), UINT8: self.draw(st.integers(0, 255)), INT16: 0}[self.type]
        return Quantization((single(scale),), (zero,))

    def activation(self, shape, like=None, scale=0.05):
        quantization = like.quantization if like else self.quantization(scale)
        tensor = Tensor(f"t{len(self.tensors)}", tuple(shape), self.type, None, quantization)
        self.tensors.append(tensor)
        return tensor

    def constant(self, values, type_, quantization=None):
        tensor = Tensor(f"c{len(self.tensors)}", values.shape, type_, Data(values.tobytes()), quantization)
        self.tensors.append(tensor)
        return tensor

    def integers(self, *values, shape=None):
        array = np.array(values, "<i4")
        return self.constant(array if shape is None else array.reshape(shape), ElementType.INT32)

    def add(self, code, inputs, output, options, version=1):
        self.operators.append(Operator(code, tuple(inputs), (output,), options, version=version))
        self.pool.append(output)
        return output

    def version(self, int8=1, int16=1):
        return {INT8: int8, INT16: int16}.get(self.type, 1)

    def filters(self, x, shape, dimension, taps):
        """Weights, bias, and a scale at which the outputs use the range."""
        channels = shape[dimension]
        if self.type is FLOAT:
            weights = self.constant(self.random.standard_normal(shape).astype("f4"), FLOAT)
            return weights, self.constant(self.random.standard_normal(channels).astype("f4"), FLOAT), 1.0
        per_channel = self.type is not UINT8 and self.one_of(True, False)
        count = channels if per_channel else 1
        scales = tuple(single(0.01 * (1 + self.random.random())) for _ in range(count))
        type_ = UINT8 if self.type is UINT8 else INT8
        zero = int(self.random.integers(0, 256)) if type_ is UINT8 else 0
        limits = (0, 256) if type_ is UINT8 else (-127, 128)
        quantization = Quantization(scales, (zero,) * count, dimension)
        weights = self.constant(self.random.integers(*limits, shape).astype(DTYPE[type_]), type_, quantization)
        products = tuple(single(x.quantization.scale[0] * scale) for scale in scales)
        wide = ElementType.INT64 if self.type is INT16 else ElementType.INT32
        biases = self.random.integers(-3000, 3000, channels).astype("<i8" if self.type is INT16 else "<i4")
        bias = self.constant(biases, wide, Quantization(products, (0,) * count))
        return weights, bias, products[0] * 60 * math.sqrt(taps) * (0.7 if self.type is not INT16 else 0.3)

    def window(self, x, kernel, dilation=(1, 1)):
        stride = self.one_of(1, 2, 3), self.one_of(1, 2)
        padding = self.one_of(SAME, VALID)
        shape = []
        for length, size, step, gap in zip(x.shape[1:3], kernel, stride, dilation, strict=True):
            margin = 0 if padding == SAME else (size - 1) * gap
            shape.append(-(-(length - margin) // step))
        options = {"padding": padding, "stride_h": stride[0], "stride_w": stride[1]}
        return (shape, options) if min(shape) > 0 else (None, options)

    def conv(self, x):
        kernel = self.one_of((1, 1), (3, 3), (5, 3), (2, 2), (4, 1), (1, 3))
        stretched = self.one_of((1, 1), (1, 1), (2, 1), (3, 2))
        shape, options = self.window(x, kernel, stretched)
        if shape is None:
            return None
        options |= {"dilation_h_factor": stretched[0], "dilation_w_factor": stretched[1]}
        options["fused_activation_function"] = self.one_of(0, 1, 3)
        channels = self.one_of(1, 3, 8)
        weights, bias, scale = self.filters(x, (channels, *kernel, x.shape[3]), 0, math.prod(kernel) * x.shape[3])
        output = self.activation((1, *shape, channels), scale=scale)
        return self.add("CONV_2D", (x, weights, bias), output, options, self.version(3))

    def depthwise(self, x):
        kernel = self.one_of((3, 3), (3, 3), (5, 5), (2, 3), (1, 1))
        stretched = self.one_of((1, 1), (1, 1), (2, 2))
        shape, options = self.window(x, kernel, stretched)
        if shape is None:
            return None
        options |= {"dilation_h_factor": stretched[0], "dilation_w_factor": stretched[1]}
        multiplier = self.one_of(1, 1, 2)
        options |= {"depth_multiplier": multiplier, "fused_activation_function": self.one_of(0, 3)}
        channels = x.shape[3] * multiplier
        weights, bias, scale = self.filters(x, (1, *kernel, channels), 3, math.prod(kernel))
        output = self.activation((1, *shape, channels), scale=scale)
        return self.add("DEPTHWISE_CONV_2D", (x, weights, bias), output, options, self.version(3))

    def transposed(self, x):
        kernel, stride = self.one_of((3, 2), (3, 3), (4, 4), (5, 3)), self.one_of((2, 2), (1, 1), (3, 2))
        padding = self.one_of(SAME, VALID)
        shape = []
        for length, size, step in zip(x.shape[1:3], kernel, stride, strict=True):
            shape.append(length * step if padding == SAME else (length - 1) * step + max(size, step))
        channels = self.one_of(1, 4)
        weights, bias, scale = self.filters(x, (channels, *kernel, x.shape[3]), 0, math.prod(kernel) * x.shape[3])
        if shape[0] > 40:
            return None
        output = self.activation((1, *shape, channels), scale=scale)
        options = {"padding": padding, "stride_h": stride[0], "stride_w": stride[1], "fused_activation_function": 0}
        inputs = self.integers(1, *shape, channels), weights, x, bias
        return self.add("TRANSPOSE_CONV", inputs, output, options, 3)

    def max_pool(self, x):
        return self.pooled("MAX_POOL_2D", x)

    def average_pool(self, x):
        return self.pooled("AVERAGE_POOL_2D", x)

    def pooled(self, code, x):
        kernel = self.one_of((2, 2), (3, 3), (4, 3), (1, 2), (5, 1))
        shape, options = self.window(x, kernel)
        if shape is None:
            return None
        options |= {"filter_height": kernel[0], "filter_width": kernel[1], "fused_activation_function": 0}
        return self.add(code, (x,), self.activation((1, *shape, x.shape[3]), like=x), options, self.version(2, 3))

    def unary(self, x):
        codes = ("RELU", "RELU6", "LOGISTIC", "TANH", "HARD_SWISH", "LEAKY_RELU", "ABS", "PRELU", "ELU", "RELU_N1_TO_1")
        floats = ("EXP", "NEG", "SQUARE", "COS", "SIN", "FLOOR", "CEIL", "ROUND", "SQRT", "RSQRT", "LOG", "SIGN")
        code = self.one_of(*codes, *floats, "GELU", "RELU_0_TO_1") if self.type is FLOAT else self.one_of(*codes)
        inputs, options, output = (x,), {}, None
        if code in ("LOGISTIC", "TANH") and self.type is not FLOAT:
            scales = {INT8: (256, 128), UINT8: (256, 128), INT16: (32768, 32768)}[self.type]
            zeros = {INT8: (-128, 0), UINT8: (0, 128), INT16: (0, 0)}[self.type]
            index = ("LOGISTIC", "TANH").index(code)
            output = self.activation(x.shape)
            self.tensors[-1] = output = Tensor(
                output.name, x.shape, self.type, None, Quantization((1 / scales[index],), (zeros[index],))
            )
        elif code in ("HARD_SWISH", "LEAKY_RELU", "ABS", "ELU", "PRELU"):
            output = self.activation(x.shape, scale=0.04)
        if code == "LEAKY_RELU":
            options = {"alpha": 0.2}
        if code == "PRELU":
            inputs = x, self.values(self.one_of((1, 1, x.shape[3]), x.shape[1:]))
        output = output or self.activation(x.shape, like=x)
        return self.add(code, inputs, output, options, self.version(2, 2))

    def values(self, shape):
        if self.type is FLOAT:
            return self.constant(self.random.standard_normal(shape).astype("f4"), FLOAT)
        limits = np.iinfo(DTYPE[self.type])
        values = self.random.integers(limits.min, limits.max, shape).astype(DTYPE[self.type])
        return self.constant(values, self.type, self.quantization(0.01))

    def arithmetic(self, x, y, shape):
        codes = ("ADD", "SUB", "MUL", "MAXIMUM", "MINIMUM", "SQUARED_DIFFERENCE")
        code = (
            self.one_of(*codes, "DIV", "FLOOR_DIV", "FLOOR_MOD", "POW") if self.type is FLOAT else self.one_of(*codes)
        )
        fused = code in ("ADD", "SUB", "MUL", "DIV")
        options = {"fused_activation_function": self.one_of(0, 1)} if fused else {}
        like = x if code in ("MAXIMUM", "MINIMUM") else None
        if like is not None and y.quantization != x.quantization:
            y_quantization = x.quantization
            if y.data is None:
                return None
            self.tensors.remove(y)
            y = Tensor(y.name, y.shape, y.type, y.data, y_quantization)
            self.tensors.append(y)
        inputs = (x, y) if self.one_of(True, False) else (y, x)
        return self.add(code, inputs, self.activation(shape, like=like, scale=0.07), options, self.version(2, 2))

    def binary(self, x):
        same = [y for y in self.pool if y.shape == x.shape or y.shape[1:] in ((1, 1, x.shape[3]), (1, *x.shape[2:]))]
        return self.arithmetic(x, self.draw(st.sampled_from(same)), x.shape)

    def constant_binary(self, x):
        shapes = ((x.shape[3],), (1, 1, 1, x.shape[3]), x.shape, x.shape[1:], (1, 1, x.shape[2], x.shape[3]), (1,))
        return self.arithmetic(x, self.values(self.one_of(*shapes)), x.shape)

    def concat(self, x):
        fits = [y for y in self.pool if y.shape[:3] == x.shape[:3] and y.quantization == x.quantization]
        parts = [x, *self.draw(st.lists(st.sampled_from(fits), min_size=1, max_size=2))]
        shape = (*x.shape[:3], sum(part.shape[3] for part in parts))
        options = {"axis": self.one_of(3, -1), "fused_activation_function": 0}
        return self.add("CONCATENATION", parts, self.activation(shape, like=x), options, self.version(2, 3))

    def requantize(self, x):
        if self.type is FLOAT:
            return None
        return self.add("QUANTIZE", (x,), self.activation(x.shape, scale=0.03), {}, self.version(2, 2))

    def softmax(self, x):
        code = self.one_of("SOFTMAX", "SOFTMAX", "LOG_SOFTMAX", "L2_NORMALIZATION")
        points = {
            "SOFTMAX": {INT8: (1 / 256, -128), UINT8: (1 / 256, 0), INT16: (1 / 32768, 0)},
            "LOG_SOFTMAX": {INT8: (16 / 256, 127), UINT8: (16 / 256, 255)},
            "L2_NORMALIZATION": {INT8: (1 / 128, 0), UINT8: (1 / 128, 128)},
        }
        output = self.activation(x.shape)
        if self.type is not FLOAT:
            scale, zero = points[code].get(self.type, (1 / 32768, 0))
            self.tensors[-1] = output = replace(output, quantization=Quantization((scale,), (zero,)))
        options = {"SOFTMAX": {"beta": 1.0}, "L2_NORMALIZATION": {"fused_activation_function": 0}}.get(code, {})
        return self.add(code, (x,), output, options, self.version(2, 2))

    def pad(self, x):
        edges = [self.draw(st.integers(0, 3)) for _ in range(4)] + [0, 0]
        shape = [1, *(length + edges[2 * i] + edges[2 * i + 1] for i, length in enumerate(x.shape[1:]))]
        paddings = self.integers(0, 0, *edges, shape=(4, 2))
        inputs, code = (x, paddings), "PAD"
        if self.one_of(True, False):
            code, value = "PADV2", self.random.integers(0, 100, 1).astype(DTYPE[self.type])
            inputs = (*inputs, self.constant(value, self.type, x.quantization))
        return self.add(code, inputs, self.activation(shape, like=x), {}, self.version(2, 3))

    def resize(self, x):
        factors = self.one_of((1, 2), (2, 2), (4, 2), (3, 2), (2, 1))
        height, width = x.shape[1] * factors[0], x.shape[2] * factors[1]
        code = self.one_of("RESIZE_NEAREST_NEIGHBOR", "RESIZE_BILINEAR")
        if height > 40 or (code == "RESIZE_BILINEAR" and factors[0] == 3):
            return None
        options = {"align_corners": False, "half_pixel_centers": self.one_of(True, False)}
        output = self.activation((1, height, width, x.shape[3]), like=x)
        return self.add(code, (x, self.integers(height, width)), output, options, 3)

    def depth_to_space(self, x):
        if x.shape[3] % 4 or x.shape[1] > 20:
            return None
        _, height, width, channels = x.shape
        output = self.activation((1, 2 * height, 2 * width, channels // 4), like=x)
        return self.add("DEPTH_TO_SPACE", (x,), output, {"block_size": 2})

    def space_to_depth(self, x):
        _, height, width, channels = x.shape
        if height % 2 or width % 2:
            return None
        output = self.activation((1, height // 2, width // 2, channels * 4), like=x)
        return self.add("SPACE_TO_DEPTH", (x,), output, {"block_size": 2})

    def kept_shape(self, x):
        """A convolution that keeps rows, columns and channels, so that it can be added to its input."""
        kernel, gap = self.one_of((3, 3), (1, 1), (5, 3)), self.one_of(1, 1, 2)
        weights, bias, scale = self.filters(x, (x.shape[3], *kernel, x.shape[3]), 0, math.prod(kernel) * x.shape[3])
        options = {"padding": SAME, "stride_h": 1, "stride_w": 1, "fused_activation_function": 0}
        options |= {"dilation_h_factor": gap, "dilation_w_factor": gap}
        output = self.activation(x.shape, scale=scale)
        return self.add("CONV_2D", (x, weights, bias), output, options, self.version(3))

    def residual(self, x):
        """x + f(x), or f(x) + g(x), where one branch may read more rows around than the other."""
        y = self.kept_shape(self.kept_shape(x) if self.one_of(True, False) else x)
        z = self.kept_shape(x) if self.one_of(True, False) else x
        options = {"fused_activation_function": 0}
        return self.add("ADD", (y, z), self.activation(x.shape, scale=0.07), options, self.version(2, 2))

    def inception(self, x):
        """Pools of several sizes side by side, joined along the channels."""
        branches = [x]
        for size in (3, self.one_of(2, 5)):
            options = {"padding": SAME, "stride_h": 1, "stride_w": 1, "fused_activation_function": 0}
            options |= {"filter_height": size, "filter_width": size}
            code = self.one_of("MAX_POOL_2D", "AVERAGE_POOL_2D")
            branches.append(self.add(code, (x,), self.activation(x.shape, like=x), options, self.version(2, 3)))
        shape = (*x.shape[:3], 3 * x.shape[3])
        options = {"axis": 3, "fused_activation_function": 0}
        return self.add("CONCATENATION", branches, self.activation(shape, like=x), options, self.version(2, 3))


METHODS = (
    *("conv", "conv", "depthwise", "depthwise", "transposed", "max_pool", "average_pool"),
    *("unary", "binary", "constant_binary", "concat", "requantize", "softmax"),
    *("residual", "inception"),
    *("pad", "resize", "depth_to_space", "space_to_depth"),
)


@st.composite
def networks(draw, types=(INT8,), methods=METHODS, most=6):
    """A model of one or two inputs, 1 to `most` operators of the given kinds and one or more outputs."""
    network = Network(draw, draw(st.sampled_from(types)), np.random.default_rng(draw(st.integers(0, 2**32))))
    inputs = []
    for _ in range(draw(st.sampled_from((1, 1, 2)))):
        shape = (1, draw(st.integers(2, 17)), draw(st.integers(1, 7)), draw(st.sampled_from((1, 3, 4, 8))))
        if inputs and draw(st.booleans()):
            shape = inputs[0].shape
        inputs.append(network.activation(shape))
    network.pool += inputs
    for _ in range(draw(st.integers(1, most))):
        x = network.pool[-1] if draw(st.booleans()) else draw(st.sampled_from(network.pool))
        getattr(network, draw(st.sampled_from(methods)))(x)
    assume(network.operators)
    read = {tensor for operator in network.operators for tensor in operator.inputs}
    outputs = [tensor for tensor in network.pool if tensor not in read and tensor not in inputs]
    extra = draw(st.sampled_from(network.pool[len(inputs) :]))
    outputs += [extra] if extra not in outputs and draw(st.booleans()) else []
    used = read | set(inputs) | {tensor for operator in network.operators for tensor in operator.outputs}
    tensors = tuple(tensor for tensor in network.tensors if tensor in used)
    graph = Graph("main", tensors, tuple(inputs), tuple(outputs), tuple(network.operators))
    return Model("random", (graph,))


@st.composite
def plans(draw, model):
    """A plan for operators next to each other in the file, with strips of uneven heights; None where they cannot be."""
    operators = model.main.operators
    first = draw(st.integers(0, len(operators) - 1))
    chosen = operators[first : draw(st.integers(first + 1, len(operators)))]
    if any(why_not(operator) for operator in chosen):
        return None
    region = region_of(model, chosen)
    height = region.outputs[-1].shape[1]
    cuts = draw(st.sets(st.integers(1, height - 1), min_size=1, max_size=4))
    return strip_plan(region, (0, *sorted(cuts), height), halo=draw(st.sampled_from(("recompute", "keep"))))


@st.composite
def paced_plans(draw, model):
    """A paced plan for operators next to each other in the file, which recomputes some results; None where none is."""
    operators = model.main.operators
    first = draw(st.integers(0, len(operators) - 1))
    chosen = operators[first : draw(st.integers(first + 1, len(operators)))]
    if any(why_not(operator) for operator in chosen):
        return None
    region = region_of(model, chosen)
    leader = region.operators[0].outputs[0]
    cuts = draw(st.sets(st.integers(1, leader.shape[1]), max_size=6)) - {leader.shape[1]}
    free = [tensor for tensor in region.inner if tensor is not leader]
    recomputed = draw(st.sets(st.sampled_from(free))) if free else set()
    try:
        ends = paces(region, (0, *sorted(cuts), leader.shape[1]))
        paced = {tensor: rows for tensor, rows in ends.items() if tensor not in recomputed}
        plan = StripPlan(region, tuple(ends[output] for output in region.outputs), paced=paced)
        strips_of(plan)
    except OptionError:
        return None
    return plan


def outputs_in(runtime, model, rounds=2):
    """Outputs of a model in a runtime, in this process; None where it refuses the model."""
    inputs = random_inputs(model, rounds, 1)
    job = Job(write_bytes(model), inputs, len(model.main.outputs), 4 << 20)
    try:
        return runtime.run(job).outputs
    except Exception:
        return None


def equal(ours, theirs):
    return theirs is not None and all(
        one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
        for first, second in zip(ours, theirs, strict=True)
        for one, other in zip(first, second, strict=True)
    )


RUNTIMES = {"litert": litert, "tflm": tflm}
