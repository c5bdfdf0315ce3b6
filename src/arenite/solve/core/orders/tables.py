"""An ordering problem in one direction as the tables that `order_space` in C takes."""

from __future__ import annotations

from itertools import chain
from operator import sub
from typing import TYPE_CHECKING

from arenite.solve.core.orders.events import sorted_closures
from arenite.solve.core.orders.interface import Direction
from arenite.solve.core.tables import LARGEST, packed, starts
from arenite.solve.order.graph import bits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.solve.order.graph import Graph

    Lists = tuple[bytes, bytes]
    Tables = tuple[int, bool, int, bytes, Lists, Lists, Lists, Lists, bytes, Lists, tuple[bytes, bytes, Lists] | None]


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
