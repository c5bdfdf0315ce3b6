"""Inputs and outputs that leave the arena: which do, what is added for them, and what stands for what."""

from __future__ import annotations

import re
import struct
from dataclasses import replace

import hand_made
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strip_networks import FLOAT, INT8, INT16, RUNTIMES, equal, networks, outputs_in

from arenite import Options
from arenite.backends.generated_c.memory_places import MemoryPlace, in_memory, memory_places
from arenite.budget import Budget
from arenite.errors import OptionError
from arenite.model import Data, ElementType, Graph, MemoryPlan, Model, Operator, Outside, Quantization, Tensor
from arenite.operators.rows_outside import comes_once, ends_in_rows, rows_read, rows_written
from arenite.rewrite.outside import Ends, with_ends
from arenite.rewrite.strips import SplitRows, region_of, strip_plan
from arenite.runtimes.process import absent
from arenite.search.task import Task, mark, silent
from arenite.tflite.read import read_bytes
from arenite.tflite.write import write_bytes
from arenite.zoo.builder import Builder

ROWS = Ends("rows", "rows")
MEMORY = Ends("memory", "memory")
STEPS = Quantization((0.5,), (3,))


def image(name, *shape, kind=INT8, **fields):
    return Tensor(name, shape or (1, 6, 2, 3), kind, None, None if kind is FLOAT else STEPS, **fields)


def relu(source, target):
    return Operator("RELU", (source,), (target,))


def graph_of(operators, inputs, outputs):
    used = [each for operator in operators for each in (*operator.inputs, *operator.outputs)]
    tensors = tuple(dict.fromkeys([*inputs, *used, *outputs]))
    return Graph("main", tensors, tuple(inputs), tuple(outputs), tuple(operators))


def model_of(operators, inputs, outputs, *graphs, **fields):
    return Model("ends", (graph_of(operators, inputs, outputs), *graphs), **fields)


X, A, Y = image("x"), image("a"), image("y")


def simple():
    return model_of([relu(X, A), relu(A, Y)], [X], [Y])


def shown(model):
    return [
        (operator.code, *(tensor.name for tensor in operator.inputs), "->", *(t.name for t in operator.outputs))
        for operator in model.main.operators
    ]


def places(model):
    return {tensor.name: tensor.outside for tensor in model.main.tensors if tensor.outside}


def test_rows_are_taken_and_given_by_one_operator_each():
    source = simple()
    found = with_ends(source, ROWS)
    assert shown(found.model) == [
        ("CONCATENATION", "x", "->", "x/rows"),
        ("RELU", "x/rows", "->", "a"),
        ("RELU", "a", "->", "y/rows"),
        ("CONCATENATION", "y/rows", "->", "y"),
    ]
    assert places(found.model) == {"x": Outside.ROWS, "y": Outside.ROWS}
    assert [tensor.name for tensor in found.model.main.inputs + found.model.main.outputs] == ["x", "y"]
    (first, _, third, last) = found.model.main.operators
    assert rows_read(first)
    assert rows_written(last)
    assert found.stands_for == dict.fromkeys((third, last), source.main.operators[1])


def test_memory_adds_no_operator():
    source = simple()
    found = with_ends(source, MEMORY)
    assert shown(found.model) == shown(source)
    assert places(found.model) == {"x": Outside.MEMORY, "y": Outside.MEMORY}
    assert source.main.operators[0].outputs == found.model.main.operators[0].outputs


def test_nothing_asked_changes_nothing():
    source = simple()
    assert with_ends(source, Ends()).model is source
    assert in_memory(source) is source


def test_each_end_is_by_itself():
    assert places(with_ends(simple(), Ends("rows")).model) == {"x": Outside.ROWS}
    assert places(with_ends(simple(), Ends(outputs="memory")).model) == {"y": Outside.MEMORY}


def test_a_plan_stays_where_no_operator_is_added():
    source = simple()
    source = source.with_plan(MemoryPlan((tuple(0 for _ in source.main.tensors),)), "c")
    kept = with_ends(source, MEMORY).model
    assert (kept.plan, kept.target) == (source.plan, "c")
    gone = with_ends(source, ROWS).model
    assert (gone.plan, gone.target) == (None, None)


