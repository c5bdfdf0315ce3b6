"""The searches of one problem in one direction, in C, and the tables that it takes."""

from __future__ import annotations

from functools import cached_property
from itertools import chain
from operator import sub
from typing import TYPE_CHECKING

from arenite.solve.core import _compiled
from arenite.solve.core.orders.events import sorted_closures
from arenite.solve.core.orders.interface import Direction
from arenite.solve.core.orders.python import OrderSpace
from arenite.solve.core.tables import LARGEST, packed, starts
from arenite.solve.order.graph import bits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.solve.core.orders.interface import Rules
    from arenite.solve.order.graph import Graph

    Lists = tuple[bytes, bytes]
    Tables = tuple[int, bool, int, bytes, Lists, Lists, Lists, Lists, bytes, Lists, tuple[bytes, bytes, Lists] | None]


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


def is_small(graph: Graph) -> bool:
    """Whether the sums of all sizes fit in the numbers of the C core, and the problem has operators."""
    largest = sum(graph.sizes) + sum(graph.extra) + sum(most for most, _ in graph.savings.values())
    return graph.count > 0 and largest <= LARGEST


def tables(graph: Graph, direction: Direction) -> Tables:
    """The arguments of `order_space`."""
    backward = direction is Direction.BACKWARD
    needs, follows = graph.links.predecessors, graph.links.successors
    if backward:
        needs, follows = follows, needs
    saved: list[tuple[int, list[tuple[int, int]]]] = [(0, [])] * graph.count
    for saving in graph.problem.savings:
        saved[saving.operator] = saving.most, [(t, size) for t, size in saving.saved if not graph.kept[t]]
    dead = map(sub, graph.made, graph.lasting)
    most = (limit for limit, _ in saved)
    return (
        graph.count,
        backward,
        graph.end if backward else graph.start,
        packed(chain.from_iterable(zip(graph.made, graph.extra, dead, most, strict=True))),
        _lists(needs),
        _lists(follows),
        _lists(graph.ending),
        (starts(ends for _, ends in saved), packed(chain.from_iterable(chain.from_iterable(e for _, e in saved)))),
        packed(graph.sizes),
        _lists([sorted(set(tensor.consumers)) for tensor in graph.problem.tensors]),
        _events(graph) if direction is Direction.EVENTS else None,
    )


def _events(graph: Graph) -> tuple[bytes, bytes, Lists]:
    found = sorted_closures(graph)
    width = (graph.count + 7) // 8
    return (
        b"".join(event.closure.to_bytes(width, "little") for event in found),
        packed(event.extra for event in found),
        _lists([list(bits(event.tops)) for event in found]),
    )


def _lists(lists: Sequence[Sequence[int]]) -> Lists:
    return starts(lists), packed(chain.from_iterable(lists))
