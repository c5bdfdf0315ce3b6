"""Breadth-first search from the end: charges its budget, and makes an order or a certificate of its result.

In: a problem and a bound in bytes. Out: as for `search`. The search itself is `core/orders/breadth_first.py`. It visits
fewer states than a depth-first search that fails, since it meets them settled, and takes less time for each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.problems.certificate import Settled
from arenite.solve.core.interface import STATES_OF_BREADTH_FIRST_AT_ONCE
from arenite.solve.core.orders.interface import Direction
from arenite.solve.core.orders.python import moves_of
from arenite.solve.order.graph import bits
from arenite.solve.order.search import Found, Undecided

if TYPE_CHECKING:
    from arenite.budget import Budget
    from arenite.solve.core.orders.interface import BreadthFirst
    from arenite.solve.core.orders.moves import Moves
    from arenite.solve.core.orders.python import OrderSpace
    from arenite.solve.order.graph import Graph

_WORDS = 32
"""Words of the states that moves lead to, per state of the limit, at which the search gives up. States with many moves
take long; one of a random-wired network has seven moves, and four words."""
_MOST_WORDS = 1 << 27
"""Words of 64 bits that the states of one search may take, a gigabyte; the certificate repeats them."""
_STEPS_OF_MOVE = 0.15
"""Budget steps of one move, and further ones per word of a state. Measured in C on random-wired networks and random
graphs, where a state has 2 to 16 words; in Python a move takes some five times as long."""
_STEPS_OF_WORD = 0.04
_EAGER = 2.5
"""Steps of a move where operators are eager, as a multiple: it takes back several, and states settle further."""
_MOVES_OF_STATE = 7
"""Moves that a state is expected to have, as states of random-wired networks do."""


@dataclass(frozen=True, slots=True)
class Refuted:
    """No order has a peak below `bound` bytes, the least memory of all moves refused."""

    bound: int
    states: int
    search: BreadthFirst

    def certificate(self) -> Settled:
        """The refutation for a checker."""
        return Settled(self.bound, self.search.states())


def breadth_first(
    graph: Graph, space: OrderSpace, bound: int, *, limit: int, budget: Budget
) -> Found | Refuted | Undecided:
    """Look for an order whose peak is below `bound` bytes.

    Args:
        space: the same problem, backward.
        bound: bytes that the peak must stay below.
        limit: states at which the search gives up, once all states of a size are visited; where states have many
            moves, it gives up earlier.
        budget: charged for each move, after each size; the search gives up once it is spent.
    """
    limit = min(limit, _MOST_WORDS // _words(graph))
    most = _WORDS * limit // _words(graph)
    search = space.breadth_first(bound, most)
    charged = 0
    while True:
        found, states, moves = search.run(STATES_OF_BREADTH_FIRST_AT_ONCE)
        budget.spend(_steps_of_move(graph) * (moves - charged))
        charged = moves
        if found:
            return Found(_path(graph, search.way(), bound), states)
        if found is not None:
            refused = search.refused()
            return Refuted(bound if refused is None else refused, states, search)
        if states > limit or moves > most or budget.over:
            return Undecided(states)


def states_within(graph: Graph, steps: float) -> float:
    """About how many states a search visits for so many steps of a budget."""
    return steps / (_MOVES_OF_STATE * _steps_of_move(graph))


def _steps_of_move(graph: Graph) -> float:
    return (_STEPS_OF_MOVE + _STEPS_OF_WORD * _words(graph)) * (_EAGER if graph.eager else 1)


def _words(graph: Graph) -> int:
    return (graph.count + 63) // 64


def _path(graph: Graph, way: list[int], bound: int) -> tuple[int, ...]:
    """All states from that of all operators to the empty one; `way` are the settled ones between, last one first."""
    moves = moves_of(graph, Direction.BACKWARD)
    ends = [0, *way]
    path = moves.settling.way(moves.start, moves.live, ends[-1], bound)
    assert path is not None
    while len(ends) > 1:
        path += _between(graph, moves, ends.pop(), ends[-1], bound)
    return tuple(path)


def _between(graph: Graph, moves: Moves, state: int, end: int, bound: int) -> list[int]:
    """The states after settled state `state`, up to and with the next one, `end`."""
    for operator in bits(state & ~end & ~graph.eager):
        later = graph.descendants[operator] & state
        if later & (end | ~graph.eager):
            continue
        before, path = state, []
        for eager in (v for v in reversed(graph.order) if later >> v & 1):
            before ^= 1 << eager
            path.append(before)
        live = _live(graph, before)
        for left, new, memory in moves.moves(before, live, moves.root)[0]:
            if new == before ^ 1 << operator and max(memory, live + graph.least_own if later else 0) < bound:
                way = moves.settling.way(new, left, end, bound)
                if way:
                    return path + way
    raise AssertionError("a state of the search does not follow from the one that it comes from")


def _live(graph: Graph, state: int) -> int:
    return sum(
        tensor.size
        for tensor, readers in zip(graph.problem.tensors, graph.readers, strict=True)
        if (tensor.producer is None or state >> tensor.producer & 1) and (tensor.kept or readers & ~state)
    )
