"""The searches of one problem in one direction, in Python."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from arenite.solve.core.orders.beam import PythonBeam
from arenite.solve.core.orders.depth_first import PythonDepthFirst
from arenite.solve.core.orders.events import Events
from arenite.solve.core.orders.interface import Direction
from arenite.solve.core.orders.moves import InPlace, OneByOne

if TYPE_CHECKING:
    from arenite.solve.core.orders.interface import Beam, BreadthFirst, DepthFirst, Rules
    from arenite.solve.core.orders.moves import Moves
    from arenite.solve.order.graph import Graph


def moves_of(graph: Graph, direction: Direction) -> Moves:
    """The moves of a problem in this direction."""
    events = direction is Direction.EVENTS
    moves: Moves = Events(graph) if events else OneByOne(graph, backward=direction is Direction.BACKWARD)
    return InPlace(graph, moves) if graph.savings else moves


class OrderSpace:
    """One problem of `operators` operators in one direction of search, in Python."""

    def __init__(self, graph: Graph, direction: Direction) -> None:
        self.direction = direction
        self.operators = graph.count
        self._graph = graph

    @cached_property
    def _moves(self) -> Moves:
        return moves_of(self._graph, self.direction)

    def depth_first(self, bound: int, limit: int, rules: Rules) -> DepthFirst:
        """Look for an order whose peak is below `bound` bytes, within about `limit` states."""
        return PythonDepthFirst(self._moves, self._graph.count, bound, limit, rules)

    def beam(self, width: int, bound: int) -> Beam:
        """Look for an order whose peak is below `bound` bytes; keep at most `width` states per number of operators."""
        return PythonBeam(self._moves, width, bound)

    def breadth_first(self, bound: int, moves: int) -> BreadthFirst:
        """Look for an order whose peak is below `bound` bytes, with at most `moves` moves; backward only."""
        from arenite.solve.core.orders.breadth_first import PythonBreadthFirst

        return PythonBreadthFirst(self._graph, bound, moves)
