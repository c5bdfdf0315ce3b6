"""The peak as Arenite computed it before `operators/peak.py`: by a walk forwards.

Kept as it was (commit 305e022) as an oracle for tests and as the base of `python -m benchmarks costs`. It is for models
that can be planned: it has no limits on nested graphs and scopes.
"""

from __future__ import annotations

from itertools import accumulate

CALLING = {"IF", "WHILE", "CALL_ONCE"}


def peak_before(model):
    """Peak of the model in file order, in bytes."""
    walk = _Walk(model)
    walk.graph(0)
    buffers = [
        (_align(tensor.bytes), *walk.alive(tensor))
        for graph in model.graphs
        for tensor in graph.tensors
        if tensor.data is None and _occupies(tensor)
    ]
    buffers.extend((_align(tensor.bytes), scope, scope) for tensor, scope in walk.read_early())
    return max(_load(buffers)[1:], default=0)


def _align(size):
    return -(-size // 16) * 16


def _occupies(tensor):
    return tensor.data is None and not tensor.variable and tensor.bytes != 0


def _load(buffers):
    if not buffers:
        return []
    steps = [0] * (max(last for _, _, last in buffers) + 3)
    for size, first, last in buffers:
        steps[first + 1] += size
        steps[last + 2] -= size
    return list(accumulate(steps[:-1]))


class _Walk:
    def __init__(self, model):
        self.model = model
        self.first, self.last, self.early = {}, {}, []
        self.operators = [{} for _ in model.graphs]
        self.scope = 0

    def graph(self, position):
        graph = self.model.graphs[position]
        for tensor in graph.inputs:
            self.first.setdefault(tensor, self.scope)
            self.last[tensor] = self.scope
        for index in range(len(graph.operators)):
            self.scope += 1
            self.operator(position, index, graph.operators[index])
        for tensor in graph.outputs:
            self.first.setdefault(tensor, self.scope)
            self.last[tensor] = self.scope

    def operator(self, graph, index, operator):
        start = self.scope
        for tensor in operator.outputs:
            self.first.setdefault(tensor, start)
        for called in operator.graphs if operator.code in CALLING else ():
            self.scope += 1
            self.graph(called)
        first, last, scope = self.first, self.last, self.scope
        for read in operator.inputs:
            if read is not None:
                if read.data is None and read not in first and last.get(read) != scope:
                    self.early.append((read, scope))
                last[read] = scope
        for tensor in operator.outputs:
            last[tensor] = scope
        earlier = self.operators[graph].get(index)
        self.operators[graph][index] = (earlier[0] if earlier else start, scope)

    def read_early(self):
        return tuple((tensor, scope) for tensor, scope in self.early if tensor in self.first and _occupies(tensor))

    def alive(self, tensor):
        return self.first.get(tensor, -1), self.last.get(tensor, -1)
