"""Beam search over the moves of a problem, from an upper bound in bytes to an order below it. It proves nothing.

Of all states with the same number of operators, only the best are kept: those with the smaller peak so far.
"""

from __future__ import annotations

from heapq import heappop, heappush, nsmallest
from typing import TYPE_CHECKING, Any, NamedTuple

from arenite.solve.order.search import Found, Undecided

if TYPE_CHECKING:
    from arenite.budget import Budget
    from arenite.solve.order.moves import Moves

_STEPS_OF_STATE = 60
"""Budget steps to expand one state, successors included; measured on random-wired networks."""


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


def beam(moves: Moves, width: int, bound: int, budget: Budget) -> Found | Undecided:
    """Look for an order whose peak is below `bound` bytes; keep at most `width` states per number of operators.

    States are ranked by the peak so far, then by the bytes alive. Every state settles (see `settle`): operators that
    raise neither the peak nor the bytes alive run at once.
    """
    start = _Reached(0, moves.live, moves.start, moves.root, -1, moves.start, moves.live)
    layers: dict[int, dict[int, _Reached]] = {0: {moves.start: start}}
    waiting = [0]
    kept: dict[int, _Reached] = {}
    count = 0
    while waiting and not budget.over:
        layer = layers.pop(heappop(waiting))
        for reached in nsmallest(width, layer.values(), key=lambda each: each[:2]):
            kept[reached.state] = reached
            if reached.state == moves.goal:
                return Found(_path(moves, kept), count)
            count += 1
            budget.spend(_STEPS_OF_STATE)
            for new in _following(moves, reached, bound):
                size = (new.state ^ moves.start).bit_count()
                if size not in layers:
                    layers[size] = {}
                    heappush(waiting, size)
                known = layers[size].get(new.state)
                if known is None or new.peak < known.peak:
                    layers[size][new.state] = new
    return Undecided(count)


def _following(moves: Moves, reached: _Reached, bound: int) -> list[_Reached]:
    """The settled successors of a state; only one of them if its move raises neither peak nor bytes alive."""
    following, hint = moves.moves(reached.state, reached.live, reached.hint)
    fitting = [move for move in following if move.memory < bound]
    free = [move for move in fitting if move.live <= reached.live and move.memory <= reached.peak]
    result = []
    for move in [min(free)] if free else fitting:
        peak = max(reached.peak, move.memory)
        state, live = moves.settling.settled(move.state, move.live, move.state ^ reached.state, peak + 1)
        result.append(_Reached(peak, live, state, hint, reached.state, move.state, move.live))
    return result


def _path(moves: Moves, kept: dict[int, _Reached]) -> tuple[int, ...]:
    """All states from the start to the goal, those passed while settling included."""
    path = []
    reached = kept[moves.goal]
    while reached.origin >= 0:
        path.append(reached.state)
        if reached.entered != reached.state:
            way = moves.settling.trace(reached.entered, reached.entered_live, reached.state, reached.peak + 1)
            path += [*reversed(way), reached.entered]
        reached = kept[reached.origin]
    path.append(moves.start)
    return tuple(reversed(path))
