"""Single operators that leave no more alive than before and fit: run (or taken back) at once, as far as that leads.

Each is a commit (see `certificate.Exhausted`), and so is a chain of them. After a move only its neighbors need be
looked at: whatever else was ready had been looked at before. In which order it is done does not matter, live being
submodular: what leaves no more alive and fits still does so after others of the kind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.solve.order.graph import bits

if TYPE_CHECKING:
    from arenite.solve.order.graph import Graph


class Settling:
    """For a direction of search: `settled` from a state, and `trace`, the states on the way there."""

    def __init__(self, graph: Graph, *, backward: bool) -> None:
        self._backward = backward
        self._full = graph.full
        self._made = [graph.made[v] + graph.extra[v] for v in range(graph.count)]
        self._lasting = [graph.made[v] - graph.dies_at_once(v) for v in range(graph.count)]
        self._needs = graph.after if backward else graph.before
        self._reads = [
            [(graph.sizes[t], graph.readers[t]) for t in graph.inputs[v] if not graph.kept[t]]
            for v in range(graph.count)
        ]
        self._near = []
        for v in range(graph.count):
            near = graph.before[v] if backward else graph.after[v]
            for _, readers in self._reads[v]:
                near |= readers
            self._near.append(near)

    def settled(self, state: int, live: int, changed: int, bound: int) -> tuple[int, int]:
        """The last state and what is alive there; `changed` are the operators that the last move ran or took back."""
        near = 0
        for operator in bits(changed):
            near |= self._near[operator]
        step = self._back if self._backward else self._on
        while near := near & (state if self._backward else self._full & ~state):
            low = near & -near
            operator = low.bit_length() - 1
            near ^= low
            left = step(state, live, operator, bound)
            if left is not None:
                state, live = state ^ low, left
                near |= self._near[operator]
        return state, live

    def trace(self, state: int, live: int, end: int, bound: int) -> list[int]:
        """The states from `state` to `end`, which it has settled to, without the two."""
        way = self.way(state, live, end, bound)
        assert way is not None
        return way[1:-1]

    def way(self, state: int, live: int, end: int, bound: int) -> list[int] | None:
        """The states from `state` to `end`, both included; None if settling does not lead there."""
        result = [state]
        step = self._back if self._backward else self._on
        while state != end:
            before = state
            for operator in bits(state ^ end):
                left = step(state, live, operator, bound)
                if left is not None:
                    state, live = state ^ 1 << operator, left
                    result.append(state)
            if state == before:
                return None
        return result

    def _on(self, state: int, live: int, operator: int, bound: int) -> int | None:
        """What is alive after running the operator, if that may be done at once."""
        if self._needs[operator] & ~state or live + self._made[operator] >= bound:
            return None
        new = state | 1 << operator
        left = live + self._lasting[operator]
        for size, readers in self._reads[operator]:
            if not readers & ~new:
                left -= size
        return left if left <= live else None

    def _back(self, state: int, live: int, operator: int, bound: int) -> int | None:
        """What is alive after taking the operator back, if that may be done at once."""
        if self._needs[operator] & state:
            return None
        left = live - self._lasting[operator]
        for size, readers in self._reads[operator]:
            if not readers & ~state:
                left += size
        return left if left <= live and left + self._made[operator] < bound else None
