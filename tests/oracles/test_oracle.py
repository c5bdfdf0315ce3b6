"""The oracles against each other, before anything is compared with them."""

import json
import random

import pytest

from arenite.problems.order import Charge, Problem
from oracles import brute, paper_recursion
from oracles.samples import PAPER_EXAMPLE, anything, paper_class, renumbered, windowed


def test_the_example_of_the_paper():
    assert brute.peak(PAPER_EXAMPLE, range(7)) == 5216
    assert brute.peak(PAPER_EXAMPLE, (0, 3, 5, 1, 2, 4, 6)) == 4960
    assert brute.least_peak(PAPER_EXAMPLE) == 4960
    assert paper_recursion.least_peak(PAPER_EXAMPLE) == 4960


def test_the_example_is_the_published_one(shared):
    example = json.loads((shared / "benchmarks" / "paper_example.json").read_text())
    sizes = {int(tensor): size for tensor, size in example["tensor_bytes"].items()}
    producers = {out: op["id"] - 1 for op in example["operators"] for out in op["outputs"]}
    readers = {t: tuple(op["id"] - 1 for op in example["operators"] if t in op["inputs"]) for t in sizes}
    tensors = tuple(Charge(sizes[t], producers.get(t), readers[t], t in example["outputs"]) for t in sorted(sizes))
    assert Problem(7, tensors, floor=sum(sizes[t] for t in example["inputs"])) == PAPER_EXAMPLE
    assert brute.peak(PAPER_EXAMPLE, range(7)) == example["peak_in_default_order"]
    assert brute.peak(PAPER_EXAMPLE, [i - 1 for i in example["one_best_order"]]) == example["peak_in_best_order"]


def test_lifetimes_scope_by_scope():
    fed_unread = Charge(1000, None, ())
    fed_kept = Charge(1, None, (), kept=True)
    fed = Charge(10, None, (1,))
    dead = Charge(100, 0, ())
    problem = Problem(2, (fed_unread, fed_kept, fed, dead), extra=(0, 5000), floor=2000)
    assert brute.usage(problem, (0, 1)) == [111, 5011]
    assert brute.usage(problem, (1, 0)) == [5011, 101]
    assert brute.peak(Problem(2, problem.tensors, floor=2000), (0, 1)) == 2000


@pytest.mark.parametrize("sample", [paper_class, anything, windowed])
@pytest.mark.parametrize("shuffled", [False, True])
def test_recursion_equals_trying_all_orders(sample, shuffled):
    rng = random.Random(1910_05110)
    for _ in range(300):
        problem = sample(rng, rng.randint(0, 7))
        if shuffled:
            problem = renumbered(rng, problem)
        assert paper_recursion.least_peak(problem) == brute.least_peak(problem), problem
