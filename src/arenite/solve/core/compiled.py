"""The core in C: it packs problems into tables for `_compiled`, and unpacks its results into lists.

A problem whose sums might exceed int64 goes to the Python core, whose integers have no limit.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from arenite.problems.distances import runs_of
from arenite.solve.core import _compiled
from arenite.solve.core.interface import Packing, Walk
from arenite.solve.core.orders.compiled import CompiledOrderSpace, is_small
from arenite.solve.core.python import Core
from arenite.solve.core.tables import LARGEST, LONGEST_STEP, continue_from, ends, packed, starts, state_of, unpacked

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from arenite.solve.core.interface import BoxSearch, Ejection, GroupFits, PlainFits, SingleFits
    from arenite.solve.core.orders.interface import Direction
    from arenite.solve.core.orders.python import OrderSpace
    from arenite.solve.order.graph import Graph
    from arenite.solve.place.decide import Boxes
    from arenite.solve.place.gaps import Gap, Gaps
    from arenite.solve.place.grouping import GroupProblem

_BYTES_OF_RANGE = 16
"""A range in a table is two numbers of 8 bytes."""


class CompiledCore(Core):
    """`Core` in C."""

    name = "compiled core"

    def group_fits(self, problem: GroupProblem) -> GroupFits:
        """See `Core`."""
        units = problem.units
        reach = max((max(abs(gap.up), abs(gap.down)) for gap in units.gaps.values()), default=0)
        tallest = max((group.height for group in problem.groups), default=0)
        # No range reaches farther than two groups and what lies between their buffers, so no layout is higher.
        highest = len(problem.groups) * (2 * tallest + max(reach, *units.sizes, 0))
        if max(highest, *map(abs, units.caps), 0) > LARGEST:
            return super().group_fits(problem)
        return _CompiledGroupFits(problem)

    def single_fits(self, gaps: Gaps) -> SingleFits:
        """See `Core`."""
        farthest = (max((_reach(gap) for gap in own), default=0) for own in gaps.of)
        steps = (run.step for own in gaps.of for gap in own for run in runs_of(gap.points))
        if (
            max(sum(farthest) + sum(gaps.sizes), *map(abs, gaps.caps), 0) > LARGEST
            or max(steps, default=0) > LONGEST_STEP
        ):
            return super().single_fits(gaps)
        return _CompiledSingleFits(gaps)

    def plain_fits(self, sizes: Sequence[int], meets: Sequence[Sequence[int]]) -> PlainFits:
        """See `Core`."""
        return super().plain_fits(sizes, meets) if sum(sizes) > LARGEST else _CompiledPlainFits(sizes, meets)

    def box_search(self, boxes: Boxes, height: int, ranks: Sequence[int], *, fewest: bool) -> BoxSearch:
        """See `Core`."""
        if max(sum(boxes.sizes), height) > LARGEST:
            return super().box_search(boxes, height, ranks, fewest=fewest)
        return _CompiledBoxSearch(boxes, height, ranks, fewest=fewest)

    def ejection(self, sizes: Sequence[int], meets: Sequence[Sequence[int]]) -> Ejection:
        """See `Core`."""
        return super().ejection(sizes, meets) if sum(sizes) > LARGEST else _CompiledEjection(sizes, meets)

    def order_space(self, graph: Graph, direction: Direction) -> OrderSpace:
        """See `Core`."""
        return CompiledOrderSpace(graph, direction) if is_small(graph) else super().order_space(graph, direction)


class _CompiledGroupFits:
    def __init__(self, problem: GroupProblem) -> None:
        buffers, groups = problem.units.buffers, problem.groups
        self.gaps, *unsafe = _compiled.groups_unsafe(
            packed(problem.units.sizes),
            packed(buffer.first for buffer in buffers),
            packed(buffer.last for buffer in buffers),
            packed(chain.from_iterable((*pair, gap.up, gap.down) for pair, gap in sorted(problem.units.gaps.items()))),
            starts(group.members for group in groups),
            packed(chain.from_iterable(group.members for group in groups)),
            packed(chain.from_iterable(group.offsets for group in groups)),
        )
        others_from, others, ranges_from, ranges = unsafe
        self.ranges = len(ranges) // _BYTES_OF_RANGE
        self._tables = others_from, others, ranges_from, ranges, ends(problem.units, _rises(problem))

    def first_fit(self, order: Sequence[int], first: tuple[int, int] | None = None) -> list[int]:
        return unpacked(_compiled.groups_first_fit(*self._tables, packed(order), *(first or (-1, 0))))

    def walk(
        self, order: Sequence[int], places: Sequence[int], enough: int, tries: int, chance: random.Random
    ) -> tuple[list[int], list[int], int]:
        moved, reached, state, done = _compiled.groups_walk(
            *self._tables, packed(order), packed(places), state_of(chance), min(enough, LARGEST), tries
        )
        continue_from(chance, state)
        return unpacked(moved), unpacked(reached), done


def _rises(problem: GroupProblem) -> list[tuple[int, int, int]]:
    """(group, buffer, end) for each buffer, the end in units above the group's place.

    Without caps, the list has only the buffer with the highest end of each group.
    """
    sizes = problem.units.sizes
    every = [
        [(number, member, offset + sizes[member]) for member, offset in zip(group.members, group.offsets, strict=True)]
        for number, group in enumerate(problem.groups)
    ]
    if problem.units.caps:
        return list(chain.from_iterable(every))
    return [max(rises, key=lambda rise: rise[2]) for rises in every]


class _CompiledSingleFits:
    def __init__(self, gaps: Gaps) -> None:
        every = [gap for own in gaps.of for gap in own]
        runs = [runs_of(gap.points) for gap in every]
        self._tables = (
            starts(gaps.of),
            packed(number for gap in every for number in (gap.other, gap.up, gap.down)),
            starts(runs),
            packed(number for parts in runs for run in parts for number in (run.start, run.step, len(run))),
            ends(gaps, ((buffer, buffer, size) for buffer, size in enumerate(gaps.sizes))),
        )

    def first_fit(self, order: Sequence[int]) -> list[int]:
        return unpacked(_compiled.singles_first_fit(*self._tables, packed(order)))

    def walk(self, at: Walk, enough: int, tries: int, chance: random.Random) -> tuple[Walk, int]:
        *moved, state, done = _compiled.singles_walk(
            *self._tables,
            packed(at.order),
            packed(at.best),
            packed(at.current),
            packed(at.offsets),
            state_of(chance),
            min(enough, LARGEST),
            tries,
        )
        continue_from(chance, state)
        return Walk(*map(unpacked, moved)), done


class _CompiledPlainFits:
    def __init__(self, sizes: Sequence[int], meets: Sequence[Sequence[int]]) -> None:
        self._tables = packed(sizes), starts(meets), packed(chain.from_iterable(meets))

    def first_fit(self, order: Sequence[int]) -> list[int]:
        return unpacked(_compiled.plain_first_fit(*self._tables, packed(order)))

    def best_fit(self, order: Sequence[int]) -> list[int]:
        return unpacked(_compiled.plain_best_fit(*self._tables, packed(order)))

    def lowest_first(self, order: Sequence[int]) -> list[int]:
        return unpacked(_compiled.plain_lowest_first(*self._tables, packed(order)))


class _CompiledBoxSearch:
    def __init__(self, boxes: Boxes, height: int, ranks: Sequence[int], *, fewest: bool) -> None:
        begins, ends = zip(*boxes.spans, strict=True)
        self._search = _compiled.canonical_begin(
            packed(boxes.sizes), packed(begins), packed(ends), packed(ranks), height, fewest
        )

    def run(self, states: int) -> tuple[bool | None, int]:
        found, done = _compiled.canonical_run(self._search, states)
        return (None if found < 0 else bool(found)), done

    def offsets(self) -> list[int]:
        return unpacked(_compiled.canonical_offsets(self._search))


class _CompiledEjection:
    def __init__(self, sizes: Sequence[int], meets: Sequence[Sequence[int]]) -> None:
        self._tables = packed(sizes), starts(meets), packed(chain.from_iterable(meets))

    def run(self, at: Packing, height: int, tries: int, chance: random.Random) -> tuple[Packing, int]:
        *lists, state, done = _compiled.ejection_run(
            *self._tables,
            packed(at.offsets),
            packed(at.weights),
            packed(at.outside),
            state_of(chance),
            min(height, LARGEST),
            tries,
        )
        continue_from(chance, state)
        return Packing(*map(unpacked, lists)), done


def _reach(gap: Gap) -> int:
    """Largest absolute difference of offsets, in units, that the gap mentions."""
    return max(abs(gap.up), abs(gap.down), *(abs(end) for run in runs_of(gap.points) for end in (run[0], run[-1])), 0)
