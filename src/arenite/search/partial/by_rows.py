"""Area -> the ways to execute a region in strips of rows: even or uneven heights, with different halos kept.

The halo of a tensor is the rows that two neighboring strips need. Keeping it costs memory, recomputing it costs work.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from arenite.operators.macs import macs
from arenite.rewrite.strips import strip_plan
from arenite.search.partial.load import Load
from arenite.search.partial.paced import Paced, paced_ways
from arenite.search.partial.tables import Tables
from arenite.search.partial.ways import UNEVEN, usual_numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from arenite.model import Tensor
    from arenite.rewrite.strips import Region, StripPlan
    from arenite.search.partial.load import Area
    from arenite.search.partial.reading import Ints
    from arenite.search.partial.ways import Halo, Kind

_PART = 0.25
"""Share of the recomputed work that may remain with the halo "more"; lower keeps rows of more tensors."""
MOST_ENDS = 192
"""Most boundaries considered, since time and memory grow with its square; taller outputs use every second or third row,
and so on."""
_NEVER = np.iinfo(np.int64).max
_STRIPS = 8
"""Number of strips for which halos are compared; a guess, since the real number is only chosen later."""


def ways_by_rows(area: Area) -> Mapping[Kind, ByRows | Paced]:
    """The ways to execute a region in strips, each with even and with uneven heights.

    Halos are recomputed ("recompute"), kept for all tensors ("keep"), for the one tensor that saves the most work for
    its bytes ("some"), or for the few that save most of the work ("more"). Ways that equal another are left out.
    """
    every = whole_halo(area)
    loads = nested(area, _PART)
    halos: dict[Halo, Load] = {"recompute": loads[0], "keep": every}
    if len(every.kept) > 1:
        halos["some"] = loads[min(1, len(loads) - 1)]
    if 2 < len(loads) <= len(every.kept):
        halos["more"] = loads[-1]
    result: dict[Kind, ByRows | Paced] = {}
    for halo, load in halos.items():
        result[halo] = ByRows(load)
        result[UNEVEN[halo]] = ByRows(load, Uneven(load))
    if area.from_rows:
        result.update(paced_ways(area).items())
    return result


class ByRows:
    """A region in strips with one kind of halo.

    `uneven` chooses the boundaries that need the fewest bytes; None: strips of about the same height.
    """

    def __init__(self, load: Load, uneven: Uneven | None = None) -> None:
        self.load = load
        self.uneven = uneven
        self._plans: dict[int, StripPlan] = {}
        self._macs: dict[int, int] = {}
        self._floors: dict[int, int] = {}

    @property
    def region(self) -> Region:
        """The region that is executed in strips."""
        return self.load.area.region

    @property
    def kept(self) -> int:
        """The number of tensors whose halos are kept."""
        return len(self.load.kept)

    @property
    def most(self) -> int:
        """The largest number of strips: the rows of the last output."""
        return self.load.area.height

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of strips to try."""
        return usual_numbers(self.most)

    def plan(self, number: int) -> StripPlan:
        """The plan of `number` strips."""
        if number not in self._plans:
            plan = strip_plan(self.region, self._boundaries(number))
            self._plans[number] = replace(plan, kept=self.load.kept)
        return self._plans[number]

    def extra_macs(self, number: int) -> int:
        """Multiply-accumulates of rows that are recomputed in `number` strips."""
        if number not in self._macs:
            self._macs.update(self._each(self.load.tables.macs, np.add, number))
        return self._macs[number] - self._whole

    def floor(self, number: int) -> int:
        """The most bytes alive at once in `number` strips."""
        if self.uneven is not None:
            return self.uneven.least(number)
        if number not in self._floors:
            self._floors.update(self._each(self.load.most, np.maximum, number))
        return self._floors[number]

    def _each(self, figure: Callable[[Ints, Ints], Ints], combine: np.ufunc, number: int) -> dict[int, int]:
        """A figure of all strips combined, for `number` strips; for even strips also for the other usual numbers.

        One call with the strips of all these numbers takes as long as one for a single number.
        """
        usual = set(self.numbers) if self.uneven is None else set()
        numbers = sorted({number, *usual})
        ends = [np.array(self._boundaries(each)) for each in numbers]
        found = figure(np.concatenate([each[:-1] for each in ends]), np.concatenate([each[1:] for each in ends]))
        starts = np.cumsum([0, *(len(each) - 1 for each in ends[:-1])])
        return dict(zip(numbers, combine.reduceat(found, starts).tolist(), strict=True))

    def _boundaries(self, number: int) -> tuple[int, ...]:
        if self.uneven is not None:
            return self.uneven.boundaries(number)
        return tuple(self.load.evenly(number).tolist())

    @cached_property
    def _whole(self) -> int:
        return sum(macs(operator) for operator in self.region.operators)


