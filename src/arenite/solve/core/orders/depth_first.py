"""Depth-first search for an order within a memory budget, by any kind of moves; the twin in C is `../c/depth.c`.

In: moves and a bound in bytes. Out: an order with a peak below the bound, or the record of a failed search, which
proves a lower bound, or neither once the limit of states is reached.

Commit rule: let the search reach state U from state A, and let no state between the two have fewer bytes alive than U.
Live bytes are submodular, so every order that continues A can continue U at no more memory. Hence the search drops all
other moves from A. The rule is applied in two forms:

1. A move leaves no more bytes alive than before. No state lies between.
2. A way of several moves comes back to the bytes alive at an earlier state of the way. The earlier state then commits
   to the state of least live bytes between the two. This is tested only when the search backtracks to the earlier
   state, so that it costs nothing in searches without backtracking.
"""

from __future__ import annotations

import sys
from array import array
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from arenite.solve.core.orders.interface import Rules
    from arenite.solve.core.orders.moves import Move, Moves

_BETWEEN = 64
"""States visited between two states to find the one with the least live bytes. Beyond, no commit is made: the visit
would cost more than the commit is likely to save."""


class _Back(NamedTuple):
    """A state with no more bytes alive than an earlier state of the way.

    `live`: its live bytes. `last`: the last states of the way to it, last first, itself included. `settled`: if the
    state was reached by settling, the bytes alive before settling, else None.
    """

    live: int
    last: list[int]
    settled: int | None


@dataclass(slots=True)
class _Open:
    """A state of the way, with the moves still to try, best last.

    `back`: the first state after it with no more bytes alive, or None if none was reached.
    """

    state: int
    live: int
    hint: Any
    moves: list[Move]
    back: _Back | None = None


