"""Moves for problems in which operators save bytes by writing over inputs that end with them.

A saving lowers only the memory that a move needs while its operator runs. The bytes alive between operators, and so the
commit rules, are the same as without savings; `certificate` proves that they hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from arenite.solve.core.orders.moves import Move
from arenite.solve.core.orders.settle import Settling
from arenite.solve.order.graph import bits

if TYPE_CHECKING:
    from arenite.solve.core.orders.moves import Moves
    from arenite.solve.order.graph import Graph


def saved(graph: Graph, operator: int, done: int) -> int:
    """Bytes that an operator saves; `done` is the mask of the operators that have run after it, itself included."""
    most, ends = graph.savings.get(operator, (0, ()))
    return min(most, sum(size for size, readers in ends if not readers & ~done))


class InPlace:
    """Moves with less memory where the last operator of a move is known and saves some; see `Moves`."""

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

    def _on(self, state: int, live: int, operator: int, bound: int) -> int | None:
        left = super()._on(state, live, operator, bound)
        if left is not None:
            memory = live + self._whole[operator] - saved(self._graph, operator, state | 1 << operator)
            left = left if memory < bound else None
        return left

    def _back(self, state: int, live: int, operator: int, bound: int) -> int | None:
        left = super()._back(state, live, operator, bound)
        if left is not None:
            memory = left + self._whole[operator] - saved(self._graph, operator, state)
            left = left if memory < bound else None
        return left
