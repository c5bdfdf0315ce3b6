"""Depth-first search for an order within a memory budget, by any kind of moves; when it fails, a proof.

Commit rule: a move that leaves no more alive than before, and fits, is as good as any (live is submodular: whatever
comes later can be done after it at least as cheaply), so all others are dropped.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any

from arenite.schedule.certificate import Exhausted

if TYPE_CHECKING:
    from arenite.schedule.moves import Moves

_CLOCK = 256
"""States between two looks at the clock."""


@dataclass(frozen=True, slots=True)
class Found:
    """The states of an order below the bound, from the start of the search to its goal."""

    path: tuple[int, ...]
    states: int


@dataclass(frozen=True, slots=True)
class Failed:
    """No order has a peak below `bound`, the least memory that a move was refused for.

    `origin` holds every state met, `committed` where those that committed went.
    """

    bound: int
    states: int
    origin: dict[int, int]
    committed: dict[int, int]


@dataclass(frozen=True, slots=True)
class Undecided:
    """The limit came first."""

    states: int


def search(moves: Moves, bound: int, limit: int, deadline: float, *, commit: bool = True) -> Found | Failed | Undecided:
    """Look for an order whose peak is below `bound` bytes, within `limit` states and until `deadline` (monotonic)."""
    origin = {moves.start: -1}
    committed: dict[int, int] = {}
    blocked: int | None = None
    count = 0
    stack: list[tuple[int, int, Any]] = [(moves.live, moves.start, moves.root)]
    while stack:
        live, state, hint = stack.pop()
        while state != moves.goal:
            count += 1
            if count > limit or (count % _CLOCK == 0 and monotonic() > deadline):
                return Undecided(count)
            following, hint = moves.moves(state, live, hint)
            fitting = []
            for move in following:
                if move[2] < bound:
                    fitting.append(move)
                elif blocked is None or move[2] < blocked:
                    blocked = move[2]
            best = min(fitting, default=None)
            if best is None:
                break
            if commit and best[0] <= live:
                committed[state] = best[1]
                if best[1] in origin:
                    break
                origin[best[1]] = state
                live, state, _ = best
                continue
            fitting.sort(reverse=True)
            for left, new, _ in fitting:
                if new not in origin:
                    origin[new] = state
                    stack.append((left, new, hint))
            break
        else:
            return Found(_path(origin, state), count)
    return Failed(bound if blocked is None else blocked, count, origin, committed)


def _path(origin: dict[int, int], state: int) -> tuple[int, ...]:
    path = []
    while state >= 0:
        path.append(state)
        state = origin[state]
    return tuple(reversed(path))


def record(failed: Failed, moves: Moves, operators: int) -> Exhausted:
    """The failed search as a certificate."""
    width = (operators + 7) // 8
    number = {state: place for place, state in enumerate(failed.origin)}
    target = array("q", [-1]) * len(number)
    for state, then in failed.committed.items():
        target[number[state]] = number[then]
    states = b"".join(state.to_bytes(width, "little") for state in number)
    return Exhausted(failed.bound, moves.backward, moves.events, states, target.tobytes())
