"""PAD taken into convolutions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from arenite.backends.generated_c.folding import folded, unfolded
from arenite.model import ElementType, Graph, MemoryPlan, Model, Operator
from arenite.runtimes.inputs import random_inputs

from .harness import run_c, sources
from .operators_at_random import Maker, conv, depthwise
from .programs_at_random import program
from .test_codegen_operators import close, expected

VALID = 1


def padded(kind, build, seed, margins=None):
    """A PAD in front of a convolution with VALID padding."""
    m = Maker([seed, 99], kind)
    while True:
        model = build(m)
        (operator,) = model.main.operators
        image = operator.inputs[0]
        margins = margins or [(0, 0), (m.integer(0, 2), m.integer(0, 2)), (m.integer(0, 2), m.integer(0, 2)), (0, 0)]
        shape = [length - a - b for length, (a, b) in zip(image.shape, margins, strict=True)]
        if operator.options["padding"] == VALID and min(shape) > 0:
            break
    source = m.like(image, *shape)
    pad = Operator("PAD", (source, m.constant(np.array(margins), ElementType.INT32)), (image,))
    tensors = (source, pad.inputs[1], *model.main.tensors)
    return Model("padded", (Graph("main", tensors, (source,), model.main.outputs, (pad, operator)),))


@pytest.mark.parametrize("kind", [ElementType.INT8, ElementType.FLOAT32], ids=lambda kind: kind.name)
def test_the_padded_tensor_is_gone_and_the_result_the_same(kind, tmp_path):
    models = [padded(kind, build, seed) for build in (conv, depthwise) for seed in range(12)]
    rounds = [random_inputs(model, 1, 5) for model in models]
    for model in models:
        assert "arenite_fill.c" not in sources(model, "m")
    references = expected(models, rounds)
    assert all(references)
    for ours, others in zip(run_c(models, rounds, tmp_path), references, strict=True):
        for theirs in others.values():
            close(ours[1][0], theirs[1][0])


def test_what_cannot_be_folded_is_left():
    model = padded(ElementType.INT8, conv, 0)
    without = folded(model)
    assert folded(without) is without
    pad, operator = model.main.operators
    graph = model.main

    def kept(**changes):
        changed = replace(model, graphs=(replace(graph, **changes),))
        assert folded(changed) is changed

    kept(outputs=(*graph.outputs, pad.outputs[0]))
    kept(operators=(pad, replace(operator, options={**operator.options, "padding": 0})))
    other = replace(pad.inputs[0], quantization=replace(pad.inputs[0].quantization, zero_point=(3,)))
    if other.quantization.zero_point != pad.outputs[0].quantization.zero_point:
        kept(operators=(replace(pad, inputs=(other, pad.inputs[1])), operator))
    channels = padded(ElementType.INT8, depthwise, 3, [(0, 0), (0, 0), (0, 0), (0, 0)])
    assert len(folded(channels).main.operators) == 1


def test_every_graph_is_folded_and_every_operator_comes_back():
    """Also operators without outputs, of which there may be several, and graphs in another order."""
    model = next(each for each in map(program, range(99)) if _pads(each.graphs[1:]) and _assigns(each.main) > 1)
    without = folded(model)
    assert _pads(without.graphs) == 0 < _pads(model.graphs)
    assert folded(without) is without
    back = unfolded(model, without)
    assert [graph.operators for graph in back.graphs] == [graph.operators for graph in model.graphs]
    backwards = [replace(graph, operators=graph.operators[::-1]) for graph in without.graphs]
    ordered = unfolded(model, replace(without, graphs=tuple(backwards)))
    for graph, source in zip(ordered.graphs, model.graphs, strict=True):
        assert set(graph.operators) == set(source.operators)
        assert _without_pads(graph) == _without_pads(source)[::-1]


def _pads(graphs):
    return sum(operator.code == "PAD" for graph in graphs for operator in graph.operators)


def _assigns(graph):
    return sum(operator.code == "ASSIGN_VARIABLE" for operator in graph.operators)


def _without_pads(graph):
    return [operator for operator in graph.operators if operator.code != "PAD"]


def test_the_same_graphs_are_folded_once_whatever_their_plan():
    model = padded(ElementType.INT8, conv, 0)
    planned = model.with_plan(MemoryPlan((tuple(None for _ in model.main.tensors),)))
    assert folded(planned).main is folded(model).main
    assert len(folded(planned).plan.offsets[0]) == len(folded(model).main.tensors)
