"""Settling: run (or take back) at once each operator that fits and leaves no more bytes alive, until none is left.

Each such move is a commit (see `certificate.Exhausted`), and so is a chain of them. After a move, only its neighbors
are tested, since all other ready operators have been tested before. An operator that did not fit then is not tested
again when fewer bytes are alive: a commit less costs time only. (`breadth_first` does test it again, because
`certificate.Settled` says so.) The order of the moves does not matter: live bytes are submodular, so an operator that
fits and leaves no more alive still does so after other such moves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.solve.order.graph import bits

if TYPE_CHECKING:
    from arenite.solve.order.graph import Graph


class Settling:
    """Settling in one direction of search: `settled` is its result, `trace` the states on the way.

    States are masks of operators; `live` and `bound` are bytes. A move fits if its memory is below `bound`.
    """

    def __init__(self, graph: Graph, *, backward: bool) -> None:
        self._backward = backward
        self._full = graph.full
        self._made = [graph.made[v] + graph.extra[v] for v in range(graph.count)]
        self._lasting = graph.lasting
        self._needs = graph.after if backward else graph.before
        self._reads = graph.reads
        self._near = []
        for v in range(graph.count):
            near = graph.before[v] if backward else graph.after[v]
            for _, readers in self._reads[v]:
                near |= readers
            self._near.append(near)

    def settled(self, state: int, live: int, changed: int, bound: int) -> tuple[int, int]:
        """The state after settling, and its live bytes; `changed`: mask of the operators of the move before."""
        near = 0
        for operator in bits(changed):
            near |= self._near[operator]
        while near := near & (state if self._backward else self._full & ~state):
            low = near & -near
            operator = low.bit_length() - 1
            near ^= low
            left = self._left(state, live, operator, bound)
            if left is not None:
                state, live = state ^ low, left
                near |= self._near[operator]
        return state, live

    def trace(self, state: int, live: int, end: int, bound: int) -> list[int]:
        """The states between `state` and `end`, to which it settles, in order."""
        way = self.way(state, live, end, bound)
        assert way is not None
        return way[1:-1]

    def way(self, state: int, live: int, end: int, bound: int) -> list[int] | None:
        """The states from `state` to `end`, both included, in order; None if settling does not lead to `end`."""
        result = [state]
        while state != end:
            before = state
            for operator in bits(state ^ end):
                left = self._left(state, live, operator, bound)
                if left is not None:
                    state, live = state ^ 1 << operator, left
                    result.append(state)
            if state == before:
                return None
        return result

    def _left(self, state: int, live: int, operator: int, bound: int) -> int | None:
        """Bytes alive after running the operator, or taking it back; None if it cannot be, or leaves more alive.

        It cannot be where it is not ready, or needed, or does not fit.
        """
        if self._needs[operator] & (state if self._backward else ~state):
            return None
        done, more = state | 1 << operator, self._lasting[operator]
        for size, readers in self._reads[operator]:
            if not readers & ~done:
                more -= size
        left = live - more if self._backward else live + more
        return left if left <= live and (left if self._backward else live) + self._made[operator] < bound else None
