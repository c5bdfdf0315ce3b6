from __future__ import annotations

from dataclasses import replace

import pytest
from hand_made import add, chain, conditional, graph, loop, model, random_models, tensor
from hypothesis import given
from hypothesis import strategies as st

from arenite.backends.sets import NO_OVERLAP
from arenite.errors import ModelError
from arenite.formulate.order import file_order, filed_in_order, ordering_problem
from arenite.model import ElementType, Operator
from arenite.operators.liveness import align, lifetimes, load
from arenite.operators.state import has_state
from arenite.search.reordering import reorder


def peak_of(problem, order):
    """Peak of an order straight from the words in problems/order.py."""
    place = {operator: time for time, operator in enumerate(order)}
    peak = problem.floor
    for time, operator in enumerate(order):
        memory = problem.extra[operator] if problem.extra else 0
        for each in problem.tensors:
            begin = -1 if each.producer is None else place[each.producer]
            end = len(order) if each.kept else max([begin, *(place[user] for user in each.consumers)])
            memory += each.size if begin <= time <= end else 0
        peak = max(peak, memory)
    return peak


@given(random_models())
def test_the_problem_charges_what_lifetimes_charge(case):
    hand_made, priority = case
    problem, tensors = ordering_problem(hand_made)
    assert [each.size for each in problem.tensors] == [align(each.bytes) for each in tensors]
    order, waiting = [], list(priority)
    needs = set(problem.before) | {
        (each.producer, user) for each in problem.tensors if each.producer is not None for user in each.consumers
    }
    while waiting:
        ready = next(v for v in waiting if all(a in order for a, b in needs if b == v))
        waiting.remove(ready)
        order.append(ready)
    liveness = lifetimes(hand_made, {0: order})
    assert not liveness.early
    assert peak_of(problem, order) == liveness.peak


@pytest.mark.parametrize("build", [conditional, loop])
def test_control_flow_is_charged_with_the_peak_of_its_graphs(build):
    hand_made = build()
    problem, _ = ordering_problem(hand_made)
    assert peak_of(problem, range(problem.operators)) == lifetimes(hand_made).peak
    assert any(problem.extra)


def test_the_graphs_of_control_flow_are_problems_of_their_own():
    problem, tensors = ordering_problem(conditional(), 2)
    assert [each.name for each in tensors] == ["else0", "else1", "else2", "else3"]
    assert peak_of(problem, range(3)) == 64
    assert problem.floor == 32


def test_a_graph_run_twice_keeps_its_order_everywhere():
    main, then, _ = conditional().graphs
    condition, x = main.inputs
    y, z = tensor("y", 8), tensor("z", 8)
    free = [add(x, x, y), add(x, x, z)]
    twice = [Operator("IF", (condition, x), (tensor(name, 8),), graphs=(1, 2)) for name in "pq"]
    problem, _ = ordering_problem(model(graph([condition, x], [y, z], [*free, *twice]), then, then))
    assert problem.before == ((0, 1), (1, 2), (2, 3))


def test_state_keeps_its_order_and_pure_operators_do_not():
    x, y, z = tensor("x"), tensor("y"), tensor("z")
    state = tensor("state", variable=True)
    operators = [
        Operator("CUSTOM", (x,), (tensor("a"),), custom_code="Mystery"),
        add(x, x, y),
        add(x, state, z),
        Operator("BUILTIN_999", (x,), (tensor("b"),)),
        Operator("RANDOM_UNIFORM", (x,), (tensor("c"),)),
    ]
    problem, _ = ordering_problem(model(graph([x], [y, z], operators)))
    assert problem.before == ((0, 2), (2, 3), (3, 4))


def test_naming_a_resource_is_no_state_but_using_it_is():
    handle = tensor("handle", 1, ElementType.RESOURCE)
    assert not has_state(Operator("VAR_HANDLE", (), (handle,)))
    assert has_state(Operator("READ_VARIABLE", (handle,), (tensor("x"),)))
    assert has_state(Operator("ASSIGN_VARIABLE", (handle, tensor("x")), ()))
    assert has_state(Operator("RESHAPE", (handle,), (tensor("again", 1, ElementType.RESOURCE),)))


