"""Beam search, from an upper bound in bytes to an order below it; charges its budget. It proves nothing.

The search itself is `core/orders/beam.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.solve.core.interface import MOVES_AT_ONCE
from arenite.solve.order.search import Found, Undecided

if TYPE_CHECKING:
    from arenite.budget import Budget
    from arenite.solve.core.orders.python import OrderSpace

_STEPS_OF_STATE = 15
"""Budget steps to expand one state, successors included. It takes three to five microseconds in C, and a hundred in
Python; the figure lies between the two, as for a move of a depth-first search."""
_STEPS_OF_WORD = 0.3
"""Further budget steps of a state per 64 operators."""


def beam(space: OrderSpace, width: int, bound: int, budget: Budget) -> Found | Undecided:
    """Look for an order whose peak is below `bound` bytes; keep at most `width` states per number of operators."""
    begun = space.beam(width, bound)
    steps = _STEPS_OF_STATE + _STEPS_OF_WORD * (space.operators // 64)
    states = 0
    while True:
        found, done = begun.run(budget.affordable(steps, MOVES_AT_ONCE))
        budget.spend(steps * done)
        states += done
        if found:
            return Found(begun.path(), states)
        if found is not None or budget.over:
            return Undecided(states)
