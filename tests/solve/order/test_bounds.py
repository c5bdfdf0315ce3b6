"""Bounds from one operator against all sets of operators that may have run before it."""

from __future__ import annotations

import random

import pytest
from oracles import proofs
from oracles.samples import anything, paper_class

from arenite.checkers.order import check_certificate
from arenite.solve.order.bounds import cut, need, own_memory
from arenite.solve.order.graph import Graph


@pytest.mark.parametrize("seed", range(30))
def test_a_cut_is_the_least_memory_of_an_operator_in_any_order(seed: int) -> None:
    rng = random.Random(seed)
    problem = rng.choice((anything, paper_class))(rng, rng.randint(3, 9))
    graph = Graph(problem)
    needs = proofs.predecessors(problem)
    sets = proofs.closed_sets(problem)
    everything = range(len(problem.tensors))
    for operator in range(problem.operators):
        ready = [done for done in sets if operator not in done and needs[operator] <= done]
        least = min(proofs.live(problem, done) for done in ready) + proofs.own(problem, operator)
        exact = cut(graph, operator, everything)
        cheap = need(graph, operator, everything)
        assert own_memory(problem)[operator] <= cheap.bound <= exact.bound == least
        assert check_certificate(problem, exact) == least
        assert check_certificate(problem, cheap) == cheap.bound
