"""Operators that write over inputs which end with them: the search against oracles that know of it."""

from __future__ import annotations

import random
from dataclasses import fields, replace

import pytest
from oracles import brute, paper_recursion, proofs
from oracles.samples import anything, paper_class, renumbered, saved, windowed

from arenite.budget import Budget
from arenite.checkers.order import check_certificate, check_order
from arenite.errors import VerificationError
from arenite.problems.order import Charge, InPlaceSaving, Problem
from arenite.solve.core.choice import core
from arenite.solve.core.orders.interface import Direction, Rules
from arenite.solve.order.bounds import cut, need, own_memory
from arenite.solve.order.graph import Graph
from arenite.solve.order.peak import working_sets
from arenite.solve.order.piece import SearchOptions
from arenite.solve.order.search import Failed, Found, search
from arenite.solve.order.solver import solve

SWITCHES = [field.name for field in fields(SearchOptions) if field.type == "bool"]
ALL_OFF = replace(SearchOptions(), **dict.fromkeys(SWITCHES, False))
SAMPLES = (anything, paper_class, windowed)


def sample(rng: random.Random, least: int, most: int) -> Problem:
    problem = saved(rng, rng.choice(SAMPLES)(rng, rng.randint(least, most)))
    return renumbered(rng, problem) if rng.random() < 0.5 else problem


def agree(problem: Problem, options: SearchOptions, best: int) -> None:
    found = solve(problem, options=options)
    assert found.peak == found.lower_bound == best, problem
    assert check_order(problem, found.order) == best, problem
    assert check_certificate(problem, found.certificate) == best, problem


def test_a_chain_needs_the_larger_of_two_tensors_only() -> None:
    tensors = (Charge(64, None, (0,)), Charge(48, 0, (1,)), Charge(80, 1, (), kept=True))
    savings = (InPlaceSaving(0, 48, ((0, 48),)), InPlaceSaving(1, 80, ((1, 48),)))
    assert solve(Problem(2, tensors)).peak == 128
    assert working_sets(Problem(2, tensors, savings=savings), (0, 1)) == [64, 80]
    agree(Problem(2, tensors, savings=savings), SearchOptions(), 80)


def test_the_operator_that_may_write_over_its_input_runs_last() -> None:
    """Both read the input; only operator 0 can write over it, so it has to wait for operator 1."""
    tensors = (Charge(160, None, (0, 1)), Charge(160, 0, (), kept=True), Charge(16, 1, (), kept=True))
    problem = Problem(2, tensors, savings=(InPlaceSaving(0, 160, ((0, 160),)),))
    agree(problem, SearchOptions(), 176)
    assert solve(problem).order == (1, 0)


def test_oracles_agree() -> None:
    rng = random.Random(5)
    for _ in range(300):
        problem = sample(rng, 0, 7)
        assert paper_recursion.least_peak(problem) == brute.least_peak(problem), problem
        order = next(brute.orders(problem))
        assert working_sets(problem, order) == brute.usage(problem, order), problem
        assert check_order(problem, order) == brute.peak(problem, order), problem


@pytest.mark.parametrize("seed", range(20))
def test_the_search_equals_the_recursion(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(60):
        problem = sample(rng, 0, 12)
        agree(problem, SearchOptions(), paper_recursion.least_peak(problem))


@pytest.mark.parametrize(
    "options",
    [
        ALL_OFF,
        *(replace(SearchOptions(), **{s: False}) for s in SWITCHES),
        *(replace(ALL_OFF, **{s: True}) for s in SWITCHES),
    ],
    ids=["none", *(f"without {s}" for s in SWITCHES), *(f"only {s}" for s in SWITCHES)],
)
def test_no_switch_changes_the_optimum(options: SearchOptions) -> None:
    rng = random.Random(3)
    for _ in range(60):
        problem = sample(rng, 4, 12)
        agree(problem, options, paper_recursion.least_peak(problem))


@pytest.mark.parametrize("seed", range(12))
def test_every_direction_and_rule_decides_alike(seed: int) -> None:
    rng = random.Random(100 + seed)
    for _ in range(4):
        problem = saved(rng, windowed(rng, rng.randint(8, 16)))
        best = paper_recursion.least_peak(problem)
        graph = Graph(problem)
        for rules in (Rules(commit, far, first) for commit in (0, 1) for far in (0, 1) for first in (0, 1)):
            for direction in Direction:
                space = core().order_space(graph, direction)
                assert isinstance(search(space, best + 1, 10**6, Budget(), rules), Found)
                failed = search(space, best, 10**6, Budget(), rules)
                assert isinstance(failed, Failed)
                assert check_certificate(problem, failed.certificate()) == best == failed.bound


def test_bounds_hold_and_are_what_their_proofs_say() -> None:
    rng = random.Random(8)
    exact = 0
    for _ in range(400):
        problem = sample(rng, 1, 7)
        graph, best = Graph(problem), brute.least_peak(problem)
        assert max(own_memory(problem)) <= best
        for operator in range(problem.operators):
            least = min(brute.usage(problem, order)[order.index(operator)] for order in brute.orders(problem))
            for proof in (
                need(graph, operator, range(len(problem.tensors))),
                cut(graph, operator, range(len(problem.tensors))),
            ):
                assert proof.bound <= least, problem
                assert check_certificate(problem, proof) == proof.bound, problem
            exact += proof.bound == least
    assert exact > 1000


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("events", [False, True])
def test_records_of_trying_everything_are_accepted_at_the_optimum_and_refused_above(
    backward: bool, events: bool
) -> None:
    rng = random.Random(9)
    for _ in range(120):
        problem = replace(sample(rng, 1, 6), floor=0)
        best = brute.least_peak(problem)
        events = events and not backward
        proof = proofs.exhausted(problem, best, rng, backward=backward, events=events)
        assert check_certificate(problem, proof) == best, problem
        wrong = proofs.exhausted(problem, best + 1, rng, backward=backward, events=events)
        with pytest.raises(VerificationError):
            check_certificate(problem, wrong)


@pytest.mark.parametrize(
    "saving",
    [
        (InPlaceSaving(1, 65, ((0, 32),)),),
        (InPlaceSaving(1, 16, ((0, 33),)),),
        (InPlaceSaving(1, 16, ((0, 16), (0, 16))),),
        (InPlaceSaving(0, 16, ((0, 16),)),),
        (InPlaceSaving(1, 16, ((0, 16),)), InPlaceSaving(1, 16, ((0, 16),))),
    ],
    ids=["more than it writes", "more than the input has", "an input twice", "of what it does not read", "twice"],
)
def test_savings_that_cannot_be_are_refused(saving: tuple[InPlaceSaving, ...]) -> None:
    problem = Problem(2, (Charge(32, 0, (1,)), Charge(64, 1, (), kept=True)))
    certificate = solve(problem).certificate
    with pytest.raises(VerificationError, match="saving"):
        check_certificate(replace(problem, savings=saving), certificate)
