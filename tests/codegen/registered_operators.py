"""Models of one operator, at random: those of TFLM's resolver that move values, and functions of one value."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from arenite.model import ElementType, Graph, Model, Operator, Quantization, Tensor

from .further_operators import on_integers

INT8, INT16, INT32, FLOAT = ElementType.INT8, ElementType.INT16, ElementType.INT32, ElementType.FLOAT32
BOOL = ElementType.BOOL


def margins(m, shape, block):
    """Padding before and after each axis, such that whole blocks come out."""
    before = [m.integer(0, 2) for _ in block]
    return [(a, -(a + n) % b) for a, n, b in zip(before, shape, block, strict=True)]


def space_to_batch(m):
    block = [m.integer(1, 3) for _ in range(m.integer(1, 2))]
    shape = [m.integer(2, 7) for _ in block]
    source = m.tensor(m.integer(1, 2), *shape, m.integer(1, 4))
    around = margins(m, shape, block)
    made = [(n + a + b) // size for n, (a, b), size in zip(shape, around, block, strict=True)]
    output = m.like(source, source.shape[0] * int(np.prod(block)), *made, source.shape[-1])
    return m.model("SPACE_TO_BATCH_ND", (source, m.numbers(*block), m.constant(np.array(around), INT32)), [output])


def batch_to_space(m):
    block = [m.integer(1, 3) for _ in range(m.integer(1, 2))]
    shape = [m.integer(2, 5) for _ in block]
    images = m.integer(1, 2)
    source = m.tensor(images * int(np.prod(block)), *shape, m.integer(1, 4))
    crops = [(m.integer(0, 2), m.integer(0, 1)) for _ in block]
    made = [n * size - a - b for n, (a, b), size in zip(shape, crops, block, strict=True)]
    if min(made) < 1:
        crops, made = [(0, 0) for _ in block], [n * size for n, size in zip(shape, block, strict=True)]
    output = m.like(source, images, *made, source.shape[-1])
    inputs = (source, m.numbers(*block), m.constant(np.array(crops), INT32))
    return m.model("BATCH_TO_SPACE_ND", inputs, [output])


def deepened(code):
    def make(m):
        block, images, rows, columns, channels = (m.integer(1, n) for n in (3, 2, 3, 3, 3))
        space, deep = (
            (images, rows * block, columns * block, channels),
            (images, rows, columns, channels * block * block),
        )
        source, target = (space, deep) if code == "SPACE_TO_DEPTH" else (deep, space)
        source = m.tensor(*source)
        return m.model(code, [source], [m.like(source, *target)], block_size=block)

    return make


def mirror_pad(m):
    mode = m.integer(0, 1)
    source = m.tensor(*(m.integer(2, 5) for _ in range(4)))
    around = [(m.integer(0, n - 1 + mode), m.integer(0, n - 1 + mode)) for n in source.shape]
    around = [pair if m.integer(0, 1) else (0, 0) for pair in around]
    whole = [n + a + b for n, (a, b) in zip(source.shape, around, strict=True)]
    return m.model("MIRROR_PAD", (source, m.constant(np.array(around), INT32)), [m.like(source, *whole)], mode=mode)


def reverse(m):
    source = m.tensor(*(m.integer(1, 4) for _ in range(4)))
    first, last = sorted((m.integer(0, 3), m.integer(0, 3)))
    axes = [axis - m.choice(0, 4) for axis in range(first, last + 1)]
    return m.model("REVERSE_V2", (source, m.numbers(*axes)), [m.like(source, *source.shape)])


def broadcast_to(m):
    source, shape = m.choice(
        ((3, 1, 4), (2, 3, 5, 4)), ((1,), (2, 3)), ((2, 1, 3, 1, 2), (2, 4, 3, 2, 2)), ((5,), (5,))
    )
    source = m.tensor(*source)
    return m.model("BROADCAST_TO", (source, m.numbers(*shape)), [m.like(source, *shape)])


def zeros_like(m):
    source = m.tensor(3, 4)
    return m.model("ZEROS_LIKE", [source], [m.like(source, 3, 4)])


def gather_nd(m):
    shape = [m.integer(2, 5) for _ in range(3)]
    axes, picked = m.integer(1, 3), m.choice((4,), (2, 3))
    source = m.tensor(*shape)
    places = np.stack([m.random.integers(0, n, picked) for n in shape[:axes]], -1)
    return m.model("GATHER_ND", (source, m.constant(places, INT32)), [m.like(source, *picked, *shape[axes:])])


def embedding_lookup(m):
    table = m.values(5, 3, 2)
    places = m.numbers(*m.random.integers(0, 5, 4))
    return m.model("EMBEDDING_LOOKUP", (places, table), [m.like(table, 4, 3, 2)])


def embedding_as_floats(m):
    table = m.values(5, 3, 2, kind=INT8, quantization=Quantization((0.25,), (0,)))
    places = m.numbers(*m.random.integers(0, 5, 4))
    return m.model("EMBEDDING_LOOKUP", (places, table), [m.tensor(4, 3, 2)])


def computed_weights(m):
    rows, depth, units = m.integer(1, 4), m.integer(1, 30), m.integer(1, 6)
    source, weights = m.tensor(rows, depth), m.tensor(units, depth)
    scale = None
    if m.kind is INT8:
        scale = source.quantization.scale[0] * weights.quantization.scale[0] * 70 * np.sqrt(depth)
    activation = m.activation() if m.kind is INT8 else 0
    inputs = (source, weights, None)
    return m.model(
        "FULLY_CONNECTED", inputs, [m.tensor(rows, units, scale=scale)], fused_activation_function=activation
    )


def dynamic_update_slice(m):
    shape = [m.integer(2, 5) for _ in range(3)]
    source = m.tensor(*shape)
    update = m.like(source, *(m.integer(1, n) for n in shape))
    places = m.numbers(*(m.integer(-1, n + 1) for n in shape))
    return m.model("DYNAMIC_UPDATE_SLICE", (source, update, places), [m.like(source, *shape)])


def slice_somewhere(m):
    """SLICE at computed places: at the beginning or at the end of each axis."""
    shape = [m.integer(2, 6) for _ in range(m.integer(1, 4))]
    size = [m.integer(1, n) for n in shape]
    source, given = m.tensor(*shape), Tensor("given", (len(shape),), BOOL)
    chosen, places = (Tensor(m.name(), (len(shape),), INT32) for _ in range(2))
    room = m.numbers(*(n - part for n, part in zip(shape, size, strict=True)))
    output = m.like(source, *size)
    steps = (
        Operator("CAST", (given,), (chosen,)),
        Operator("MUL", (chosen, room), (places,), {"fused_activation_function": 0}),
        Operator("SLICE", (source, places, m.numbers(*size)), (output,)),
    )
    return several("slice_somewhere", (source, given), steps)


def several(name, inputs, steps):
    tensors = tuple(dict.fromkeys(tensor for step in steps for tensor in (*step.inputs, *step.outputs)))
    return Model(name, (Graph("main", tensors, inputs, steps[-1].outputs, steps),))


def broadcast_args(kind):
    """Two shapes of ones and twos, which can be broadcast."""

    def make(m):
        one, two = (m.constant(np.array([length]), kind) for length in (1, 2))
        lengths = 3, m.integer(1, 5)
        given, large, shapes = ([Tensor(m.name(), (n,), kind) for n in lengths] for _ in range(3))
        output = Tensor(m.name(), (max(shape.shape[0] for shape in shapes),), kind)
        steps = (
            *(Operator("MAXIMUM", (source, one), (target,)) for source, target in zip(given, large, strict=True)),
            *(Operator("MINIMUM", (source, two), (target,)) for source, target in zip(large, shapes, strict=True)),
            Operator("BROADCAST_ARGS", tuple(shapes), (output,)),
        )
        return several("broadcast_args", tuple(given), steps)

    return make


def select(m):
    shapes = m.choice(
        ((2, 3, 4), (2, 3, 4), (2, 3, 4)), ((1,), (2, 3), (2, 3)), ((2, 1, 4), (3, 1), (1,)), ((1,), (1,), (2, 5))
    )
    true, false = (m.tensor(*shape) for shape in shapes[1:])
    condition = Tensor(m.name(), shapes[0], BOOL)
    return m.model("SELECT_V2", (condition, true, false), [m.like(true, *np.broadcast_shapes(*shapes))])


MOVED = {
    "space_to_batch": space_to_batch,
    "batch_to_space": batch_to_space,
    "space_to_depth": deepened("SPACE_TO_DEPTH"),
    "depth_to_space": deepened("DEPTH_TO_SPACE"),
    "mirror_pad": mirror_pad,
    "reverse": reverse,
    "broadcast_to": broadcast_to,
    "gather_nd": gather_nd,
    "embedding_lookup": embedding_lookup,
    "dynamic_update_slice": dynamic_update_slice,
    "select": select,
    "slice_somewhere": slice_somewhere,
}


def reduce_all(m):
    source, axes = Tensor("in", (3, 2, 4), BOOL), m.choice((1,), (2,), (1, 2), (0, 1))
    shape = tuple(n for axis, n in enumerate(source.shape) if axis not in axes)
    return m.model("REDUCE_ALL", (source, m.numbers(*axes)), [Tensor("out", shape, BOOL)], keep_dims=False)


def function(code, low=-3.0, high=3.0):
    """A function of values between two numbers, of which some are what rounding is about."""

    def make(m):
        x = m.tensor(2, 50)
        bounds = m.constant(np.array([low]), FLOAT), m.constant(np.array([high]), FLOAT)
        kept, clamped = m.like(x, 2, 50), m.like(x, 2, 50)
        steps = (
            Operator("MAXIMUM", (x, bounds[0]), (kept,)),
            Operator("MINIMUM", (kept, bounds[1]), (clamped,)),
            Operator(code, (clamped,), (m.like(x, 2, 50),)),
        )
        return chain(code, x, steps)

    return make


def chain(name, source, steps):
    return several(name.lower(), (source,), steps)


def halves(code):
    """Floor and the like of multiples of a quarter."""

    def make(m):
        x, y, quarter = m.tensor(3, 40), m.like(m.tensor(1), 3, 40), m.constant(np.array([0.25]), FLOAT)
        whole = Tensor(m.name(), (3, 40), INT32)
        number = Tensor(m.name(), (3, 40), FLOAT)
        many = m.constant(np.array([8.0]), FLOAT)
        wide, scaled = m.like(x, 3, 40), m.like(x, 3, 40)
        steps = (
            Operator("MUL", (x, many), (wide,), {"fused_activation_function": 0}),
            Operator("CAST", (wide,), (whole,)),
            Operator("CAST", (whole,), (number,)),
            Operator("MUL", (number, quarter), (scaled,), {"fused_activation_function": 0}),
            Operator(code, (scaled,), (y,)),
        )
        return chain(code, x, steps)

    return make


def of_floats(code):
    def make(m):
        first, second = m.choice(((2, 3, 4), (2, 3, 4)), ((2, 3, 4), (1, 1, 4)), ((5, 1), (1, 6)))
        divisor = m.values(*second)
        return m.model(code, (m.tensor(*first), divisor), [m.tensor(*np.broadcast_shapes(first, second))])

    return make


def of_booleans(code):
    def make(m):
        first, second = m.choice(((2, 3, 4), (2, 3, 4)), ((2, 3, 4), (1, 1, 4)), ((5, 1), (1, 6)))
        inputs = [Tensor(m.name(), shape, BOOL) for shape in (first, second)]
        return m.model(code, inputs, [Tensor("out", np.broadcast_shapes(first, second), BOOL)])

    return make


def logical_not(m):
    return m.model("LOGICAL_NOT", [Tensor("in", (3, 7), BOOL)], [Tensor("out", (3, 7), BOOL)])


def compare(code, kind=None):
    def make(m):
        first, second = m.choice(((2, 30), (2, 30)), ((2, 3, 4), (1, 1, 4)), ((50,), (1,)))
        if kind:
            a, b = (Tensor(m.name(), shape, kind) for shape in (first, second))
        else:
            scale = m.random.uniform(0.01, 0.9)
            a = m.tensor(*first, scale=scale)
            b = m.choice(m.tensor(*second, scale=scale * m.random.uniform(0.5, 1)), m.like(a, *second))
        return m.model(code, (a, b), [Tensor("out", np.broadcast_shapes(first, second), BOOL)])

    return make


def quotient(m):
    """int8 values by constants, none of which is 0; the output's scale spreads the quotients."""
    first, second = m.choice(((2, 3, 40), (2, 3, 40)), ((6, 40), (1, 40)), ((70, 1), (1, 6)))
    a, b = m.tensor(*first), m.values(*second)
    values = np.frombuffer(b.data.content, np.int8)
    zero = b.quantization.zero_point[0]
    b = m.constant(
        np.where(values == zero, values + 1 - 2 * (values == 127), values).reshape(second), INT8, b.quantization
    )
    scale = a.quantization.scale[0] / b.quantization.scale[0] / m.random.uniform(65, 90)
    output = m.tensor(*np.broadcast_shapes(first, second), scale=scale)
    return m.model("DIV", (a, b), [output], fused_activation_function=m.activation())


