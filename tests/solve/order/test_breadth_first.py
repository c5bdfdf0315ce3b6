"""The search in bulk against the recursion of the paper; its proofs checked, and wrong ones refused."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import pairwise

import pytest
from oracles import paper_recursion, proofs
from oracles.samples import anything, paper_class, renumbered, saved, windowed

from arenite.budget import Budget
from arenite.checkers.order import check_certificate
from arenite.errors import VerificationError
from arenite.problems.certificate import Settled
from arenite.problems.order import Charge, InPlaceSaving, Problem
from arenite.solve.core.choice import core
from arenite.solve.core.orders.interface import Direction
from arenite.solve.order.breadth_first import Refuted, breadth_first
from arenite.solve.order.graph import Graph, bits
from arenite.solve.order.peak import working_sets
from arenite.solve.order.search import Found, Undecided


def below(problem: Problem, bound: int, limit: int = 10**9, steps: float = 1e9) -> Found | Refuted | Undecided:
    graph = Graph(problem)
    space = core().order_space(graph, Direction.BACKWARD)
    return breadth_first(graph, space, bound, limit=limit, budget=Budget(steps))


def least(problem: Problem) -> int:
    """The least peak over all orders, without the problem's floor, which no search looks at."""
    return paper_recursion.least_peak(replace(problem, floor=0))


def order_of(found: Found) -> list[int]:
    path = found.path[::-1]
    steps = [list(bits(after ^ before)) for before, after in pairwise(path)]
    assert all(len(step) == 1 for step in steps)
    return [operator for (operator,) in steps]


def proof(problem: Problem, bound: int) -> Settled:
    refuted = below(problem, bound)
    assert isinstance(refuted, Refuted)
    return refuted.certificate()


def sample(rng: random.Random, most: int) -> Problem:
    problem = rng.choice((anything, paper_class, windowed))(rng, rng.randint(1, most))
    if rng.random() < 0.5:
        sizes = rng.choice(((16,), (16, 16, 16, 32)))
        tensors = tuple(replace(tensor, size=rng.choice(sizes)) for tensor in problem.tensors)
        problem = replace(problem, tensors=tensors, extra=())
    if rng.random() < 0.3:
        problem = saved(rng, problem)
    return renumbered(rng, problem) if rng.random() < 0.5 else problem


