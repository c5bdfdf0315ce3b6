"""The peak of a graph by TFLM's rules and the least peak over all orders, for graphs without control flow.

Slow and obvious; shares no code with the package's own liveness and search.
"""

from __future__ import annotations

import heapq
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from arenite.model import Graph, Tensor


def rounded(tensor: Tensor) -> int:
    return -(-tensor.bytes // 16) * 16


def peak(graph: Graph) -> int:
    """Largest sum of the tensors alive at once, in the order as filed; inputs are there before the first operator."""
    first = dict.fromkeys(graph.inputs, 0)
    last = dict.fromkeys(graph.inputs, 0)
    for scope, operator in enumerate(graph.operators, 1):
        for tensor in operator.inputs:
            last[tensor] = scope
        for tensor in operator.outputs:
            first[tensor] = last[tensor] = scope
    last |= dict.fromkeys(graph.outputs, len(graph.operators))
    scopes = range(len(graph.operators) + 1)
    return max(sum(rounded(t) for t, start in first.items() if start <= scope <= last[t]) for scope in scopes)


def least_peak(graph: Graph) -> int:
    """The least peak over all orders: Dijkstra over the sets of operators done, the cost being the peak so far.

    An operator that fits into the cost and leaves no more memory than before is taken at once: it can only help.
    """
    producer = {tensor: operator for operator in graph.operators for tensor in operator.outputs}
    reads = {o: {t for t in o.inputs if t in producer or t in graph.inputs} for o in graph.operators}
    readers = {t: {o for o in graph.operators if t in reads[o]} for t in (*producer, *graph.inputs)}
    start = sum(rounded(tensor) for tensor in graph.inputs)
    newest_first = count(0, -1)
    heap = [(start, next(newest_first), start, frozenset())]
    seen = set()
    while heap:
        cost, _, live, done = heapq.heappop(heap)
        if len(done) == len(graph.operators):
            return cost
        if done in seen:
            continue
        seen.add(done)
        steps = []
        for operator in graph.operators:
            if operator in done or any(t in producer and producer[t] not in done for t in reads[operator]):
                continue
            running = live + sum(rounded(tensor) for tensor in operator.outputs)
            freed = (t for t in reads[operator] if readers[t] <= done | {operator} and t not in graph.outputs)
            after = running - sum(rounded(tensor) for tensor in freed)
            step = (max(cost, running), next(newest_first), after, done | {operator})
            if running <= cost and after <= live:
                steps = [step]
                break
            steps.append(step)
        for step in steps:
            heapq.heappush(heap, step)
    raise AssertionError("the graph has a cycle")