def test_an_input_that_is_an_output_stays():
    both = image("both")
    source = model_of([relu(X, Y)], [X, both], [Y, both])
    assert places(with_ends(source, MEMORY).model) == {"x": Outside.MEMORY, "y": Outside.MEMORY}
    with pytest.raises(OptionError, match="no input can be outside of the arena: both"):
        with_ends(model_of([relu(both, Y)], [both], [both]), Ends("memory"))


def test_several_readers_and_several_inputs():
    z, b = image("z", 1, 8, 2, 3), image("b", 1, 8, 2, 3)
    add = Operator("ADD", (X, X), (Y,), {"fused_activation_function": 0})
    found = with_ends(model_of([relu(X, A), add, relu(z, b)], [X, z], [A, Y, b]), Ends("rows")).model
    assert shown(found)[:2] == [("CONCATENATION", "x", "->", "x/rows"), ("CONCATENATION", "z", "->", "z/rows")]
    assert ("ADD", "x/rows", "x/rows", "->", "y") in shown(found)
    assert all(comes_once(found.main, tensor) for tensor in found.main.inputs)


def test_those_without_rows_stay():
    vector, flat, batch = image("v", 1, 6), image("f", 1, 1, 4, 3), image("n", 2, 6, 2, 3)
    outputs = [image(f"{each.name}2", *each.shape) for each in (X, vector, flat, batch)]
    operators = [relu(*pair) for pair in zip((X, vector, flat, batch), outputs, strict=True)]
    source = model_of(operators, [X, vector, flat, batch], outputs)
    assert places(with_ends(source, ROWS).model) == {"x": Outside.ROWS, "x2": Outside.ROWS}
    assert set(places(with_ends(source, MEMORY).model)) == {t.name for t in (*source.main.inputs, *outputs)}


@pytest.mark.parametrize(
    ("source", "ends", "words"),
    [
        (
            model_of([relu(image("v", 1, 6), Y)], [image("v", 1, 6)], [Y]),
            Ends("rows"),
            "no input can come or go in rows, which takes the shape",
        ),
        (
            model_of([relu(X, image("v", 1, 6))], [X], [image("v", 1, 6)]),
            Ends(outputs="rows"),
            "no output can come or go in rows",
        ),
        (model_of([], [], []), Ends("memory"), "no input can be outside"),
        (model_of([], [X], [Y]), Ends(outputs="memory"), "no output can be outside"),
    ],
)
def test_refusals_are_one_line(source, ends, words):
    with pytest.raises(OptionError, match=words) as error:
        with_ends(source, ends)
    assert "\n" not in str(error.value)
    assert str(error.value).startswith("ends: ")


def test_control_edges_refuse():
    source = simple()
    bound = replace(source, graphs=(replace(source.main, control_edges=((0, 1),)),))
    with pytest.raises(OptionError, match="other parts of the file name them"):
        with_ends(bound, ROWS)


def test_ends_of_called_graphs_stay():
    """An input of the main graph that another graph shares is bound by that graph."""
    source = hand_made.conditional()
    assert places(with_ends(source, MEMORY).model) == dict.fromkeys(("condition", "x", "y"), Outside.MEMORY)
    shared = replace(source.graphs[1], inputs=source.main.inputs[:1])
    found = with_ends(replace(source, graphs=(source.main, shared, source.graphs[2])), Ends("memory")).model
    assert places(found) == {"x": Outside.MEMORY}


def test_state_that_is_an_output_stays_in_the_arena():
    """A CIRCULAR_BUFFER reads its output again in the next inference, which may be given other memory."""
    row, buffer, y = image("row", 1, 1, 2, 3), image("buffer"), image("y")
    circular = Operator("CUSTOM", (row,), (buffer,), custom_code="CIRCULAR_BUFFER")
    source = model_of([circular, relu(buffer, y)], [row], [buffer, y])
    assert places(with_ends(source, MEMORY).model) == {"row": Outside.MEMORY, "y": Outside.MEMORY}
    reshaped = model_of([circular, Operator("RESHAPE", (buffer,), (y,))], [row], [y])
    assert "buffer" not in places(in_memory(with_ends(reshaped, MEMORY).model))
    rows = with_ends(model_of([circular], [row], [buffer]), Ends(outputs="rows")).model
    assert shown(rows) == [("CUSTOM", "row", "->", "buffer/rows"), ("CONCATENATION", "buffer/rows", "->", "buffer")]


