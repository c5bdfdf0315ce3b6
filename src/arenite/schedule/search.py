"""Depth-first search for an order within a memory budget, by any kind of moves; when it fails, a proof.

Commit rule: live is submodular, so if nothing between the states A and U has less alive than U, whatever can follow A
can follow U at least as cheaply: A is as good as U, and all other ways on from A are dropped. Seen here in two forms:
a move that leaves no more alive than before (nothing lies between), and a way of several moves that comes back to
what was alive at an earlier state of the way, which then commits to the least between the two. The states of the way
that are still open therefore rise in live, and a search that is stuck only goes back over the last rise.
"""

from __future__ import annotations

import sys
from array import array
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any

from arenite.schedule.certificate import Exhausted

if TYPE_CHECKING:
    from arenite.schedule.moves import Move, Moves

_CLOCK = 256
"""States between two looks at the clock."""
_BETWEEN = 64
"""States looked at to see whether one between two others has less alive; beyond that no commit is made."""


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


@dataclass(slots=True)
class _Open:
    """A state of the way that is being followed, with the moves that are still to be looked at, best last.

    `mark`: how many states were under way when it was met.
    """

    state: int
    live: int
    hint: Any
    moves: list[Move]
    mark: int


def search(
    moves: Moves, bound: int, limit: int, deadline: float, *, commit: bool = True, far: bool = True
) -> Found | Failed | Undecided:
    """Look for an order whose peak is below `bound` bytes, within `limit` states and until `deadline` (monotonic).

    `commit`, `far`: the two forms of the commit rule.
    """
    return _Search(moves, bound, limit, deadline, commit=commit, far=far).run()


