"""The moves of a search: which states follow a state, what memory that needs, and what is alive afterwards.

A `hint` carries what was found at the state before, so that the moves of the next one need not be found afresh.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from arenite.solve.order.graph import bits
from arenite.solve.order.settle import Settling

if TYPE_CHECKING:
    from arenite.solve.order.graph import Graph


class Move(NamedTuple):
    """`live` is what is alive in `state`, the state that the move leads to; `memory` is needed on the way."""

    live: int
    state: int
    memory: int


class Moves(Protocol):
    """A direction of search, from `start` (where `live` bytes are alive) to `goal`."""

    backward: bool
    events: bool
    start: int
    live: int
    goal: int
    root: Any
    settling: Settling

    def moves(self, state: int, live: int, hint: Any) -> tuple[list[Move], Any]:
        """All moves from a state in a fixed order, and the hint for the states that they lead to."""


class Forward:
    """From nothing run to all run, an operator at a time."""

    backward = False
    events = False

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self.settling = Settling(graph, backward=False)
        self.start, self.live, self.goal = 0, graph.start, graph.full
        self.root = (0, sum(1 << v for v in range(graph.count) if not graph.before[v]))
        self._reads = [
            [(graph.sizes[t], graph.readers[t]) for t in graph.inputs[v] if not graph.kept[t]]
            for v in range(graph.count)
        ]
        self._dead = [graph.dies_at_once(v) for v in range(graph.count)]

    def moves(self, state: int, live: int, hint: tuple[int, int]) -> tuple[list[Move], tuple[int, int]]:
        """Every ready operator, lowest first."""
        graph = self._graph
        earlier, ready = hint
        ready &= ~state
        for ran in bits(state & ~earlier):
            for operator in bits(graph.after[ran] & ~state & ~ready):
                if not graph.before[operator] & ~state:
                    ready |= 1 << operator
        result = []
        for operator in bits(ready):
            new = state | 1 << operator
            left = live + graph.made[operator] - self._dead[operator]
            for size, readers in self._reads[operator]:
                if not readers & ~new:
                    left -= size
            result.append(Move(left, new, live + graph.made[operator] + graph.extra[operator]))
        return result, (state, ready)


class Backward:
    """From all run to nothing run, an operator at a time."""

    backward = True
    events = False

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self.settling = Settling(graph, backward=True)
        self.start, self.live, self.goal = graph.full, graph.end, 0
        self.root = (graph.full, sum(1 << v for v in range(graph.count) if not graph.after[v]))
        self._reads = [
            [(graph.sizes[t], graph.readers[t]) for t in graph.inputs[v] if not graph.kept[t]]
            for v in range(graph.count)
        ]
        self._lasting = [graph.made[v] - graph.dies_at_once(v) for v in range(graph.count)]

    def moves(self, state: int, live: int, hint: tuple[int, int]) -> tuple[list[Move], tuple[int, int]]:
        """Every operator that has run and whose outputs nobody has used, lowest first."""
        graph = self._graph
        later, last = hint
        last &= state
        for taken in bits(later & ~state):
            for operator in bits(graph.before[taken] & state & ~last):
                if not graph.after[operator] & state:
                    last |= 1 << operator
        result = []
        for operator in bits(last):
            left = live - self._lasting[operator]
            for size, readers in self._reads[operator]:
                if not readers & ~state:
                    left += size
            memory = left + graph.made[operator] + graph.extra[operator]
            result.append(Move(left, state ^ 1 << operator, memory))
        return result, (state, last)
