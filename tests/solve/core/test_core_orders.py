"""Searches for an order find the same, visit the same states and take the same steps, whichever core runs."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from itertools import product

import pytest
from core_cases import needs_both, same, spent
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.samples import anything, paper_class, renumbered, saved, windowed

from arenite.budget import Budget
from arenite.problems.order import Charge, InPlaceSaving, Problem
from arenite.solve.core.choice import core, running
from arenite.solve.core.orders.interface import Direction, Rules
from arenite.solve.core.orders.python import OrderSpace
from arenite.solve.core.python import Core
from arenite.solve.order.breadth_first import Refuted, breadth_first
from arenite.solve.order.graph import Graph
from arenite.solve.order.peak import working_sets
from arenite.solve.order.piece import SearchOptions
from arenite.solve.order.search import Failed, Found, beam, search
from arenite.solve.order.solver import solve

pytestmark = needs_both

RULES = [Rules(*each) for each in product((True, False), repeat=3)]


@st.composite
def problems(draw, most=70):
    """Random problems, and a bound between what is surely refuted and what is surely found."""
    chance = random.Random(draw(st.integers(0, 10**9)))
    problem = chance.choice((anything, paper_class, windowed, unread))(chance, chance.randint(1, most))
    if chance.random() < 0.5:  # operators of equal outputs may be eager
        tensors = tuple(replace(tensor, size=chance.choice((16, 16, 32))) for tensor in problem.tensors)
        problem = replace(problem, tensors=tensors, extra=())
    problem = saved(chance, problem) if chance.random() < 0.4 else problem
    problem = renumbered(chance, problem) if chance.random() < 0.5 else problem
    peak = max(working_sets(problem, Graph(problem).order))
    return problem, int(peak * chance.uniform(0.5, 1.05)) + 1


def unread(chance: random.Random, operators: int) -> Problem:
    """Many operators of which nobody reads the outputs, so that states have many moves."""
    tensors = [
        Charge(16 * chance.randint(0, 9), max(0, i - chance.choice((1, 9))), (i,) if chance.random() < 0.5 else ())
        for i in range(1, operators)
    ]
    extra = tuple(16 * chance.randint(0, 30) for _ in range(operators))
    return Problem(operators, tuple(tensors), extra=extra)


def all_of(result):
    """All that a search gives, its proof included."""
    if isinstance(result, Found):
        return "found", result.states, tuple(result.path)
    if isinstance(result, (Failed, Refuted)):
        return "refuted", result.states, result.bound, result.certificate()
    return "undecided", result.states


@settings(max_examples=400)
@given(
    problems(),
    st.sampled_from(Direction),
    st.sampled_from(RULES),
    st.sampled_from((0, 10, 300, 600)),
    st.sampled_from((50, 1000, 1e6)),
)
def test_depth_first(case, direction, rules, limit, steps):
    problem, bound = case
    graph = Graph(problem)

    def searched(budget):
        return all_of(search(core().order_space(graph, direction), bound, limit, budget, rules))

    same(lambda: spent(searched, steps))


@pytest.mark.parametrize("direction", Direction)
def test_long_ways_with_far_commits(direction):
    """Wide problems and bounds just above the least peak: searches backtrack and commit before they find an order."""
    chance = random.Random(8)
    found = 0
    for _ in range(60):
        problem = chance.choice((windowed, anything))(chance, chance.randint(40, 70))
        graph = Graph(problem)
        peak = solve(problem, budget=Budget(1e5)).peak
        for bound in (peak + 1, peak + 17):

            def searched(budget, graph=graph, bound=bound):
                return all_of(search(core().order_space(graph, direction), bound, 600, budget, Rules()))

            result, *_ = same(lambda searched=searched: spent(searched))
            found += result[0] == "found"
    assert found > 20


@settings(max_examples=200)
@given(problems(), st.sampled_from(Direction), st.sampled_from((1, 4, 9)), st.sampled_from((60, 2000, 1e6)))
def test_beam(case, direction, width, steps):
    problem, bound = case
    graph = Graph(problem)
    same(lambda: spent(lambda budget: all_of(beam(core().order_space(graph, direction), width, bound, budget)), steps))


@settings(max_examples=300)
@given(problems(most=50), st.sampled_from((1, 30, 300, 2000)), st.sampled_from((5, 300, 1e6)))
def test_breadth_first(case, limit, steps):
    problem, bound = case
    graph = Graph(problem)

    def searched(budget):
        backward = core().order_space(graph, Direction.BACKWARD)
        return all_of(breadth_first(graph, backward, bound, limit=limit, budget=budget))

    same(lambda: spent(searched, steps))


@given(problems(most=40), st.sampled_from(Direction), st.sampled_from(RULES))
def test_searches_go_on_where_they_stopped(case, direction, rules):
    problem, bound = case
    graph = Graph(problem)

    def gone_on(begun, at_once):
        """The answer of at most 200 moves or states, so many at once, and how many were done."""
        answer, total = None, 0
        while answer is None and total < 200:
            answer, done, *_ = begun.run(at_once)
            total += done
            if done < at_once:
                break
        return answer, total

    def found(at_once):
        space = core().order_space(graph, direction)
        deep = space.depth_first(bound, 500, rules)
        answers = gone_on(deep, at_once), gone_on(space.beam(5, bound), at_once)
        return answers, deep.refused(), deep.record()

    assert same(lambda: found(200)) == same(lambda: found(1))


@given(problems(most=40))
def test_a_size_is_the_same_in_parts(case):
    problem, bound = case
    graph = Graph(problem)

    def found(at_once):
        begun = core().order_space(graph, Direction.BACKWARD).breadth_first(bound, 300)
        answer, moves = None, 0
        while answer is None and moves <= 300:
            answer, states, moves = begun.run(at_once)
        return answer, states, moves, begun.refused() if answer is False else None

    assert same(lambda: found(10**6)) == same(lambda: found(3))


def test_the_samples_reach_every_answer():
    """What the tests above compare is of every kind, often."""
    chance = random.Random(3)
    kinds = Counter()
    for _ in range(60):
        problem = windowed(chance, chance.randint(10, 40))
        graph = Graph(problem)
        bound = int(max(working_sets(problem, graph.order)) * chance.uniform(0.5, 1.05))
        for direction in Direction:
            space = core().order_space(graph, direction)
            result = spent(lambda budget, s=space, b=bound: all_of(search(s, b, 30, budget, Rules())))[0]
            kinds[result[0]] += 1
    assert min(kinds[kind] for kind in ("found", "refuted", "undecided")) > 5


@pytest.mark.parametrize("seed", range(4))
def test_whole_schedules(seed):
    chance = random.Random(seed)
    for _ in range(12):
        problem = windowed(chance, chance.randint(20, 60))
        problem = saved(chance, problem) if chance.random() < 0.3 else problem
        same(lambda p=problem: spent(lambda budget: solve(p, budget=budget), 50_000))


def test_events_that_cover_more_than_are_reached():
    """More independent operators than the preceding events that are searched for those inside an event."""
    count = 300
    sources = (Charge(16 + i, i, (i + count,)) for i in range(count))
    problem = Problem(2 * count + 1, (*sources, *(Charge(1, i + count, (2 * count,)) for i in range(count))))
    graph = Graph(problem)
    bound = max(working_sets(problem, graph.order)) * 3 // 4
    for rules in RULES[:2]:
        same(
            lambda r=rules: spent(
                lambda budget: all_of(search(core().order_space(graph, Direction.EVENTS), bound, 40, budget, r)), 2000
            )
        )


@pytest.mark.parametrize("size", [1 << 56, 1 << 61, 1 << 70])
def test_sizes_that_do_not_fit_in_a_machine_word(size):
    problem = windowed(random.Random(1), 12)
    problem = replace(
        problem,
        tensors=tuple(replace(tensor, size=tensor.size * size) for tensor in problem.tensors),
        savings=(InPlaceSaving(5, size, ()),),
    )
    assert same(lambda: solve(problem, options=SearchOptions(cuts=False, breadth_first=False))).optimal


def test_the_python_core_uses_no_c():
    with running(Core()):
        space = core().order_space(Graph(windowed(random.Random(1), 5)), Direction.EVENTS)
        assert type(space) is OrderSpace
