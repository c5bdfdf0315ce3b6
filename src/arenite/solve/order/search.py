"""Depth-first search for an order within a memory budget, by any kind of moves.

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
from typing import TYPE_CHECKING, Any, NamedTuple

from arenite.problems.certificate import Exhausted

if TYPE_CHECKING:
    from arenite.budget import Budget
    from arenite.solve.order.moves import Move, Moves

_STEPS_OF_MOVE = 20
"""Budget steps of one move, measured on random-wired networks; a state takes one or two moves."""

_BETWEEN = 64
"""States visited between two states to find the one with the least live bytes. Beyond, no commit is made: the visit
would cost more than the commit is likely to save."""


@dataclass(frozen=True, slots=True)
class Found:
    """`path`: the states of an order below the bound, from the start of the search to its goal.

    `states` counts the states visited, here and in the other results.
    """

    path: tuple[int, ...]
    states: int


@dataclass(frozen=True, slots=True)
class Failed:
    """No order has a peak below `bound` bytes, the least memory of all moves that the search refused.

    The keys of `origin` are all states reached; the values are the states before them. `committed` maps each state that
    committed to the state that it committed to.
    """

    bound: int
    states: int
    origin: dict[int, int]
    committed: dict[int, int]


@dataclass(frozen=True, slots=True)
class Undecided:
    """The search reached its limit of states, or spent its budget, before it decided."""

    states: int


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


@dataclass(frozen=True, slots=True)
class Rules:
    """Rules of a search: `commit` and `far_commit` enable the two forms of the commit rule.

    `default_first`: try moves in the default order of their operators, not by the bytes that they leave alive. Files
    mostly list networks part by part, and an order that meets the bound often runs part by part as well.
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
        """The states of the way without `back`; live bytes rise from each to the next."""
        self._settled: dict[int, int] = {}
        """For each state reached by settling: the bytes alive in the state before."""
        self._shortcuts: dict[int, list[int]] = {}
        """For each state reached by a far commit: the states on the way from its origin, last first."""

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
        """Go on from a new state until there is a choice; returns the last state reached."""
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
            elif self._blocked is None or move.memory < self._blocked:
                self._blocked = move.memory
        return fitting, hint

    def _came_back(self, live: int, last: list[int], settled: int | None = None) -> None:
        """Note the state `last[0]` as `back` of all rising states with at least `live` bytes alive."""
        while self._rising and self._rising[-1].live >= live:
            self._rising.pop().back = _Back(live, last, settled)

    def _commit_far(self, opened: _Open, live: int, last: list[int], settled: int | None) -> int:
        """Commit an open state to the state of least live bytes between it and `last[0]`, from which the search failed.

        If that state was reached before, it has failed, and so has the open state. Otherwise the search follows it.
        Returns the last state reached.
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

    def _part(self, back: list[int], end: int, begin: int) -> list[int]:
        """The states of the way `back`, cut to the operators of `end`: the way from `begin` to `end`, last first.

        Without `begin` and `end` themselves.
        """
        part = [state | end if self._moves.backward else state & end for state in back]
        return [state for state in dict.fromkeys(part) if state not in (begin, end)]

    def _path(self, state: int) -> tuple[int, ...]:
        start = self._moves.start
        return tuple(reversed([state, *self._way_back(state, start)]))


def record(failed: Failed, moves: Moves, operators: int) -> Exhausted:
    """The failed search as a certificate; `operators` is the number of operators of the problem."""
    width = (operators + 7) // 8
    number = {state: place for place, state in enumerate(failed.origin)}
    target = array("q", [-1]) * len(number)
    for state, then in failed.committed.items():
        target[number[state]] = number[then]
    if sys.byteorder == "big":
        target.byteswap()
    states = b"".join(state.to_bytes(width, "little") for state in number)
    return Exhausted(failed.bound, moves.backward, moves.events, states, target.tobytes())