def prelu_wide(m):
    source = m.tensor(2, 3, 4, 5, zero=0)
    slopes = m.values(1, 1, 5, kind=INT8)
    return m.model("PRELU", (source, slopes), [m.tensor(2, 3, 4, 5, zero=0)])


def plain_absolute(m):
    source, output = (Tensor(m.name(), (2, 90), INT16) for _ in range(2))
    return m.model("ABS", [source], [output])


def relu6_wide(m):
    source = m.tensor(2, 500, scale=m.random.uniform(0.0003, 0.002))
    return m.model("RELU6", [source], [m.like(source, 2, 500)])


def rsqrt_wide(m):
    source = m.tensor(2, 90, scale=m.random.uniform(0.0001, 0.01))
    absolute = m.like(source, 2, 90)
    output = m.tensor(2, 90, scale=m.random.uniform(0.0005, 0.01))
    steps = (Operator("ABS", (source,), (absolute,)), Operator("RSQRT", (absolute,), (output,)))
    return chain("rsqrt", source, steps)


def bent(code, **options):
    def make(m):
        scale = m.random.uniform(0.0001, 0.001)
        source, output = m.tensor(2, 500, scale=scale), m.tensor(2, 500, scale=scale * m.random.uniform(0.4, 2))
        return m.model(code, [source], [output], **options)

    return make


