"""The head that stock TFLM plans, against what it recorded: here if it is installed, and in the shared tables."""

from __future__ import annotations

import csv
import random

import pytest
from hand_made import add, chain, conditional, graph, loop, model, tensor

from arenite import zoo
from arenite.backends.reference.scratch import reference_scratch, scratch_is_known
from arenite.backends.tflm.greedy import greedy_plan
from arenite.backends.tflm.head import (
    head_plan,
    inputs_on_top,
    layout_problem,
    memory_plan,
    plan_obstacle,
    planned_head,
)
from arenite.model import MemoryPlan, Operator
from arenite.problems.placement import Buffer
from arenite.runtimes import process
from arenite.runtimes.run import Job, Run
from arenite.tflite.read import read_model
from arenite.tflite.write import write_bytes

needs_tflm = pytest.mark.skipif(bool(process.absent("tflm")), reason="tflite-micro is not installed")


def recorded_heads(models):
    jobs = [Job(write_bytes(each), (), len(each.main.outputs), 2 * planned_head(each) + (32 << 20)) for each in models]
    results = process.run("tflm", jobs)
    assert all(isinstance(result, Run) for result in results), results
    return [result.memory.head for result in results]


def any_plan(each, seed):
    """The model with a plan that fixes about half of its tensors anywhere, overlaps included."""
    chance = random.Random(seed)
    offsets = tuple(
        tuple(chance.randrange(64) * 16 if chance.random() < 0.5 else None for _ in graph.tensors)
        for graph in each.graphs
    )
    return each.with_plan(MemoryPlan(offsets))


@needs_tflm
def test_the_planned_head_is_what_tflm_records():
    small = [
        chain([8] * 5),
        conditional(100),
        loop(50),
        zoo.build("paper"),
        zoo.build("random-wired", nodes=8, resolution=16),
    ]
    small.append(model(*chain([8, 8]).graphs, *chain([40, 40, 40]).graphs, name="with an idle graph"))
    x, y = tensor("x"), tensor("y")
    small.append(model(graph([x], [y], [add(x, x, y)], unused=[tensor("dead", 9), tensor("dead too", 5)])))
    small.append(model(graph([x], [y], [add(x, tensor("state", variable=True), y)])))
    planned = [any_plan(each, seed) for seed in range(4) for each in small]
    assert recorded_heads([*small, *planned]) == [planned_head(each) for each in (*small, *planned)]


