"""The least peak by the recursion of Liberis & Lane, "Neural networks on microcontrollers: saving memory at inference
via operator reordering" (arXiv 1910.05110), algorithm 1.

MEM(X) is the least memory in which the tensors X can be computed. One of the operators that write into X was the last
to run: undo it, that is, replace what it wrote by what it read. It cannot have been the last if something else in X was
computed from what it wrote. While it ran, memory held what it read, what it wrote and the rest of X. The paper's
operators have one output, all lead to an output of the network, and only data orders them. Here besides:

- an operator may write several tensors: they are undone together;
- an operator whose outputs nobody wants still runs, and `before` orders operators without data: both become tensors
  of 0 bytes, wanted at the end or read by the later operator;
- `extra` adds to the memory of an operator, `floor` to the result;
- `saving` takes from it, for what the operator read and the rest of X does not want.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from arenite.problems.order import Problem

Tensors = frozenset[int]


@dataclass(frozen=True)
class _Graph:
    sizes: list[int]
    producers: list[int | None]
    reads: list[Tensors]
    writes: list[Tensors]
    wanted: Tensors


def least_peak(problem: Problem) -> int:
    """The smallest peak over all orders. Time and memory grow with the number of sets of tensors, often 2^width."""
    graph = _graph(problem)
    ancestors = _ancestors(graph)
    saving = {each.operator: (each.most, each.saved) for each in problem.savings}

    @cache
    def mem(wanted: Tensors) -> int:
        candidates = {producer for tensor in wanted if (producer := graph.producers[tensor]) is not None}
        least = None
        for operator in candidates:
            rest = wanted - graph.writes[operator]
            if any(operator in ancestors[tensor] for tensor in rest):
                continue
            needed = rest | graph.reads[operator]
            running = sum(graph.sizes[tensor] for tensor in needed | graph.writes[operator])
            running += problem.extra[operator] if problem.extra else 0
            most, saved = saving.get(operator, (0, ()))
            running -= min(most, sum(size for tensor, size in saved if tensor not in rest))
            memory = max(running, mem(needed))
            least = memory if least is None else min(least, memory)
        return 0 if least is None else least

    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, 100 + 10 * problem.operators))
    try:
        return max(problem.floor, mem(graph.wanted))
    finally:
        sys.setrecursionlimit(limit)


def _graph(problem: Problem) -> _Graph:
    sizes, producers = [], []
    reads: list[set[int]] = [set() for _ in range(problem.operators)]
    writes: list[set[int]] = [set() for _ in range(problem.operators)]
    wanted = set()

    def tensor(size: int, producer: int | None, consumers: tuple[int, ...], kept: bool) -> None:
        number = len(sizes)
        sizes.append(size)
        producers.append(producer)
        if producer is not None:
            writes[producer].add(number)
        for consumer in consumers:
            reads[consumer].add(number)
        if kept:
            wanted.add(number)

    for real in problem.tensors:
        tensor(real.size, real.producer, real.consumers, real.kept)
    for first, second in problem.before:
        tensor(0, first, (second,), False)
    useful = wanted.union(*reads)
    for operator in range(problem.operators):
        if not writes[operator] & useful:
            tensor(0, operator, (), True)
    return _Graph(sizes, producers, [frozenset(r) for r in reads], [frozenset(w) for w in writes], frozenset(wanted))


def _ancestors(graph: _Graph) -> list[Tensors]:
    """For each tensor the operators that it was computed from, its own producer included."""

    @cache
    def of_operator(operator: int) -> Tensors:
        return frozenset({operator}).union(*(of_tensor(tensor) for tensor in graph.reads[operator]))

    def of_tensor(tensor: int) -> Tensors:
        producer = graph.producers[tensor]
        return frozenset() if producer is None else of_operator(producer)

    return [of_tensor(tensor) for tensor in range(len(graph.sizes))]