def test_views_of_memory_lie_in_it():
    kind = {"kind": FLOAT}
    x, v, a, b, y, half = (image(name, *shape, **kind) for name, *shape in _SHAPES)
    reshape, reshape_back = Operator("RESHAPE", (x,), (v,)), Operator("RESHAPE", (b,), (half,))
    join = Operator("CONCATENATION", (half, a), (y,), {"axis": 0, "fused_activation_function": 0})
    source = model_of([reshape, relu(v, b), reshape_back, relu(v, a), join], [x], [y])
    found = in_memory(with_ends(source, MEMORY).model)
    named = {tensor.name: place for tensor, place in memory_places(found).items()}
    (x, *_), (y,) = found.main.inputs, found.main.outputs
    assert {name: (place.whole.name, place.offset) for name, place in named.items()} == {
        "x": ("x", 0),
        "v": ("x", 0),
        "b": ("y", 0),
        "half": ("y", 0),
        "a": ("y", 24),
        "y": ("y", 0),
    }
    assert named["x"] == MemoryPlace(x, 0)
    assert memory_places(in_memory(with_ends(source, Ends()).model)) == {}


_SHAPES = (("x", 2, 3), ("v", 1, 6), ("a", 1, 6), ("b", 1, 6), ("y", 2, 6), ("half", 1, 6))


def test_a_view_of_a_view_counts_from_the_whole():
    x, v, w = (image(name, rows, 6, kind=FLOAT) for name, rows in (("x", 4), ("v", 3), ("w", 1)))
    source = model_of([_rows_from(x, v), _rows_from(v, w), relu(w, image("y", 1, 6, kind=FLOAT))], [x], [])
    found = in_memory(with_ends(source, Ends("memory")).model)
    assert {tensor.name: place.offset for tensor, place in memory_places(found).items()} == {"x": 0, "v": 24, "w": 48}


def test_a_part_of_a_part_counts_from_the_whole():
    x, a, b, c, d, y = (
        image(name, rows, 6, kind=FLOAT) for name, rows in zip("xabcdy", (1, 1, 1, 1, 2, 3), strict=True)
    )
    joins = [
        Operator("CONCATENATION", parts, (whole,), {"axis": 0, "fused_activation_function": 0})
        for parts, whole in (((a, b), d), ((c, d), y))
    ]
    source = model_of([*(relu(x, each) for each in (a, b, c)), *joins], [x], [y])
    found = in_memory(with_ends(source, Ends(outputs="memory")).model)
    offsets = {tensor.name: place.offset for tensor, place in memory_places(found).items()}
    assert offsets == {"c": 0, "d": 24, "a": 24, "b": 48, "y": 0}


def _rows_from(source, target):
    """SLICE of the rows from 1 on."""
    numbers = [Tensor("n", (2,), ElementType.INT32, Data(struct.pack("<2i", *each))) for each in ((1, 0), target.shape)]
    return Operator("SLICE", (source, *numbers), (target,))


def test_views_in_memory_stand_for_the_operators_that_they_were():
    x, v, y, z = (image(name, *shape, kind=FLOAT) for name, *shape in (("x", 2, 3), ("v", 1, 6), ("y", 1, 6), ("z", 6)))
    source = model_of([Operator("RESHAPE", (x,), (v,)), relu(v, y), Operator("RESHAPE", (y,), (z,))], [x], [z])
    task = Task.of(source, Options(target="c", ends=MEMORY), Budget(1), silent)
    assert places(task.base) == dict.fromkeys(("x", "v", "y", "z"), Outside.MEMORY)
    assert [task.positions[mark(operator)] for operator in task.base.main.operators] == [0, 1, 2]


def test_a_part_that_is_joined_twice_is_copied_once():
    a, y = image("a", 1, 6, kind=FLOAT), image("y", 2, 6, kind=FLOAT)
    twice = Operator("CONCATENATION", (a, a), (y,), {"axis": 0, "fused_activation_function": 0})
    x = image("x", 1, 6, kind=FLOAT)
    found = in_memory(with_ends(model_of([relu(x, a), twice], [x], [y]), Ends(outputs="memory")).model)
    assert places(found) == {"y": Outside.MEMORY}


