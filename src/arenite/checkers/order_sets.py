"""Sets of operators as bit masks, the bytes alive after them, and the least bytes alive between two of them.

For the checker only: simple rather than fast, and independent of the search that it checks.
"""

from __future__ import annotations

from collections import deque
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from arenite.errors import VerificationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from arenite.problems.order import Problem

Operators = int
"""A set of operators: bit v is operator v."""

FOREVER: Operators = -1
"""Readers of a kept tensor: every bit is set, so that no set of operators contains all of them."""


def refusal(reason: str) -> VerificationError:
    """The error of a certificate whose proof is wrong."""
    return VerificationError(f"certificate of the lower bound: {reason}")


def set_of(operators: Iterable[int]) -> Operators:
    """The set with these members."""
    result = 0
    for operator in operators:
        result |= 1 << operator
    return result


def members(operators: Operators) -> Iterator[int]:
    """The members of a set, smallest first."""
    while operators:
        low = operators & -operators
        yield low.bit_length() - 1
        operators ^= low


class Graph:
    """A problem with its relations as sets of operators.

    readers: consumers of each tensor. written: bytes of each operator's outputs. extra: bytes that each operator needs
    for itself. direct, ancestors: predecessors of each operator. savings: by operator. events: see `_events`.

    Raises:
        VerificationError: operators form a cycle, or a saving breaks the rules of `InPlaceSaving`.
    """

    def __init__(self, problem: Problem) -> None:
        count = problem.operators
        self.problem = problem
        self.all: Operators = (1 << count) - 1
        self.readers = [set_of(tensor.consumers) for tensor in problem.tensors]
        self.written = [0] * count
        self.extra = problem.extra or (0,) * count
        self.direct: list[Operators] = [0] * count
        for tensor in problem.tensors:
            if tensor.producer is not None:
                self.written[tensor.producer] += tensor.size
                for consumer in tensor.consumers:
                    self.direct[consumer] |= 1 << tensor.producer
        for first, second in problem.before:
            self.direct[second] |= 1 << first
        self.ancestors = _ancestors(self.direct)
        self.savings = {saving.operator: saving for saving in problem.savings}
        self._check_savings()
        self._spans = [
            (tensor.size, 0 if tensor.producer is None else 1 << tensor.producer, FOREVER if tensor.kept else readers)
            for tensor, readers in zip(problem.tensors, self.readers, strict=True)
        ]
        self.events = self._events()
        self._live: dict[Operators, int] = {}

    def _events(self) -> list[tuple[Operators, int]]:
        """The events of `Exhausted`, as (closed set of operators at whose end the event happens, extra bytes).

        There is one for the end of every tensor. There is one for every operator that has extra bytes, has an output
        without readers, has no successor, or reads a tensor with several readers of which some operator saves bytes.
        """
        ends = [
            readers for t, readers in zip(self.problem.tensors, self.readers, strict=True) if readers and not t.kept
        ]
        special = self.all & ~self.needed(self.all) | set_of(v for v, extra in enumerate(self.extra) if extra)
        for tensor in self.problem.tensors:
            if tensor.producer is not None and tensor.size and not tensor.kept and not tensor.consumers:
                special |= 1 << tensor.producer
        for saving in self.savings.values():
            for number, saved in saving.saved:
                if saved and not self.problem.tensors[number].kept and self.readers[number].bit_count() > 1:
                    special |= self.readers[number]
        events = [(end, 0) for end in ends] + [(1 << v, self.extra[v]) for v in members(special)]
        return [(self.closure(operators), extra) for operators, extra in events]

    def closure(self, operators: Operators) -> Operators:
        """The operators with all their ancestors."""
        closed = operators
        for operator in members(operators):
            closed |= self.ancestors[operator]
        return closed

    def descendants(self, operator: int) -> Operators:
        """All operators that depend on this one."""
        return set_of(v for v, needed in enumerate(self.ancestors) if needed >> operator & 1)

    def needed(self, done: Operators) -> Operators:
        """The direct predecessors of a set; the set is closed if it contains them."""
        predecessors = 0
        for operator in members(done):
            predecessors |= self.direct[operator]
        return predecessors

    def ready(self, done: Operators) -> Iterator[int]:
        """The operators that may run next after a closed set."""
        return (v for v in members(self.all & ~done) if not self.direct[v] & ~done)

    def live(self, done: Operators) -> int:
        """Bytes alive after the operators of a closed set have run."""
        known = self._live.get(done)
        if known is None:
            left = ~done
            known = sum(size for size, producer, readers in self._spans if readers & left and not producer & left)
            self._live[done] = known
        return known

    def own(self, operator: int) -> int:
        """Bytes that an operator adds to those alive before it, without its saving: outputs and extra."""
        return self.written[operator] + self.extra[operator]

    def saving(self, operator: int, done: Operators) -> int:
        """Bytes that an operator saves if exactly the operators of `done` have run, itself included."""
        saving = self.savings.get(operator)
        if saving is None:
            return 0
        tensors = self.problem.tensors
        ended = (size for t, size in saving.saved if not tensors[t].kept and not self.readers[t] & ~done)
        return min(saving.most, sum(ended))

    def _check_savings(self) -> None:
        """Check what proofs rest on: an operator saves at most what it writes, and of a tensor at most its size."""
        tensors = self.problem.tensors
        for operator, saving in self.savings.items():
            apart = len({t for t, _ in saving.saved}) == len(saving.saved)
            read = all(self.readers[t] >> operator & 1 and 0 <= size <= tensors[t].size for t, size in saving.saved)
            if not (apart and read and 0 <= saving.most <= self.written[operator]):
                raise VerificationError(f"order: the saving of operator {operator} is more than it can save")
        if len(self.savings) < len(self.problem.savings):
            raise VerificationError("order: the problem has two savings of one operator")


