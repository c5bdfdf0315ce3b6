from __future__ import annotations

import pytest
from hand_made import chain, loop, model, tensor
from hand_made import graph as graph_of

from arenite import zoo
from arenite.model import Operator
from arenite.operators.macs import macs
from arenite.runtimes.work import LEAST_SECONDS, PASSES, fitting_rounds, seconds_allowed, work


def wide(elements):
    """One operator that multiplies a vector of `elements` with a square matrix."""
    x, y = tensor("x", elements), tensor("y", elements)
    weights = tensor("w", elements)
    weights = type(weights)("w", (elements, elements), weights.type)
    return model(graph_of([x], [y], [Operator("FULLY_CONNECTED", (x, weights, None), (y,))]))


def test_work_counts_multiply_accumulates_and_what_moves_data():
    source = zoo.build("paper")
    assert work(source) > sum(macs(operator) for operator in source.main.operators) > 0
    assert work(chain([4] * 3)) == 2 * 4 * 8


@pytest.mark.parametrize(("elements", "rounds"), [(100, 6), (20_000, 4), (30_000, 2), (1 << 16, 1)])
def test_rounds_adapt_to_the_work_and_never_end_at_none(elements, rounds):
    assert fitting_rounds(wide(elements)) == rounds


def test_rounds_adapt_to_the_bytes_of_inputs():
    assert fitting_rounds(chain([4 << 20] * 2)) == 4
    assert fitting_rounds(chain([1 << 28] * 2)) == 1


def test_the_body_of_a_loop_may_run_often():
    assert work(loop(), passes=PASSES) > 100 * work(loop())
    assert work(chain([4] * 3), passes=PASSES) == work(chain([4] * 3))


def test_the_time_for_an_answer_grows_with_the_work():
    assert seconds_allowed(chain([4] * 3), 1000, 6) == LEAST_SECONDS
    assert seconds_allowed(wide(1 << 16), 1000, 1) == LEAST_SECONDS + 429
    assert seconds_allowed(chain([4] * 3), 50_000_000, 1) == LEAST_SECONDS + 5
