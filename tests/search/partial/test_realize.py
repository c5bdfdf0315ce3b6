"""Stretches in parts, one after the other, in a valid order of operators."""

from arenite.rewrite.strips import region_of, strip_plan
from arenite.search.partial.choose import Choice
from arenite.search.partial.realize import realize
from arenite.search.partial.ways import Segment
from arenite.zoo.builder import Builder


def test_stretches_that_slice_the_same_tensor_run_after_what_they_read():
    network = Builder("shared", 0)
    a = network.conv(network.input(8, 8, 4), 4, "a")
    b = network.conv(a, 4, "b", relu=False)
    model = network.model(network.add(a, b, "sum"))
    operators = model.main.operators
    segments = [
        Segment(number, number, strip_plan(region_of(model, operators[number : number + 1]), 2), 0) for number in (1, 2)
    ]
    result, _ = realize(model, Choice(tuple(segments)))
    made = {*result.main.inputs}
    for operator in result.main.operators:
        assert all(tensor in made for tensor in operator.inputs if tensor is not None and tensor.data is None)
        made.update(operator.outputs)
    assert sum(operator.code == "SLICE" for operator in result.main.operators) == 6