def test_data_that_takes_no_room_still_orders():
    x, text, y = tensor("x"), tensor("text", 4, ElementType.STRING), tensor("y")
    operators = [Operator("CAST", (x,), (text,)), Operator("CAST", (text,), (y,))]
    problem, _ = ordering_problem(model(graph([x], [y], operators)))
    assert problem.before == ((0, 1),)


def test_inputs_kept_and_inputs_unread():
    x, unread, y = tensor("x"), tensor("unread"), tensor("y")
    hand_made = model(graph([x, unread], [y], [add(x, x, y)]))
    problem, tensors = ordering_problem(hand_made)
    assert [each.name for each in tensors] == ["x", "y"]
    assert problem.floor == 32
    problem, tensors = ordering_problem(hand_made, keep_inputs=True)
    assert {each.name: charge.kept for each, charge in zip(tensors, problem.tensors, strict=True)} == {
        "x": True,
        "unread": True,
        "y": True,
    }


def test_dead_tensors_are_no_matter_of_order_but_of_the_head():
    hand_made = model(graph([x := tensor("x")], [y := tensor("y")], [add(x, x, y)], unused=[tensor("dead", 100)]))
    assert ordering_problem(hand_made)[0].floor == 16
    assert reorder(hand_made, NO_OVERLAP).lower_bound == 400


def test_a_file_out_of_order_is_ordered_by_its_data():
    x, a, b, y = (tensor(name) for name in "xaby")
    backwards = graph([x], [y], [add(b, b, y), add(a, a, b), add(x, x, a)])
    assert file_order(backwards) == (2, 1, 0)
    assert not filed_in_order(backwards)
    assert filed_in_order(chain([4, 4, 4]).main)
    state = [Operator("CUSTOM", (b,), (y,)), add(a, a, b), Operator("CUSTOM", (x,), (a,))]
    problem, _ = ordering_problem(model(graph([x], [y], state)))
    assert problem.before == ((2, 0),)


def test_operators_in_a_circle_are_refused():
    x, a, b = tensor("x"), tensor("a"), tensor("b")
    with pytest.raises(ModelError, match="needs its own result"):
        file_order(graph([x], [b], [add(x, b, a), add(a, a, b)]))


@given(random_models(), st.booleans())
def test_an_output_that_nothing_produces_is_charged_as_tflm_charges_it(case, one_last):
    hand_made, order = case
    main = hand_made.main
    orphan, read = tensor("orphan", 50), tensor("read", 30)
    operators = [*main.operators, add(read, read, tensor("unused"))]
    if one_last:
        made = [each.outputs[0] for each in operators]
        operators.append(Operator("ADD_N", tuple(made), (tensor("sum"),)))
    outputs = [*main.outputs, orphan, read]
    hand_made = model(graph(main.inputs, outputs, operators))
    problem, tensors = ordering_problem(hand_made)
    assert ({orphan, read} <= set(tensors)) == one_last
    for index in range(len(operators)):
        if index not in order:
            order = [*order, index]
    needs = [(each.producer, user) for each in problem.tensors if each.producer is not None for user in each.consumers]
    if all(order.index(before) < order.index(after) for before, after in needs):
        head = max(load((each.size, each.first, each.last) for each in lifetimes(hand_made, {0: order}).planned))
        assert peak_of(problem, order) == head if one_last else peak_of(problem, order) <= head
        assert head >= problem.floor >= 320 + sum(align(each.bytes) for each in main.outputs)


def test_an_output_that_nothing_produces_at_the_end_of_control_flow():
    choose = conditional()
    main, orphan = choose.main, tensor("orphan", 100)
    operators = main.operators[:-1]
    last = operators[-1].outputs[0]
    cut = replace(choose, graphs=(graph(main.inputs, [last, orphan], operators), *choose.graphs[1:]))
    problem, _ = ordering_problem(cut)
    assert peak_of(problem, range(2)) <= lifetimes(cut).peak
    assert problem.floor == 32 + 400
