"""Depth-first and beam search for an order within a memory budget: charge a budget, and make a certificate.

In: a problem in one direction of search, and a bound in bytes. Out: an order with a peak below the bound, or a failed
search, which proves a lower bound, or neither; a beam search proves nothing. The searches themselves are
`core/orders/depth_first.py` and `core/orders/beam.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.problems.certificate import Exhausted
from arenite.solve.core.interface import MOVES_AT_ONCE
from arenite.solve.core.orders.interface import Direction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.budget import Budget
    from arenite.solve.core.orders.interface import DepthFirst, Rules
    from arenite.solve.core.orders.python import OrderSpace

_STEPS_OF_MOVE = 5
"""Budget steps of one move. On random-wired networks and random graphs a move takes one or two microseconds in C, and
fifty in Python. The figure lies between the two, so that a graph that is never proven does not take Python an hour."""
_STEPS_OF_WORD = 0.1
"""Further budget steps of a move per 64 operators. Measured: with 10,000 operators a move takes some 13 microseconds in
C."""
_STEPS_OF_STATE = 15
"""Budget steps to expand one state, successors included. It takes three to five microseconds in C, and a hundred in
Python; the figure lies between the two, as for a move of a depth-first search."""
_STEPS_OF_WORD_OF_STATE = 0.3
"""Further budget steps of a state per 64 operators."""


@dataclass(frozen=True, slots=True)
class Found:
    """`path`: the states of an order below the bound, from the start of the search to its goal.

    `states` counts the states visited, here and in the other results.
    """

    path: Sequence[int]
    states: int


@dataclass(frozen=True, slots=True)
class Failed:
    """No order has a peak below `bound` bytes, the least memory of all moves that the search refused."""

    bound: int
    states: int
    search: DepthFirst
    direction: Direction

    def certificate(self) -> Exhausted:
        """The failed search for a checker."""
        states, moves = self.search.record()
        backward, events = self.direction is Direction.BACKWARD, self.direction is Direction.EVENTS
        return Exhausted(self.bound, backward, events, states, moves)


@dataclass(frozen=True, slots=True)
class Undecided:
    """The search reached its limit of states, or spent its budget, before it decided."""

    states: int


def search(space: OrderSpace, bound: int, limit: int, budget: Budget, rules: Rules) -> Found | Failed | Undecided:
    """Look for an order whose peak is below `bound` bytes, within `limit` states and the budget."""
    begun = space.depth_first(bound, limit, rules)
    steps = _STEPS_OF_MOVE + _STEPS_OF_WORD * (space.operators // 64)
    while True:
        most = budget.affordable(steps, MOVES_AT_ONCE)
        found, done, states = begun.run(most)
        budget.spend(steps * done)
        if found:
            return Found(begun.path(), states)
        if found is not None:
            refused = begun.refused()
            return Failed(bound if refused is None else refused, states, begun, space.direction)
        if done < most or budget.over:
            return Undecided(states)


def beam(space: OrderSpace, width: int, bound: int, budget: Budget) -> Found | Undecided:
    """Look for an order whose peak is below `bound` bytes; keep at most `width` states per number of operators."""
    begun = space.beam(width, bound)
    steps = _STEPS_OF_STATE + _STEPS_OF_WORD_OF_STATE * (space.operators // 64)
    states = 0
    while True:
        found, done = begun.run(budget.affordable(steps, MOVES_AT_ONCE))
        budget.spend(steps * done)
        states += done
        if found:
            return Found(begun.path(), states)
        if found is not None or budget.over:
            return Undecided(states)
