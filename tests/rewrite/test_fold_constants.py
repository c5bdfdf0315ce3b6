"""Constants whose elements are only moved become other constants, and every runtime computes the same as before."""

from __future__ import annotations

from dataclasses import replace
from math import prod

import numpy as np
import pytest
from hand_made import graph, model, tensor
from hypothesis import given, settings
from hypothesis import strategies as st
from strip_networks import RUNTIMES, equal, outputs_in

from arenite.model import Data, ElementType, Operator, Quantization
from arenite.rewrite import FoldConstants, Prune
from arenite.rewrite.fold_constants import MOST_ADDED_BYTES
from arenite.runtimes.process import absent

FLOAT, INT8, INT32 = ElementType.FLOAT32, ElementType.INT8, ElementType.INT32
STEPS = Quantization((0.5,), (3,))
FORMATS = {FLOAT: "<f4", INT8: "i1"}


def constant(name, shape, kind, values):
    found = replace(tensor(name, kind=kind), shape=tuple(shape), data=Data(values.astype(FORMATS[kind]).tobytes()))
    return replace(found, quantization=STEPS) if kind is INT8 else found


def places(name, *values, shape=None):
    data = Data(np.array(values, "<i4").tobytes())
    return replace(tensor(name, kind=INT32), shape=(len(values),) if shape is None else shape, data=data)


def added_to(operator, kind):
    """x -> x plus the result of an operator on constants."""
    (moved,) = operator.outputs
    x, y = (replace(moved, name=name) for name in ("x", "y"))
    add = Operator("ADD", (x, moved), (y,), {"fused_activation_function": 0, "pot_scale_int16": False})
    return model(graph([x], [y], [operator, add]))


def moving(code, sources, others, shape, kind, options=None):
    result = replace(sources[0], name="moved", shape=tuple(shape), data=None)
    inputs = (*others, *sources) if code == "FILL" else (*sources, *others)
    return added_to(Operator(code, inputs, (result,), options or {}), kind)


@st.composite
def movements(draw):
    code = draw(
        st.sampled_from(("FILL", "RESHAPE", "TRANSPOSE", "TILE", "BROADCAST_TO", "PACK", "CONCATENATION", "SLICE"))
    )
    kind = draw(st.sampled_from((FLOAT, INT8)))
    shape = tuple(draw(st.lists(st.integers(1, 3), min_size=1, max_size=3)))
    random = np.random.default_rng(draw(st.integers(0, 99)))

    def values(*lengths):
        return constant(f"c{random.integers(1 << 30)}", lengths, kind, random.integers(-100, 100, lengths))

    source, rank = values(*shape), len(shape)
    if code == "FILL":
        return moving(code, [values()], [places("dims", *shape)], shape, kind)
    if code == "RESHAPE":
        return moving(
            code, [source], [places("shape", prod(shape))], (prod(shape),), kind, {"new_shape": (prod(shape),)}
        )
    if code == "TRANSPOSE":
        order = draw(st.permutations(range(rank)))
        return moving(code, [source], [places("order", *order)], [shape[axis] for axis in order], kind)
    if code == "TILE":
        times = draw(st.lists(st.integers(1, 3), min_size=rank, max_size=rank))
        wide = [length * often for length, often in zip(shape, times, strict=True)]
        return moving(code, [source], [places("times", *times)], wide, kind)
    if code == "BROADCAST_TO":
        wide = [draw(st.integers(1, 3)) if length == 1 else length for length in shape]
        return moving(code, [source], [places("wide", *wide)], wide, kind)
    if code == "SLICE":
        begins = [draw(st.integers(0, length - 1)) for length in shape]
        sizes = [draw(st.integers(1, length - begin)) for begin, length in zip(begins, shape, strict=True)]
        asked = [
            -1 if draw(st.booleans()) and begin + size == length else size
            for begin, size, length in zip(begins, sizes, shape, strict=True)
        ]
        return moving(code, [source], [places("begins", *begins), places("sizes", *asked)], sizes, kind)
    axis, other = draw(st.integers(0, rank - 1)), values(*shape)
    if code == "PACK":
        return moving(
            code, [source, other], [], (*shape[:axis], 2, *shape[axis:]), kind, {"values_count": 2, "axis": axis}
        )
    longer = (*shape[:axis], 2 * shape[axis], *shape[axis + 1 :])
    return moving(code, [source, other], [], longer, kind, {"axis": axis, "fused_activation_function": 0})


