"""Beam search over the moves of a problem, from an upper bound in bytes to an order below it. It proves nothing.

Of all states with the same number of operators, only the best are kept: those with the smaller peak so far. The twin in
C is `../c/beam.c`.
"""

from __future__ import annotations

from heapq import heappop, heappush, nsmallest
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from arenite.solve.core.orders.moves import Moves


class _Reached(NamedTuple):
    """The best way found to `state`: the peak of the way and the bytes alive in the state.

    The way comes from state `origin` (-1 at the start). Its last move led to `entered`, with `entered_live` bytes
    alive, which then settled to `state`. `hint` is the hint of the origin's moves.
    """

    peak: int
    live: int
    state: int
    hint: Any
    origin: int
    entered: int
    entered_live: int


class PythonBeam:
    """`Beam` in Python.

    States are ranked by the peak so far, then by the bytes alive. Every state settles (see `settle`): operators that
    raise neither the peak nor the bytes alive run at once.
    """

    def __init__(self, moves: Moves, width: int, bound: int) -> None:
        start = _Reached(0, moves.live, moves.start, moves.root, -1, moves.start, moves.live)
        self._moves = moves
        self._width = width
        self._bound = bound
        self._layers: dict[int, dict[int, _Reached]] = {0: {moves.start: start}}
        self._waiting = [0]
        self._layer: list[_Reached] = []
        """The states of the present layer that are still to be expanded, best last."""
        self._kept: dict[int, _Reached] = {}

    def run(self, states: int) -> tuple[bool | None, int]:
        """See `Beam`."""
        for done in range(states + 1):
            if not self._layer:
                if not self._waiting:
                    return False, done
                layer = self._layers.pop(heappop(self._waiting))
                self._layer = nsmallest(self._width, layer.values(), key=lambda reached: reached[:2])[::-1]
                if self._layer[-1].state == self._moves.goal:
                    self._kept[self._moves.goal] = self._layer[-1]
                    return True, done
            if done < states:
                self._expand(self._layer.pop())
        return None, states

    def _expand(self, reached: _Reached) -> None:
        self._kept[reached.state] = reached
        for new in self._following(reached):
            size = (new.state ^ self._moves.start).bit_count()
            if size not in self._layers:
                self._layers[size] = {}
                heappush(self._waiting, size)
            known = self._layers[size].get(new.state)
            if known is None or new.peak < known.peak:
                self._layers[size][new.state] = new

    def _following(self, reached: _Reached) -> list[_Reached]:
        """The settled successors of a state; only one of them if its move raises neither peak nor bytes alive."""
        following, hint = self._moves.moves(reached.state, reached.live, reached.hint)
        fitting = [move for move in following if move.memory < self._bound]
        free = [move for move in fitting if move.live <= reached.live and move.memory <= reached.peak]
        result = []
        for move in [min(free)] if free else fitting:
            peak = max(reached.peak, move.memory)
            changed = move.state ^ reached.state
            state, live = self._moves.settling.settled(move.state, move.live, changed, peak + 1)
            result.append(_Reached(peak, live, state, hint, reached.state, move.state, move.live))
        return result

    def path(self) -> tuple[int, ...]:
        """See `Beam`: all states from the start to the goal, those passed while settling included."""
        moves = self._moves
        path = []
        reached = self._kept[moves.goal]
        while reached.origin >= 0:
            path.append(reached.state)
            if reached.entered != reached.state:
                way = moves.settling.trace(reached.entered, reached.entered_live, reached.state, reached.peak + 1)
                path += [*reversed(way), reached.entered]
            reached = self._kept[reached.origin]
        path.append(moves.start)
        return tuple(reversed(path))