class _Search:
    def __init__(self, moves: Moves, bound: int, limit: int, deadline: float, *, commit: bool, far: bool) -> None:
        self._moves = moves
        self._bound = bound
        self._limit = limit
        self._deadline = deadline
        self._commit = commit
        self._far = far
        self._origin = {moves.start: -1}
        self._committed: dict[int, int] = {}
        self._blocked: int | None = None
        self._count = 0
        self._way: list[_Open] = []
        self._under_way = [moves.start]
        """States met that are not proven hopeless, in the order in which they were met: the way, open or not."""
        self._shortcuts: dict[int, list[int]] = {}
        """For states that were not reached by a move: the states that lead to them, last first."""

    def run(self) -> Found | Failed | Undecided:
        moves, way = self._moves, self._way
        last = self._follow(moves.start, moves.live, moves.root)
        while last != moves.goal:
            if self._count > self._limit or monotonic() > self._deadline:
                return Undecided(self._count)
            while way and not way[-1].moves:
                way.pop()
                self._hopeless()
            if not way:
                bound = self._bound if self._blocked is None else self._blocked
                return Failed(bound, self._count, self._origin, self._committed)
            top = way[-1]
            live, state, _ = top.moves.pop()
            if state not in self._origin:
                self._meet(state, top.state)
                last = self._follow(state, live, top.hint)
        return Found(self._path(last), self._count)

    def _meet(self, state: int, origin: int) -> None:
        self._origin[state] = origin
        self._under_way.append(state)

    def _follow(self, state: int, live: int, hint: Any) -> int:
        """Go on from a new state as long as there is nothing to choose; the last state."""
        goal = self._moves.goal
        while state != goal:
            fitting, hint = self._fitting(state, live, hint)
            if not fitting:
                break
            left, new, _ = fitting[-1]
            if self._commit and left <= live:
                self._committed[state] = new
                if new not in self._origin:
                    self._meet(new, state)
                    live, state = left, new
                    continue
                jump = self._commit_far(new, left, [new, state])
            else:
                jump = self._commit_far(state, live, [state])
                if jump is None:
                    self._way.append(_Open(state, live, hint, fitting, len(self._under_way) - 1))
                    return state
            if not jump:
                break
            state, live, hint = jump
        else:
            return state
        self._hopeless()
        return state

    def _hopeless(self) -> None:
        """What was met beyond the last open state leads nowhere."""
        del self._under_way[self._way[-1].mark + 1 if self._way else 0 :]

    def _fitting(self, state: int, live: int, hint: Any) -> tuple[list[Move], Any]:
        """The moves within the bound, best last."""
        self._count += 1
        following, hint = self._moves.moves(state, live, hint)
        fitting = []
        for move in following:
            if move[2] < self._bound:
                fitting.append(move)
            elif self._blocked is None or move[2] < self._blocked:
                self._blocked = move[2]
        fitting.sort(reverse=True)
        return fitting, hint

    def _commit_far(self, state: int, live: int, back: list[int]) -> tuple[int, int, Any] | tuple[()] | None:
        """Commit the last open states of the way to `state`, the first of `back`, where that is as good.

        If a state between has less alive, the way is left for that one, and it is returned, with what is alive and a
        hint; or nothing, if it is known to be hopeless. What was met beyond the open state is forgotten then: it has
        not been shown to be hopeless. None: the way leads to `state` still.
        """
        way = self._way
        result: tuple[()] | None = None
        while self._far and way and way[-1].live >= live:
            least = self._least(way[-1], state, live)
            if not least:
                break
            opened = way.pop()
            self._committed[opened.state] = least[1]
            if least[1] == state:
                continue
            live, state = least
            back = [state, *self._part(back + self._way_back(back[-1], opened.state), state)]
            for met in self._under_way[opened.mark + 1 :]:
                del self._origin[met]
                self._committed.pop(met, None)
                self._shortcuts.pop(met, None)
            del self._under_way[opened.mark + 1 :]
            if state not in self._origin:
                self._meet(state, opened.state)
                self._shortcuts[state] = [s for s in back[1:] if s != opened.state]
                return state, live, opened.hint
            result = ()
        return result

    def _least(self, opened: _Open, end: int, live: int) -> tuple[int, int] | None:
        """What is least alive from an open state to `end`, which lies beyond it, and where; `end` among equals.

        None if there are too many states between to tell.
        """
        moves = self._moves
        backward = moves.backward
        seen = {opened.state}
        result = (live, end)
        stack: list[tuple[int, int, Any]] = [(opened.live, opened.state, opened.hint)]
        while stack:
            alive, state, hint = stack.pop()
            if len(seen) > _BETWEEN:
                return None
            self._count += 1
            following, hint = moves.moves(state, alive, hint)
            between = [m for m in following if not (end & ~m[1] if backward else m[1] & ~end)]
            best = min(between)
            if best[0] < result[0]:
                result = best[0], best[1]
            for left, new, _ in (best,) if best[0] <= alive else between:
                if new != end and new not in seen:
                    seen.add(new)
                    stack.append((left, new, hint))
        return result

    def _way_back(self, state: int, until: int) -> list[int]:
        """The states from before `state` back to `until`."""
        result: list[int] = []
        while state != until:
            result += self._shortcuts.get(state, ())
            state = self._origin[state]
            result.append(state)
        return result

    def _part(self, back: list[int], end: int) -> list[int]:
        """The way as far as it leads to `end`: what belongs to `end` of each of its states, last first."""
        part = [state | end if self._moves.backward else state & end for state in back]
        return [state for state in dict.fromkeys(part) if state != end]

    def _path(self, state: int) -> tuple[int, ...]:
        start = self._moves.start
        return tuple(reversed([state, *self._way_back(state, start)]))


def record(failed: Failed, moves: Moves, operators: int) -> Exhausted:
    """The failed search as a certificate."""
    width = (operators + 7) // 8
    number = {state: place for place, state in enumerate(failed.origin)}
    target = array("q", [-1]) * len(number)
    for state, then in failed.committed.items():
        target[number[state]] = number[then]
    if sys.byteorder == "big":
        target.byteswap()
    states = b"".join(state.to_bytes(width, "little") for state in number)
    return Exhausted(failed.bound, moves.backward, moves.events, states, target.tobytes())