class Uneven:
    """The boundaries that minimize the most bytes alive in a strip, for any number of strips; each is computed once.

    Strips at an image's edge have one halo less, so they may be taller. Dynamic programming over the number of strips.
    """

    def __init__(self, load: Load) -> None:
        self.load = load
        self._levels: list[Ints] = []
        self._before: list[Ints] = []

    def boundaries(self, number: int) -> tuple[int, ...]:
        """Rows of the last output at which `number` strips begin and end, with the smallest possible maximum of bytes.

        Ties go to the boundaries with the longest last strip.
        """
        while len(self._levels) < number:
            self._add()
        at, result = len(self._ends) - 1, [self.load.area.height]
        for before in reversed(self._before[:number]):
            at = int(before[at])
            result.append(int(self._ends[at]))
        return tuple(result[::-1])

    def least(self, number: int) -> int:
        """Bytes of the strip that needs the most, with the best boundaries for `number` strips."""
        while len(self._levels) < number:
            self._add()
        return int(self._levels[number - 1][-1])

    @cached_property
    def _ends(self) -> Ints:
        height = self.load.area.height
        step = -(-height // MOST_ENDS)
        return np.array([*range(0, height, step), height])

    @cached_property
    def _loads(self) -> Ints:
        """Most bytes alive in a strip, by the indices of its first and its last boundary."""
        ends = self._ends
        loads = self.load.most(ends[:, None], ends[None, :])
        return np.where(ends[:, None] < ends[None, :], loads, _NEVER)

    def _add(self) -> None:
        """Add a level of the dynamic program, one strip more.

        It holds for each end the least maximum of bytes of the strips up to there, and where the last of them begins.
        """
        if not self._levels:
            self._levels.append(self._loads[0])
            self._before.append(np.zeros(len(self._ends), np.int64))
            return
        through = np.maximum(self._levels[-1][:, None], self._loads)
        self._before.append(through.argmin(axis=0))
        self._levels.append(through.min(axis=0))


def nested(area: Area, part: float) -> list[Load]:
    """Greedy sequence of loads, from no kept halo on, each with one tensor more: the one with the most work per byte.

    The sequence ends when at most `part` of the recomputed work is left. Keeping one tensor is assumed not to raise
    what another one saves, so old savings are upper bounds, and only the best tensor's saving is recomputed (lazy
    greedy).
    """
    none, every = Load(area, frozenset()), whole_halo(area)
    left, least = work(none), work(every)
    enough = least + part * (left - least)
    result = [none]
    saved = _saved(none, left, sorted(every.kept, key=area.place))
    while left > enough:
        tensor = max(saved, key=lambda candidate: saved[candidate])
        now = _saved(result[-1], left, [tensor])[tensor]
        if now < max((value for other, value in saved.items() if other is not tensor), default=0.0):
            saved[tensor] = now
        else:
            del saved[tensor]
            result.append(Load(area, result[-1].kept | {tensor}))
            left = work(result[-1])
    return result


def whole_halo(area: Area) -> Load:
    """The load that keeps every halo, with only those tensors in `kept` that have one."""
    every = Load(area, frozenset((*area.region.inner, *area.region.outputs)))
    return Load(area, frozenset(tensor for tensor in every.kept if every.tables.held(tensor)))


def work(load: Load) -> int:
    """Multiply-accumulates of `_STRIPS` strips, for comparing halos."""
    at = load.evenly(_STRIPS)
    return int(load.tables.macs(at[:-1], at[1:]).sum())


def _saved(load: Load, done: int, tensors: Sequence[Tensor]) -> dict[Tensor, float]:
    """For each of these tensors, the multiply-accumulates saved by also keeping its halo, per byte of the halo.

    `done`: those of the load, as `work` counts them.
    """
    lines = np.arange(len(tensors))
    # Line i of the tables also keeps tensor i; what the load keeps already, as rows that come once, stays in all lines.
    also = {tensor: lines[:, None] == line for line, tensor in enumerate(tensors) if tensor not in load.kept}
    tables, at = Tables(load.area, {**dict.fromkeys(load.kept, True), **also}), load.evenly(_STRIPS)
    saved = np.broadcast_to(done - tables.macs(at[:-1], at[1:]).sum(axis=-1), lines.shape)
    held = [np.broadcast_to(tables.held(tensor), lines.shape)[line] for line, tensor in enumerate(tensors)]
    return {tensor: int(saved[line]) / max(1, int(held[line])) for line, tensor in enumerate(tensors)}
