"""How much work it is to run a model: how many rounds of inputs are within reason, and when a runtime is given up.

Work is counted from the model, never measured, so that a machine's speed and load change neither the rounds nor what is
found in them.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from arenite.operators.macs import macs

if TYPE_CHECKING:
    from arenite.model import Graph, Model

ELEMENT_WORK = 8
"""Multiply-accumulates that an element of an output is counted as, for what a kernel does besides. TFLM's reference
kernels take 1 to 10 ns for an element of ADD, MUL, RELU, LOGISTIC or TANH, by its type, and 0.8 to 1.5 ns for a
multiply-accumulate of CONV_2D."""

REASONABLE_WORK = 2_000_000_000
"""Multiply-accumulates that a model's rounds may take together. TFLM's reference kernels do 650 to 1,270 million in a
second of an x86-64 core, so source and result are run there in 4 to 6 s, and in LiteRT in less."""

REASONABLE_BYTES = 128 << 20
"""Bytes of inputs and outputs of all rounds: they are in memory several times over, and in a pipe once."""

MOST_FITTING_ROUNDS = 6
"""Rounds where nothing else is asked for and the work allows it: one of zeros and five at random."""

LEAST_SECONDS = 3
"""Seconds of processor time for any answer: thousands of times what a small model takes."""

SLOWEST_WORK = 10_000_000
"""Multiply-accumulates that any runtime does in a second of processor time: TFLM's reference kernels on an x86-64 core
do at least 65 times as many."""

PASSES = 1000
"""How often the body of a loop is counted to run before a runtime is given up, as the file does not tell."""


def work(model: Model, *, passes: int = 1) -> int:
    """Multiply-accumulates of one inference, with what moves data counted in them; each loop runs `passes` times."""
    loops = any(operator.code == "WHILE" for graph in model.graphs for operator in graph.operators)
    others = sum(_work(graph) for graph in model.graphs[1:])
    return _work(model.main) + others * (passes if loops else 1)


def _work(graph: Graph) -> int:
    return sum(
        macs(operator) + ELEMENT_WORK * sum(prod(tensor.shape) for tensor in operator.outputs)
        for operator in graph.operators
    )


def round_bytes(model: Model) -> int:
    """Bytes of the inputs and outputs of one round."""
    return sum(tensor.bytes for tensor in (*model.main.inputs, *model.main.outputs))


def fitting_rounds(model: Model) -> int:
    """How many rounds are within reason: from one to `MOST_FITTING_ROUNDS`."""
    by_work = REASONABLE_WORK // max(1, work(model))
    by_bytes = REASONABLE_BYTES // max(1, round_bytes(model))
    return max(1, min(MOST_FITTING_ROUNDS, by_work, by_bytes))


def seconds_allowed(model: Model, file_bytes: int, rounds: int) -> int:
    """Seconds of processor time after which a runtime that gave no answer is taken to give none."""
    return LEAST_SECONDS + (rounds * work(model, passes=PASSES) + file_bytes) // SLOWEST_WORK