@pytest.mark.parametrize("seed", range(10))
def test_searches_find_the_optimum_and_refute_less(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(120):
        problem = sample(rng, 12)
        best = least(problem)
        found = below(problem, best + 1)
        assert isinstance(found, Found), problem
        assert max(working_sets(problem, order_of(found))) == best, problem
        for bound in {best, best - rng.randint(1, 100)}:
            refuted = below(problem, bound)
            assert isinstance(refuted, Refuted), problem
            assert bound <= refuted.bound <= best, problem
            assert check_certificate(problem, refuted.certificate()) == refuted.bound, problem


def test_the_checker_accepts_exactly_what_the_rule_allows() -> None:
    """Some of the sets that a proof may name, all or nearly all of them, against the rule word by word."""
    rng = random.Random(2)
    verdicts = {True: 0, False: 0}
    for _ in range(400):
        problem = sample(rng, 7)
        needs = proofs.predecessors(problem)
        best = least(problem)
        bound = rng.choice((best, best, best + 1, max(1, best - 16)))
        sets = [done for done in proofs.closed_sets(problem) if done]
        kept = [done for done in sets if rng.random() < rng.choice((0.9, 0.97, 1))]
        if rng.random() < 0.7:
            kept = sorted(reached(problem, needs, bound), key=sorted)
            kept = [done for done in kept if rng.random() < 0.97]
        states = b"".join(sum(1 << v for v in done).to_bytes((problem.operators + 7) // 8, "little") for done in kept)
        holds = follows(problem, needs, set(kept), bound)
        verdicts[holds] += 1
        try:
            check_certificate(problem, Settled(bound, states))
        except VerificationError:
            assert not holds, problem
        else:
            assert holds, problem
            assert bound <= best, problem
    assert min(verdicts.values()) > 40


def test_the_checker_refuses_every_proof_with_a_state_missing_or_too_many() -> None:
    rng = random.Random(3)
    for _ in range(40):
        problem = windowed(rng, rng.randint(9, 12))
        whole = proof(problem, least(problem))
        width = (problem.operators + 7) // 8
        states = [whole.states[i : i + width] for i in range(0, len(whole.states), width)]
        for missing in states:
            with pytest.raises(VerificationError, match=r"not looked at|did not begin"):
                check_certificate(problem, replace(whole, states=b"".join(s for s in states if s != missing)))
        wrong = {
            bytes(width): "reached its goal",
            b"\xff" * width: "not closed",
            (1 << problem.operators - 1).to_bytes(width, "little"): "not closed",
            b"\x01": "not whole",
        }
        for state, reason in wrong.items():
            with pytest.raises(VerificationError, match=reason):
                check_certificate(problem, replace(whole, states=state + whole.states))
        with pytest.raises(VerificationError, match=r"not looked at|did not begin"):
            check_certificate(problem, replace(whole, bound=whole.bound + 1))


def eager_ones(problem: Problem, needs: list[set[int]]) -> set[int]:
    """The eager operators, word by word."""
    most, least = {}, {}
    for v in range(problem.operators):
        saving = next((each for each in problem.savings if each.operator == v), InPlaceSaving(v, 0, ()))
        ending = [(set(problem.tensors[t].consumers), size) for t, size in saving.saved if not problem.tensors[t].kept]
        least[v] = proofs.own(problem, v) - min(saving.most, sum(size for _, size in ending))
        most[v] = proofs.own(problem, v) - min(saving.most, sum(size for readers, size in ending if readers == {v}))
    result = set()
    for v in range(problem.operators):
        alone = sum(t.size for t in problem.tensors if set(t.consumers) == {v} and not t.kept)
        lasting = sum(t.size for t in problem.tensors if t.producer == v and (t.consumers or t.kept))
        if most[v] == min(least.values()) and needs[v] and alone >= lasting:
            result.add(v)
    return result


def steps(problem: Problem, needs: list[set[int]], done: frozenset[int]) -> list[tuple[frozenset[int], int]]:
    """Each closed set with one operator fewer, and the eager ones after it; the most memory while those run."""
    eager = eager_ones(problem, needs)
    result = []
    for v in done - eager:
        later: set[int] = set()
        while True:
            more = {w for w in done - later if needs[w] & (later | {v})}
            if not more:
                break
            later |= more
        if later <= eager:
            after, before = done - later, done - later - {v}
            memory = [proofs.live(problem, before) + proofs.own(problem, v) - proofs.saving(problem, v, after)]
            memory += [
                proofs.live(problem, after) + proofs.own(problem, w) - proofs.saving(problem, w, after | {w})
                for w in later
                if needs[w] <= after
            ]
            result.append((before, max(memory)))
    return result


def ways(problem: Problem, needs: list[set[int]], done: frozenset[int]) -> list[tuple[frozenset[int], int, int]]:
    """Each closed set with one operator fewer, the memory while that runs, and what is alive after the set."""
    result = []
    for v in done:
        if not any(v in needs[other] for other in done):
            before = done - {v}
            alive = proofs.live(problem, before)
            result.append((before, alive + proofs.own(problem, v) - proofs.saving(problem, v, done), alive))
    return result


def settled(problem: Problem, needs: list[set[int]], done: frozenset[int], bound: int) -> frozenset[int]:
    while True:
        alive = proofs.live(problem, done)
        free = [each for each, memory, left in ways(problem, needs, done) if left <= alive and memory < bound]
        if not free:
            return done
        done = free[0]


def follows(problem: Problem, needs: list[set[int]], recorded: set[frozenset[int]], bound: int) -> bool:
    """The rule of `Settled`, word by word."""
    start = settled(problem, needs, frozenset(range(problem.operators)), bound)
    return start in recorded and all(
        memory >= bound or before in recorded or settled(problem, needs, before, bound) in recorded
        for done in recorded
        for before, memory in steps(problem, needs, done)
    )


def reached(problem: Problem, needs: list[set[int]], bound: int) -> set[frozenset[int]]:
    """What a proof must name, without the empty set."""
    waiting = [settled(problem, needs, frozenset(range(problem.operators)), bound)]
    found: set[frozenset[int]] = set()
    while waiting:
        done = waiting.pop()
        if done and done not in found:
            found.add(done)
            following = steps(problem, needs, done)
            waiting += [settled(problem, needs, before, bound) for before, memory in following if memory < bound]
    return found


def side_by_side(pairs: int) -> Problem:
    """Pairs of operators, the second of which makes nothing: any pair may be the last."""
    return Problem(2 * pairs, tuple(Charge(16, pair, (pairs + pair,)) for pair in range(pairs)))


def test_a_search_ends_at_its_limit_once_a_size_is_complete() -> None:
    """There are 1, 10, 45, 120, ... states of each size."""
    for limit, states in ((1, 1), (10, 11), (55, 56), (56, 176), (10**6, 2**10 - 1)):
        result = below(side_by_side(10), 16 * 10 + 1, limit=limit)
        assert result.states == states
        assert isinstance(result, Found if limit == 10**6 else Undecided)


def test_where_states_have_many_moves_fewer_are_looked_at() -> None:
    """The 64 and 2,016 states of the first sizes have 129,088 moves, more than 16 for each state of the limit."""
    result = below(side_by_side(64), 16 * 64 + 1, limit=7000)
    assert isinstance(result, Undecided)
    assert result.states == 1 + 64


def test_a_search_ends_with_its_budget() -> None:
    assert below(side_by_side(10), 161, steps=0) == Undecided(1)
    assert below(side_by_side(10), 161, steps=10) == Undecided(11)
    assert isinstance(below(side_by_side(10), 161, steps=10**4), Found)
