"""What a stretch costs, whole or in strips, measured on the stretch alone. Every figure is worked out once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from arenite.errors import OptionError
from arenite.partial.layout import head
from arenite.partial.load import Load
from arenite.partial.piece import Piece
from arenite.partial.realise import in_strips
from arenite.rewrite.strips import estimate, region_of, strip_plan, why_not
from arenite.targets.tail import tail_bytes

if TYPE_CHECKING:
    from arenite.model import Model
    from arenite.partial.line import Line, Stretch
    from arenite.rewrite.strips import Estimate, Halo, Region, StripPlan
    from arenite.targets.target import Target


_HOPE = 0.98
"""Of a head that is expected from another number of strips: a little less, so that it is looked at."""
_WORK = 2500
"""Groups of buffers placed to judge the head of a stretch."""


@dataclass(frozen=True, eq=False)
class Costs:
    """The costs of the stretches of a line on a target."""

    line: Line
    target: Target
    _stretches: dict[tuple[int, int], Stretch] = field(default_factory=dict, repr=False)
    _regions: dict[tuple[int, int], Region | None] = field(default_factory=dict, repr=False)
    _pieces: dict[tuple[int, int, int, str], Piece] = field(default_factory=dict, repr=False)
    _estimates: dict[tuple[int, int, int, str], Estimate] = field(default_factory=dict, repr=False)
    _loads: dict[tuple[int, int], Load] = field(default_factory=dict, repr=False)
    _floors: dict[tuple[int, int, int, str], int] = field(default_factory=dict, repr=False)
    _tails: dict[tuple[int, int, str], tuple[int, int, float]] = field(default_factory=dict, repr=False)
    _known: dict[tuple[int, int, str], dict[int, float]] = field(default_factory=dict, repr=False)

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
        """Bytes of head that a stretch in strips needs at least: what of it is alive at once, beside what passes."""
        key = first, last, number, halo
        if key not in self._floors:
            stretch, region = self._stretch(first, last), self._region(first, last)
            assert region is not None
            if (first, last) not in self._loads:
                staying = frozenset(stretch.model.main.inputs) & frozenset(stretch.model.main.outputs)
                self._loads[first, last] = Load(region, staying, self.target.kernels)
            strips = self._estimate(first, last, number, halo).strips
            load = self._loads[first, last].most(self._plan(first, last, number, halo), strips)
            self._floors[key] = load + stretch.passing
        return self._floors[key]

    def strips(self, first: int, last: int, number: int, halo: Halo) -> Piece:
        """A stretch that can be split, in so many strips of about the same height; as far as it is known."""
        key = first, last, number, halo
        if key in self._pieces:
            return self._pieces[key]
        head = round(self.floor(first, last, number, halo) * self._above(first, last, number, halo))
        tail = self._tail_of(first, last, number, halo)
        return Piece(first, last, self._plan(*key), head, tail, self.extra(*key), settled=False)

    def known(self, piece: Piece) -> bool:
        """Whether it is known what a piece really costs alone."""
        return piece.settled or _key(piece) in self._pieces

    def settle(self, piece: Piece) -> Piece:
        """The piece with what it really costs alone."""
        if piece.settled or piece.plan is None:
            return piece
        first, last, plan = piece.first, piece.last, piece.plan
        key = _key(piece)
        if key not in self._pieces:
            stretch = self._stretch(first, last)
            model = in_strips(stretch.model, plan)
            needed = head(model, self.target.kernels, _WORK) + stretch.passing
            added = self._tail(model) - self._tail(stretch.model)
            self._pieces[key] = Piece(first, last, plan, needed, added, piece.extra_macs)
            self._known.setdefault((first, last, key[3]), {})[plan.strips] = needed / self._floors[key]
        return self._pieces[key]

    def _above(self, first: int, last: int, number: int, halo: Halo) -> float:
        """How far above its floor a stretch is expected: as much as with the nearest number of strips that is known."""
        known = self._known.get((first, last, halo))
        if not known:
            return 1.0
        nearest = min(known, key=lambda other: abs(other - number) / other)
        return known[nearest] * _HOPE

    def _tail_of(self, first: int, last: int, number: int, halo: Halo) -> int:
        """Bytes of tail that strips add, which grow by about the same with each of them."""
        key = first, last, halo
        if key not in self._tails:
            stretch = self._stretch(first, last)
            rows = self.rows(first, last)
            few, more = min(2, rows), min(4, rows)
            added = [
                self._tail(in_strips(stretch.model, self._plan(first, last, each, halo))) - self._tail(stretch.model)
                for each in (few, more)
            ]
            self._tails[key] = few, added[0], (added[1] - added[0]) / max(1, more - few)
        few, base, each = self._tails[key]
        return round(base + each * (number - few))

    def _plan(self, first: int, last: int, number: int, halo: Halo) -> StripPlan:
        region = self._region(first, last)
        assert region is not None
        return strip_plan(region, number, halo=halo)

    def _estimate(self, first: int, last: int, number: int, halo: Halo) -> Estimate:
        key = first, last, number, halo
        if key not in self._estimates:
            self._estimates[key] = estimate(self._plan(first, last, number, halo))
        return self._estimates[key]

    def _head(self, model: Model, passing: int) -> int:
        return head(model, self.target.kernels, _WORK) + passing

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


def _key(piece: Piece) -> tuple[int, int, int, str]:
    plan = piece.plan
    if plan is None:
        return piece.first, piece.last, 1, ""
    return piece.first, piece.last, plan.strips, "keep" if plan.kept else "recompute"