class PythonDepthFirst:
    """`DepthFirst` in Python."""

    def __init__(self, moves: Moves, operators: int, bound: int, limit: int, rules: Rules) -> None:
        self._moves = moves
        self._operators = operators
        self._bound = bound
        self._limit = limit
        self._rules = rules
        self._origin = {moves.start: -1}
        """The keys are all states reached; the values are the states before them."""
        self._committed: dict[int, int] = {}
        """For each state that committed, the state that it committed to."""
        self._refused: int | None = None
        self._count = 0
        self._way: list[_Open] = []
        self._rising: list[_Open] = []
        """The states of the way without `back`; live bytes rise from each to the next."""
        self._settled: dict[int, int] = {}
        """For each state reached by settling: the bytes alive in the state before."""
        self._shortcuts: dict[int, list[int]] = {}
        """For each state reached by a far commit: the states on the way from its origin, last first."""
        self._follow(moves.start, moves.live, moves.root, moves.start)

    def run(self, moves: int) -> tuple[bool | None, int, int]:
        """See `DepthFirst`."""
        way = self._way
        for done in range(moves + 1):
            if self._moves.goal in self._origin:
                return True, done, self._count
            if not way:
                return False, done, self._count
            if self._count > self._limit or done == moves:
                return None, done, self._count
            top = way[-1]
            if top.back and self._rules.far_commit:
                self._commit_far(top, *top.back)
            elif top.moves:
                live, state, _ = top.moves.pop()
                if state not in self._origin:
                    self._origin[state] = top.state
                    self._follow(state, live, top.hint, top.state)
            else:
                self._close()
        raise AssertionError("a search without an end")

    def refused(self) -> int | None:
        """See `DepthFirst`."""
        return self._refused

    def path(self) -> tuple[int, ...]:
        """See `DepthFirst`."""
        start, goal = self._moves.start, self._moves.goal
        return tuple(reversed([goal, *self._way_back(goal, start)]))

    def record(self) -> tuple[bytes, bytes]:
        """See `DepthFirst`."""
        width = (self._operators + 7) // 8
        number = {state: place for place, state in enumerate(self._origin)}
        target = array("q", [-1]) * len(number)
        for state, then in self._committed.items():
            target[number[state]] = number[then]
        if sys.byteorder == "big":
            target.byteswap()
        return b"".join(state.to_bytes(width, "little") for state in number), target.tobytes()

    def _close(self) -> None:
        opened = self._way.pop()
        if self._rising and self._rising[-1] is opened:
            self._rising.pop()

    def _follow(self, state: int, live: int, hint: Any, before: int) -> None:
        """Go on from a new state until there is a choice."""
        commit = self._rules.commit
        while state != self._moves.goal:
            if commit:
                new, left = self._moves.settling.settled(state, live, state ^ before, self._bound)
                if new != state:
                    if not self._commit(state, new, left, settled=live):
                        return
                    before, state, live = state, new, left
                    continue
            fitting, hint = self._fitting(state, live, hint)
            if not fitting:
                return
            left, new, _ = min(fitting)
            if not commit or left > live:
                fitting.sort(key=(lambda move: move.state) if self._rules.default_first else None, reverse=True)
                self._came_back(live, [state])
                self._way.append(_Open(state, live, hint, fitting))
                self._rising.append(self._way[-1])
                return
            if not self._commit(state, new, left):
                return
            before, state, live = state, new, left

    def _commit(self, state: int, new: int, live: int, settled: int | None = None) -> bool:
        """Commit `state` to `new`; returns whether `new` is new. `settled`: bytes alive before settling, if it was."""
        self._committed[state] = new
        if new in self._origin:
            self._came_back(live, [new, state], settled)
            return False
        self._origin[new] = state
        if settled is not None:
            self._settled[new] = settled
        return True

    def _fitting(self, state: int, live: int, hint: Any) -> tuple[list[Move], Any]:
        """The moves within the bound, and the hint for their states; notes the least memory that was refused."""
        self._count += 1
        following, hint = self._moves.moves(state, live, hint)
        fitting = []
        for move in following:
            if move.memory < self._bound:
                fitting.append(move)
            elif self._refused is None or move.memory < self._refused:
                self._refused = move.memory
        return fitting, hint

    def _came_back(self, live: int, last: list[int], settled: int | None = None) -> None:
        """Note the state `last[0]` as `back` of all rising states with at least `live` bytes alive."""
        while self._rising and self._rising[-1].live >= live:
            self._rising.pop().back = _Back(live, last, settled)

    def _commit_far(self, opened: _Open, live: int, last: list[int], settled: int | None) -> None:
        """Commit an open state to the state of least live bytes between it and `last[0]`, from which the search failed.

        If that state was reached before, it has failed, and so has the open state. Otherwise the search follows it.
        """
        opened.back = None
        least = self._least(opened, last[0], live)
        if not least:
            self._rising.append(opened)
            return
        if settled is not None:
            last = [last[0], *self._trace(last[1], settled, last[0]), last[1]]
        self._close()
        live, end = least
        self._committed[opened.state] = end
        between = _part([*last, *self._way_back(last[-1], opened.state)], end, opened.state, self._moves.backward)
        if end in self._origin:
            self._came_back(live, [end, *between, opened.state])
            return
        self._shortcuts[end] = between
        self._origin[end] = opened.state
        self._follow(end, live, opened.hint, opened.state)

    def _least(self, opened: _Open, end: int, live: int) -> tuple[int, int] | None:
        """The least live bytes of all states between an open state and `end`, and such a state; `end` wins ties.

        None if more than `_BETWEEN` states lie between.
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
        """The states of the way before `state`, back to `until`, last first."""
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


def _part(back: Iterable[int], end: int, begin: int, backward: bool) -> list[int]:
    """The states of the way `back`, cut to the operators of `end`: the way from `begin` to `end`, last first.

    Without `begin` and `end` themselves. Each state is part of the one before, so that equal ones follow each other.
    """
    part = (state | end if backward else state & end for state in back)
    return [state for state, _ in groupby(part) if state not in (begin, end)]
