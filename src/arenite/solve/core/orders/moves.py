"""The moves of a search: the states that follow a state, the memory each move needs, and the bytes alive afterwards.

A `hint` carries data from a state to its successors, so that their moves are updated instead of found afresh.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from arenite.solve.core.orders.settle import Settling
from arenite.solve.order.graph import bits

if TYPE_CHECKING:
    from arenite.solve.order.graph import Graph


class Move(NamedTuple):
    """A move to `state`, in which `live` bytes are alive; `memory` bytes are in use during the move."""

    live: int
    state: int
    memory: int


class Moves(Protocol):
    """A direction of search, from state `start` (with `live` bytes alive and hint `root`) to state `goal`.

    `backward`: operators are taken back from the end. `events`: a move runs all operators up to the next event.
    """

    backward: bool
    events: bool
    start: int
    live: int
    goal: int
    root: Any
    settling: Settling

    def moves(self, state: int, live: int, hint: Any) -> tuple[list[Move], Any]:
        """All moves from a state, in a fixed order, and the hint for all states that they lead to.

        `live`: bytes alive in `state`. `hint`: the hint returned for a state before it, or `root`.
        """


class Forward:
    """Moves from no operator to all operators, one operator at a time."""

    backward = False
    events = False

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self.settling = Settling(graph, backward=False)
        self.start, self.live, self.goal = 0, graph.start, graph.full
        self.root = (0, sum(1 << v for v in range(graph.count) if not graph.before[v]))

    def moves(self, state: int, live: int, hint: tuple[int, int]) -> tuple[list[Move], tuple[int, int]]:
        """Run any one ready operator, lowest first; see `Moves`."""
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
            left = live + graph.lasting[operator]
            for size, readers in graph.reads[operator]:
                if not readers & ~new:
                    left -= size
            result.append(Move(left, new, live + graph.made[operator] + graph.extra[operator]))
        return result, (state, ready)


class Backward:
    """Moves from all operators to none, one operator at a time."""

    backward = True
    events = False

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self.settling = Settling(graph, backward=True)
        self.start, self.live, self.goal = graph.full, graph.end, 0
        self.root = (graph.full, sum(1 << v for v in range(graph.count) if not graph.after[v]))

    def moves(self, state: int, live: int, hint: tuple[int, int]) -> tuple[list[Move], tuple[int, int]]:
        """Take back any one operator that has run and none of whose successors has, lowest first; see `Moves`."""
        graph = self._graph
        later, last = hint
        last &= state
        for taken in bits(later & ~state):
            for operator in bits(graph.before[taken] & state & ~last):
                if not graph.after[operator] & state:
                    last |= 1 << operator
        result = []
        for operator in bits(last):
            left = live - graph.lasting[operator]
            for size, readers in graph.reads[operator]:
                if not readers & ~state:
                    left += size
            memory = left + graph.made[operator] + graph.extra[operator]
            result.append(Move(left, state ^ 1 << operator, memory))
        return result, (state, last)
