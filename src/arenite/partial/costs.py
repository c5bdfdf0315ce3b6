"""What a stretch costs, whole or in strips, measured on the stretch alone. Every figure is worked out once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from arenite.errors import OptionError
from arenite.liveness import align
from arenite.overlap import overlap_problem
from arenite.overlap.gaps import gaps
from arenite.overlap.rigid import Groups
from arenite.partial.piece import Piece
from arenite.partial.realise import in_strips
from arenite.rewrite.strips import estimate, region_of, strip_plan, why_not
from arenite.targets.tail import tail_bytes

if TYPE_CHECKING:
    from arenite.model import Model
    from arenite.partial.line import Line, Stretch
    from arenite.rewrite.strips import Estimate, Halo, Region, StripPlan
    from arenite.targets.target import Target


_TRIES = 60
"""Layouts of a stretch by which its head is judged."""


@dataclass(frozen=True, eq=False)
class Costs:
    """The costs of the stretches of a line on a target."""

    line: Line
    target: Target
    _stretches: dict[tuple[int, int], Stretch] = field(default_factory=dict, repr=False)
    _regions: dict[tuple[int, int], Region | None] = field(default_factory=dict, repr=False)
    _pieces: dict[tuple[int, int, int, str], Piece] = field(default_factory=dict, repr=False)
    _estimates: dict[tuple[int, int, int, str], Estimate] = field(default_factory=dict, repr=False)
    _tails: dict[tuple[int, int], int] = field(default_factory=dict, repr=False)

    def whole(self, position: int) -> Piece:
        """One operator as it is."""
        key = position, position, 1, ""
        if key not in self._pieces:
            stretch = self._stretch(position, position)
            self._pieces[key] = Piece(position, position, None, self._head(stretch.model, stretch.passing))
        return self._pieces[key]

    def rows(self, first: int, last: int) -> int:
        """Rows of the last output of a stretch, the most strips that it can have; 0 where it cannot have any."""
        region = self._region(first, last)
        return 0 if region is None else region.outputs[-1].shape[1]

    def least(self, first: int, last: int) -> int:
        """Bytes that the ends of a stretch need, however it is executed."""
        return max(self.line.crossing(first), self.line.crossing(last + 1))

    def blocked(self, first: int, last: int) -> bool:
        """Whether an operator of a stretch cannot be split."""
        return any(why_not(operator) is not None for operator in self._stretch(first, last).operators)

    def extra(self, first: int, last: int, number: int, halo: Halo) -> int:
        """Extra multiply-accumulates of a stretch in strips."""
        return self._estimate(first, last, number, halo).extra_macs

    def floor(self, first: int, last: int, number: int, halo: Halo) -> int:
        """Bytes of head that a stretch in strips needs at least: the largest tensor of a strip beside what passes."""
        largest = max(
            align(tensor.bytes // tensor.shape[1] * rows.size)
            for strip in self._estimate(first, last, number, halo).strips
            for tensor, rows in strip.held.items()
        )
        return largest + self._stretch(first, last).passing

    def strips(self, first: int, last: int, number: int, halo: Halo) -> Piece:
        """A stretch that can be split, in so many strips of about the same height."""
        key = first, last, number, halo
        if key not in self._pieces:
            self._pieces[key] = self._split(first, last, self._plan(first, last, number, halo))
        return self._pieces[key]

    def _plan(self, first: int, last: int, number: int, halo: Halo) -> StripPlan:
        region = self._region(first, last)
        assert region is not None
        return strip_plan(region, number, halo=halo)

    def _estimate(self, first: int, last: int, number: int, halo: Halo) -> Estimate:
        key = first, last, number, halo
        if key not in self._estimates:
            self._estimates[key] = estimate(self._plan(first, last, number, halo))
        return self._estimates[key]

    def _split(self, first: int, last: int, plan: StripPlan) -> Piece:
        stretch = self._stretch(first, last)
        model = in_strips(stretch.model, plan)
        if (first, last) not in self._tails:
            self._tails[first, last] = self._tail(stretch.model)
        added = self._tail(model) - self._tails[first, last]
        return Piece(first, last, plan, self._head(model, stretch.passing), added, estimate(plan).extra_macs)

    def _head(self, model: Model, passing: int) -> int:
        problem, _ = overlap_problem(model, self.target.kernels, scratch_of=self.target.charged)
        small = gaps(problem)
        groups = Groups(small)
        offsets = groups.improve(groups.orders(problem.buffers), 0, _TRIES, lambda _: None)
        return small.height(offsets) * small.unit + passing

    def _tail(self, model: Model) -> int:
        return tail_bytes(model, self.target.charged, self.target.abi)

    def _stretch(self, first: int, last: int) -> Stretch:
        if (first, last) not in self._stretches:
            self._stretches[first, last] = self.line.stretch(first, last)
        return self._stretches[first, last]

    def _region(self, first: int, last: int) -> Region | None:
        if (first, last) not in self._regions:
            stretch = self._stretch(first, last)
            try:
                self._regions[first, last] = region_of(stretch.model, stretch.operators)
            except OptionError:
                self._regions[first, last] = None
        return self._regions[first, last]
