"""Only what an inference runs counts: graphs that nothing runs enter no bound and need no place of their own."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hand_made import add, chain, conditional, graph, loop, model, tensor

from arenite import inspect
from arenite.backends.generated_c.folding import folded
from arenite.backends.sets import NO_OVERLAP, PORTABLE
from arenite.backends.target import find_target
from arenite.backends.tflm.head import head_plan, layout_problem, memory_plan, planned_head
from arenite.checkers.validity import is_right
from arenite.formulate.order import order_is_free, runs_as_filed
from arenite.model import Operator
from arenite.operators.liveness import executed_graphs
from arenite.runtimes import process
from arenite.search.optimization import Options, optimize, preview
from arenite.search.reordering import reorder
from arenite.solve.place.disjoint import solve as solve_layout
from arenite.tflite.read import read_model

QUICK = Options(rounds=1)
IDLE = 48
"""Bytes of each tensor of the graph that nothing runs; the largest tensors of `two_signatures`."""


def two_signatures(links=3):
    """x (16 bytes) -> y, and a graph of 48-byte tensors that TFLM plans as if all of them were alive together."""
    return model(*chain([4] * 3).graphs, *chain([12] * links, name="other").graphs, name="two signatures")


def composite():
    """An operator that names its decomposition, which TFLM has no kernel to run."""
    x, y = tensor("x"), tensor("y")
    whole = Operator("STABLEHLO_COMPOSITE", (x,), (y,), {"name": "odml.whole"}, graphs=(1,))
    return model(graph([x], [y], [whole]), *chain([7] * 4).graphs, name="composite")


def backwards(source, position):
    """The model with the operators of one graph filed the other way round."""
    graphs = list(source.graphs)
    graphs[position] = replace(graphs[position], operators=graphs[position].operators[::-1])
    return replace(source, graphs=tuple(graphs))


def calling(*calls):
    """A model whose graph i has one IF for each pair in `calls[i]`."""
    return model(
        *(
            graph([], [], [Operator("IF", (), (tensor("t"),), graphs=pair) for pair in pairs], name=str(position))
            for position, pairs in enumerate(calls)
        )
    )


@pytest.mark.parametrize(
    ("source", "positions"),
    [
        (chain([4, 4]), (0,)),
        (conditional(), (1, 2, 0)),
        (loop(), (1, 2, 0)),
        (two_signatures(), (0,)),
        (composite(), (0,)),
        (calling([(2, 3)], [(2, 3)], [], [(4, 2)], []), (2, 4, 3, 0)),
        (calling([(1, 1)], [(0, 1)]), (1, 0)),
    ],
)
def test_the_graphs_that_an_inference_runs_callees_first(source, positions):
    assert executed_graphs(source) == positions


def test_thousands_of_graphs_that_call_one_another_are_no_recursion():
    deep = calling(*([(position + 1, position + 1)] for position in range(5000)), [])
    assert executed_graphs(deep) == tuple(range(5000, -1, -1))


@pytest.mark.parametrize("options", [QUICK, replace(QUICK, overlap=False), replace(QUICK, reorder=False)])
@pytest.mark.parametrize("target", ["tflm", "tflm-reference", "tflm-cmsis-nn/cortex-m4"])
def test_a_further_signature_needs_the_room_of_its_largest_tensor(options, target):
    """`optimize` fails where TFLM records another head than the planned one."""
    source = two_signatures()
    assert planned_head(source) == 3 * IDLE
    plan = optimize(source, replace(options, target=target))
    assert plan.after.head == plan.lower_bound == planned_head(plan.model) == IDLE
    assert is_right(plan.model, NO_OVERLAP) or options.overlap
    if not process.absent("tflm"):
        assert plan.verified["tflm"] == "identical"


def test_a_dead_tensor_lies_on_top_of_all_others():
    x, y, z = tensor("x"), tensor("y"), tensor("z")
    dead = [tensor("dead", 8), tensor("dead too", 12)]
    source = model(graph([x], [z], [add(x, x, y), add(y, y, z)], unused=dead))
    problem, tensors = layout_problem(source)
    lowest = solve_layout(problem)
    assert lowest.height == lowest.lower_bound == 48
    on_top = memory_plan(source, {**dict.fromkeys(dead, 0), x: 0, y: 16, z: 0})
    assert head_plan(source, on_top).height == 48
    assert is_right(source.with_plan(on_top), NO_OVERLAP)
    assert [each.name for each in tensors[-2:]] == ["dead", "dead too"]


def test_the_decomposition_of_a_composite_operator_is_not_charged():
    source = composite()
    found = reorder(source, PORTABLE)
    assert found.lower_bound == 32
    assert [proof.graph for proof in found.proofs] == ["main"]
    assert planned_head(source) == 4 * 32
    assert planned_head(preview(source, QUICK)) == 32


def test_orders_of_graphs_that_nothing_runs_are_left_alone():
    source = backwards(two_signatures(), 1)
    assert runs_as_filed(source)
    assert not runs_as_filed(backwards(two_signatures(), 0))
    assert not runs_as_filed(backwards(conditional(), 2))
    plan = preview(source, QUICK)
    assert planned_head(plan) == IDLE
    assert [each.outputs[0].name for each in plan.graphs[1].operators] == ["x2", "x1"]


def test_a_graph_that_only_idle_graphs_share_does_not_fix_the_order():
    assert order_is_free(calling([(1, 2)], [], [], [(1, 2)]), 0)
    assert not order_is_free(calling([(1, 2), (1, 3)], [], [], []), 0)


def test_generated_c_has_no_room_for_what_nothing_runs():
    source = two_signatures()
    assert find_target("c").planned_head(source) == 32
    plan = optimize(source, replace(QUICK, target="c"))
    assert plan.after.head == plan.lower_bound == 16
    inner = folded(source)
    assert folded(inner) is inner
    assert [len(each.tensors) for each in inner.graphs] == [3, 0]
    called = conditional()
    assert folded(called) is called


def test_inspect_says_what_is_never_run():
    source = two_signatures()
    notes = inspect(source).notes
    assert any("never runs graph 1" in note for note in notes)
    assert any(f"take {3 * IDLE} bytes" in note for note in notes)
    planned = preview(source, QUICK)
    assert planned.plan is not None
    assert not any("no operator uses" in note for note in inspect(planned).notes)


@pytest.mark.parametrize(("name", "head"), [("group_norm_composite", 80), ("unreached_graph", 640)])
def test_shared_cases(shared, name, head):
    plan = optimize(read_model(shared / "cases" / f"{name}.tflite"), QUICK)
    assert plan.lower_bound <= plan.after.head <= head
    assert plan.verified["litert"].partition(":")[0] in ("identical", "unavailable")
    assert plan.verified["tflm"] != "different"
