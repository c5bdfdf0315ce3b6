"""The core in Python: the reference for the core in C, and the one that runs where the C is not installed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.solve.core.canonical import PythonBoxSearch
from arenite.solve.core.ejection import PythonEjection
from arenite.solve.core.groups import PythonGroupFits
from arenite.solve.core.orders.python import PythonOrderSpace
from arenite.solve.core.plain import PythonPlainFits
from arenite.solve.core.singles import PythonSingleFits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.solve.core.orders.interface import Direction
    from arenite.solve.order.graph import Graph
    from arenite.solve.place.decide import Boxes
    from arenite.solve.place.gaps import Gaps
    from arenite.solve.place.grouping import GroupProblem


@dataclass(frozen=True, slots=True)
class PythonCore:
    """`Core` in Python."""

    name: str = "pure Python"

    def group_fits(self, problem: GroupProblem) -> PythonGroupFits:
        """See `Core`."""
        return PythonGroupFits(problem)

    def single_fits(self, gaps: Gaps) -> PythonSingleFits:
        """See `Core`."""
        return PythonSingleFits(gaps)

    def plain_fits(self, sizes: Sequence[int], meets: Sequence[Sequence[int]]) -> PythonPlainFits:
        """See `Core`."""
        return PythonPlainFits(sizes, meets)

    def box_search(self, boxes: Boxes, height: int, ranks: Sequence[int], *, fewest: bool) -> PythonBoxSearch:
        """See `Core`."""
        return PythonBoxSearch(boxes, height, ranks, fewest)

    def ejection(self, sizes: Sequence[int], meets: Sequence[Sequence[int]]) -> PythonEjection:
        """See `Core`."""
        return PythonEjection(sizes, meets)

    def order_space(self, graph: Graph, direction: Direction) -> PythonOrderSpace:
        """See `Core`."""
        return PythonOrderSpace(graph, direction)
