"""What a stretch costs, whole or in parts, measured on the stretch alone. Every figure is worked out once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from arenite.errors import OptionError
from arenite.partial.by_channels import ByChannels
from arenite.partial.by_rows import ByRows
from arenite.partial.layout import head
from arenite.partial.load import Load
from arenite.partial.piece import Piece
from arenite.partial.realise import in_parts
from arenite.rewrite.channels import channel_region_of, why_not_channels
from arenite.rewrite.strips import region_of, why_not
from arenite.targets.tail import tail_bytes

if TYPE_CHECKING:
    from arenite.model import Model
    from arenite.partial.line import Line, Stretch
    from arenite.partial.ways import Kind, Way
    from arenite.rewrite.strips import Halo
    from arenite.targets.target import Target


_HOPE = 0.98
"""Of a head that is expected from another number of parts: a little less, so that it is looked at."""
_WORK = 2500
"""Groups of buffers placed to judge the head of a stretch."""
_WIDE = 8
"""Operators executed by channels together at most; a convolution that adds up channels ends nearly all sooner."""

Key = tuple[int, int, "Kind"]
"""First and last operator of a stretch, and a way to execute it."""


@dataclass(frozen=True, eq=False)
class Costs:
    """The costs of the stretches of a line on a target."""

    line: Line
    target: Target
    _stretches: dict[tuple[int, int], Stretch] = field(default_factory=dict, repr=False)
    _ways: dict[Key, Way | None] = field(default_factory=dict, repr=False)
    _wide: dict[int, tuple[int, ...]] = field(default_factory=dict, repr=False)
    _whole: dict[int, Piece] = field(default_factory=dict, repr=False)
    _pieces: dict[tuple[Key, int], Piece] = field(default_factory=dict, repr=False)
    _loads: dict[tuple[int, int], Load | None] = field(default_factory=dict, repr=False)
    _tails: dict[Key, tuple[int, int, float]] = field(default_factory=dict, repr=False)
    _known: dict[Key, dict[int, float]] = field(default_factory=dict, repr=False)

    def whole(self, position: int) -> Piece:
        """One operator as it is."""
        if position not in self._whole:
            stretch = self._stretch(position, position)
            needed = head(stretch.model, self.target.kernels, _WORK) + stretch.passing
            self._whole[position] = Piece(position, position, None, needed)
        return self._whole[position]

    def most(self, first: int, last: int, kind: Kind) -> int:
        """The most parts that a stretch can have; 0 where it cannot be executed so."""
        way = self._way(first, last, kind)
        return 0 if way is None else way.most

    def least(self, first: int, last: int) -> int:
        """Bytes that the ends of a stretch need, however it is executed."""
        return max(self.line.crossing(first), self.line.crossing(last + 1))

    def blocked(self, first: int, last: int) -> bool:
        """Whether an operator of a stretch cannot be split into rows."""
        return any(why_not(operator) is not None for operator in self._stretch(first, last).operators)

    def wide(self, first: int) -> tuple[int, ...]:
        """Last operators of the stretches from `first` on that groups of channels can make smaller."""
        if first not in self._wide:
            self._wide[first] = tuple(self._wide_from(first))
        return self._wide[first]

    def extra(self, stretch: Key, number: int) -> int:
        """Extra multiply-accumulates of a stretch in so many parts."""
        return self._sure(*stretch).extra_macs(number)

    def floor(self, stretch: Key, number: int) -> int:
        """Bytes of head that a stretch in parts needs at least: what of it is alive at once, beside what passes."""
        return self._sure(*stretch).floor(number) + self._stretch(*stretch[:2]).passing

    def head(self, stretch: Key, number: int) -> int:
        """Bytes of head of a stretch that can be executed so, in so many parts of about the same size, as expected."""
        known = self._pieces.get((stretch, number))
        return known.head if known else round(self.floor(stretch, number) * self._above(stretch, number))

    def parts(self, stretch: Key, number: int) -> Piece:
        """A stretch that can be executed so, in so many parts of about the same size; as far as it is known."""
        if (stretch, number) in self._pieces:
            return self._pieces[stretch, number]
        way = self._sure(*stretch)
        needed, tail = self.head(stretch, number), self._tail_of(stretch, number)
        return Piece(*stretch[:2], way.plan(number), needed, tail, way.extra_macs(number), settled=False)

    def known(self, piece: Piece) -> bool:
        """Whether it is known what a piece really costs alone."""
        return piece.settled or _key(piece) in self._pieces

    def settle(self, piece: Piece) -> Piece:
        """The piece with what it really costs alone."""
        if piece.settled or piece.plan is None:
            return piece
        first, last, plan = piece.first, piece.last, piece.plan
        key, number = _key(piece)
        if (key, number) not in self._pieces:
            stretch = self._stretch(first, last)
            model = in_parts(stretch.model, plan)
            floor = self._sure(*key).floor(number)
            needed = head(model, self.target.kernels, _WORK, floor) + stretch.passing
            added = self._tail(model) - self._tail(stretch.model)
            self._pieces[key, number] = Piece(first, last, plan, needed, added, piece.extra_macs)
            self._known.setdefault(key, {})[number] = needed / self.floor(key, number)
        return self._pieces[key, number]

    def _above(self, key: Key, number: int) -> float:
        """How far above its floor a stretch is expected: as much as with the nearest number of parts that is known.

        Fewer parts are expected nearer to it, since there are fewer to be placed.
        """
        known = self._known.get(key)
        if not known:
            return 1.0
        nearest = min(known, key=lambda other: abs(other - number) / other)
        return (1 + (known[nearest] - 1) * min(1.0, number / nearest) ** 2) * _HOPE

    def _tail_of(self, key: Key, number: int) -> int:
        """Bytes of tail that parts add, which grow by about the same with each of them."""
        if key not in self._tails:
            stretch, way = self._stretch(*key[:2]), self._sure(*key)
            few, more = min(2, way.most), min(4, way.most)
            whole = self._tail(stretch.model)
            added = [self._tail(in_parts(stretch.model, way.plan(each))) - whole for each in (few, more)]
            self._tails[key] = few, added[0], (added[1] - added[0]) / max(1, more - few)
        few, base, each = self._tails[key]
        return round(base + each * (number - few))

    def _tail(self, model: Model) -> int:
        return tail_bytes(model, self.target.charged, self.target.abi)

    def _stretch(self, first: int, last: int) -> Stretch:
        if (first, last) not in self._stretches:
            self._stretches[first, last] = self.line.stretch(first, last)
        return self._stretches[first, last]

    def _sure(self, first: int, last: int, kind: Kind) -> Way:
        way = self._way(first, last, kind)
        assert way is not None
        return way

    def _way(self, first: int, last: int, kind: Kind) -> Way | None:
        key = first, last, kind
        if key not in self._ways:
            self._ways[key] = self._channels(first, last) if kind == "channels" else self._rows(first, last, kind)
        return self._ways[key]

    def _rows(self, first: int, last: int, halo: Halo) -> ByRows | None:
        if (first, last) not in self._loads:
            stretch = self._stretch(first, last)
            try:
                region = region_of(stretch.model, stretch.operators)
                self._loads[first, last] = Load(region, stretch.staying, self.target.kernels)
            except OptionError:
                self._loads[first, last] = None
        load = self._loads[first, last]
        return None if load is None else ByRows(load.region, halo, load)

    def _channels(self, first: int, last: int) -> ByChannels | None:
        stretch = self._stretch(first, last)
        try:
            region = channel_region_of(stretch.model, stretch.operators)
        except OptionError:
            return None
        return ByChannels(region, stretch.staying, self.target.kernels)

    def _wide_from(self, first: int) -> list[int]:
        found: list[int] = []
        operators = self.line.model.main.operators
        for last in range(first, min(first + _WIDE, len(operators))):
            if why_not_channels(operators[last]) is not None:
                break
            way = self._way(first, last, "channels")
            if isinstance(way, ByChannels) and way.pays:
                found.append(last)
        return found


def _key(piece: Piece) -> tuple[Key, int]:
    """What a piece in parts is known by."""
    return (piece.first, piece.last, piece.kind), piece.number