def elu(m):
    source = m.tensor(2, 200, scale=m.random.uniform(0.01, 0.05))
    return m.model("ELU", [source], [m.tensor(2, 200, scale=m.random.uniform(0.01, 0.05))])


FUNCTIONS = {
    **{
        code.lower(): function(code)
        for code in ("ABS", "CEIL", "COS", "ELU", "EXP", "FLOOR", "NEG", "ROUND", "SIN", "SQUARE")
    },
    **{code.lower(): function(code, low=1e-3) for code in ("LOG", "RSQRT", "SQRT")},
    **{f"{code.lower()}_halves": halves(code) for code in ("CEIL", "FLOOR", "ROUND")},
    "floor_div": of_floats("FLOOR_DIV"),
    "floor_mod": of_floats("FLOOR_MOD"),
    **{code.lower(): of_booleans(code) for code in ("LOGICAL_AND", "LOGICAL_OR")},
    **{f"{code.lower()}_bool": of_booleans(code) for code in ("EQUAL", "NOT_EQUAL")},
    "logical_not": logical_not,
    "reduce_all": reduce_all,
}


def along(code, output=None, **options):
    """`output` is the scale and the zero point that the int8 kernel demands."""

    def make(m):
        source = m.tensor(m.integer(1, 3), m.integer(1, 3), m.integer(1, 40), scale=m.random.uniform(0.02, 0.2))
        result = m.tensor(*source.shape, scale=output[0], zero=output[1]) if output else m.like(source, *source.shape)
        return m.model(code, [source], [result], **options)

    return make


