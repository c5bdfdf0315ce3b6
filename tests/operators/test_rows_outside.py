"""Rows of inputs and outputs that come and go: who takes them, in which order, and how many are held."""

from __future__ import annotations

import struct
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arenite.formulate.order import ordering_problem
from arenite.model import Data, ElementType, Graph, Model, Operator, Outside, Quantization, Tensor
from arenite.operators.rows_outside import (
    Taken,
    adds_rows,
    comes_once,
    ends_in_rows,
    most_held,
    rows_order,
    rows_read,
    rows_written,
)

STEPS = Quantization((0.5,), (3,))


def image(name, rows, *, outside=None, quantization=STEPS, columns=2):
    return Tensor(name, (1, rows, columns, 3), ElementType.INT8, None, quantization, outside=outside)


def numbers(*values):
    return Tensor("numbers", (len(values),), ElementType.INT32, Data(struct.pack(f"<{len(values)}i", *values)))


def sliced(source, first, rows, name="rows"):
    target = replace(source, name=name, shape=(1, rows, *source.shape[2:]), outside=None)
    return Operator("SLICE", (source, numbers(0, first, 0, 0), numbers(*target.shape)), (target,))


def joined(parts, target, axis=1, activation=0):
    options = {"axis": axis, "fused_activation_function": activation}
    return Operator("CONCATENATION", tuple(parts), (target,), options)


def used(rows, name):
    """An operator that computes something of rows."""
    return Operator("RELU", (rows,), (replace(rows, name=name),))


def model_of(operators, inputs, outputs=()):
    seen = dict.fromkeys(each for operator in operators for each in (*operator.inputs, *operator.outputs))
    tensors = tuple(dict.fromkeys([*inputs, *seen, *outputs]))
    return Model("rows", (Graph("main", tensors, tuple(inputs), tuple(outputs), tuple(operators)),))


X = image("x", 9, outside=Outside.ROWS)
Y = image("y", 9, outside=Outside.ROWS)


def test_slices_of_whole_rows_and_copies_take_rows():
    assert rows_read(sliced(X, 2, 3)) == Taken(X, 2, 5)
    assert rows_read(joined([X], image("copy", 9), axis=3)) == Taken(X, 0, 9)


@pytest.mark.parametrize(
    "operator",
    [
        sliced(image("inside", 9), 2, 3),
        sliced(image("memory", 9, outside=Outside.MEMORY), 2, 3),
        used(X, "computed"),
        Operator("SLICE", (X, numbers(0, 0, 1, 0), numbers(1, 9, 1, 3)), (image("column", 9, columns=1),)),
        Operator("SLICE", (X, Tensor("begin", (4,), ElementType.INT32), numbers(1, 3, 2, 3)), (image("three", 3),)),
        joined([X], image("copy", 9, quantization=Quantization((0.25,), (3,)))),
        joined([X], image("copy", 9), activation=1),
        joined([X, X], image("twice", 18)),
        Operator("SLICE", (), ()),
    ],
)
def test_what_does_more_than_take_rows(operator):
    assert rows_read(operator) is None


def test_rows_are_added_to_those_before():
    first, new = image("before", 4, outside=Outside.ROWS), image("new", 5)
    whole = image("y", 5, outside=Outside.ROWS)
    assert rows_written(joined([new], whole)) == Taken(whole, 0, 5)
    assert rows_written(joined([first, new], Y)) == Taken(Y, 4, 9)
    in_memory = image("new", 5, outside=Outside.MEMORY)
    assert rows_written(joined([first, in_memory], Y)) == Taken(Y, 4, 9)
    for operator in (
        joined([first, new], Y, axis=3),
        joined([first, new], Y, activation=3),
        joined([image("inside", 4), new], Y),
        joined([first, image("streamed", 5, outside=Outside.ROWS)], Y),
        joined([first, new, new], Y),
        joined([first, new], image("inside", 9)),
        joined([], Y),
        used(new, "y"),
    ):
        assert rows_written(operator) is None
    assert adds_rows(joined([image("a", 4), new], image("y", 9)))
    assert not adds_rows(joined([image("a", 4)], image("y", 4)))
    assert not adds_rows(joined([image("a", 9, columns=1), image("b", 9, columns=1)], image("y", 9), axis=2))


