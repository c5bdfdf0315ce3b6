"""The map of addresses over time, against what other code says of the same models."""

import pytest
from hand_made import add, chain, conditional, graph, loop, model, tensor
from report_samples import branching, empty, odd, planned

import arenite
from arenite import Options, zoo
from arenite.backends.target import TARGETS, find_target
from arenite.checkers.placement import check
from arenite.formulate.placement import overlap_problem
from arenite.model import MemoryPlan
from arenite.operators.macs import macs_of_model
from arenite.operators.peak import peak_memory
from arenite.problems.placement import Layout, PlacementProblem
from arenite.search.inspection import inspect
from arenite.search.memory_map import memory_map, origins_by_name
from arenite.search.optimization import optimize

SHORT = Options(effort="low", verify=False)
FAMILIES = {
    "paper": {},
    "mobilenet-v1": {"alpha": 0.25, "resolution": 96},
    "densenet": {},
    "darts": {},
    "swiftnet-cell": {"resolution": 48},
}


def built(family):
    return zoo.build(family, **FAMILIES[family])


def check_by_rules(each, found, kernels):
    """Let the checker of layouts judge the map's addresses by the overlap rules of a set of kernels."""
    problem, tensors = overlap_problem(each, kernels)
    names = [tensor.name for tensor in tensors]
    placed = [buffer for buffer in found.buffers if buffer.tensor is not None]
    assert [buffer.name for buffer in placed] == names
    relations = tuple(each for each in problem.relations if max(each.source, each.target) < len(tensors))
    offsets = tuple(buffer.address for buffer in found.buffers)
    assert [(b.size, b.first, b.last) for b in problem.buffers] == [(b.size, b.first, b.last) for b in found.buffers]
    check(PlacementProblem(problem.buffers, relations, problem.alignment), Layout(offsets, found.head_bytes, 0))


@pytest.mark.parametrize("family", FAMILIES)
def test_before_and_after_have_the_heads_of_the_plan_and_obey_the_rules(family):
    plan = optimize(built(family), SHORT)
    before, after = plan.maps
    assert (before.head_bytes, after.head_bytes) == (plan.before.head, plan.after.head)
    assert before.head_bytes == inspect(plan.source).head_bytes
    assert (max(before.working_set_bytes), max(after.working_set_bytes)) == (plan.before.peak, plan.after.peak)
    assert sum(step.macs for step in after.steps) == macs_of_model(plan.model)
    for each, found in ((plan.source, before), (plan.model, after)):
        check_by_rules(each, found, plan.target.charged)
        assert found.head_bytes == max(buffer.end for buffer in found.buffers)
    tensors = [buffer for buffer in after.buffers if buffer.tensor is not None]
    assert sum(after.buffers[share.buffer].tensor is not None for b in tensors for share in b.shares) == (
        2 * plan.shared_pairs
    )


@pytest.mark.parametrize("name", TARGETS)
def test_the_head_is_that_of_the_target(name):
    target = find_target(name)
    each = built("densenet")
    assert memory_map(each, target).head_bytes == target.planned_head(each)
    plan = optimize(each, Options(effort="low", verify=False, target=target))
    assert [found.head_bytes for found in plan.maps] == [plan.before.head, plan.after.head]


def test_without_overlap_no_two_living_buffers_share_bytes():
    plan = optimize(built("densenet"), Options(effort="low", verify=False, overlap=False))
    before, after = plan.maps
    assert [before.head_bytes, after.head_bytes] == [plan.before.head, plan.after.head]
    for found in (before, after):
        assert not any(buffer.shares for buffer in found.buffers)
        for one in found.buffers:
            for other in found.buffers:
                together = one is not other and one.first <= other.last and other.first <= one.last
                assert not together or one.end <= other.address or other.end <= one.address


def test_shared_bytes_are_those_that_both_buffers_have():
    plan = optimize(built("densenet"), SHORT)
    assert plan.shared_pairs
    buffers = plan.maps[1].buffers
    for number, buffer in enumerate(buffers):
        for share in buffer.shares:
            other = buffers[share.buffer]
            common = set(range(buffer.address, buffer.end)) & set(range(other.address, other.end))
            assert share.bytes == len(common)
            assert any(back.buffer == number and back.bytes == share.bytes for back in other.shares)


def test_strips_name_the_operator_of_which_they_compute_a_part():
    plan = optimize(built("mobilenet-v1"), Options(effort="low", verify=False, split=True, minimize="head"))
    steps = plan.maps[1].steps
    strips_of = {operator: each.number for each in plan.strips for operator in each.operators}
    assert strips_of
    for operator, number in strips_of.items():
        parts = [step for step in steps if step.part and step.part.operator == operator]
        assert [step.part.number for step in parts] == list(range(number))
        assert {step.part.count for step in parts} == {number}
        assert {step.name for step in parts} == {plan.source.main.operators[operator].label}
    assert [step.part for step in memory_map(plan.model, origins=origins_by_name(plan.source, plan.model)).steps] == [
        step.part for step in steps
    ]
    whole = [step for step in steps if step.source is not None and step.source not in strips_of]
    assert whole
    assert all(step.part is None for step in whole)