def running_sum(m):
    source = m.tensor(2, m.integer(1, 5), m.integer(1, 4))
    scale = None if m.kind is FLOAT else source.quantization.scale[0] * m.random.uniform(0.7, 3)
    options = {"exclusive": bool(m.integer(0, 1)), "reverse": bool(m.integer(0, 1))}
    inputs = (source, m.numbers(m.integer(-3, 2), shape=(1,)))
    return m.model("CUMSUM", inputs, [m.tensor(*source.shape, scale=scale)], **options)


def sum_of_many(m):
    first = m.tensor(2, 3, 4)
    scale = None if m.kind is FLOAT else first.quantization.scale[0] * m.random.uniform(0.7, 3)
    others = [m.like(first, 2, 3, 4) for _ in range(m.integer(1, 3))]
    return m.model("ADD_N", [first, *others], [m.tensor(2, 3, 4, scale=scale)])


def lstm(m):
    batches, times, depth, units = (m.integer(1, n) for n in (2, 4, 9, 6))
    major = bool(m.integer(0, 1))
    shape = (times, batches) if major else (batches, times)
    whole = m.kind is not FLOAT
    zero = 0 if m.kind is INT16 else None
    finer = 1 if m.kind is not INT16 else 256
    source = m.tensor(*shape, depth, scale=m.random.uniform(0.005, 0.02) / finer, zero=zero)
    hidden = m.tensor(batches, units, scale=m.random.uniform(0.005, 0.01) / finer, zero=zero)
    cell = m.tensor(batches, units, kind=INT16 if whole else FLOAT, scale=2.0 ** -m.integer(9, 13), zero=0)
    gates = [lstm_gate(m, depth, source, units) for _ in range(4)]
    again = [lstm_gate(m, units, hidden, units)[0] for _ in range(4)]
    hidden, cell = replace(hidden, variable=True), replace(cell, variable=True)
    inputs = [source, *(weights for weights, _ in gates), *again, *[None] * 3, *(bias for _, bias in gates)]
    inputs += [None, None, hidden, cell, *[None] * 4]
    output = m.like(source, *shape, units) if not whole else m.like(hidden, *shape, units)
    clip = m.choice(0.0, 0.0, 0.7)
    options = {"fused_activation_function": 4, "time_major": major, "cell_clip": clip, "proj_clip": 0.0}
    operator = Operator("UNIDIRECTIONAL_SEQUENCE_LSTM", tuple(inputs), (output,), options)
    listed = [tensor for tensor in (*inputs, output) if tensor is not None]
    return Model("lstm", (Graph("main", tuple(listed), (source,), (output,), (operator,)),))


