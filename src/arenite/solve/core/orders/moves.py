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


class OneByOne:
    """Moves of one operator at a time: from no operator to all, or, `backward`, from all operators to none."""

    events = False

    def __init__(self, graph: Graph, *, backward: bool) -> None:
        self.backward = backward
        self.settling = Settling(graph, backward=backward)
        self.start, self.live, self.goal = (graph.full, graph.end, 0) if backward else (0, graph.start, graph.full)
        self._graph = graph
        self._needs, self._follow = (graph.after, graph.before) if backward else (graph.before, graph.after)
        self.root = (self.start, sum(1 << v for v in range(graph.count) if not self._needs[v]))

    def moves(self, state: int, live: int, hint: tuple[int, int]) -> tuple[list[Move], tuple[int, int]]:
        """Run any one ready operator, or take back any one that no other needs, lowest first; see `Moves`."""
        graph, backward = self._graph, self.backward
        earlier, ready = hint
        left_over = state if backward else graph.full & ~state
        ready &= left_over
        for moved in bits(earlier ^ state):
            for operator in bits(self._follow[moved] & left_over & ~ready):
                if not self._needs[operator] & left_over:
                    ready |= 1 << operator
        result = []
        for operator in bits(ready):
            done, more = state | 1 << operator, graph.lasting[operator]
            for size, readers in graph.reads[operator]:
                if not readers & ~done:
                    more -= size
            own = graph.made[operator] + graph.extra[operator]
            if backward:
                result.append(Move(live - more, state ^ 1 << operator, live - more + own))
            else:
                result.append(Move(live + more, done, live + own))
        return result, (state, ready)


def saved(graph: Graph, operator: int, done: int) -> int:
    """Bytes that an operator saves; `done` is the mask of the operators that have run after it, itself included."""
    most, ends = graph.savings.get(operator, (0, ()))
    return min(most, sum(size for size, readers in ends if not readers & ~done))


class InPlace:
    """Moves with less memory where the last operator of a move is known, and saves bytes by writing over its inputs.

    A saving lowers only the memory that a move needs while its operator runs. The bytes alive between operators, and so
    the commit rules, are the same as without savings; `certificate` proves that they hold.
    """

    def __init__(self, graph: Graph, without: Moves) -> None:
        self._graph = graph
        self._without = without
        self.backward, self.events = without.backward, without.events
        self.start, self.live, self.goal, self.root = without.start, without.live, without.goal, without.root
        self.settling: Settling = _Settling(graph, backward=without.backward)

    def moves(self, state: int, live: int, hint: Any) -> tuple[list[Move], Any]:
        """As without savings, with less memory."""
        following, hint = self._without.moves(state, live, hint)
        found = []
        for left, new, memory in following:
            part = new ^ state
            last = [operator for operator in bits(part) if not self._graph.after[operator] & part]
            spared = saved(self._graph, last[0], new | state) if len(last) == 1 else 0
            found.append(Move(left, new, memory - spared))
        return found, hint


class _Settling(Settling):
    """`Settling` with in-place savings.

    The base class tests an operator with the most bytes that it can save; this class then tests it with the bytes that
    it saves in the given state.
    """

    def __init__(self, graph: Graph, *, backward: bool) -> None:
        super().__init__(graph, backward=backward)
        self._graph = graph
        self._whole = self._made
        self._made = [made - graph.most_saving(operator) for operator, made in enumerate(self._whole)]

    def _left(self, state: int, live: int, operator: int, bound: int) -> int | None:
        left = super()._left(state, live, operator, bound)
        if left is not None:
            spared = saved(self._graph, operator, state | 1 << operator)
            left = left if (left if self._backward else live) + self._whole[operator] - spared < bound else None
        return left
