"""The walk backwards, in Python and in C, gives the peak of the lifetimes, or leaves the graph to them."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from hand_made import add, chain, conditional, constant, graph, loop, model, tensor
from hypothesis import example, given
from hypothesis import strategies as st
from oracles.peak import peak_before

from arenite import zoo
from arenite.errors import ModelError
from arenite.model import ElementType, Model, Operator, Outside, Tensor
from arenite.operators.liveness import MOST_SCOPES, lifetimes
from arenite.operators.peak import peak_memory, straight_peak
from arenite.solve.core.choice import cores
from arenite.tflite.read import read_model

needs_both = pytest.mark.skipif(len(cores()) < 2, reason="the compiled core is not installed")


def walks():
    """The walk in Python and, where it is installed, in C."""
    if len(cores()) < 2:
        return (straight_peak,)
    from arenite.operators import _straight

    return straight_peak, _straight.straight_peak


def walked(each):
    """What all walks find in the main graph; bytes are those of the lifetimes."""
    found = {walk(each.main) for walk in walks()}
    assert len(found) == 1
    (peak,) = found
    assert peak in (None, lifetimes(each).peak)
    assert peak_memory(each) == peak_before(each) == lifetimes(each).peak
    return peak


@st.composite
def any_models(draw):
    """Operators that read and write any tensors in any order, also twice, too early, or never."""
    kinds = st.tuples(st.integers(0, 9), st.sampled_from(["computed", "computed", "computed", "constant", "variable"]))
    tensors = []
    for number, (elements, kind) in enumerate(draw(st.lists(kinds, min_size=1, max_size=10))):
        fresh = tensor(f"t{number}", elements, variable=kind == "variable")
        tensors.append(constant(f"c{number}", 1.0) if kind == "constant" else fresh)
    some = st.lists(st.sampled_from(tensors), max_size=3)
    reads = st.lists(st.sampled_from([*tensors, None]), max_size=3)
    operators = [Operator("ADD", tuple(draw(reads)), tuple(draw(some))) for _ in range(draw(st.integers(0, 8)))]
    return model(graph(draw(some), draw(some), operators, unused=tensors))


@st.composite
def straight_models(draw):
    """Operators that read earlier tensors, each of which has one producer; some of those are never read."""
    tensors = [tensor("x", draw(st.integers(0, 9))), constant("c", 1.0), tensor("s", 5, variable=True)]
    operators = []
    for number in range(draw(st.integers(0, 9))):
        reads = [draw(st.sampled_from([*tensors, None])) for _ in range(draw(st.integers(0, 3)))]
        made = [tensor(f"t{number}.{place}", draw(st.integers(0, 9))) for place in range(draw(st.integers(1, 2)))]
        operators.append(Operator("ADD", tuple(reads), tuple(made)))
        tensors.extend(made)
    outputs = draw(st.lists(st.sampled_from([tensors[0], *tensors[3:]]), max_size=3, unique=True))
    return model(graph(tensors[:1], outputs, operators, unused=tensors))


@st.composite
def partly_outside(draw):
    """A straight graph whose inputs and outputs, and some tensors between them, are outside of the arena."""
    source = draw(straight_models())
    tensors = [each for each in source.main.tensors if each.data is None]
    chosen = draw(st.sets(st.sampled_from(tensors))) if tensors else set()
    places = st.sampled_from(tuple(Outside))
    new = {each: replace(each, outside=draw(places)) for each in tensors if each in chosen}
    main = source.main
    return model(
        replace(
            main,
            tensors=tuple(new.get(each, each) for each in main.tensors),
            inputs=tuple(new.get(each, each) for each in main.inputs),
            outputs=tuple(new.get(each, each) for each in main.outputs),
            operators=tuple(operator.using(new) for operator in main.operators),
        )
    )


@given(partly_outside())
def test_what_is_outside_of_the_arena_counts_nothing(each):
    (peak,) = {walk(each.main) for walk in walks()}
    assert peak == peak_memory(each) == lifetimes(each).peak
    inside = {t: replace(t, shape=(0,), outside=None) if t.outside else t for t in each.main.tensors}
    main = replace(
        each.main,
        tensors=tuple(inside.values()),
        inputs=tuple(map(inside.get, each.main.inputs)),
        outputs=tuple(map(inside.get, each.main.outputs)),
        operators=tuple(operator.using(inside) for operator in each.main.operators),
    )
    assert peak == walked(model(main))


@given(any_models())
def test_random_graphs_of_any_kind(each):
    walked(each)


@given(straight_models())
@example(model(graph([], [], [])))
def test_straight_graphs_are_walked(each):
    assert walked(each) is not None


@pytest.mark.parametrize("name", zoo.MODELS)
def test_the_zoo(name):
    assert walked(zoo.build(name)) is not None


def test_real_models(shared):
    paths = sorted((shared / "models").glob("*.tflite"))
    peaks = [walked(read_model(path)) for path in paths]
    assert sum(peak is not None for peak in peaks) > 0.8 * len(peaks) > 10


def test_control_flow_is_left_to_the_lifetimes():
    assert walked(conditional()) is None
    assert walked(loop()) is None


def test_graphs_that_nothing_runs_do_not_count():
    assert walked(model(*chain([4, 4]).graphs, *chain([400, 400]).graphs)) == 32


def test_what_has_other_lifetimes_is_left_to_them():
    x, a, y = (tensor(name) for name in "xay")
    early = graph([x], [y], [add(a, x, y), add(x, x, a)])
    twice = graph([x], [y], [add(x, x, a), add(a, x, y), add(x, x, a)])
    unmade = graph([x], [y, a], [add(x, x, y)])
    fed = graph([x, a], [y], [add(x, x, a), add(a, x, y)])
    assert [walked(model(each)) for each in (early, twice, unmade, fed)] == [None] * 4


def test_a_tensor_that_nothing_makes_is_alive_from_the_start():
    x, fed, y = (tensor(name) for name in ("x", "fed", "y"))
    assert walked(model(graph([x], [y], [add(x, x, y), add(fed, fed, tensor("z"))]))) == 48


def test_sizes_beyond_what_c_counts_are_left_to_python():
    x, y = Tensor("x", (1 << 40, 1 << 40), ElementType.INT8), tensor("y")
    each = model(graph([x], [y], [add(x, x, y)]))
    assert straight_peak(each.main) == lifetimes(each).peak == peak_memory(each) == (1 << 80) + 16
    assert [walk(each.main) for walk in walks()[1:]] in ([], [None])


@needs_both
def test_c_refuses_what_is_no_model():
    _, in_c = walks()
    x, y = tensor("x"), tensor("y")
    with pytest.raises(AttributeError):
        in_c(None)
    straight = graph([x], [y], [add(x, x, y)])
    with pytest.raises(TypeError, match="Operator"):
        in_c(replace(straight, operators=(x,)))
    with pytest.raises(TypeError, match="Tensor"):
        in_c(replace(straight, operators=(replace(straight.operators[0], outputs=("y",)),)))
    for kind, name in (
        (Tensor, "data"),
        (Tensor, "shape"),
        (Tensor, "variable"),
        (Tensor, "outside"),
        (Tensor, "type"),
    ):
        empty = replace(tensor("z"))
        getattr(kind, name).__delete__(empty)
        with pytest.raises(AttributeError, match=name):
            in_c(graph([x], [y], [add(x, empty, y)]))
    for name in ("graphs", "inputs", "outputs"):
        empty = add(x, x, y)
        getattr(Operator, name).__delete__(empty)
        with pytest.raises(AttributeError, match=name):
            in_c(graph([x], [y], [empty]))


@needs_both
def test_c_leaves_lists_and_element_types_that_it_does_not_know_to_python():
    _, in_c = walks()
    x, y = tensor("x"), tensor("y")
    strange = Tensor("z", (3,), SimpleNamespace(bytes=7))
    assert straight_peak(graph([x], [strange], [add(x, x, strange)])) == 48
    assert in_c(graph([x], [strange], [add(x, x, strange)])) is None
    listed = replace(add(x, x, y), inputs=[x, x])
    assert straight_peak(graph([x], [y], [listed])) == 32
    assert in_c(graph([x], [y], [listed])) is None


def test_more_operators_than_can_be_planned_are_refused():
    x = tensor("x")
    operators = [add(x, x, tensor(str(number))) for number in range(MOST_SCOPES + 1)]
    with pytest.raises(ModelError, match="operators run"):
        peak_memory(model(graph([x], [x], operators)))


def test_many_tensors_grow_the_table():
    tensors = [tensor(str(number), 8) for number in range(3000)]
    each: Model = model(graph(tensors, [], [Operator("PACK", tuple(tensors), (tensor("y", 1),))]))
    assert walked(each) == 3000 * 32 + 16
