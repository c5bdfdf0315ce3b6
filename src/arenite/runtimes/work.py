"""Estimates the work of running a model: how many rounds are reasonable, and when a runtime has failed.

Work is counted from the model, never measured, so the speed and load of the machine change neither the rounds nor
their results.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from arenite.operators.macs import macs

if TYPE_CHECKING:
    from arenite.model import Graph, Model

ELEMENT_WORK = 8
"""Multiply-accumulates that count for an output element, for work other than MACs. TFLM's reference kernels take 1 to
10 ns per element of ADD, MUL, RELU, LOGISTIC or TANH, depending on the type, and 0.8 to 1.5 ns per multiply-accumulate
of CONV_2D."""

REASONABLE_WORK = 2_000_000_000
"""Multiply-accumulates of all rounds of a model together. TFLM's reference kernels do 650 to 1,270 million per second
on an x86-64 core, so source and result take 4 to 6 s there, and less in LiteRT."""

REASONABLE_BYTES = 128 << 20
"""Bytes of the inputs and outputs of all rounds: several copies are in memory, and one is in a pipe."""

MOST_FITTING_ROUNDS = 6
"""Rounds by default, if the work allows it: one of zeros and five random ones."""

LEAST_SECONDS = 3
"""Minimum limit of processor time in seconds: thousands of times what a small model takes."""

SLOWEST_WORK = 10_000_000
"""Multiply-accumulates per second of processor time that every runtime reaches: TFLM's reference kernels on an x86-64
core do at least 65 times as many."""

PASSES = 1000
"""Assumed iterations of a loop for the time limit, since the file does not say how often its body runs."""


def work(model: Model, *, passes: int = 1) -> int:
    """Multiply-accumulates of one inference, with data movement converted to them; each loop runs `passes` times."""
    loops = any(operator.code == "WHILE" for graph in model.graphs for operator in graph.operators)
    others = sum(_work(graph) for graph in model.graphs[1:])
    return _work(model.main) + others * (passes if loops else 1)


def _work(graph: Graph) -> int:
    return sum(
        macs(operator) + ELEMENT_WORK * sum(prod(tensor.shape) for tensor in operator.outputs)
        for operator in graph.operators
    )


def round_bytes(model: Model) -> int:
    """Bytes of inputs and outputs per round."""
    return sum(tensor.bytes for tensor in (*model.main.inputs, *model.main.outputs))


def fitting_rounds(model: Model, most: int = MOST_FITTING_ROUNDS) -> int:
    """Reasonable number of rounds: from 1 to `most`."""
    by_work = REASONABLE_WORK // max(1, work(model))
    by_bytes = REASONABLE_BYTES // max(1, round_bytes(model))
    return max(1, min(most, by_work, by_bytes))


def seconds_allowed(model: Model, file_bytes: int, rounds: int) -> int:
    """Limit of processor time in seconds; a runtime without an answer by then has failed."""
    return LEAST_SECONDS + (rounds * work(model, passes=PASSES) + file_bytes) // SLOWEST_WORK
