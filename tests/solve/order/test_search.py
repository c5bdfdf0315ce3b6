"""Searches too large for the oracles: all techniques must agree, and every proof must stand on its own."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from arenite.budget import Budget
from arenite.checkers.order import check_certificate, check_order
from arenite.problems.certificate import Exhausted, Region
from arenite.problems.order import Charge, Problem
from arenite.solve.core.choice import core
from arenite.solve.core.orders.interface import Direction, Rules
from arenite.solve.order.graph import Graph
from arenite.solve.order.piece import SearchOptions
from arenite.solve.order.search import Failed, Found, search
from arenite.solve.order.solver import solve

ALL_RULES = [Rules(commit, far, first) for commit in (False, True) for far in (False, True) for first in (False, True)]


def windowed(operators: int, window: int, seed: int) -> Problem:
    """Every operator reads one to three of those within a window before it: long, narrow, and without cut points."""
    rng = random.Random(seed)
    readers: list[list[int]] = [[] for _ in range(operators)]
    for operator in range(1, operators):
        near = range(max(0, operator - window), operator)
        for source in rng.sample(near, min(len(near), rng.randint(1, 3))):
            readers[source].append(operator)
    made = (
        Charge(16 * rng.randint(0, 64), i, tuple(r), kept=not r and rng.random() < 0.5) for i, r in enumerate(readers)
    )
    extra = tuple(16 * rng.randint(0, 64) if rng.random() < 0.1 else 0 for _ in range(operators))
    return Problem(operators, (Charge(512, None, (0,)), *made), extra=extra)


@pytest.mark.parametrize("seed", range(12))
def test_every_direction_and_rule_decides_alike(seed: int) -> None:
    """Each search is asked for the optimum, which it must find, and for less, which it must refute with a proof."""
    rng = random.Random(seed)
    problem = windowed(rng.randint(12, 26), rng.randint(3, 6), seed)
    best = solve(problem).peak
    graph = Graph(problem)
    for rules in ALL_RULES:
        for direction in Direction:
            space = core().order_space(graph, direction)
            assert isinstance(search(space, best + 1, 10**6, Budget(), rules), Found)
            failed = search(space, best, 10**6, Budget(), rules)
            assert isinstance(failed, Failed)
            assert failed.bound == best
            assert check_certificate(problem, failed.certificate()) == best


@pytest.mark.parametrize("seed", range(16))
def test_techniques_agree_on_long_graphs(seed: int) -> None:
    problem = windowed(100, 5, seed)
    peaks = set()
    for options in (
        SearchOptions(),
        SearchOptions(events=False),
        SearchOptions(backward=False, cuts=False),
        SearchOptions(pieces=False, far_commit=False, cuts=False),
    ):
        schedule = solve(problem, options=options)
        assert schedule.optimal
        assert check_order(problem, schedule.order) == schedule.peak
        peaks.add(schedule.peak)
    assert len(peaks) == 1


def test_a_proof_that_claims_more_than_it_shows_is_refused() -> None:
    problem = next(
        p
        for p in (windowed(20, 4, seed) for seed in range(100))
        if isinstance(getattr(solve(p).certificate, "inner", None), Exhausted)
    )
    region = solve(problem).certificate
    assert isinstance(region, Region)
    inner = region.inner
    assert isinstance(inner, Exhausted)
    with pytest.raises(Exception, match="certificate"):
        check_certificate(
            problem, replace(region, bound=region.bound + 16, inner=replace(inner, bound=inner.bound + 16))
        )


def test_same_input_same_result() -> None:
    problem = windowed(80, 6, 5)
    first, second = solve(problem), solve(problem)
    assert (first.order, first.certificate, first.states) == (
        second.order,
        second.certificate,
        second.states,
    )