def test_an_output_that_grows_is_one_output():
    parts = [image(f"part{number}", 3) for number in range(3)]
    one, two = image("one", 3, outside=Outside.ROWS), image("two", 6, outside=Outside.ROWS)
    operators = [joined(parts[:1], one), joined([one, parts[1]], two), joined([two, parts[2]], Y)]
    assert ends_in_rows(model_of(operators, [X, *parts], [Y])) == {X: X, Y: Y, one: Y, two: Y}


def test_rows_come_once_and_in_order():
    def once(*operators, outputs=()):
        return comes_once(model_of(operators, [X], outputs).main, X)

    assert once()
    assert once(sliced(X, 0, 3), sliced(X, 3, 2), sliced(X, 7, 2))
    assert not once(sliced(X, 0, 3), sliced(X, 2, 2))
    assert not once(sliced(X, 3, 3), sliced(X, 0, 3))
    assert not once(joined([X], image("copy", 9)), sliced(X, 0, 1))
    assert not once(used(X, "computed"))
    assert not once(sliced(X, 0, 3), outputs=[X])


@st.composite
def takers(draw):
    """Operators that take rows of X and of Z in turns, with others between them."""
    z = image("z", 9, outside=Outside.ROWS)
    operators = []
    for number, (source, first) in enumerate(
        sorted(
            draw(st.lists(st.tuples(st.sampled_from([X, z]), st.integers(0, 8)), max_size=8)), key=lambda pair: pair[1]
        )
    ):
        operators.append(sliced(source, first, 1, f"rows{number}"))
        if draw(st.booleans()):
            operators.append(used(operators[-1].outputs[0], f"used{number}"))
    return z, operators


@given(takers())
def test_no_order_of_the_operators_lets_rows_come_in_another_order(found):
    z, operators = found
    model = model_of(operators, [X, z])
    before = ordering_problem(model)[0].before
    for source in (X, z):
        readers = [index for index, operator in enumerate(operators) if source in operator.inputs]
        pairs = set(pairwise(readers))
        assert pairs <= set(rows_order(operators, range(len(operators))))
        assert pairs <= set(before)


@st.composite
def held_rows(draw):
    """Random slices and joins of the rows of an input, and when each part is read for the last time."""
    parts, operators, next_row = [], [], 0
    for number in range(draw(st.integers(1, 8))):
        kind = draw(st.sampled_from(["take", "take", "join", "part", "use"]))
        if kind == "take" and next_row < 9:
            rows = draw(st.integers(1, 9 - next_row))
            parts.append((sliced(X, next_row, rows, f"t{number}"), range(next_row, next_row + rows)))
            next_row += rows
        elif kind == "join" and len(parts) > 1:
            (one, first), (other, second) = parts[-2:]
            if first[-1] >= second[0]:
                continue
            rows = [*first, *second]
            target = replace(image(f"t{number}", len(rows)))
            parts.append((joined([one.outputs[0], other.outputs[0]], target), rows))
        elif kind == "part" and parts:
            whole, rows = draw(st.sampled_from(parts))
            first = draw(st.integers(0, len(rows) - 1))
            end = draw(st.integers(first + 1, len(rows)))
            parts.append((sliced(whole.outputs[0], first, end - first, f"t{number}"), rows[first:end]))
        elif parts:
            operators.append((used(draw(st.sampled_from(parts))[0].outputs[0], f"u{number}"), ()))
            continue
        else:
            continue
        operators.append(parts[-1])
    return operators


@given(held_rows())
def test_the_most_rows_held_are_counted_as_they_are(found):
    operators = [operator for operator, _ in found]
    model = model_of(operators, [X])
    most = 0
    for time in range(len(operators)):
        held = set()
        for place, (operator, rows) in enumerate(found):
            readers = [at for at, other in enumerate(operators) if operator.outputs[0] in other.inputs]
            if place <= time <= max([place, *readers]):
                held |= set(rows)
        most = max(most, len(held))
    assert most_held(model, X) == most


def test_parts_of_rows_are_those_rows():
    """Two halves are all rows, also when the whole is gone."""
    whole = sliced(X, 0, 6)
    halves = [sliced(whole.outputs[0], first, 3, f"half{first}") for first in (0, 3)]
    uses = [used(half.outputs[0], f"used{number}") for number, half in enumerate(halves)]
    assert most_held(model_of([whole, *halves, *uses], [X]), X) == 6
    late = [whole, halves[0], halves[1], sliced(X, 6, 3, "late"), *uses]
    assert most_held(model_of([*late, used(late[3].outputs[0], "end")], [X]), X) == 9
