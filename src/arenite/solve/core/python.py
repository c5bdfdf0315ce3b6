"""The core in Python: the reference for the core in C, and the one that runs where the C is not installed.

A core makes the fits and searches of one problem, each of which keeps the problem in a form of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.solve.core.canonical import PythonBoxSearch
from arenite.solve.core.ejection import PythonEjection
from arenite.solve.core.groups import PythonGroupFits
from arenite.solve.core.orders.python import OrderSpace
from arenite.solve.core.plain import PythonPlainFits
from arenite.solve.core.singles import PythonSingleFits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.solve.core.interface import BoxSearch, Ejection, GroupFits, PlainFits, SingleFits
    from arenite.solve.core.orders.interface import Direction
    from arenite.solve.order.graph import Graph
    from arenite.solve.place.decide import Boxes
    from arenite.solve.place.gaps import Gaps
    from arenite.solve.place.grouping import GroupProblem


class Core:
    """The core in Python; the one in C replaces its methods where a problem's numbers fit."""

    name = "pure Python"
    """Name of the core in `arenite --version`."""

    def group_fits(self, problem: GroupProblem) -> GroupFits:
        """First fit of the groups of a problem."""
        return PythonGroupFits(problem)

    def single_fits(self, gaps: Gaps) -> SingleFits:
        """First fit of the single buffers of a problem."""
        return PythonSingleFits(gaps)

    def plain_fits(self, sizes: Sequence[int], meets: Sequence[Sequence[int]]) -> PlainFits:
        """Greedy layouts without overlap; `sizes` in bytes, `meets[i]` the buffers alive together with buffer i."""
        return PythonPlainFits(sizes, meets)

    def box_search(self, boxes: Boxes, height: int, ranks: Sequence[int], *, fewest: bool) -> BoxSearch:
        """The exhaustive search of boxes in `height` units; other arguments: see `place.portfolio.fit_exhaustively`."""
        return PythonBoxSearch(boxes, height, ranks, fewest)

    def ejection(self, sizes: Sequence[int], meets: Sequence[Sequence[int]]) -> Ejection:
        """The local search of boxes; `sizes` in units, `meets[i]` the boxes alive together with box i."""
        return PythonEjection(sizes, meets)

    def order_space(self, graph: Graph, direction: Direction) -> OrderSpace:
        """The searches for an order of a problem in one direction."""
        return OrderSpace(graph, direction)
