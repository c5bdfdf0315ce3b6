"""Layouts are valid, as low as brute force finds, and never claim more than they prove."""

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arenite.errors import VerificationError
from arenite.layout import Buffer, Exhausted, Problem, Solution, check, solve


@st.composite
def problems(draw, most=6):
    count = draw(st.integers(0, most))
    buffers = []
    for i in range(count):
        first = draw(st.integers(0, 5))
        buffers.append(Buffer(f"b{i}", 16 * draw(st.integers(0, 7)), first, first + draw(st.integers(0, 4))))
    return Problem(tuple(buffers), 16)


def least_height(problem):
    """Every layout that stacks downwards comes from first fit in some order."""
    best = sum(b.size for b in problem.buffers)
    for order in permutations(range(len(problem.buffers))):
        placed = []
        height = 0
        for i in order:
            new = problem.buffers[i]
            at = 0
            for low, high in sorted((o, o + b.size) for o, b in placed if b.first <= new.last and new.first <= b.last):
                if low - at >= new.size:
                    break
                at = max(at, high)
            placed.append((at, new))
            height = max(height, at + new.size)
        best = min(best, height)
    return best


@settings(max_examples=150, deadline=None)
@given(problems())
def test_least_height_is_brute_force(problem):
    solution = solve(problem)
    check(problem, solution)
    assert solution.optimal
    assert solution.height == least_height(problem)


def clash():
    problem = Problem((Buffer("left", 32, 0, 3), Buffer("right", 16, 2, 5)), 16)
    return problem, Solution((0, 16), 32, 32)


def test_clash_is_named():
    with pytest.raises(VerificationError) as caught:
        check(*clash())
    message = str(caught.value)
    assert "'left' (bytes 0 to 31)" in message
    assert "'right' (bytes 16 to 31)" in message
    assert "scope 2" in message


@pytest.mark.parametrize(
    ("solution", "words"),
    [
        (Solution((0, 40), 56, 48), "multiple of 16"),
        (Solution((-16, 32), 48, 48), "multiple of 16"),
        (Solution((0, 32), 64, 48), "claims a height"),
        (Solution((0, 48), 64, 64), "without a search"),
        (Solution((0, 48), 64, 64, Exhausted(32, "test", 1)), "without a search"),
        (Solution((0, 32), 48, 64), "above the layout's own height"),
        (Solution((0,), 48, 48), "1 offsets for 2 buffers"),
    ],
)
def test_false_claims_are_refused(solution, words):
    problem, _ = clash()
    with pytest.raises(VerificationError, match=words):
        check(problem, solution)


def test_true_claims_pass():
    problem, _ = clash()
    check(problem, Solution((0, 32), 48, 48))
    check(problem, Solution((16, 0), 48, 16))
    check(problem, Solution((0, 48), 64, 64, Exhausted(48, "test", 1)))