def test_heads_that_stock_tflm_recorded_for_real_models(shared):
    with (shared / "models" / "index.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["stock_tflm_head_x86_64"]]
    expected = {row["file"]: int(row["stock_tflm_head_x86_64"]) for row in rows}
    with (shared / "oracle" / "tflm_m4_arena.csv").open() as file:
        on_m4 = {row["model"]: int(row["head"]) for row in csv.DictReader(file) if row["kernels"] == "reference"}
    heads = {name: planned_head(read_model(shared / "models" / name)) for name in expected | on_m4}
    assert {name: heads[name] for name in expected} == expected
    assert {name: heads[name] for name in on_m4} == on_m4


def test_whose_scratch_is_known():
    rfft = Operator("CUSTOM", (tensor("window", 480),), (tensor("spectrum", 514),), custom_code="SignalRfft")
    assert reference_scratch(rfft) == (2048,)
    assert scratch_is_known(rfft)
    assert scratch_is_known(add(tensor("x"), tensor("x"), tensor("y")))
    assert not scratch_is_known(Operator("CUSTOM", (), (), custom_code="Mystery"))


def buffers(*rows):
    return [Buffer(str(number), *row) for number, row in enumerate(rows)]


def test_greedy_without_buffers():
    assert greedy_plan([]).height == 0


def test_greedy_places_the_larger_first_and_of_equals_the_later():
    assert greedy_plan(buffers((16, 0, 1), (16, 0, 1), (32, 0, 1))).offsets == (48, 32, 0)


def test_greedy_takes_the_lowest_gap():
    plan = greedy_plan(buffers((64, 0, 0), (48, 0, 1), (32, 1, 2), (16, 2, 2)))
    assert plan.offsets == (0, 64, 0, 32)
    assert plan.height == 112


def test_greedy_takes_offsets_as_given_and_fits_the_rest_around_them():
    plan = greedy_plan(buffers((32, 0, 3), (16, 0, 3), (32, 0, 3), (16, 0, 3)), (16, -1, 16, -1))
    assert plan.offsets == (16, 48, 16, 0)
    assert plan.height == 64


def test_the_first_of_several_offline_buffers_keeps_an_offset_above_others():
    assert greedy_plan(buffers((16, 0, 0), (16, 0, 0), (16, 0, 0)), (32, 0, -1)).offsets == (32, 0, 16)


def test_an_existing_plan_is_what_counts():
    paper = zoo.build("paper")
    far = memory_plan(paper, {paper.main.inputs[0]: 1 << 20})
    assert planned_head(paper.with_plan(far)) == head_plan(paper, far).height == (1 << 20) + paper.main.inputs[0].bytes


def test_the_layout_problem_is_what_tflm_plans_and_reserves_scratch():
    wired = zoo.build("random-wired", nodes=8, resolution=16)
    problem, tensors = layout_problem(wired)
    assert len(head_plan(wired).offsets) == len(problem.buffers)
    requested = [size for operator in wired.main.operators for size in reference_scratch(operator)]
    assert requested
    assert len(problem.buffers) == len(tensors) + len(requested)


def test_what_nothing_runs_shares_the_room_of_everything_else():
    idle = chain([40, 40, 40])
    both = model(*chain([8, 8]).graphs, *idle.graphs)
    problem, _ = layout_problem(both)
    assert [(each.first, each.last) for each in problem.buffers] == [(0, 1), (1, 1), (2, 2), (3, 3), (4, 4)]
    x, y = tensor("x"), tensor("y")
    dead = model(graph([x], [y], [add(x, x, y)], unused=[tensor("dead"), tensor("dead too")]))
    assert [(each.first, each.last) for each in layout_problem(dead)[0].buffers[2:]] == [(2, 2), (3, 3)]


def test_inputs_kept_live_to_the_end():
    problem, _ = layout_problem(chain([4, 4, 4]), keep_inputs=True)
    assert [(each.first, each.last) for each in problem.buffers] == [(0, 2), (1, 2), (2, 2)]


def test_kept_inputs_go_to_the_top_where_scratch_does_not_reach_them():
    x, a, b = tensor("x"), tensor("a", 8), tensor("b", 12)
    hand_made = model(graph([x], [b], [add(x, x, a), add(a, a, b)], unused=[tensor("dead", 9)]))
    problem, tensors = layout_problem(hand_made, keep_inputs=True)
    assert [each.name for each in tensors] == ["x", "a", "b", "dead"]
    assert inputs_on_top(hand_made, problem, tensors, (48, 64, 0, 0)) == (80, 48, 0, 0)

    swift = zoo.build("swiftnet-cell", resolution=16)
    problem, tensors = layout_problem(swift, keep_inputs=True)
    offsets = greedy_plan(problem.buffers).offsets
    moved = inputs_on_top(swift, problem, tensors, offsets)
    lifted = head_plan(swift, memory_plan(swift, dict(zip(tensors, moved, strict=False))))
    (number,) = (place for place, each in enumerate(tensors) if each in swift.main.inputs)
    begin, end = lifted.offsets[number], lifted.offsets[number] + problem.buffers[number].size
    scratch = range(len(tensors), len(problem.buffers))
    assert all(lifted.offsets[s] + problem.buffers[s].size <= begin or end <= lifted.offsets[s] for s in scratch)
    assert lifted.height <= max(offset + each.size for offset, each in zip(offsets, problem.buffers, strict=True))


def test_variables_of_further_graphs_rule_out_a_plan():
    assert plan_obstacle(conditional()) is None
    x, y, state = tensor("x"), tensor("y"), tensor("state", variable=True)
    stateful = graph([x], [y], [add(x, state, y)])
    assert plan_obstacle(model(stateful)) is None
    assert "graph 1" in plan_obstacle(model(stateful, stateful))
