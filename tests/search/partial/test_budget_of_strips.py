"""The search for strips keeps to its budget, and returns the best that it had found by then."""

import itertools

import pytest

from arenite import zoo
from arenite.backends.target import TFLM
from arenite.budget import STEPS_PER_SECOND, Budget
from arenite.rewrite import Prune
from arenite.search.optimization import Options, preview
from arenite.search.partial.costs import Costs
from arenite.search.partial.line import Line
from arenite.search.partial.search import frontier
from arenite.search.partial.ways import ROW_KINDS

ONE_LAYOUT = 0.5 * STEPS_PER_SECOND
"""Steps by which a search may exceed its budget: those of the layout that it is in when the budget ends."""


@pytest.fixture(scope="module")
def mobilenet():
    return Prune().run(zoo.build("mobilenet-v2", width=0.35, resolution=48))


def found(model, budget):
    return frontier(Costs(Line(model), TFLM), ROW_KINDS, 10**6, budget, report=lambda _: None)


def test_no_budget_is_no_search(mobilenet):
    budget = Budget(0)
    assert found(mobilenet, budget) == []
    assert budget.left == 0


@pytest.mark.parametrize("steps", [STEPS_PER_SECOND, 2 * STEPS_PER_SECOND])
def test_the_search_ends_soon_after_its_budget(mobilenet, steps):
    budget = Budget(steps)
    choices = found(mobilenet, budget)
    assert -ONE_LAYOUT < budget.left < 0.2 * steps
    length = len(mobilenet.main.operators)
    for choice in choices:
        covered = [range(segment.first, segment.last + 1) for segment in choice.segments]
        assert list(itertools.chain(*covered)) == list(range(length))
        assert all(segment.settled for segment in choice.segments)


def test_a_larger_budget_is_never_worse(mobilenet):
    heads = [
        min((choice.head for choice in found(mobilenet, Budget(seconds * STEPS_PER_SECOND))), default=10**9)
        for seconds in (1, 4, 20)
    ]
    assert heads == sorted(heads, reverse=True)
    assert heads[-1] < heads[0]


@pytest.mark.parametrize("family", ["mobilenet-v2", "swiftnet-cell"])
def test_optimize_keeps_to_its_budget(family):
    """Layouts at the end as well: when all is spent, the most promising one gets its first tries."""
    model = zoo.build(family)
    whole = preview(model, Options(), budget=Budget(3 * STEPS_PER_SECOND))
    budget = Budget(3 * STEPS_PER_SECOND)
    result = preview(model, Options(split=True), budget=budget)
    assert budget.left > -STEPS_PER_SECOND
    assert TFLM.arena(result).declare_bytes <= TFLM.arena(whole).declare_bytes
