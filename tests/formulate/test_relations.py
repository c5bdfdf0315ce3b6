from __future__ import annotations

import itertools

import pytest
from hand_made import conditional, constant, graph, loop, model
from hypothesis import given
from hypothesis import strategies as st
from overlap_cases import add, relu, rows, split, stacked, tensor

from arenite import zoo
from arenite.backends.sets import ALL, CMSIS_NN_DSP, PORTABLE, REFERENCE
from arenite.checkers.placement import check
from arenite.formulate.contents import equal_distances, own, with_copy
from arenite.formulate.placement import overlap_problem
from arenite.model import ElementType
from arenite.solve.place.solver import solve


def relations(source, **options):
    """(source, target) -> (distance, exactly), by names."""
    problem, tensors = overlap_problem(source, REFERENCE, **options)
    names = [each.name for each in tensors]
    return {(names[each.source], names[each.target]): (each.distance, each.exactly) for each in problem.relations}


def height(source):
    problem, _ = overlap_problem(source, REFERENCE)
    solution = solve(problem)
    check(problem, solution)
    assert solution.optimal
    return solution.height


def chain():
    x, y, z = (tensor(name, 4, 8) for name in "xyz")
    return model(graph([x], [z], [relu(x, y), relu(y, z)]))


def test_an_input_that_is_used_up_may_be_overwritten():
    assert relations(chain()) == {("x", "y"): (0, ()), ("y", "z"): (0, ())}
    assert height(chain()) == 4 * 8 * 4


def test_inputs_to_be_kept_are_not_touched():
    assert relations(chain(), keep_inputs=True) == {("y", "z"): (0, ())}


def test_an_input_that_is_read_later_is_not_touched():
    x, y, z = (tensor(name, 4, 8) for name in "xyz")
    assert relations(model(graph([x], [z], [relu(x, y), add(x, y, z)]))) == {("x", "z"): (0, ()), ("y", "z"): (0, ())}


def test_an_input_that_is_an_output_of_the_graph_is_not_touched():
    x, y, z = (tensor(name, 4, 8) for name in "xyz")
    assert ("y", "z") not in relations(model(graph([x], [y, z], [relu(x, y), relu(y, z)])))


def test_distances_are_rounded_up_and_points_between_multiples_left_out():
    x, a, b, y = tensor("x", 4, 3), tensor("a", 2, 3), tensor("b", 2, 3), tensor("y", 4, 3)
    found = relations(model(graph([x], [y], [split(x, [a, b]), stacked([a, b], y)])))
    # Halves have 24 bytes: b fits at no multiple of 16 into x or y while it is a view; x is used up by the split.
    assert found["x", "a"] == (0, ())
    assert found["x", "b"] == (-16, ())
    assert found["a", "y"] == (32, (0,))
    assert ("b", "y") not in found


def test_views_of_views_lie_in_one_place():
    x, half, quarter, y = tensor("x", 8, 4), tensor("half", 4, 4), tensor("quarter", 2, 4), tensor("y", 8, 4)
    source = model(
        graph([x], [half, quarter, y], [rows(x, 4, half), rows(half, 2, quarter), add(x, x, y)], name="nested")
    )
    found = relations(source)
    assert found["x", "half"] == (None, (-64,))
    assert found["half", "quarter"] == (None, (-32,))
    assert found["x", "quarter"] == (None, (-96,))
    assert height(source) == 4 * 16 + 8 * 16  # half, on x and with the quarter in it, and y, also over what x has below


def test_overlapping_views_of_one_whole_lie_over_each_other():
    x, a, b, y = tensor("x", 8, 4), tensor("a", 6, 4), tensor("b", 6, 4), tensor("y", 6, 4)
    source = model(graph([x], [y], [rows(x, 0, a), rows(x, 2, b), add(a, b, y)]))
    found = relations(source)
    assert found["a", "b"] == (None, (-32,))
    assert height(source) == 8 * 16


def test_a_concatenation_that_grows_costs_nothing():
    parts = [tensor(f"part{number}", 2, 4) for number in range(4)]
    operators, whole = [], parts[0]
    for number, part in enumerate(parts[1:], 2):
        operators.append(relu(parts[number - 2], part))
        grown = tensor(f"whole{number}", 2 * number, 4)
        operators.append(stacked([whole, part], grown))
        whole = grown
    assert height(model(graph(parts[:1], [whole], operators))) == 8 * 16


