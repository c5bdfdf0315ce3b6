"""Pieces that count as long although they are not: the same optimum, every part's proof standing for the whole."""

from __future__ import annotations

import random
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

import pytest
from oracles.samples import anything, renumbered, saved, windowed

from arenite.budget import Budget
from arenite.checkers.order import check_certificate, check_order
from arenite.solve.order.climb import Climb
from arenite.solve.order.long_piece import LongPiece
from arenite.solve.order.piece import SearchOptions
from arenite.solve.order.solver import solve

if TYPE_CHECKING:
    from arenite.problems.order import Problem

OPTIONS = SearchOptions()


@pytest.fixture
def long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twelve operators are long; parts are small."""
    monkeypatch.setattr(import_module("arenite.solve.order.solver"), "LONG", 12)
    monkeypatch.setattr(import_module("arenite.solve.order.long_piece"), "_REACH", (3, 8))
    monkeypatch.setattr(import_module("arenite.solve.order.long_piece"), "_REACH_OF_PROOF", 10)


def sample(rng: random.Random) -> Problem:
    problem = rng.choice((windowed, anything))(rng, rng.randint(20, 40))
    problem = saved(rng, problem) if rng.random() < 0.3 else problem
    return renumbered(rng, problem) if rng.random() < 0.3 else problem


@pytest.mark.usefixtures("long")
@pytest.mark.parametrize("seed", range(4))
def test_parts_change_no_optimum(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(25):
        problem = sample(rng)
        found = solve(problem, options=OPTIONS)
        plain = solve(problem, options=replace(OPTIONS, parts=False))
        assert found.peak == found.lower_bound == plain.peak, problem
        assert check_order(problem, found.order) == found.peak, problem
        assert check_certificate(problem, found.certificate) == found.lower_bound, problem


@pytest.mark.usefixtures("long")
def test_parts_alone_give_better_orders_and_proofs_that_stand() -> None:
    rng = random.Random(7)
    better = proven = 0
    for _ in range(60):
        problem = replace(windowed(rng, 40), floor=0)
        piece = LongPiece(problem, range(problem.operators), OPTIONS, Budget())
        default = piece.upper
        piece._around()
        assert check_order(problem, piece.order) == piece.upper <= default, problem
        better += piece.upper < default
        if piece.lower:
            proven += 1
            assert check_certificate(problem, piece.certificate) == piece.lower <= piece.upper, problem
    assert better > 30
    assert proven > 30


def test_budgets_rise_with_what_is_expected_of_them() -> None:
    climb = Climb()
    assert climb.budget(100, 1000, 10, 60_000) == 100
    climb.refuted(100, 1000)
    second = climb.budget(110, 1000, 10, 60_000)
    assert 110 <= second < 200
    climb.refuted(150, 2000)
    assert climb.budget(160, 1000, 10, 60_000) in range(230, 290, 10)
    assert climb.budget(160, 220, 10, 60_000) == 210
    assert climb.budget(160, 1000, 10, 2_000) == 160
    assert climb.limit(200, 10) == 16_000
    assert climb.limit(200, 50_000) == 50_000
