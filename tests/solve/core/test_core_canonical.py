"""The exhaustive search looks at the same states and finds the same layout whichever core runs."""

import math
import random

import pytest
from core_cases import ZOO, needs_both, same, spent, zoo_problem
from hypothesis import given, settings
from hypothesis import strategies as st

from arenite.budget import Budget
from arenite.problems.lifetimes import maximum_load, sections
from arenite.solve.core.choice import core
from arenite.solve.place.decide import Boxes
from arenite.solve.place.portfolio import fit_exhaustively

pytestmark = needs_both


@st.composite
def searches(draw):
    """Boxes that fill a height in nearly all of their sections, which makes them hard to place, and ranks for them."""
    chance = random.Random(draw(st.integers(0, 10**9)))
    width, height = chance.choice((5, 8, 12, 25)), chance.choice((6, 9, 20))
    loads, found = [0] * width, []
    for _ in range(chance.randrange(1, 200)):
        start, size = chance.randrange(width), chance.randrange(1, height // 2)
        span = range(start, min(width, start + chance.randrange(1, 6)))
        if all(loads[section] + size <= height for section in span):
            found.append((size, span))
            for section in span:
                loads[section] += size
    used = sorted({section for _, span in found for section in span})
    place = {section: number for number, section in enumerate(used)}
    boxes = Boxes(tuple(size for size, _ in found), tuple((place[span[0]], place[span[-1]] + 1) for _, span in found))
    ranks = list(range(len(found)))
    chance.shuffle(ranks)
    return boxes, max(loads) + chance.choice((-1, 0, 0, 0, 0, 0, 1)), ranks


@settings(max_examples=600)
@given(
    searches(),
    st.booleans(),
    st.sampled_from((0, 1, 30, 1500, 1500)),
    st.sampled_from((50.0, 1000.0, math.inf, math.inf)),
)
def test_random_boxes(search, fewest, states, steps):
    boxes, height, ranks = search
    same(
        lambda: spent(
            lambda budget: fit_exhaustively(boxes, height, ranks, fewest=fewest, states=states, budget=budget), steps
        )
    )


@given(searches(), st.booleans())
def test_a_search_goes_on_where_it_stopped(search, fewest):
    boxes, height, ranks = search

    def found(states):
        search, answer, looked = core().box_search(boxes, height, ranks, fewest=fewest), None, 0
        while answer is None and looked < 3000:
            answer, done = search.run(states)
            looked += done
        return answer, looked, search.offsets() if answer else None

    assert same(lambda: found(3000)) == same(lambda: found(1 if len(ranks) < 9 else 100))


@pytest.mark.parametrize("fewest", [False, True])
@pytest.mark.parametrize("name", ZOO)
def test_networks(name, fewest):
    problem = zoo_problem(name).apart
    buffers = [buffer for buffer in problem.buffers if buffer.size]
    boxes = Boxes(tuple(buffer.size for buffer in buffers), tuple(sections(buffers)))
    ranks = sorted(range(len(buffers)), key=lambda box: -buffers[box].size)
    for height in (maximum_load(problem), maximum_load(problem) * 9 // 8):
        same(lambda h=height: fit_exhaustively(boxes, h, ranks, fewest=fewest, states=300, budget=Budget(math.inf)))


def test_heights_that_do_not_fit_in_a_machine_word():
    boxes = Boxes((1 << 70, 1, 1 << 70), ((0, 2), (0, 1), (1, 2)))
    assert same(lambda: fit_exhaustively(boxes, 1 << 71, [0, 1, 2], fewest=True, states=99, budget=Budget())).offsets