def test_what_is_given_twice_lies_apart():
    x, y, z = tensor("x", 2, 4), tensor("y", 4, 4), tensor("z", 2, 4)
    found = relations(model(graph([x], [y, z], [stacked([x, x], y), relu(x, z)])))
    assert ("x", "y") not in found


def test_constants_are_no_buffers():
    x, y = tensor("x", 4), tensor("y", 4)
    assert relations(model(graph([x], [y], [add(x, constant("c", 1, 2, 3, 4), y)]))) == {("x", "y"): (0, ())}


def test_a_tensor_written_twice_has_no_relations():
    x, y, z = (tensor(name, 4, 8) for name in "xyz")
    assert relations(model(graph([x], [z], [relu(x, y), relu(x, y), relu(y, z)]))) == {}


@pytest.mark.parametrize("build", [conditional, loop])
def test_what_an_operator_with_graphs_reads_and_writes_stays_apart(build):
    source = build()
    operator = next(each for each in source.main.operators if each.graphs)
    names = {each.name for each in (*operator.inputs, *operator.outputs)}
    assert not any(set(pair) <= names for pair in relations(source))


def test_portable_relations_hold_for_every_set():
    for name in ("paper", "resnet8", "mobilenet-v2"):
        source = zoo.build(name)
        portable, _ = overlap_problem(source, PORTABLE)
        solution = solve(portable, effort=0.1)
        for kernels in ALL:
            if kernels.as_run(source) is not source:
                continue  # an inverted bottleneck has its input alive with its output: no plan for other kernels fits
            problem, tensors = overlap_problem(source, kernels)
            offsets = solution.offsets[: len(tensors)]
            ends = [at + buffer.size for at, buffer in zip(offsets, problem.buffers, strict=False)]
            tensors_only = type(problem)(problem.buffers[: len(tensors)], problem.relations, problem.alignment)
            check(tensors_only, type(solution)(offsets, max(ends), 0))


def test_scratch_is_that_of_the_kernels():
    source = zoo.build("resnet8")
    counts = {}
    for kernels in (REFERENCE, CMSIS_NN_DSP, PORTABLE):
        problem, tensors = overlap_problem(source, kernels)
        counts[kernels] = sum(buffer.size for buffer in problem.buffers[len(tensors) :])
    assert counts[REFERENCE] < counts[CMSIS_NN_DSP] <= counts[PORTABLE]
    charged, tensors = overlap_problem(source, PORTABLE, scratch_of=REFERENCE)
    assert sum(buffer.size for buffer in charged.buffers[len(tensors) :]) == counts[REFERENCE]


@given(st.data())
def test_equal_distances_are_those_where_all_common_bytes_are_equal(data):
    """Against the bytes themselves: every original byte has a value of its own."""
    values, pieces = [], []
    marks = itertools.count()
    for _ in range(2):
        fresh = tensor("fresh", data.draw(st.integers(1, 6)), kind=ElementType.INT8)
        pieces.append(own(fresh))
        values.append([next(marks) for _ in range(fresh.bytes)])
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(values) - 1))
        length = data.draw(st.integers(1, 8))
        made = tensor("made", length, kind=ElementType.INT8)
        distance = data.draw(st.integers(1 - len(values[place]), length - 1))
        content = [next(marks) for _ in range(length)]
        for byte in range(length):
            if 0 <= byte - distance < len(values[place]):
                content[byte] = values[place][byte - distance]
        pieces.append(with_copy(own(made), pieces[place], distance))
        values.append(content)
    for one, other in itertools.combinations(range(len(values)), 2):
        first, second = values[one], values[other]
        expected = []
        for distance in range(1 - len(first), len(second)):
            common = [(first[i], second[i + distance]) for i in range(len(first)) if 0 <= i + distance < len(second)]
            if all(a == b for a, b in common):
                expected.append(distance)
        assert equal_distances(pieces[one], pieces[other]) == tuple(expected)
