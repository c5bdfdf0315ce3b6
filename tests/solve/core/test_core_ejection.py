"""The local search of ejections places the same boxes at the same offsets whichever core runs."""

import math
import random

import pytest
from core_cases import ZOO, needs_both, same, spent, zoo_problem
from hypothesis import given
from hypothesis import strategies as st

from arenite.budget import Budget
from arenite.problems.lifetimes import maximum_load, sections
from arenite.solve.core.choice import core
from arenite.solve.core.interface import Packing
from arenite.solve.place.decide import Boxes
from arenite.solve.place.portfolio import fit_by_ejection

pytestmark = needs_both


@st.composite
def packings(draw):
    """Boxes with lifetimes in up to 20 scopes, and a height that the highest load fits in or nearly does."""
    chance = random.Random(draw(st.integers(0, 10**9)))
    width, spans, sizes = chance.choice((1, 5, 20)), [], []
    for _ in range(chance.randrange(1, 80)):
        start = chance.randrange(width)
        spans.append((start, min(width, start + chance.randrange(1, 6))))
        sizes.append(chance.randrange(1, 30))
    loads = [
        sum(size for size, (start, end) in zip(sizes, spans, strict=True) if start <= section < end)
        for section in range(width)
    ]
    return Boxes(tuple(sizes), tuple(spans)), max(*sizes, max(loads) + chance.choice((-9, -1, 0, 0, 1, 9)))


@given(packings(), st.sampled_from((0, 1, 30, 700)), st.sampled_from((50.0, math.inf)), st.integers(0, 5))
def test_random_boxes(packing, tries, steps, seed):
    boxes, height = packing
    same(lambda: spent(lambda budget: fit_by_ejection(boxes, height, tries, seed, budget), steps))


@given(packings(), st.integers(0, 5))
def test_a_search_goes_on_where_it_stopped(packing, seed):
    boxes, height = packing
    count = len(boxes.sizes)
    meets = [
        [j for j, (a, e) in enumerate(boxes.spans) if j != i and a < end and start < e]
        for i, (start, end) in enumerate(boxes.spans)
    ]

    def found(tries):
        at, chance = Packing([-1] * count, [1] * count, list(range(count))), random.Random(seed)
        search, done = core().ejection(boxes.sizes, meets), 0
        for _ in range(0, 300, tries):
            at, more = search.run(at, height, tries, chance)
            done += more
        return at, done, chance.random()

    assert same(lambda: found(300)) == same(lambda: found(10))


@pytest.mark.parametrize("name", ZOO)
def test_networks(name):
    problem = zoo_problem(name).apart
    buffers = [buffer for buffer in problem.buffers if buffer.size]
    boxes = Boxes(tuple(buffer.size for buffer in buffers), tuple(sections(buffers)))
    for height in (maximum_load(problem), maximum_load(problem) * 9 // 8):
        same(lambda h=height: fit_by_ejection(boxes, h, 300, 1, Budget(math.inf)))


def test_heights_that_do_not_fit_in_a_machine_word():
    boxes = Boxes((1 << 70, 1, 1 << 70), ((0, 2), (0, 1), (1, 2)))
    assert same(lambda: fit_by_ejection(boxes, 1 << 71, 99, 0, Budget())).offsets
