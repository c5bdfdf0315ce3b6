"""Whole plans with overlap against stock TFLM, which runs the reference kernels: outputs as without a plan."""

from __future__ import annotations

import random

import pytest
from hand_made import conditional, graph, loop, model
from overlap_cases import add, meet, relu, rows, split, stacked, tensor

from arenite import zoo
from arenite.backends.sets import PORTABLE, REFERENCE
from arenite.backends.tflm.head import head_plan, inputs_on_top, memory_plan, planned_head
from arenite.checkers.placement import check
from arenite.errors import VerificationError
from arenite.formulate.placement import overlap_problem
from arenite.problems.placement import Layout
from arenite.runtimes import process
from arenite.runtimes.verification import verify
from arenite.solve.place.solver import solve
from arenite.tflite.read import read_model

needs_tflm = pytest.mark.skipif(process.absent("tflm") is not None, reason="tflite-micro is not installed")


def planned(source, kernels=REFERENCE, *, keep_inputs=False):
    """The model with the lowest plan, and its head; TFLM's own placing of scratch is followed and checked."""
    problem, tensors = overlap_problem(source, kernels, keep_inputs=keep_inputs, scratch_of=REFERENCE)
    solution = solve(problem, effort=0.1)
    check(problem, solution)
    offsets = solution.offsets
    if keep_inputs:
        offsets = inputs_on_top(source, problem.apart, tensors, offsets)
    plan = memory_plan(source, dict(zip(tensors, offsets, strict=False)))
    outcome = head_plan(source, plan)
    check(problem, Layout(outcome.offsets, outcome.height, 0))
    assert outcome.height == solution.height
    return source.with_plan(plan), outcome.height


def identical(source, result, head):
    return verify(source, result, runtimes=("tflm",), rounds=2, expected_head=head).status["tflm"]


@needs_tflm
@pytest.mark.parametrize("name", ["paper", "mobilenet-v1", "mobilenet-v2", "resnet8", "u-net", "densenet", "inception"])
@pytest.mark.parametrize("kernels", [REFERENCE, PORTABLE])
def test_the_zoo_computes_the_same(name, kernels):
    source = zoo.build(name)
    result, head = planned(source, kernels)
    assert head <= planned_head(source)
    assert identical(source, result, head) == "identical"


@needs_tflm
@pytest.mark.parametrize("build", [conditional, loop])
def test_control_flow_computes_the_same(build):
    source = build()
    result, head = planned(source)
    assert identical(source, result, head) == "identical"


@needs_tflm
def test_inputs_to_be_kept_stay_in_place():
    source = zoo.build("resnet8")
    result, head = planned(source, keep_inputs=True)
    assert identical(source, result, head) == "identical"


HEADS = {
    "tiny__vww_96_int8": 36_896,
    "tiny__pretrainedResnet_quant": 33_312,
    "tiny__kws_ref_model": 10_048,
    "tflite-micro__person_detect": 36_896,
    "tflite-micro__id_model": 221_392,
    "micro-wake-word-models__alexa_v2": 21_216,
    "ruhmi-framework-mcu__rnnoise_INT8": 1_040,
}


@needs_tflm
@pytest.mark.parametrize("name", HEADS)
def test_real_models_compute_the_same_in_less_memory(shared, name):
    source = read_model(shared / "models" / f"{name}.tflite")
    result, head = planned(source)
    assert head <= HEADS[name]
    assert identical(source, result, head) == "identical"
    result, head = planned(source, PORTABLE)
    assert head <= planned_head(source)
    assert identical(source, result, head) == "identical"


def views(seed):
    """A random graph of matrices with 4 columns: sums and activations among slices, splits and concatenations."""
    chance = random.Random(seed)
    inputs = [tensor(f"input{number}", chance.choice((2, 4, 6)), 4) for number in range(2)]
    made, operators = list(inputs), []

    def new(height):
        made.append(tensor(f"t{len(made)}", height, 4))
        return made[-1]

    for _ in range(chance.randint(5, 14)):
        source = chance.choice(made[-4:])
        height = source.shape[0]
        kind = chance.choice(("relu", "add", "rows", "rows", "stacked", "stacked", "split"))
        others = [each for each in made[-5:] if each.shape == source.shape and each is not source]
        if kind == "rows" and height > 1:
            count = chance.randint(1, height - 1)
            operators.append(rows(source, chance.randint(0, height - count), new(count)))
        elif kind == "split" and height % 2 == 0:
            operators.append(split(source, [new(height // 2), new(height // 2)]))
        elif kind == "stacked" and height < 12:
            parts = [source, *chance.sample(made[-4:], min(2, len(made[-4:])))]
            operators.append(stacked(parts, new(sum(part.shape[0] for part in parts))))
        elif kind == "add" and others:
            operators.append(add(source, chance.choice(others), new(height)))
        else:
            operators.append(relu(source, new(height)))
    read = {each for operator in operators for each in operator.inputs}
    outputs = [each for each in made if each not in read or chance.random() < 0.1]
    return model(graph(inputs, [each for each in outputs if each not in inputs], operators, name="main"))


@pytest.mark.parametrize("seed", range(30))
def test_relations_are_of_pairs_alive_together(seed):
    problem, _ = overlap_problem(views(seed), REFERENCE)
    assert problem.relations
    assert all(meet(problem.buffers, each.source, each.target) for each in problem.relations)


@needs_tflm
@pytest.mark.parametrize("seed", range(12))
def test_views_in_place_compute_the_same(seed):
    source = views(seed)
    result, head = planned(source)
    assert identical(source, result, head) == "identical"


@needs_tflm
@pytest.mark.parametrize("name", ["resnet8", "mobilenet-v1"])
def test_a_distance_below_the_safe_one_is_caught_by_the_checker_and_by_tflm(name):
    """The output of each overlapping pair in turn is moved up by one unit, until TFLM's outputs change."""
    source = zoo.build(name)
    problem, tensors = overlap_problem(source, REFERENCE)
    solution = solve(problem)
    tight = [
        each
        for each in problem.relations
        if solution.offsets[each.source] - solution.offsets[each.target] == each.distance
        and each.distance - 16 > -problem.buffers[each.source].size
    ]
    assert tight
    seen = set()
    for relation in tight:
        offsets = list(solution.offsets)
        offsets[relation.target] += 16
        height = max(at + buffer.size for at, buffer in zip(offsets, problem.buffers, strict=True))
        with pytest.raises(VerificationError, match="begins"):
            check(problem, Layout(tuple(offsets), height, 0))
        plan = memory_plan(source, dict(zip(tensors, offsets, strict=False)))
        seen.add(identical(source, source.with_plan(plan), None).split(":")[0])
    assert "different" in seen