def _ancestors(direct: list[Operators]) -> list[Operators]:
    ancestors = list(direct)
    try:
        for operator in TopologicalSorter(dict(enumerate(map(members, direct)))).static_order():
            for predecessor in members(direct[operator]):
                ancestors[operator] |= ancestors[predecessor]
    except CycleError:
        raise VerificationError("order: the operators of the problem depend on each other in a circle") from None
    return ancestors


def least_live(graph: Graph, low: Operators, high: Operators) -> int:
    """The least `live` in bytes over all closed sets between the closed sets `low` and `high`, by a minimum cut."""
    inside = high & ~low
    if inside.bit_count() == 1:
        return min(graph.live(low), graph.live(high))
    source, drain = -1, -2
    flow = _Flow()
    always = 0
    for number, (tensor, readers) in enumerate(zip(graph.problem.tensors, graph.readers, strict=True)):
        stays = tensor.kept or readers & ~high
        early = tensor.producer is None or low >> tensor.producer & 1
        if early and stays:
            always += tensor.size
        elif early or inside >> (tensor.producer or 0) & 1:
            producer = source if early or tensor.producer is None else tensor.producer
            if stays:
                flow.edge(producer, drain, tensor.size)
            elif readers & inside:
                hub = graph.problem.operators + number
                flow.edge(producer, hub, tensor.size)
                for consumer in members(readers & inside):
                    flow.edge(hub, consumer, tensor.size)
    unlimited = 1 + sum(tensor.size for tensor in graph.problem.tensors)
    for operator in members(inside):
        for predecessor in members(graph.direct[operator] & inside):
            flow.edge(operator, predecessor, unlimited)
    return always + flow.maximum(source, drain)


class _Flow:
    """Maximum flow by shortest augmenting paths (Edmonds and Karp, 1972)."""

    def __init__(self) -> None:
        self._left: dict[int, dict[int, int]] = {}

    def edge(self, start: int, end: int, capacity: int) -> None:
        forward = self._left.setdefault(start, {})
        forward[end] = forward.get(end, 0) + capacity
        self._left.setdefault(end, {}).setdefault(start, 0)

    def maximum(self, source: int, drain: int) -> int:
        total = 0
        while path := self._path(source, drain):
            amount = min(self._left[start][end] for start, end in path)
            for start, end in path:
                self._left[start][end] -= amount
                self._left[end][start] += amount
            total += amount
        return total

    def _path(self, source: int, drain: int) -> list[tuple[int, int]]:
        reached = {source: source}
        waiting = deque([source])
        while waiting and drain not in reached:
            start = waiting.popleft()
            for end, left in self._left.get(start, {}).items():
                if left and end not in reached:
                    reached[end] = start
                    waiting.append(end)
        path = []
        node = drain
        while drain in reached and node != source:
            path.append((reached[node], node))
            node = reached[node]
        return path
