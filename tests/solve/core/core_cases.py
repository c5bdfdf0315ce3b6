"""Problems on which both cores are run, and the comparison of all that they give."""

from __future__ import annotations

import random

import pytest
from hypothesis import strategies as st

from arenite import zoo
from arenite.backends.sets import PORTABLE
from arenite.budget import Budget
from arenite.formulate.placement import overlap_problem
from arenite.problems.distances import Points, union
from arenite.problems.placement import Buffer, PlacementProblem, Relation
from arenite.solve.core.choice import cores, running
from arenite.solve.place.gaps import Gap, Gaps

ZOO = ("swiftnet-cell", "darts", "densenet", "mobilenet-v2")

needs_both = pytest.mark.skipif(len(cores()) < 2, reason="the compiled core is not installed")


def same(run):
    """What `run` returns, which is the same with every core."""
    found = []
    for each in cores().values():
        with running(each):
            found.append(run())
    assert all(each == found[0] for each in found)
    return found[0]


def spent(run, steps=float("inf")):
    """What `run` returns, given a budget within another one, and what is left of both."""
    whole = Budget(1e6 + 0.1)
    budget = Budget(min(steps, 1e6), whole=whole)
    return run(budget), budget._left, whole._left


def zoo_problem(name):
    return overlap_problem(zoo.build(name), PORTABLE)[0]


@st.composite
def problems(draw, most=24, caps=None):
    """Random buffers with relations: bounds, exact distances, many of them as progressions; perhaps with caps."""
    chance = random.Random(draw(st.integers(0, 10**9)))
    count = draw(st.integers(1, most))
    capped = draw(st.booleans()) if caps is None else caps
    buffers = []
    for number in range(count):
        first = chance.randrange(count)
        buffers.append(
            Buffer(f"b{number}", 16 * chance.choice((0, 1, 2, 3, 8, 90)), first, first + chance.randrange(6))
        )
    relations = []
    for one in range(count):
        for other in range(one):
            source, target = chance.sample((one, other), 2)
            if chance.random() < 0.4:
                bound = 16 * chance.randrange(-3, 3) if chance.random() < 0.5 else None
                bound = bound if bound is None else min(bound, buffers[target].size)
                end = 16 * chance.randrange(1, 90) if bound is None else bound
                runs = [range(-16 * chance.randrange(1, 90), end, 16 * chance.choice((1, 2, 3, 7)))]
                exactly = union(runs) if chance.random() < 0.3 else union(range(e, e + 1) for e in runs[0][:2])
                relations.append(Relation(source, target, bound, exactly))
    highest = sum(buffer.size for buffer in buffers)
    limits = tuple(chance.choice((None, highest // 2, highest // 3)) for _ in buffers) if capped else ()
    aside = chance.randrange(count) if capped else 0
    return PlacementProblem(tuple(buffers), tuple(relations), 16, limits, aside)


@st.composite
def progressions(draw):
    """Few buffers, all alive together, that may lie at distances in progressions and hardly at any others."""
    chance = random.Random(draw(st.integers(0, 10**9)))
    sizes = tuple(chance.randrange(1, 30) for _ in range(chance.randrange(2, 8)))
    found = [[] for _ in sizes]
    for one in range(len(sizes)):
        for other in range(one):
            runs = []
            for start in chance.sample(range(-25, 25), chance.randrange(4)):
                step = chance.choice((1, 1, 2, 3, 4, 6, 9, 25))
                runs.append(range(start, start + step * chance.randrange(1, 9), step))
            back = [range(-run[-1], -run[0] + 1, run.step) for run in runs]
            found[one].append(Gap(other, sizes[other], sizes[one], Points(tuple(runs)) if runs else ()))
            found[other].append(Gap(one, sizes[one], sizes[other], Points(tuple(back)) if runs else ()))
    return Gaps(sizes, 1, of=tuple(map(tuple, found)))