def test_a_tensor_names_its_producer_and_consumers():
    found = memory_map(chain([4, 4, 4]))
    assert [(b.name, b.kind, b.producer, b.consumers) for b in found.buffers] == [
        ("x0", "input", None, (0,)),
        ("x1", "activation", 0, (1,)),
        ("x2", "output", 1, ()),
    ]
    assert [(b.first, b.last, b.shape, b.type, b.bytes) for b in found.buffers] == [
        (0, 1, (4,), "float32", 16),
        (1, 2, (4,), "float32", 16),
        (2, 2, (4,), "float32", 16),
    ]
    assert found.working_set_bytes == (16, 32, 32)


def test_the_peak_is_pinned_by_what_is_alive_where_the_head_is_reached():
    found = memory_map(built("mobilenet-v1"))
    pins = [found.buffers[number] for number in found.pins]
    assert max(buffer.end for buffer in pins) == found.head_bytes == found.end_bytes[found.peak_scope]
    assert all(buffer.first <= found.peak_scope <= buffer.last for buffer in pins)
    alive = [sum(each) for each in zip(found.working_set_bytes, found.scratch_bytes, strict=True)]
    reached = [scope for scope, end in enumerate(found.end_bytes) if end == found.head_bytes]
    assert alive[found.peak_scope] == max(alive[scope] for scope in reached)
    assert sum(buffer.size for buffer in pins) == (
        found.working_set_bytes[found.peak_scope] + found.scratch_bytes[found.peak_scope]
    )


def test_scratch_belongs_to_the_operator_that_requests_it():
    each = built("mobilenet-v1")
    target = find_target("tflm-cmsis-nn/cortex-m55")
    found = memory_map(each, target)
    scratch = [buffer for buffer in found.buffers if buffer.kind == "scratch"]
    assert scratch
    for number, step in enumerate(found.steps):
        requested = target.scratch(each.main.operators[step.index])
        assert [buffer.bytes for buffer in scratch if buffer.producer == number] == [
            -(-size // 16) * 16 for size in requested
        ]
        assert step.scratch_bytes == found.scratch_bytes[step.first]


@pytest.mark.parametrize("make", [odd, branching, empty, planned, conditional, loop])
def test_unusual_models(make):
    each = make()
    found = memory_map(each)
    assert found.head_bytes == inspect(each).head_bytes
    assert max(found.working_set_bytes) == peak_memory(each)
    assert found.scopes == len(found.scratch_bytes) == len(found.end_bytes)


def test_unused_tensors_take_bytes_but_share_none():
    (dead,) = (buffer for buffer in memory_map(odd()).buffers if buffer.kind == "unused")
    assert (dead.name, dead.first, dead.last, dead.size, dead.shares) == ("dead", -1, -1, 112, ())


def test_a_model_whose_plan_is_wrong_shows_what_it_shares():
    x, y, z = (tensor(name) for name in "xyz")
    each = model(graph([x], [z], [add(x, x, y), add(x, y, z)])).with_plan(MemoryPlan(((0, 0, 16),)))
    found = memory_map(each)
    assert [[(share.buffer, share.bytes) for share in buffer.shares] for buffer in found.buffers] == [
        [(1, 16)],
        [(0, 16)],
        [],
    ]


def test_operators_of_all_graphs_are_steps_in_the_order_in_which_they_run():
    found = memory_map(loop())
    assert [(step.graph, step.index, step.name) for step in found.steps] == [
        (0, 0, "WHILE"),
        (1, 0, "LESS"),
        (2, 0, "ADD"),
        (2, 1, "ADD"),
        (2, 2, "ADD"),
        (0, 1, "ADD"),
    ]
    assert found.steps[0].last == found.steps[4].last


def test_real_models(shared):
    for path in sorted((shared / "models").glob("*.tflite")):
        each = arenite.read(path)
        found = memory_map(each)
        assert found.head_bytes == inspect(each).head_bytes
        assert max(found.working_set_bytes) == peak_memory(each)


def test_names_that_several_operators_give_tell_no_origin():
    x, y, z = (tensor(name) for name in "xyy")
    each = model(graph([x], [z], [add(x, x, y), add(x, y, z)]))
    assert origins_by_name(each, each) == (None, None)
    other = chain([4, 4, 4])
    assert origins_by_name(other, other) == (0, 1)


@pytest.mark.parametrize("part", ["relu/strip 2 of 2;conv", "relu/strip 2 of 2/new;conv"])
def test_parts_of_what_a_converter_has_joined_tell_their_origin(part):
    x, y, z = (tensor(name) for name in ("x", "relu;conv", part))
    source, result = (model(graph([x], [end], [add(x, x, end)])) for end in (y, z))
    assert origins_by_name(source, result) == (0,)
