"""Lower bounds on the peak from single operators: bytes that must be alive while one operator runs, in every order.

In: a problem, or its graph and an operator. Out: certificates `Need` and `Cut`, from cheap and weak to strong.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from arenite.problems.certificate import Cut, Need
from arenite.solve.order.graph import bits

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from arenite.problems.order import Problem
    from arenite.solve.order.graph import Graph


def own_memory(problem: Problem) -> list[int]:
    """For every operator, inputs + outputs + extra - largest saving, in bytes; takes time linear in the problem."""
    result = list(problem.extra) or [0] * problem.operators
    for tensor in problem.tensors:
        if tensor.producer is not None:
            result[tensor.producer] += tensor.size
        for consumer in dict.fromkeys(tensor.consumers):
            result[consumer] += tensor.size
    for saving in problem.savings:
        ends = (size for tensor, size in saving.saved if not problem.tensors[tensor].kept)
        result[saving.operator] -= min(saving.most, sum(ends))
    return result


def need(graph: Graph, operator: int, alive: Iterable[int]) -> Need:
    """The bound of `certificate.Need` for one operator.

    `alive`: the tensors alive while the operator runs in any one valid order; no other tensor can count.
    """
    earlier, later = graph.ancestors[operator], graph.descendants[operator] | 1 << operator
    total = graph.made[operator] + graph.extra[operator] - graph.most_saving(operator)
    for tensor in alive:
        producer = graph.problem.tensors[tensor].producer
        if (producer is None or earlier >> producer & 1) and (graph.kept[tensor] or graph.readers[tensor] & later):
            total += graph.sizes[tensor]
    return Need(total, operator)


def freedom(graph: Graph, operator: int) -> int:
    """The number of operators that may run before or after the given one: the size of its cut."""
    return graph.count - 1 - (graph.ancestors[operator] | graph.descendants[operator]).bit_count()


def cut(graph: Graph, operator: int, alive: Iterable[int]) -> Cut:
    """The least memory while the operator runs, over all orders, as a minimum cut (maximum flow).

    Operators that every order runs before, or after, the given one are merged into source and drain. `alive`: see
    `need`. With in-place savings, the result is the better of two cuts. One counts all inputs and subtracts the largest
    saving. The other counts only the bytes of inputs that cannot be saved, and all bytes of an input that another
    operator may read later.

    Raises ArithmeticError if the sizes exceed 64 bits.
    """
    alive = list(alive)
    found = _cut(graph, operator, alive, {})
    saved = {tensor: size for each in graph.problem.savings if each.operator == operator for tensor, size in each.saved}
    if not saved:
        return found
    return max(found, _cut(graph, operator, alive, saved), key=lambda each: each.bound)


def _cut(graph: Graph, operator: int, alive: Iterable[int], saved: Mapping[int, int]) -> Cut:
    network = _Network(graph, operator, saved)
    touched = (chain(graph.inputs[v], graph.outputs[v]) for v in bits(network.free))
    for tensor in dict.fromkeys(chain(alive, *touched)):
        network.add_tensor(tensor)
    return network.solve()


class _Network:
    """The flow network of one cut.

    Nodes: 0 is the source, 1 the drain, then the free operators (those that may run before or after the given one),
    then the tensors that several free operators read.
    """

    def __init__(self, graph: Graph, operator: int, saved: Mapping[int, int]) -> None:
        self._graph = graph
        self._operator = operator
        self._saved = saved
        self._earlier = graph.ancestors[operator]
        self._later = graph.descendants[operator] | 1 << operator
        self.free = graph.full & ~self._earlier & ~self._later
        self._node = {v: place for place, v in enumerate(bits(self.free), 2)}
        self._nodes = len(self._node) + 2
        self._arcs: list[tuple[int, int, int]] = []
        self._meaning: list[tuple[int, int] | None] = []
        """(tensor, consumer) of each arc that is a read, None for other arcs."""
        self._fixed: list[tuple[int, int, int]] = []
        """Reads (tensor, consumer, bytes) straight from source to drain, which need no arc."""
        self._infinite = sum(graph.sizes) + 1

    def add_tensor(self, tensor: int) -> None:
        graph = self._graph
        size, readers = graph.sizes[tensor], graph.readers[tensor]
        producer = graph.problem.tensors[tensor].producer
        source = 0
        if producer is not None and not self._earlier >> producer & 1:
            if self._later >> producer & 1:
                return
            source = self._node[producer]
        late = readers & self._later
        if graph.kept[tensor] or late:
            own = 1 << self._operator
            reader = -1 if graph.kept[tensor] else next(bits(late & ~own or late))
            saved = self._saved.get(tensor, 0) if reader == self._operator else 0
            if source:
                self._arc(source, 1, size, (tensor, reader))
            else:
                self._fixed.append((tensor, reader, size - saved))
            if not saved:
                return
            size = saved
        free = list(bits(readers & self.free))
        if len(free) == 1:
            self._arc(source, self._node[free[0]], size, (tensor, free[0]))
        elif free:
            self._arc(source, self._nodes, size, None)
            for reader in free:
                self._arc(self._nodes, self._node[reader], size, (tensor, reader))
            self._nodes += 1

    def _arc(self, tail: int, head: int, capacity: int, meaning: tuple[int, int] | None) -> None:
        self._arcs.append((tail, head, capacity))
        self._meaning.append(meaning)

    def solve(self) -> Cut:
        graph = self._graph
        pairs = [(v, p) for v in self._node for p in bits(graph.before[v] & self.free)]
        reads, returns = list(self._fixed), []
        if self._arcs:
            arcs = self._arcs + [(self._node[v], self._node[p], self._infinite) for v, p in pairs]
            flows = _maximum_flow(arcs)
            meanings = zip(self._meaning, flows, strict=False)
            reads += [(*meaning, flow) for meaning, flow in meanings if meaning and flow]
            back = zip(pairs, flows[len(self._arcs) :], strict=True)
            returns = [(later, earlier, flow) for (later, earlier), flow in back if flow]
        late = self._later
        total = sum(amount for _, reader, amount in reads if reader < 0 or late >> reader & 1)
        operator = self._operator
        total += graph.made[operator] + graph.extra[operator] - self._saving(reads)
        return Cut(total, operator, tuple(reads), tuple(returns))

    def _saving(self, reads: Iterable[tuple[int, int, int]]) -> int:
        """The bytes of these reads that the operator may save."""
        saving = next((saving for saving in self._graph.problem.savings if saving.operator == self._operator), None)
        if saving is None:
            return 0
        saved = dict(saving.saved)
        sizes = self._graph.sizes
        mine = ((tensor, amount) for tensor, reader, amount in reads if reader == self._operator)
        return min(saving.most, sum(max(0, amount - sizes[t] + saved.get(t, 0)) for t, amount in mine))


def _maximum_flow(arcs: list[tuple[int, int, int]]) -> list[int]:
    """The flow on every arc (tail, head, capacity) in a maximum flow from node 0 to node 1.

    Raises ArithmeticError if the capacities exceed 64 bits.
    """
    from ortools.graph.python.max_flow import SimpleMaxFlow

    flow = SimpleMaxFlow()
    for tail, head, capacity in arcs:
        flow.add_arc_with_capacity(tail, head, capacity)
    if flow.solve(0, 1) != flow.OPTIMAL:
        raise ArithmeticError("the sizes are too large for a maximum flow in 64 bits")
    return [flow.flow(arc) for arc in range(len(arcs))]
