import pytest
from hand_made import add, branch, graph, model, scalar, tensor
from report_samples import branching, empty, odd, planned, reversed_order

from arenite import zoo
from arenite.model import Operator
from arenite.operators.peak import peak_memory
from arenite.search.inspection import inspect


@pytest.fixture(scope="module")
def paper():
    return inspect(zoo.build("paper"))


def test_the_papers_example(paper):
    assert (paper.peak_bytes, paper.peak_operator, paper.head_bytes) == (5216, 2, 5216)
    assert [paper.tensors[i].name for i in paper.peak_tensors] == ["tensor1", "tensor2", "tensor3"]
    assert paper.lower_bound_bytes == 4960
    assert paper.macs == sum(operator.macs for operator in paper.main.operators) == 656_384
    assert paper.notes == ()


@pytest.mark.parametrize("family", ["paper", "mobilenet-v1", "densenet", "darts"])
def test_a_working_set_is_what_is_alive(family):
    model = zoo.build(family)
    inspection = inspect(model)
    sizes = {tensor.index: -(-tensor.bytes // 16) * 16 for tensor in inspection.tensors}
    for operator in inspection.main.operators:
        alive = [t.index for t in inspection.tensors if t.first is not None and t.first <= operator.scope <= t.last]
        assert list(operator.alive) == alive
        assert operator.working_set_bytes == sum(sizes[i] for i in alive)
        read = set(operator.inputs) & set(alive)
        assert operator.input_bytes == sum(sizes[i] for i in read)
        assert operator.output_bytes == sum(sizes[i] for i in operator.outputs)
    assert inspection.peak_bytes == max(operator.working_set_bytes for operator in inspection.main.operators)
    assert inspection.peak_bytes == peak_memory(model)
    assert inspection.lower_bound_bytes <= inspection.peak_bytes <= inspection.head_bytes
    ends = [tensor.address + sizes[tensor.index] for tensor in inspection.tensors if tensor.address is not None]
    assert max(ends) == inspection.head_bytes  # the zoo's models need no scratch with reference kernels
    pinning = inspection.main.operators[inspection.peak_operator]
    assert pinning.working_set_bytes == inspection.peak_bytes
    assert all(o.working_set_bytes < inspection.peak_bytes for o in inspection.main.operators[: pinning.index])


def test_mobilenet_has_the_published_figures():
    inspection = inspect(zoo.build("mobilenet-v1"))
    assert (inspection.peak_bytes, inspection.lower_bound_bytes, inspection.macs) == (55_296, 55_296, 7_157_888)


def test_oddities():
    inspection = inspect(odd())
    tensors = {tensor.name: tensor for tensor in inspection.tensors}
    assert inspection.main.operators[0].inputs == (0, 3, None)
    assert inspection.weights_bytes == 40
    assert (tensors["state"].first, tensors["state"].variable, tensors["w1"].last) == (None, True, None)
    assert (tensors["dead"].first, tensors["dead"].last) == (-1, -1)
    assert (inspection.peak_bytes, inspection.peak_operator) == (16 + 64, None)
    assert [inspection.tensors[i].name for i in inspection.peak_tensors] == ["x", "unread"]
    assert any("112 bytes" in note for note in inspection.notes)
    assert any("Custom operators" in note for note in inspection.notes)


def test_control_flow_counts_the_graphs_that_it_runs():
    inspection = inspect(branching())
    (operator,) = inspection.main.operators
    assert operator.macs == inspection.macs == 12
    assert operator.bystander_bytes == 32
    assert operator.working_set_bytes == inspection.peak_bytes == 5 * 16
    assert inspection.lower_bound_bytes == 5 * 16
    assert [tensor.index for tensor in inspection.tensors] == list(range(7))
    assert [graph.name for graph in inspection.graphs] == ["main", "then", "else"]
    assert inspection.graphs[1].operators[0].outputs == (5,)


def test_the_lower_bound_holds_for_every_order_of_the_graphs_that_are_called():
    x, y, left, right = (tensor(name) for name in ("x", "y", "left", "right"))
    wide = [tensor(name, 100) for name in ("a", "b")]
    operators = [add(x, x, wide[0]), add(x, x, wide[1])]
    operators += [add(wide[0], wide[0], left), add(wide[1], wide[1], right), add(left, right, y)]

    def calling(order):
        condition, given, result = scalar("condition"), tensor("given"), tensor("result")
        choose = Operator("IF", (condition, given), (result,), graphs=(1, 2))
        called = graph([x], [y], [operators[place] for place in order], name="called")
        return model(graph([condition, given], [result], [choose]), called, branch(4, 1, name="other"))

    filed, best = calling(range(5)), calling([0, 2, 1, 3, 4])
    assert peak_memory(best) < peak_memory(filed)
    assert inspect(filed).lower_bound_bytes == inspect(best).lower_bound_bytes == peak_memory(best)


def test_no_operators():
    inspection = inspect(empty())
    assert (inspection.peak_bytes, inspection.peak_operator, inspection.macs) == (16, None, 0)


def test_notes_tell_what_is_unusual_about_a_file():
    assert any("out of order" in note for note in inspect(reversed_order()).notes)
    assert any("offline memory plan" in note for note in inspect(planned()).notes)


def test_real_models(shared):
    from arenite.tflite.read import read_model

    inspection = inspect(read_model(shared / "models" / "tflite-micro__person_detect.tflite"))
    assert (inspection.peak_bytes, inspection.head_bytes, inspection.peak_operator) == (55_296, 55_296, 2)
