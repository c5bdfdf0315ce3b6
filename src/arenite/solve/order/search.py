"""Depth-first search for an order within a memory budget, by any kind of moves; when it fails, a proof.

Commit rule: live is submodular, so if nothing between the states A and U has less alive than U, whatever can follow A
can follow U at least as cheaply: A is as good as U, and all other ways on from A are dropped. Seen here in two forms:
a move that leaves no more alive than before (nothing lies between), and a way of several moves that comes back to
what was alive at an earlier state of the way: that one commits to the least between the two. The second form is looked
at only when the search comes back to the earlier state, so it costs nothing where all goes well.
"""

from __future__ import annotations

import sys
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from arenite.problems.certificate import Exhausted

if TYPE_CHECKING:
    from arenite.budget import Budget
    from arenite.solve.order.moves import Move, Moves

_STEPS_OF_MOVE = 20
"""Steps that one move of the search takes, as measured on random-wired networks; a state takes one or two moves."""

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


class _Back(NamedTuple):
    """A state that has no more alive than one before it: what is alive, and the last states of the way, last first.

    `settled`: what was alive before the last one was settled to, if it was.
    """

    live: int
    last: list[int]
    settled: int | None


@dataclass(slots=True)
class _Open:
    """A state of the way, with the moves that are still to be looked at, best last.

    `back`: the first state beyond it with no more alive, if one was met.
    """

    state: int
    live: int
    hint: Any
    moves: list[Move]
    back: _Back | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """How to search: the two forms of the commit rule, and which move to follow first.

    `default_first`: the one whose operators come first in the default order, rather than the one that leaves least
    alive. Networks are mostly written down part by part, and an order that meets a bound often is so as well.
    """

    commit: bool = True
    far_commit: bool = True
    default_first: bool = False


def search(moves: Moves, bound: int, limit: int, budget: Budget, rules: Rules) -> Found | Failed | Undecided:
    """Look for an order whose peak is below `bound` bytes, within `limit` states and the budget."""
    return _Search(moves, bound, limit, budget, rules).run()