def strips_of_rows(number=4):
    """A network in strips whose input and output come and go in rows, and its source."""
    net = Builder("strips", 0)
    x = net.depthwise(net.conv(net.input(16, 4, 3), 4, "conv", kernel=3), "depthwise")
    source = net.model(x)
    ends = with_ends(source, ROWS).model
    return source, SplitRows(strip_plan(region_of(ends, ends.main.operators), number)).run(ends)


def test_strips_are_found_again_when_they_are_read():
    """A file does not say what is outside; the same options find the same ends without another copy."""
    source, strips = strips_of_rows()
    again = with_ends(read_bytes(write_bytes(strips), "strips"), ROWS).model
    assert len(again.main.operators) == len(strips.main.operators)
    assert places(again) == places(strips)
    assert len(ends_in_rows(again)) == len(ends_in_rows(strips)) == 5
    twice = with_ends(again, ROWS).model
    assert (shown(twice), places(twice)) == (shown(again), places(again))
    for name, runtime in RUNTIMES.items():
        if absent(name) is None:
            assert equal(outputs_in(runtime, source), outputs_in(runtime, strips))


def test_an_output_that_is_read_while_it_grows_is_copied():
    _, strips = strips_of_rows()
    plain = read_bytes(write_bytes(strips), "strips")
    part = next(
        tensor for tensor in plain.main.tensors if re.fullmatch(r".*/rows0-4", tensor.name) and _made(plain, tensor)
    )
    spy = relu(part, replace(part, name="spy", origin=None))
    main = replace(
        plain.main,
        operators=(*plain.main.operators, spy),
        tensors=(*plain.main.tensors, *spy.outputs),
        outputs=(*plain.main.outputs, *spy.outputs),
    )
    found = with_ends(replace(plain, graphs=(main,)), Ends(outputs="rows")).model
    assert shown(found)[-2][-1] == f"{plain.main.outputs[0].name}"
    assert part.name not in places(found)


def test_an_output_that_two_operators_begin_is_copied():
    a, b, part, y = image("a"), image("b"), image("part"), image("y", 1, 12, 2, 3)
    begin = [Operator("CONCATENATION", (each,), (part,), {"axis": 1}) for each in (a, b)]
    end = Operator("CONCATENATION", (part, b), (y,), {"axis": 1})
    assert places(with_ends(model_of([begin[0], end], [a, b], [y]), Ends(outputs="rows")).model).keys() == {"y", "part"}
    assert places(with_ends(model_of([*begin, end], [a, b], [y]), Ends(outputs="rows")).model).keys() == {"y"}


def _made(model, tensor):
    return any(tensor in operator.outputs and operator.code == "CONCATENATION" for operator in model.main.operators)


@settings(max_examples=40)
@given(networks(types=(INT8, INT16, FLOAT)), st.sampled_from(["rows", "memory"]), st.sampled_from(["rows", "memory"]))
def test_random_networks_keep_their_interface(model, inputs, outputs):
    try:
        found = with_ends(model, Ends(inputs, outputs))
    except OptionError:
        return
    result = found.model
    assert interface(result) == interface(model)
    for tensor in result.main.inputs:
        assert tensor.outside is not Outside.ROWS or comes_once(result.main, tensor)
    assert set(result.main.tensors) >= {
        tensor for operator in result.main.operators for tensor in (*operator.inputs, *operator.outputs)
    }
    task = Task.of(model, Options(target="c", ends=Ends(inputs, outputs)), Budget(1), silent)
    assert set(task.positions.values()) == set(range(len(model.main.operators)))
    again = with_ends(read_bytes(write_bytes(in_memory(result)), "again"), Ends(inputs, outputs)).model
    assert places(again) == places(result)
    for name, runtime in RUNTIMES.items():
        whole = None if absent(name) else outputs_in(runtime, model)
        assert whole is None or equal(whole, outputs_in(runtime, result)), name


def interface(model):
    return [(each.name, each.shape, each.type) for each in (*model.main.inputs, *model.main.outputs)]


def test_operators_that_differ_in_what_is_outside_are_told_apart():
    inside, rows = (relu(X, Y), relu(X, replace(Y, outside=Outside.ROWS)))
    assert inside.signature is not rows.signature
    assert relu(X, replace(Y, outside=Outside.MEMORY)).signature not in (inside.signature, rows.signature)