def lstm_gate(m, depth, source, units):
    """Weights and bias, such that sums are of the size of 1."""
    if m.kind is FLOAT:
        return m.constant(m.random.standard_normal((units, depth)), FLOAT), m.values(units)
    scale = float(np.float32(m.random.uniform(0.003, 0.02)))
    weights = m.values(units, depth, kind=INT8, quantization=Quantization((scale,), (0,)))
    product = float(np.float32(source.quantization.scale[0] * scale))
    kind, most = (ElementType.INT64, 1 << 20) if m.kind is INT16 else (INT32, 1 << 12)
    return weights, m.constant(m.random.integers(-most, most, units), kind, Quantization((product,), (0,)))


LINES = {
    "l2_normalization": along("L2_NORMALIZATION", (1 / 128, 0), fused_activation_function=0),
    "cumsum": running_sum,
    "add_n": sum_of_many,
    "computed_weights": computed_weights,
}
COMPARISONS = ("EQUAL", "NOT_EQUAL", "LESS", "LESS_EQUAL", "GREATER", "GREATER_EQUAL")
REGISTERED = {
    INT8: {
        **MOVED,
        **LINES,
        "zeros_like": zeros_like,
        "elu": elu,
        "log_softmax": along("LOG_SOFTMAX", (1 / 16, 127)),
        "lstm": lstm,
        "div": quotient,
        **{code.lower(): compare(code) for code in COMPARISONS},
    },
    INT16: {
        **{
            name: MOVED[name]
            for name in ("reverse", "broadcast_to", "dynamic_update_slice", "select", "slice_somewhere")
        },
        "abs": bent("ABS"),
        "abs_without_scale": plain_absolute,
        "relu": bent("RELU"),
        "relu6": relu6_wide,
        "leaky_relu": bent("LEAKY_RELU", alpha=0.2),
        "leaky_relu_negative": bent("LEAKY_RELU", alpha=-0.3),
        "prelu": prelu_wide,
        "rsqrt": rsqrt_wide,
        "lstm": lstm,
    },
    FLOAT: {
        **MOVED,
        **LINES,
        "zeros_like": zeros_like,
        **FUNCTIONS,
        "log_softmax": along("LOG_SOFTMAX"),
        "embedding_as_floats": embedding_as_floats,
        "lstm": lstm,
    },
    INT32: {
        "reverse": reverse,
        "broadcast_args": broadcast_args(INT32),
        "broadcast_args_int64": broadcast_args(ElementType.INT64),
        "broadcast_to": broadcast_to,
        "zeros_like": zeros_like,
        "squared_difference": on_integers("SQUARED_DIFFERENCE"),
        **{f"{code.lower()}_int64": compare(code, ElementType.INT64) for code in COMPARISONS},
        "maximum_int64": on_integers("MAXIMUM", kind=ElementType.INT64),
        "minimum_int64": on_integers("MINIMUM", kind=ElementType.INT64),
    },
}
