"""The searches of one problem in one direction, in C."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from arenite.solve.core import _compiled
from arenite.solve.core.orders.python import OrderSpace
from arenite.solve.core.orders.tables import tables
from arenite.solve.core.tables import LARGEST

if TYPE_CHECKING:
    from arenite.solve.core.orders.interface import Rules


class CompiledOrderSpace(OrderSpace):
    """`OrderSpace` in C."""

    @cached_property
    def _space(self) -> _compiled.OrderSpace:
        return _compiled.order_space(*tables(self._graph, self.direction))

    def depth_first(self, bound: int, limit: int, rules: Rules) -> CompiledDepthFirst:
        """See `OrderSpace`."""
        bound, limit = min(bound, LARGEST), min(limit, LARGEST)
        search = _compiled.order_depth_begin(
            self._space, bound, limit, rules.commit, rules.far_commit, rules.default_first
        )
        return CompiledDepthFirst(search, self._graph.count)

    def beam(self, width: int, bound: int) -> CompiledBeam:
        """See `OrderSpace`."""
        return CompiledBeam(_compiled.order_beam_begin(self._space, width, min(bound, LARGEST)), self._graph.count)

    def breadth_first(self, bound: int, moves: int) -> CompiledBreadthFirst:
        """See `OrderSpace`."""
        eager = self._graph.eager.to_bytes((self._graph.count + 7) // 8, "little")
        bound, moves = min(bound, LARGEST), min(moves, LARGEST)
        search = _compiled.order_breadth_begin(self._space, bound, moves, eager, self._graph.least_own)
        return CompiledBreadthFirst(search, self._graph.count)


class CompiledDepthFirst:
    """`DepthFirst` in C."""

    def __init__(self, search: _compiled.DepthFirst, operators: int) -> None:
        self._search = search
        self._operators = operators

    def run(self, moves: int) -> tuple[bool | None, int, int]:
        """See `DepthFirst`."""
        found, done, states = _compiled.order_depth_run(self._search, moves)
        return _answer(found), done, states

    def refused(self) -> int | None:
        """See `DepthFirst`."""
        return _compiled.order_depth_refused(self._search)

    def path(self) -> list[int]:
        """See `DepthFirst`."""
        return _masks(_compiled.order_depth_path(self._search), self._operators)

    def record(self) -> tuple[bytes, bytes]:
        """See `DepthFirst`."""
        return _compiled.order_depth_record(self._search)


class CompiledBeam:
    """`Beam` in C."""

    def __init__(self, search: _compiled.Beam, operators: int) -> None:
        self._search = search
        self._operators = operators

    def run(self, states: int) -> tuple[bool | None, int]:
        """See `Beam`."""
        found, done = _compiled.order_beam_run(self._search, states)
        return _answer(found), done

    def path(self) -> list[int]:
        """See `Beam`."""
        return _masks(_compiled.order_beam_path(self._search), self._operators)


class CompiledBreadthFirst:
    """`BreadthFirst` in C."""

    def __init__(self, search: _compiled.BreadthFirst, operators: int) -> None:
        self._search = search
        self._operators = operators

    def run(self, states: int) -> tuple[bool | None, int, int]:
        """See `BreadthFirst`."""
        found, visited, moves = _compiled.order_breadth_run(self._search, states)
        return _answer(found), visited, moves

    def refused(self) -> int | None:
        """See `BreadthFirst`."""
        return _compiled.order_breadth_refused(self._search)

    def states(self) -> bytes:
        """See `BreadthFirst`."""
        return _compiled.order_breadth_states(self._search)

    def way(self) -> list[int]:
        """See `BreadthFirst`."""
        return _masks(_compiled.order_breadth_way(self._search), self._operators)


def _answer(found: int) -> bool | None:
    return None if found < 0 else bool(found)


def _masks(content: bytes, operators: int) -> list[int]:
    """The states of a result, each of them whole bytes."""
    width = (operators + 7) // 8
    return [int.from_bytes(content[i : i + width], "little") for i in range(0, len(content), width)]
