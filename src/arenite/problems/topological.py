"""Dependences -> the valid order nearest to the default one: always the lowest number that may come next.

    0 --> 3 --> 1
                ^       0 and 2 may be first; after 0, both 2 and 3 may come next:   0 2 3 1
          2 ----'

Where the default order 0, 1, 2, ... is valid, it is the result.
"""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from heapq import heappop, heappush
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class CircleError(Exception):
    """The nodes have no valid order; `node` is the lowest node of some cycle."""

    def __init__(self, node: int) -> None:
        super().__init__(node)
        self.node = node


def lowest_first(needs: Sequence[Iterable[int]]) -> list[int]:
    """A topological order of the nodes 0, 1, 2, ... that always continues with the lowest node possible.

    Args:
        needs: for each node, the nodes that have to come before it.

    Raises:
        CircleError: the nodes form a cycle.
    """
    if all(need < node for node, found in enumerate(needs) for need in found):
        return list(range(len(needs)))
    sorter = TopologicalSorter(dict(enumerate(needs)))
    try:
        sorter.prepare()
    except CycleError as error:
        raise CircleError(min(error.args[1])) from None
    ready: list[int] = []
    order = []
    while sorter.is_active():
        for node in sorter.get_ready():
            heappush(ready, node)
        order.append(heappop(ready))
        sorter.done(order[-1])
    return order
