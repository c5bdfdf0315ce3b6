from __future__ import annotations

import csv

import pytest
from hand_made import add, chain, conditional, constant, graph, loop, model, random_models, scalar, tensor
from hypothesis import given

from arenite import zoo
from arenite.errors import ModelError
from arenite.model import ElementType, Operator
from arenite.operators.liveness import MOST_NESTED, NEVER, Span, align, lifetimes, working_sets
from arenite.operators.peak import peak_memory
from arenite.tflite.read import read_model


def alive(hand_made, orders=None):
    return {entry.tensor.name: (entry.first, entry.last) for entry in lifetimes(hand_made, orders).lifetimes}


def test_a_tensor_lives_from_its_producer_to_its_last_consumer_and_an_output_to_the_end():
    x, a, b, c = (tensor(name) for name in "xabc")
    hand_made = model(graph([x], [a, c], [add(x, x, a), add(a, a, b), add(x, b, c)]))
    assert alive(hand_made) == {"x": (0, 3), "a": (1, 3), "b": (2, 3), "c": (3, 3)}


def test_what_is_unused_constant_or_variable():
    x, y, lost, unread = (tensor(name) for name in ("x", "y", "lost", "unread"))
    state = tensor("state", variable=True)
    fed = tensor("fed")
    weights = constant("weights", 1, 2, 3, 4)
    hand_made = model(
        graph([x, unread], [y], [add(x, weights, lost), add(fed, state, y)], unused=[tensor("dead"), tensor("none", 0)])
    )
    liveness = lifetimes(hand_made)
    entries = {entry.tensor.name: entry for entry in liveness.lifetimes}
    assert (entries["unread"].first, entries["unread"].last) == (0, 0)
    assert (entries["lost"].first, entries["lost"].last) == (1, 1)
    assert (entries["fed"].first, entries["fed"].last) == (-1, 2)
    assert entries["dead"].dead
    assert {name for name, entry in entries.items() if not entry.planned} == {"weights", "state", "none"}
    assert liveness.peak == 48
    assert liveness.working_bytes() == [48, 48, 32]


def test_operators_filed_before_what_they_read():
    x, a, b, y = (tensor(name) for name in "xaby")
    hand_made = model(graph([x], [y], [add(b, b, y), add(x, x, a), add(a, a, b)]))
    liveness = lifetimes(hand_made)
    assert alive(hand_made) == {"b": (3, 3), "y": (1, 3), "x": (0, 2), "a": (2, 3)}
    assert liveness.early == ((b, 1),)
    assert liveness.peak == peak_memory(hand_made) == 48
    assert not lifetimes(hand_made, {0: (1, 2, 0)}).early


def test_graphs_of_control_flow_open_scopes_inside_their_operator():
    names = alive(conditional())
    assert names == {
        "condition": (0, 8),
        "x": (0, 9),
        "a": (1, 8),
        "b": (2, 9),
        "y": (9, 9),
        "then0": (3, 4),
        "then1": (4, 4),
        "else0": (5, 6),
        "else1": (6, 7),
        "else2": (7, 8),
        "else3": (8, 8),
    }
    assert lifetimes(conditional()).operators[0] == (Span(1, 1), Span(2, 8), Span(9, 9))
    assert alive(loop())["kept"] == (2, 2)


def test_a_graph_that_nothing_runs_has_no_scopes():
    hand_made = model(*chain([4, 4]).graphs, *chain([4, 4]).graphs)
    liveness = lifetimes(hand_made)
    assert liveness.operators[1] == (NEVER,)
    assert [entry.dead for entry in liveness.lifetimes] == [False, False, True, True]
    assert liveness.peak == 32


def test_a_graph_that_runs_itself_is_refused():
    condition, x, y = scalar("condition"), tensor("x"), tensor("y")
    choose = Operator("IF", (condition, x), (y,), graphs=(0, 0))
    with pytest.raises(ModelError, match="runs itself"):
        lifetimes(model(graph([condition, x], [y], [choose])))


def test_a_resource_handle_counts_but_is_not_planned():
    handle, value = tensor("handle", 1, ElementType.RESOURCE), tensor("value")
    operators = [Operator("VAR_HANDLE", (), (handle,)), Operator("READ_VARIABLE", (handle,), (value,))]
    liveness = lifetimes(model(graph([], [value], operators)))
    assert [entry.planned for entry in liveness.lifetimes] == [False, True]
    assert liveness.peak == 32


@given(random_models())
def test_the_peak_is_the_largest_working_set(case):
    hand_made, _ = case
    liveness = lifetimes(hand_made)
    sets = working_sets(hand_made)
    start = sum(entry.size for entry in liveness.planned if entry.first == 0)
    assert liveness.peak == peak_memory(hand_made) == max([start, *(each.size for each in sets)])
    for each in sets:
        assert each.size == sum(align(member.bytes) for member in each.tensors)
        assert {t for t in (*each.operator.inputs, *each.operator.outputs) if t.bytes} <= set(each.tensors)


@given(random_models())
def test_an_order_gives_what_a_file_in_that_order_gives(case):
    hand_made, order = case
    main = hand_made.main
    refiled = model(graph(main.inputs, main.outputs, [main.operators[index] for index in order]))
    ordered, filed = lifetimes(hand_made, {0: order}), lifetimes(refiled)
    for entry in filed.lifetimes:
        assert (ordered.of[entry.tensor].first, ordered.of[entry.tensor].last) == (entry.first, entry.last)
    assert ordered.peak == filed.peak


def test_peaks_of_the_zoo():
    assert peak_memory(zoo.build("paper")) == 5216
    assert peak_memory(zoo.build("mobilenet-v1")) == 55_296


def test_peaks_of_real_models(shared):
    with (shared / "models" / "index.csv").open() as file:
        expected = {row["file"]: int(row["peak_in_file_order"]) for row in csv.DictReader(file)}
    peaks = {name: peak_memory(read_model(shared / "models" / name)) for name in expected}
    assert peaks == expected


def nested(depth, *, twice=False):
    """A graph that runs a graph that runs a graph: each with one IF, of which both branches may be the same graph."""
    graphs = []
    for number in range(depth):
        x, y, condition = tensor("x"), tensor("y"), scalar("condition")
        called = (number + 1, number + 1) if twice else (number + 1,)
        inner = Operator("IF", (condition, x), (y,), graphs=called) if number < depth - 1 else add(x, x, y)
        graphs.append(graph([condition, x], [y], [inner], name=f"graph {number}"))
    return model(*graphs)


def test_graphs_that_run_inside_each_other_too_deeply_are_refused():
    assert lifetimes(nested(MOST_NESTED)).peak > 0
    with pytest.raises(ModelError, match="more than 64 graphs run inside each other"):
        lifetimes(nested(MOST_NESTED + 1))


def test_graphs_that_run_again_and_again_are_refused():
    assert lifetimes(nested(12, twice=True)).peak > 0
    with pytest.raises(ModelError, match="more than 10,000 operators"):
        lifetimes(nested(40, twice=True))
    with pytest.raises(ModelError, match="more than 10,000 operators"):
        peak_memory(nested(40, twice=True))


def test_lifetimes_in_the_order_of_the_file_are_walked_once():
    hand_made = chain((4, 4, 4))
    assert lifetimes(hand_made) is lifetimes(hand_made)
    assert lifetimes(hand_made) is not lifetimes(hand_made, {0: (0, 1)})
