"""Small random problems with everything that a problem may have, and the example of the paper."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from arenite.problems.order import Charge, InPlaceSaving, Problem

if TYPE_CHECKING:
    import random

PAPER_EXAMPLE = Problem(
    operators=7,
    tensors=(
        Charge(1568, None, (0,)),
        Charge(3136, 0, (1, 3)),
        Charge(1568, 1, (2,)),
        Charge(512, 2, (4,)),
        Charge(512, 3, (5,)),
        Charge(256, 4, (6,)),
        Charge(256, 5, (6,)),
        Charge(512, 6, (), kept=True),
    ),
    floor=1568,
)
"""The worked example of arXiv 1910.05110: 5,216 bytes in the default order, 4,960 at best."""


def paper_class(rng: random.Random, operators: int) -> Problem:
    """What the paper's recursion was made for: one output per operator, all of them leading to an output."""
    readers: list[list[int]] = [[] for _ in range(operators)]
    fed: list[list[int]] = [[] for _ in range(rng.randint(1, 2))]
    for operator in range(operators):
        sources = [*fed, *readers[:operator]]
        for source in rng.sample(sources, min(len(sources), rng.randint(1, 3))):
            source.append(operator)
    made = (Charge(_size(rng), i, tuple(read), kept=not read) for i, read in enumerate(readers))
    inputs = tuple(Charge(_size(rng), None, tuple(read)) for read in fed)
    return Problem(operators, (*inputs, *made), floor=sum(tensor.size for tensor in inputs))


def windowed(rng: random.Random, operators: int) -> Problem:
    """Wide for its size: an operator reads what up to five before it wrote; all that nobody reads is an output."""
    readers: list[list[int]] = [[] for _ in range(operators)]
    for operator in range(1, operators):
        near = range(max(0, operator - 5), operator)
        for producer in rng.sample(near, min(len(near), rng.randint(1, 2))):
            readers[producer].append(operator)
    tensors = (Charge(_size(rng), i, tuple(read), kept=not read) for i, read in enumerate(readers))
    return Problem(operators, tuple(tensors))


def anything(rng: random.Random, operators: int) -> Problem:
    """Several or no outputs, unread and kept tensors, inputs that are outputs, state, extra bytes, empty tensors."""
    tensors = []
    for producer in (None, None, *range(operators)):
        later = range(0 if producer is None else producer + 1, operators)
        for _ in range(rng.choice((0, 1, 1, 1, 1, 2, 3))):
            consumers = rng.sample(later, min(len(later), rng.choice((0, 1, 1, 2, 3))))
            tensors.append(Charge(_size(rng), producer, tuple(sorted(consumers)), kept=rng.random() < 0.2))
    rng.shuffle(tensors)
    pairs = [(a, b) for b in range(operators) for a in range(b) if rng.random() < 0.1]
    extra = tuple(rng.choice((0, 0, 16, 320)) for _ in range(operators)) if rng.random() < 0.5 else ()
    return Problem(operators, tuple(tensors), tuple(pairs), extra, rng.choice((0, 64, 800)))


def saved(rng: random.Random, problem: Problem) -> Problem:
    """The problem with operators that save bytes of their inputs: some, most, all or none of what they write."""
    found = []
    share = rng.choice((0.3, 0.7, 1))
    for operator in range(problem.operators):
        made = sum(tensor.size for tensor in problem.tensors if tensor.producer == operator)
        read = [number for number, tensor in enumerate(problem.tensors) if operator in tensor.consumers]
        if read and rng.random() < share:
            saved = tuple((t, rng.choice((0, 16, made, problem.tensors[t].size, 1 << 20))) for t in read)
            saved = tuple((t, min(size, problem.tensors[t].size)) for t, size in saved if rng.random() < 0.8)
            found.append(InPlaceSaving(operator, rng.choice((made, made, made // 32 * 16)), saved))
    return replace(problem, savings=tuple(found))


def renumbered(rng: random.Random, problem: Problem) -> Problem:
    """The same problem with its operators numbered at random, so that the default order need not be valid."""
    new = list(range(problem.operators))
    rng.shuffle(new)
    tensors = tuple(
        Charge(
            t.size, None if t.producer is None else new[t.producer], tuple(sorted(new[c] for c in t.consumers)), t.kept
        )
        for t in problem.tensors
    )
    extra = tuple(problem.extra[new.index(i)] for i in range(problem.operators)) if problem.extra else ()
    saving = tuple(InPlaceSaving(new[each.operator], each.most, each.saved) for each in problem.savings)
    before = tuple((new[a], new[b]) for a, b in problem.before)
    return Problem(problem.operators, tensors, before, extra, problem.floor, saving)


def _size(rng: random.Random) -> int:
    return 16 * rng.choice((0, 1, 2, 3, 5, 8, 13, 21))