class _Search:
    def __init__(self, moves: Moves, bound: int, limit: int, budget: Budget, rules: Rules) -> None:
        self._moves = moves
        self._bound = bound
        self._limit = limit
        self._budget = budget
        self._rules = rules
        self._origin = {moves.start: -1}
        self._committed: dict[int, int] = {}
        self._blocked: int | None = None
        self._count = 0
        self._way: list[_Open] = []
        self._rising: list[_Open] = []
        """Those of the way that nothing came back to yet; what is alive rises from each to the next."""
        self._settled: dict[int, int] = {}
        """For states that others settled to: what was alive there."""
        self._shortcuts: dict[int, list[int]] = {}
        """For states that were not reached by a move: the states that lead to them, last first."""

    def run(self) -> Found | Failed | Undecided:
        way = self._way
        last = self._follow(self._moves.start, self._moves.live, self._moves.root, self._moves.start)
        while last != self._moves.goal:
            self._budget.spend(_STEPS_OF_MOVE)
            if self._count > self._limit or self._budget.over:
                return Undecided(self._count)
            if not way:
                bound = self._bound if self._blocked is None else self._blocked
                return Failed(bound, self._count, self._origin, self._committed)
            top = way[-1]
            if top.back and self._rules.far_commit:
                last = self._commit_far(top, *top.back)
            elif top.moves:
                live, state, _ = top.moves.pop()
                if state not in self._origin:
                    self._origin[state] = top.state
                    last = self._follow(state, live, top.hint, top.state)
            else:
                self._close()
        return Found(self._path(last), self._count)

    def _close(self) -> None:
        opened = self._way.pop()
        if self._rising and self._rising[-1] is opened:
            self._rising.pop()

    def _follow(self, state: int, live: int, hint: Any, before: int) -> int:
        """Go on from a new state as long as there is nothing to choose; the last state."""
        commit = self._rules.commit
        while state != self._moves.goal:
            if commit:
                new, left = self._moves.settling.settled(state, live, state ^ before, self._bound)
                if new != state:
                    if not self._commit(state, new, left, settled=live):
                        break
                    before, state, live = state, new, left
                    continue
            fitting, hint = self._fitting(state, live, hint)
            if not fitting:
                break
            left, new, _ = min(fitting)
            if not commit or left > live:
                fitting.sort(key=(lambda move: move.state) if self._rules.default_first else None, reverse=True)
                self._came_back(live, [state])
                self._way.append(_Open(state, live, hint, fitting))
                self._rising.append(self._way[-1])
                break
            if not self._commit(state, new, left):
                break
            before, state, live = state, new, left
        return state

    def _commit(self, state: int, new: int, live: int, settled: int | None = None) -> bool:
        """Commit to the next state of the way; whether that is a new one. `settled`: what was alive before settling."""
        self._committed[state] = new
        if new in self._origin:
            self._came_back(live, [new, state], settled)
            return False
        self._origin[new] = state
        if settled is not None:
            self._settled[new] = settled
        return True

    def _fitting(self, state: int, live: int, hint: Any) -> tuple[list[Move], Any]:
        """The moves within the bound."""
        self._count += 1
        following, hint = self._moves.moves(state, live, hint)
        fitting = []
        for move in following:
            if move.memory < self._bound:
                fitting.append(move)
            elif self._blocked is None or move.memory < self._blocked:
                self._blocked = move.memory
        return fitting, hint

    def _came_back(self, live: int, last: list[int], settled: int | None = None) -> None:
        """Remember a state, the first of `last`, where more was alive."""
        while self._rising and self._rising[-1].live >= live:
            self._rising.pop().back = _Back(live, last, settled)

    def _commit_far(self, opened: _Open, live: int, last: list[int], settled: int | None) -> int:
        """The way on from an open state led to the first of `last` and from there nowhere; commit to the least between.

        If what is least alive is known to be hopeless, the open state is hopeless too. Otherwise follow that; the last
        state of its way.
        """
        opened.back = None
        least = self._least(opened, last[0], live)
        if not least:
            self._rising.append(opened)
            return opened.state
        if settled is not None:
            last = [last[0], *self._trace(last[1], settled, last[0]), last[1]]
        self._close()
        live, end = least
        self._committed[opened.state] = end
        between = self._part([*last, *self._way_back(last[-1], opened.state)], end, opened.state)
        if end in self._origin:
            self._came_back(live, [end, *between, opened.state])
            return opened.state
        self._shortcuts[end] = between
        self._origin[end] = opened.state
        return self._follow(end, live, opened.hint, opened.state)

    def _least(self, opened: _Open, end: int, live: int) -> tuple[int, int] | None:
        """What is least alive from an open state to `end`, which lies beyond it, and where; `end` among equals.

        None if there are too many states between to tell.
        """
        moves = self._moves
        backward = moves.backward
        seen = {opened.state}
        least, where = live, end
        stack: list[tuple[int, int, Any]] = [(opened.live, opened.state, opened.hint)]
        while stack:
            alive, state, hint = stack.pop()
            if len(seen) > _BETWEEN:
                return None
            self._count += 1
            following, hint = moves.moves(state, alive, hint)
            between = [move for move in following if not (end & ~move.state if backward else move.state & ~end)]
            if not between:
                continue
            best = min(between)
            if best.live < least:
                least, where = best.live, best.state
            for left, new, _ in (best,) if best.live <= alive else between:
                if new != end and new not in seen:
                    seen.add(new)
                    stack.append((left, new, hint))
        return least, where

    def _way_back(self, state: int, until: int) -> list[int]:
        """The states from before `state` back to `until`."""
        result: list[int] = []
        while state != until:
            before = self._origin[state]
            result += self._shortcuts.get(state, ())
            if state in self._settled:
                result += self._trace(before, self._settled[state], state)
            result.append(before)
            state = before
        return result

    def _trace(self, state: int, live: int, end: int) -> list[int]:
        return self._moves.settling.trace(state, live, end, self._bound)[::-1]

    def _part(self, back: list[int], end: int, begin: int) -> list[int]:
        """The way as far as it leads from `begin` to `end`: what belongs to `end` of its states, last first."""
        part = [state | end if self._moves.backward else state & end for state in back]
        return [state for state in dict.fromkeys(part) if state not in (begin, end)]

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
