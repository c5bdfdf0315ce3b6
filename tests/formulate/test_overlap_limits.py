"""Caps in problems, solvers and checker, and plans for several sets of kernels at once."""

from __future__ import annotations

import dataclasses
import itertools
import random
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from overlap_cases import problems, safe
from random_models import every_order
from scratch_networks import Network, random_network

from arenite.backends.sets import PORTABLE, REFERENCE
from arenite.backends.target import TFLM
from arenite.backends.tflm.head import head_plan
from arenite.checkers.placement import check
from arenite.checkers.validity import JUDGED, is_right, validity
from arenite.errors import VerificationError
from arenite.formulate.limits import within_limits
from arenite.formulate.placement import overlap_problem
from arenite.problems.placement import Buffer, Layout, PlacementProblem, Relation
from arenite.report.optimize import proof
from arenite.search.optimization import Options, decided, optimize
from arenite.search.task import Task, silent
from arenite.solve.place.solver import solve_within
from arenite.tflite.read import read_model


@st.composite
def capped(draw):
    """A problem with caps for some of its buffers, of which the last one may not count in the height."""
    problem = draw(problems(most=4))
    caps = tuple(draw(st.one_of(st.none(), st.integers(0, 12).map(lambda unit: 16 * unit))) for _ in problem.buffers)
    return dataclasses.replace(problem, caps=caps, aside=draw(st.integers(0, min(2, len(caps)))))


def least_within(problem):
    """The least height within the caps, by trying all offsets; None where there is no layout."""
    top = sum(buffer.size for buffer in problem.buffers)
    highest = [top if cap is None else min(top, cap) for cap in problem.caps]
    places = [range(0, cap - each.size + 1, 16) for each, cap in zip(problem.buffers, highest, strict=True)]
    heights = (
        max((at + each.size for at, each in zip(offsets, problem.buffers[: problem.counted], strict=False)), default=0)
        for offsets in itertools.product(*places)
        if safe(problem, offsets)
    )
    return min(heights, default=None)


@given(capped())
@settings(max_examples=150, deadline=None)
def test_the_least_height_within_caps_is_found_and_proven(problem):
    solution, least = solve_within(problem), least_within(problem)
    assert (None if solution is None else solution.height) == least
    if solution is not None:
        check(problem, solution)
        assert solution.lower_bound == least


LOW, HIGH, SCRATCH = Buffer("low", 32, 0, 1), Buffer("high", 32, 0, 1), Buffer("scratch", 64, 1, 1)
CASE = PlacementProblem((LOW, HIGH, SCRATCH), (), 16, (None, 64, 128), aside=1)


@pytest.mark.parametrize(
    ("offsets", "height", "message"),
    [
        ((0, 32, 64), 64, None),
        ((96, 0, 32), 128, None),
        ((0, 48, 80), 80, r"'high' \(from byte 48, 32 bytes\) ends above byte 64, its cap"),
        ((0, 32, 80), 64, r"'scratch' \(from byte 80, 64 bytes\) ends above byte 128, its cap"),
        ((0, 32, 48), 64, "'high' .* and 'scratch' .* clash in scope 1"),
        ((0, 32, 64), 128, "claims a height of 128 bytes, its buffers end at 64"),
    ],
)
def test_the_checker_names_the_buffer_above_its_cap_and_counts_no_height_aside(offsets, height, message):
    if message is None:
        check(CASE, Layout(offsets, height, 0))
        return
    with pytest.raises(VerificationError, match=message):
        check(CASE, Layout(offsets, height, 0))


def test_scratch_of_sets_of_which_one_runs_may_share_bytes():
    free = dataclasses.replace(CASE, buffers=(LOW, HIGH, SCRATCH, SCRATCH), caps=(None, 64, 128, 128), aside=2)
    assert solve_within(free) is None
    found = solve_within(dataclasses.replace(free, relations=(Relation(2, 3, -64),)))
    assert found is not None
    assert (found.height, found.offsets[2:]) == (64, (64, 64))


def heads(model):
    return [head_plan(model, requests=kernels.planned_scratch).height for kernels in TFLM.sets]


def planned(model):
    return decided(Task.of(model, Options(), Options().budget(), silent))


@given(st.integers(0, 10_000), st.integers(2, 8))
@settings(max_examples=25, deadline=None)
def test_no_set_of_kernels_is_worse_off_than_with_stock_tflm(seed, operators):
    source = random_network(random.Random(seed), operators)
    result = planned(source)
    assert all(after <= before for after, before in zip(heads(result.model), heads(source), strict=True))
    assert 0 < result.lower_bound <= result.head == heads(result.model)[0]
    assert is_right(result.model, PORTABLE)


@given(st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_bounds_hold_for_every_order_within_the_limits(seed):
    source = random_network(random.Random(seed), 4)
    result, limits = planned(source), dict(zip(TFLM.sets, heads(source), strict=True))
    for orders in every_order(source):
        problem, tensors = overlap_problem(source, PORTABLE, {0: orders}, scratch_of=REFERENCE)
        within = within_limits(problem, len(tensors), source, limits, REFERENCE, orders={0: orders})
        found = solve_within(within)
        assert found is None or result.lower_bound <= found.height


def wake_word():
    """As in streaming networks: a window is joined and read by a convolution, while the old values stay."""
    network = Network(4, 4, 16)
    old = network.conv(network.source, 16)
    joined = network.joined(old, network.depthwise(network.source))
    return network.model(network.sum(old, network.conv(joined, 16)))


def test_a_layout_that_leaves_no_room_for_the_scratch_of_another_set_is_changed():
    """The lowest layout leaves the gap for CMSIS-NN's scratch too high; another one as low does not."""
    source = wake_word()
    result = planned(source)
    assert result.head == result.lower_bound < heads(source)[0]
    assert validity(result.model).kernels == JUDGED


def test_one_transposed_convolution_is_proven():
    network = Network(4, 4, 8)
    plan = optimize(network.model(network.upsampled(network.source, 8)), Options(rounds=1))
    assert not plan.changed
    assert plan.optimal
    assert proof(plan).startswith("Optimal")


def blocked():
    """A plan of a network whose lowest layout CMSIS-NN with MVE has no room for."""
    found = (planned(random_network(random.Random(seed), 3)) for seed in range(100))
    return next(each for each in found if any("a head of" in note for note in each.notes))


def test_what_blocks_is_named():
    result = blocked()
    assert "bytes of scratch for" in result.notes[0]
    assert "target tflm-reference would give at most" in result.notes[0]
    assert result.lower_bound > 0


@pytest.mark.parametrize(
    ("file", "head"),
    [("wake_word_alexa", 2_368), ("transpose_conv", 5_632), ("int4", 16_704), ("int4conv", 53_760)],
)
def test_cases_of_unseen_models(shared, file, head):
    plan = optimize(read_model(shared / "cases" / f"{file}.tflite"), Options(rounds=1))
    assert (plan.after.head, plan.lower_bound) == (head, head)
    assert plan.valid_with == JUDGED


@given(capped())
def test_layouts_of_many_keep_to_the_caps_or_there_is_none(problem):
    with mock.patch("arenite.solve.place.solver._MOST_CONFLICTS", -1):
        solution = solve_within(problem)
    if solution is not None:
        check(problem, solution)
