"""Shapes computed ahead: the same numbers as the runtimes compute, and only where these are bound to be the file's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hand_made import graph, model, tensor
from hypothesis import given, settings
from hypothesis import strategies as st
from strip_networks import RUNTIMES, equal, outputs_in

from arenite.model import Data, ElementType, Operator
from arenite.rewrite import FoldShapes, Prune
from arenite.rewrite.evaluate import UnknownError, evaluate
from arenite.runtimes.process import absent
from arenite.runtimes.run import Job
from arenite.tflite import shape_signature
from arenite.tflite.read import read_model
from arenite.tflite.write import write_bytes

INT32, FLOAT = ElementType.INT32, ElementType.FLOAT32


def numbers(name, *values, shape=None):
    data = Data(np.array(values, "<i4").tobytes())
    return replace(tensor(name, kind=INT32), shape=(len(values),) if shape is None else shape, data=data)


def shaped(name, *shape, kind=FLOAT):
    return replace(tensor(name, kind=kind), shape=shape)


def flattened(keep_num_dims=False):
    """x [2, 3, 4] -> SHAPE, STRIDED_SLICE, MUL, PACK -> RESHAPE to [2, 12] -> FULLY_CONNECTED."""
    x, lengths, first, whole, matrix = (
        shaped("x", 2, 3, 4),
        shaped("lengths", 3, kind=INT32),
        shaped("first", kind=INT32),
        shaped("whole", 2, kind=INT32),
        shaped("matrix", 2, 12),
    )
    weights = replace(shaped("weights", 5, 12), data=Data(np.arange(60, dtype="<f4").tobytes()))
    y = shaped("y", 2, 5)
    take = Operator(
        "STRIDED_SLICE",
        (lengths, numbers("begin", 0), numbers("end", 1), numbers("stride", 1)),
        (first,),
        {"shrink_axis_mask": 1},
    )
    pack = Operator("PACK", (first, numbers("rest", 12, shape=())), (whole,), {"values_count": 2, "axis": 0})
    options = {"fused_activation_function": 0, "keep_num_dims": keep_num_dims}
    return model(
        graph(
            [x],
            [y],
            [
                Operator("SHAPE", (x,), (lengths,), {"out_type": INT32.code}),
                take,
                pack,
                Operator("RESHAPE", (x, whole), (matrix,)),
                Operator("FULLY_CONNECTED", (matrix, weights, None), (y,), options),
            ],
        )
    )


def codes(source):
    return [operator.code for operator in source.main.operators]


def test_a_computed_shape_goes_with_the_reshape_it_was_for():
    source = flattened()
    result = Prune().run(FoldShapes().run(source))
    assert codes(result) == ["FULLY_CONNECTED"]
    for name, runtime in RUNTIMES.items():
        if absent(name) is None:
            expected = outputs_in(runtime, source)
            assert expected is not None
            assert equal(expected, outputs_in(runtime, result)), name
    assert FoldShapes().run(result) is result


def test_a_reshape_stays_where_its_reader_minds_the_shape():
    result = FoldShapes().run(flattened(keep_num_dims=True))
    assert codes(result) == ["RESHAPE", "FULLY_CONNECTED"]
    assert result.main.operators[0].inputs[1].data.content == np.array([2, 12], "<i4").tobytes()


def test_a_reshape_whose_shape_was_constant_all_along_stays():
    source = flattened()
    whole = source.main.operators[2].outputs[0]
    given_ahead = replace(whole, data=Data(np.array([2, 12], "<i4").tobytes()))
    reshape, matrix = source.main.operators[3:]
    constant = replace(reshape, inputs=(reshape.inputs[0], given_ahead))
    kept = model(graph(source.main.inputs, source.main.outputs, [constant, matrix]))
    assert FoldShapes().run(kept) is kept


def test_what_is_an_output_is_computed_all_the_same():
    source = flattened()
    lengths = source.main.operators[0].outputs[0]
    returned = model(graph(source.main.inputs, (*source.main.outputs, lengths), source.main.operators))
    assert "SHAPE" in codes(FoldShapes().run(returned))


def test_a_shape_is_known_only_where_litert_is_bound_to_find_it(monkeypatch):
    source = flattened()
    x = source.main.inputs[0]
    inner = shaped("inner", *x.shape)
    shape, *rest = source.main.operators
    rest[2] = replace(rest[2], inputs=(inner, rest[2].inputs[1]))

    def behind(code):
        operators = [Operator(code, (x,), (inner,)), replace(shape, inputs=(inner,)), *rest]
        return model(graph([x], source.main.outputs, operators))

    def with_open(*axes):
        monkeypatch.setattr("arenite.rewrite.shapes.open_axes", lambda each: axes if each in (x, inner) else ())

    with_open()
    assert "SHAPE" not in codes(FoldShapes().run(behind("RELU")))
    with_open(0)
    assert "SHAPE" not in codes(FoldShapes().run(behind("RELU")))
    assert "SHAPE" in codes(FoldShapes().run(behind("WHERE")))
    with_open(0, 1)
    assert "SHAPE" in codes(FoldShapes().run(behind("RELU")))
    assert "SHAPE" not in codes(FoldShapes().run(source)), "an input has the shape of the file until it is resized"


def test_open_axes_are_those_of_the_signature(shared):
    source = read_model(shared / "cases" / "dyn.tflite")
    assert [shape_signature.open_axes(each) for each in source.main.inputs] == [(0,)]
    assert shape_signature.open_axes(tensor("made by a program")) == ()


VECTORS = st.lists(st.integers(-50, 50), min_size=1, max_size=6)


@st.composite
def computations(draw):
    """An operator on constants whose only output is an output of the graph, with its inputs fed."""
    code = draw(
        st.sampled_from(("ADD", "SUB", "MUL", "MAXIMUM", "MINIMUM", "STRIDED_SLICE", "SLICE", "GATHER", "PACK"))
    )
    values = draw(VECTORS)
    count, options = len(values), {}
    if code == "STRIDED_SLICE":
        begin, end, step = draw(st.integers(-8, 8)), draw(st.integers(-8, 8)), draw(st.integers(1, 3))
        options = {"begin_mask": draw(st.integers(0, 1)), "end_mask": draw(st.integers(0, 1))}
        expected = np.array(values)[
            None if options["begin_mask"] else begin : None if options["end_mask"] else end : step
        ]
        others = [[begin], [end], [step]]
    elif code == "SLICE":
        begin = draw(st.integers(0, count - 1))
        size = draw(st.integers(-1, count - begin))
        others, expected = [[begin], [size]], np.array(values[begin:] if size < 0 else values[begin : begin + size])
    elif code == "GATHER":
        places = draw(st.lists(st.integers(0, count - 1), min_size=1, max_size=4))
        others, expected = [places], np.array(values)[places]
    else:
        other = draw(st.lists(st.integers(-50, 50), min_size=count, max_size=count))
        compute = {"ADD": np.add, "SUB": np.subtract, "MUL": np.multiply, "MAXIMUM": np.maximum, "MINIMUM": np.minimum}
        others = [other]
        expected = np.stack([values, other]) if code == "PACK" else compute[code](values, other)
        options = {"values_count": 2, "axis": 0} if code == "PACK" else {}
    inputs = [numbers(f"i{number}", *each) for number, each in enumerate((values, *others))]
    y = shaped("y", *expected.shape, kind=INT32)
    fused = {"fused_activation_function": 0} if code in ("ADD", "SUB", "MUL") else {}
    return Operator(code, tuple(inputs), (y,), {**options, **fused}), [values, *others], expected


@settings(max_examples=60)
@given(computations())
def test_integers_are_computed_as_the_runtimes_do(case):
    operator, values, expected = case
    if not expected.size:
        return
    result = evaluate(operator, [np.array(each, np.int64) for each in values])
    assert np.array_equal(result, expected)
    fed = replace(operator.inputs[0], data=None)
    source = model(graph([fed], operator.outputs, [replace(operator, inputs=(fed, *operator.inputs[1:]))]))
    job = Job(write_bytes(source), ((np.array(values[0], "i4"),),), 1, 1 << 20)
    for name, runtime in RUNTIMES.items():
        if absent(name) is None:
            try:
                ran = runtime.run(job)
            except Exception:
                continue
            assert np.array_equal(ran.outputs[0][0], expected), name


@pytest.mark.parametrize(
    ("code", "values", "shape", "options"),
    [
        ("ADD", ([2**31 - 1], [1]), (1,), {}),
        ("MUL", ([2**16], [2**16]), (1,), {}),
        ("ADD", ([1], [1]), (1,), {"fused_activation_function": 1}),
        ("DIV", ([-7], [2]), (1,), {}),
        ("FLOOR_DIV", ([7], [0]), (1,), {}),
        ("GATHER", ([7], [1]), (1,), {}),
        ("GATHER", ([7], [-1]), (1,), {}),
        ("STRIDED_SLICE", ([7], [1], [2], [1]), (), {"shrink_axis_mask": 1}),
        ("STRIDED_SLICE", ([7, 8], [1], [0], [-1]), (1,), {}),
        ("PACK", ([7], [8]), (1, 2), {"axis": 0}),
        ("TANH", ([7],), (1,), {}),
    ],
)
def test_what_runtimes_might_not_agree_on_is_not_known(code, values, shape, options):
    operator = Operator(code, (), (shaped("y", *shape, kind=INT32),), options)
    with pytest.raises(UnknownError):
        evaluate(operator, [np.array(each, np.int64) for each in values])
