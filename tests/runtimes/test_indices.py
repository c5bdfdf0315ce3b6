from __future__ import annotations

import numpy as np
import pytest
from hand_made import add, graph, model, tensor

from arenite.model import ElementType, Operator, Quantization, Tensor
from arenite.runtimes.indices import index_ranges
from arenite.runtimes.inputs import random_inputs

TABLE = Tensor("table", (10, 3), ElementType.FLOAT32)
ROWS = Tensor("rows", (4, 3), ElementType.FLOAT32)


def gather(indices, table=TABLE, output=ROWS):
    return Operator("GATHER", (table, indices), (output,), {"axis": 0})


def integers(name, elements=4, kind=ElementType.INT32):
    return tensor(name, elements, kind)


def drawn(source, count=60):
    """The least and the largest value of the first input over many rounds, that of zeros included."""
    values = np.stack([arrays[0] for arrays in random_inputs(source, count, 0)])
    return float(values.min()), float(values.max())


def through(kind, first, *, options=None):
    """A model whose only input `first` becomes indices through one operator."""
    indices = integers("indices")
    return model(graph([first, TABLE], [ROWS], [Operator(kind, (first,), (indices,), options or {}), gather(indices)]))


def test_indices_are_rows_that_there_are():
    indices = integers("indices")
    assert drawn(model(graph([indices, TABLE], [ROWS], [gather(indices)]))) == (0, 9)
    small = Tensor("table", (2, 3), ElementType.FLOAT32)
    assert drawn(model(graph([indices, small], [ROWS], [gather(indices, small)]))) == (0, 1)


@pytest.mark.parametrize("kind", ["CAST", "RESHAPE", "FLOOR", "SQUEEZE", "STRIDED_SLICE", "RELU"])
def test_floats_that_become_indices_are_rows(kind):
    assert drawn(through(kind, tensor("x"))) == (0, 9)


def test_narrow_integers_that_become_indices_are_rows():
    assert drawn(through("CAST", integers("x", kind=ElementType.INT8))) == (0, 9)


def test_quantized_values_become_real_ones_and_then_indices():
    x = tensor("x", 4, ElementType.INT8, quantization=Quantization((0.5,), (-8,)))
    real, indices = tensor("real"), integers("indices")
    operators = [Operator("DEQUANTIZE", (x,), (real,)), Operator("CAST", (real,), (indices,)), gather(indices)]
    assert drawn(model(graph([x, TABLE], [ROWS], operators))) == (-8, 10)


def test_real_values_become_quantized_ones_and_then_indices():
    x, indices = tensor("x"), tensor("q", 4, ElementType.INT32, quantization=Quantization((0.5,), (2,)))
    source = model(graph([x, TABLE], [ROWS], [Operator("QUANTIZE", (x,), (indices,)), gather(indices)]))
    assert index_ranges(source)[x] == (-1.0, 3.5)
    assert drawn(source) == (-1, 3)


def test_the_smallest_of_several_tables_counts():
    x, small = integers("x"), Tensor("small", (5, 3), ElementType.FLOAT32)
    other = Tensor("other", (4, 3), ElementType.FLOAT32)
    source = model(graph([x, TABLE, small], [ROWS, other], [gather(x), gather(x, small, other)]))
    assert drawn(source) == (0, 4)


def test_what_is_computed_with_is_not_followed():
    x, y = integers("x"), integers("y")
    assert x not in index_ranges(model(graph([x, TABLE], [ROWS], [add(x, x, y), gather(y)])))


def test_other_operators_that_take_indices():
    x, params = integers("x", 2), Tensor("params", (6, 4, 5), ElementType.FLOAT32)
    part = Tensor("part", (5,), ElementType.FLOAT32)
    limits = {
        "GATHER_ND": ((params, x), part, {}, 3),
        "EMBEDDING_LOOKUP": ((x, TABLE), ROWS, {}, 9),
        "ONE_HOT": ((x, *[params] * 3), Tensor("hot", (2, 7), ElementType.FLOAT32), {"axis": -1}, 6),
        "SCATTER_ND": ((x, part, params), params, {}, 3),
        "SEGMENT_SUM": ((params, x), part, {}, 0),
        "REVERSE_SEQUENCE": ((params, x), params, {"seq_dim": 1}, 4),
        "SLICE": ((params, x, params), Tensor("cut", (5, 2, 5), ElementType.FLOAT32), {}, 0),
    }
    for kind, (inputs, output, options, most) in limits.items():
        source = model(graph([x], [output], [Operator(kind, inputs, (output,), options)]))
        assert index_ranges(source)[x] == (0, most), kind


def test_indices_are_followed_into_graphs_that_are_run():
    condition, x = tensor("condition", 1, ElementType.BOOL), tensor("x")
    inner, indices, rows = tensor("inner"), integers("indices"), Tensor("inner rows", (4, 3), ElementType.FLOAT32)
    branch = graph([inner], [rows], [Operator("CAST", (inner,), (indices,)), gather(indices, TABLE, rows)])
    choose = Operator("IF", (condition, x), (ROWS,), graphs=(1, 1))
    assert index_ranges(model(graph([condition, x], [ROWS], [choose]), branch))[x] == (0, 9)


def test_operators_without_their_inputs_and_scales_that_are_no_numbers_are_left_alone():
    x, y = integers("x"), integers("y")
    bare = [Operator("GATHER", (), (y,)), Operator("ONE_HOT", (x,), (), {"axis": 9}), Operator("SPLIT", (), (y,))]
    assert index_ranges(model(graph([x], [y], bare))) == {}
    for scale in (0.0, float("nan"), float("inf"), 1e-320):
        q = tensor("q", 4, ElementType.INT8, quantization=Quantization((scale,), (0,)))
        source = through("DEQUANTIZE", q)
        assert drawn(source)[0] >= -128


def test_rings_of_graphs_end():
    x, y, indices = tensor("x"), tensor("y"), integers("indices")
    inner = graph([x], [y], [Operator("WHILE", (x,), (y,), graphs=(1, 1))])
    source = model(graph([x, TABLE], [ROWS], [Operator("CAST", (y,), (indices,)), gather(indices)]), inner)
    assert index_ranges(source)[x] == (0, 9)
