"""Models of one operator, at random: those beyond the issue's list, on integers without scale, tables and states."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from arenite.model import ElementType, Graph, Model, Operator, Quantization, Tensor

INT8, INT16, INT32, FLOAT = ElementType.INT8, ElementType.INT16, ElementType.INT32, ElementType.FLOAT32
BOOL = ElementType.BOOL


def plain(m, kind, *shape):
    """A tensor without a scale."""
    return Tensor(m.name(), shape, kind)


def on_integers(code, fused=False, kind=INT32):
    def make(m):
        first, second = m.choice(((2, 3, 4), (2, 3, 4)), ((2, 3, 4), ()), ((1, 3, 1), (2, 1, 4)), ((5,), (1,)))
        output = plain(m, kind, *np.broadcast_shapes(first, second))
        options = {"fused_activation_function": m.choice(0, 1, 3)} if fused else {}
        return m.model(code, (plain(m, kind, *first), plain(m, kind, *second)), [output], **options)

    return make


def whole_quotient(m):
    """DIV by constants, none of which is 0."""
    source, output = plain(m, INT32, 2, 3, 4), plain(m, INT32, 2, 3, 4)
    divisors = m.random.integers(1, 3, (3, 4)) * m.random.choice((-1, 1), (3, 4))
    options = {"fused_activation_function": m.choice(0, 1, 3)}
    return m.model("DIV", (source, m.constant(divisors, INT32)), [output], **options)


def compare(code):
    def make(m):
        first, second = m.choice(((2, 3, 4), (2, 3, 4)), ((2, 3, 4), (1, 1, 4)), ((3,), (3,)))
        a, b = plain(m, m.kind, *first), plain(m, m.kind, *second)
        return m.model(code, (a, b), [plain(m, BOOL, *np.broadcast_shapes(first, second))])

    return make


def cast(source, target):
    def make(m):
        return m.model("CAST", [plain(m, source, 3, 7)], [plain(m, target, 3, 7)])

    return make


def gather(m):
    shape = [m.integer(2, 5) for _ in range(3)]
    axis, batches = m.choice((0, 0), (1, 0), (2, 0), (1, 1), (2, 1))
    picked = [*shape[:batches], m.integer(1, 4)]
    source = m.tensor(*shape)
    places = m.numbers(*m.random.integers(0, shape[axis], int(np.prod(picked))), shape=tuple(picked))
    result = [*shape[:axis], *picked[batches:], *shape[axis + 1 :]]
    return m.model("GATHER", (source, places), [m.like(source, *result)], axis=axis, batch_dims=batches)


def batch_matmul(m):
    batches = m.choice(((), ()), ((3,), (3,)), ((2, 3), (2, 3)), ((2, 1), (2, 3)), ((3,), ()))
    rows, depth, columns = m.integer(1, 5), m.integer(1, 9), m.integer(1, 5)
    flips = bool(m.integer(0, 1)), bool(m.integer(0, 1))
    left, right = (rows, depth), (depth, columns)
    first = m.tensor(*batches[0], *(left[::-1] if flips[0] else left))
    second = m.tensor(*batches[1], *(right[::-1] if flips[1] else right))
    scale = None
    if m.kind is not FLOAT:
        spread = 70 if m.kind is INT8 else 9000
        scale = first.quantization.scale[0] * second.quantization.scale[0] * spread * np.sqrt(depth)
    output = m.tensor(*np.broadcast_shapes(*batches), rows, columns, scale=scale)
    return m.model("BATCH_MATMUL", (first, second), [output], adj_x=flips[0], adj_y=flips[1])


def svdf(memory_kind=None):
    def make(m):
        batches, depth, units, rank, memory = (m.integer(1, n) for n in (2, 20, 5, 2, 6))
        filters, kind = units * rank, memory_kind or m.kind
        source = m.tensor(batches, depth)
        features, times = m.values(filters, depth), m.values(filters, memory, kind=kind)
        state = replace(m.tensor(batches, filters * memory, kind=kind), variable=True)
        output, bias = m.tensor(batches, units), m.values(units)
        if m.kind is not FLOAT:
            spread = 70 * 70 * np.sqrt(depth) * source.quantization.scale[0] * features.quantization.scale[0]
            state = with_scale(state, spread / (40 if kind is INT8 else 9000))
            product = state.quantization.scale[0] * times.quantization.scale[0]
            times = with_scale(times, times.quantization.scale[0], 0)
            amount = 40 * 70 if kind is INT8 else 9000 * 70
            output = with_scale(output, product * amount * np.sqrt(rank * memory) / 40)
            values = m.random.integers(-amount, amount, units)
            bias = m.constant(values, INT32, Quantization((float(np.float32(product)),), (0,)))
        features = features if m.kind is FLOAT else with_scale(features, features.quantization.scale[0], 0)
        options = {"rank": rank, "fused_activation_function": m.choice(0, 1)}
        return m.model("SVDF", (source, features, times, bias, state), [output], **options)

    return make


def with_scale(tensor, scale, zero=None):
    points = tensor.quantization.zero_point if zero is None else (zero,)
    return replace(tensor, quantization=Quantization((float(np.float32(scale)),), points))


def hybrid(m):
    """FULLY_CONNECTED of floats with int8 weights."""
    rows, depth, units = m.integer(1, 4), m.integer(1, 40), m.integer(1, 9)
    count = m.choice(1, units)
    scales = np.float32(m.random.uniform(0.001, 0.01, count))
    quantization = Quantization(tuple(map(float, scales)), (0,) * count, 0)
    weights = m.constant(m.random.integers(-127, 128, (units, depth)), INT8, quantization)
    bias = m.constant(m.random.standard_normal(units), FLOAT) if m.integer(0, 1) else None
    source, output = m.tensor(rows, depth), m.tensor(rows, units)
    return m.model("FULLY_CONNECTED", (source, weights, bias), [output], fused_activation_function=m.activation())


def wide_position(code):
    def make(m):
        source, axis = m.tensor(2, 5, 3), m.integer(0, 2)
        shape = [n for i, n in enumerate(source.shape) if i != axis]
        option = {"output_type": ElementType.INT64.code}
        return m.model(code, (source, m.numbers(axis, shape=())), [plain(m, ElementType.INT64, *shape)], **option)

    return make


def variable(m):
    """A delay line: what comes out is what went in the time before, first what the initial graph says."""
    source = m.tensor(2, 5)
    output = m.like(source, 2, 5)
    handles = [Tensor(m.name(), (), ElementType.RESOURCE) for _ in range(2)]
    first = m.values(2, 5, quantization=source.quantization)
    name = {"container": "", "shared_name": "delay"}

    def named(handle):
        return Operator("VAR_HANDLE", (), (handle,), name)

    once = Operator("CALL_ONCE", (), (), {"init_subgraph_index": 1}, graphs=(1,))
    steps = (
        once,
        named(handles[0]),
        Operator("READ_VARIABLE", (handles[0],), (output,)),
        Operator("ASSIGN_VARIABLE", (handles[0], source), ()),
    )
    main = Graph("main", (source, handles[0], output), (source,), (output,), steps)
    initial = (named(handles[1]), Operator("ASSIGN_VARIABLE", (handles[1], first), ()))
    return Model("variable", (main, Graph("once", (handles[1], first), (), (), initial)))


COMPARISONS = {
    code.lower(): compare(code) for code in ("EQUAL", "NOT_EQUAL", "LESS", "LESS_EQUAL", "GREATER", "GREATER_EQUAL")
}
FURTHER = {
    INT8: {
        "gather": gather,
        "batch_matmul": batch_matmul,
        "svdf": svdf(),
        "svdf_int16_state": svdf(INT16),
        "arg_max_int64": wide_position("ARG_MAX"),
        "arg_min_int64": wide_position("ARG_MIN"),
        "variable": variable,
        "cast_int8_float": cast(INT8, FLOAT),
        "cast_int8_int32": cast(INT8, INT32),
    },
    INT16: {"batch_matmul": batch_matmul, "cast_int16_int32": cast(INT16, INT32), "variable": variable},
    FLOAT: {
        "gather": gather,
        "batch_matmul": batch_matmul,
        "svdf": svdf(),
        "hybrid": hybrid,
        "arg_max_int64": wide_position("ARG_MAX"),
        "arg_min_int64": wide_position("ARG_MIN"),
        "variable": variable,
        "cast_float_int32": cast(FLOAT, INT32),
        "cast_bool_float": cast(BOOL, FLOAT),
        "cast_float_bool": cast(FLOAT, BOOL),
        **COMPARISONS,
    },
    INT32: {
        "add": on_integers("ADD"),
        "sub": on_integers("SUB"),
        "mul": on_integers("MUL", fused=True),
        "div": whole_quotient,
        "maximum": on_integers("MAXIMUM"),
        "minimum": on_integers("MINIMUM"),
        "cast_int32_float": cast(INT32, FLOAT),
        "cast_int32_int8": cast(INT32, INT8),
        "cast_int32_int64": cast(INT32, ElementType.INT64),
        **COMPARISONS,
    },
}