@settings(max_examples=60)
@given(movements())
def test_elements_are_moved_as_the_runtimes_move_them(source):
    result = Prune().run(FoldConstants().run(source))
    assert [operator.code for operator in result.main.operators] == ["ADD"]
    for name, runtime in RUNTIMES.items():
        expected = outputs_in(runtime, source) if absent(name) is None else None
        if expected is not None:  # the runtime has kernels for the source, which TFLM has not for TILE
            assert equal(expected, outputs_in(runtime, result)), name


def tiled(times, **of_source):
    source = replace(constant("c", (1, 4), INT8, np.arange(4)), **of_source)
    return moving("TILE", [source], [places("times", times, 1)], (times, 4), INT8)


def test_flash_grows_by_no_more_than_an_initial_state_takes():
    most = 1 + MOST_ADDED_BYTES // 4
    small, large = tiled(most), tiled(most + 1)
    assert FoldConstants().run(small) is not small
    assert FoldConstants().run(large) is large


@pytest.mark.parametrize(
    "of_source",
    [{"data": None}, {"variable": True}, {"quantization": Quantization((0.25,), (3,))}, {"data": Data(b"\0")}],
)
def test_what_is_no_constant_of_the_same_numbers_stays(of_source):
    source = tiled(2)
    tile, add = source.main.operators
    other = replace(tile, inputs=(replace(tile.inputs[0], **of_source), tile.inputs[1]))
    changed = model(graph(source.main.inputs, source.main.outputs, [other, add]))
    assert FoldConstants().run(changed) is changed


def test_what_is_an_output_or_goes_into_a_loop_stays():
    source = tiled(2)
    tile, add = source.main.operators
    returned = model(graph(source.main.inputs, (*source.main.outputs, *tile.outputs), (tile, add)))
    assert FoldConstants().run(returned) is returned
    loop = Operator("CUSTOM", tile.outputs, (replace(tile.outputs[0], name="z"),), custom_code="loop")
    read = model(graph(source.main.inputs, (*source.main.outputs, *loop.outputs), (tile, add, loop)))
    assert FoldConstants().run(read) is read


@pytest.mark.parametrize(
    ("code", "others", "shape"),
    [
        ("SLICE", [places("begins", 0, 2), places("sizes", 1, 4)], (1, 2)),
        ("SLICE", [places("begins", 0, -1), places("sizes", 1, 1)], (1, 1)),
        ("TILE", [places("times", 1 << 30, 1 << 30)], (2, 4)),
        ("TRANSPOSE", [places("order", 0, 7)], (4, 1)),
        ("RESHAPE", [], (3,)),
    ],
)
def test_places_outside_of_the_constant_are_left_to_the_runtime(code, others, shape):
    source = moving(code, [constant("c", (1, 4), INT8, np.arange(4))], others, shape, INT8)
    assert FoldConstants().run(source) is source


@pytest.mark.parametrize(("code", "others"), [("SLICE", (0,)), ("FILL", ())])
def test_one_tensor_may_say_what_is_moved_and_where_to(code, others):
    both = places("both", 1)
    inputs = (both, *(places("begin", each) for each in others), both)
    source = added_to(Operator(code, inputs, (replace(both, name="moved", data=None),)), INT32)
    assert [each.code for each in FoldConstants().run(source).main.operators] == ["ADD"]
