"""What a stretch costs, whole or in parts, measured on the stretch alone. Every figure is worked out once."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from arenite.budget import Budget
from arenite.errors import OptionError
from arenite.rewrite.channels import channel_region_of, why_not_channels
from arenite.rewrite.strips import StripPlan, estimate, region_of, why_not
from arenite.search.partial.by_channels import ByChannels
from arenite.search.partial.layout import head
from arenite.search.partial.realize import in_parts, within
from arenite.search.partial.segment import Segment
from arenite.search.partial.ways import ROW_KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arenite.backends.target import Target
    from arenite.model import Model
    from arenite.search.partial.by_rows import ByRows
    from arenite.search.partial.line import Line, Stretch
    from arenite.search.partial.ways import Kind, Way


_HOPE = 0.98
"""Of a head that is expected from another number of parts: a little less, so that it is looked at."""
_HOPE_OF_OTHERS = 0.9
"""Of how far above its floor a head is expected to be, the same from other kinds of strips."""
_WORK = 8000
"""Groups of buffers placed to judge the head of a stretch."""
_WORK_OF_ONE = 500
"""The same for a single operator, of which there is little to place."""
_WIDE = 8
"""Operators executed by channels together at most; a convolution that adds up channels ends nearly all sooner."""


class Key(NamedTuple):
    """First and last operator of a stretch, and a way to execute it."""

    first: int
    last: int
    kind: Kind


class _TailBytes(NamedTuple):
    """Bytes of tail that a stretch in `number` parts adds, and those that each further part adds."""

    number: int
    added: int
    each: float


class Costs:
    """The costs of the stretches of a line on a target."""

    def __init__(self, line: Line, target: Target) -> None:
        self.line = line
        self.target = target
        self._stretches: dict[tuple[int, int], Stretch] = {}
        self._ways: dict[Key, Way | None] = {}
        self._wide: dict[int, tuple[int, ...]] = {}
        self._whole: dict[int, Segment] = {}
        self._segments: dict[tuple[Key, int], Segment] = {}
        self._by_rows: dict[tuple[int, int], Mapping[Kind, ByRows]] = {}
        self._tails: dict[Key, _TailBytes] = {}
        self._tails_of_whole: dict[Model, int] = {}
        self._known: dict[Key, dict[int, float]] = {}

    def whole(self, position: int) -> Segment:
        """One operator as it is."""
        if position not in self._whole:
            stretch = self._stretch(position, position)
            needed = head(stretch.model, self.target.backend, _WORK_OF_ONE, 0, Budget()) + stretch.passing
            self._whole[position] = Segment(position, position, None, needed)
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
        return self._sure(*stretch).floor(number) + self._stretch(stretch.first, stretch.last).passing

    def head(self, stretch: Key, number: int) -> int:
        """Bytes of head of a stretch that can be executed so, in so many parts of about the same size, as expected."""
        known = self._segments.get((stretch, number))
        return known.head if known else round(self.floor(stretch, number) * self._above(stretch, number))

    def parts(self, stretch: Key, number: int) -> Segment:
        """A stretch that can be executed so, in so many parts of about the same size; as far as it is known."""
        if (stretch, number) in self._segments:
            return self._segments[stretch, number]
        way = self._sure(*stretch)
        needed, tail = self.head(stretch, number), self._tail_of(stretch, number)
        first, last, kind = stretch
        return Segment(first, last, way.plan(number), needed, tail, way.extra_macs(number), settled=False, kind=kind)

    def known(self, segment: Segment) -> bool:
        """Whether it is known what a segment really costs alone."""
        return segment.settled or _key(segment) in self._segments

    def settle(self, segment: Segment, budget: Budget) -> Segment:
        """The segment with what it really costs alone, as far as the budget allows to find out."""
        if segment.settled or segment.plan is None:
            return segment
        first, last, plan = segment.first, segment.last, segment.plan
        key, number = _key(segment)
        if (key, number) not in self._segments:
            floor = self.floor(key, number)
            stretch = self._with_neighbors(first, last, floor)
            model = in_parts(stretch.model, within(stretch.model, plan))
            needed = head(model, self.target.backend, _WORK, floor - stretch.passing, budget) + stretch.passing
            added = self._tail(model) - self._tail_of_whole(stretch.model)
            extra = estimate(plan).extra_macs if isinstance(plan, StripPlan) else segment.extra_macs
            self._segments[key, number] = Segment(first, last, plan, needed, added, extra, kind=segment.kind)
            self._known.setdefault(key, {})[number] = needed / self.floor(key, number)
        return self._segments[key, number]

    def _with_neighbors(self, first: int, last: int, head: int) -> Stretch:
        """A stretch with the operators before and after it, as far as they stay whole where no more than a head is had.

        What they read and make must lie where both they and the stretch can have it.
        """
        before = first > 0 and self.whole(first - 1).head <= head
        after = last + 1 < len(self.line) and self.whole(last + 1).head <= head
        return self._stretch(first - before, last + after)

    def _above(self, key: Key, number: int) -> float:
        """How far above its floor a stretch is expected: as much as with the nearest number of parts that is known.

        Fewer parts pack better, so that of fewer less is expected. Where none is known of this kind of strips, a
        little less than of any other.
        """
        known = self._known.get(key)
        if known:
            nearest = min(known, key=lambda other: abs(other - number) / other)
            return (1 + (known[nearest] - 1) * min(1.0, number / nearest) ** 2) * _HOPE
        others = (self._known.get(key._replace(kind=kind)) for kind in ROW_KINDS if key.kind != "channels")
        ratios = [min(each.values()) for each in others if each]
        return max(1.0, min(ratios) * _HOPE_OF_OTHERS) if ratios else 1.0

    def _tail_of(self, stretch: Key, number: int) -> int:
        """Bytes of tail that parts add, which grow by about the same with each of them, and with each tensor kept."""
        if stretch.kind == "channels":
            return self._tail_by(stretch, number)
        share = self._rows(stretch.first, stretch.last)[stretch.kind].share
        computed = self._tail_by(stretch._replace(kind="recompute"), number)
        if not share:
            return computed
        return round(computed * (1 - share) + self._tail_by(stretch._replace(kind="keep"), number) * share)

    def _tail_by(self, key: Key, number: int) -> int:
        if key not in self._tails:
            stretch, way = self._stretch(key.first, key.last), self._sure(*key)
            few, more = min(2, way.most), min(4, way.most)
            whole = self._tail_of_whole(stretch.model)
            added = [self._tail(in_parts(stretch.model, way.plan(each))) - whole for each in (few, more)]
            self._tails[key] = _TailBytes(few, added[0], (added[1] - added[0]) / max(1, more - few))
        known = self._tails[key]
        return round(known.added + known.each * (number - known.number))

    def _tail_of_whole(self, model: Model) -> int:
        """The tail of a stretch that stays whole, which many ways to split it are compared with."""
        if model not in self._tails_of_whole:
            self._tails_of_whole[model] = self._tail(model)
        return self._tails_of_whole[model]

    def _tail(self, model: Model) -> int:
        return self.target.charged.tail_bytes(model)

    def _stretch(self, first: int, last: int) -> Stretch:
        if (first, last) not in self._stretches:
            self._stretches[first, last] = self.line.stretch(first, last)
        return self._stretches[first, last]

    def _sure(self, first: int, last: int, kind: Kind) -> Way:
        way = self._way(first, last, kind)
        assert way is not None
        return way

    def _way(self, first: int, last: int, kind: Kind) -> Way | None:
        key = Key(first, last, kind)
        if key not in self._ways:
            self._ways[key] = self._channels(first, last) if kind == "channels" else self._rows(first, last).get(kind)
        return self._ways[key]

    def _rows(self, first: int, last: int) -> Mapping[Kind, ByRows]:
        # Loads numpy, which is not needed before.
        from arenite.search.partial.by_rows import ways_by_rows
        from arenite.search.partial.load import Area

        if (first, last) not in self._by_rows:
            stretch = self._stretch(first, last)
            try:
                area = Area(region_of(stretch.model, stretch.operators), stretch.staying, self.target.backend)
                self._by_rows[first, last] = ways_by_rows(area)
            except OptionError:
                self._by_rows[first, last] = {}
        return self._by_rows[first, last]

    def _channels(self, first: int, last: int) -> ByChannels | None:
        stretch = self._stretch(first, last)
        try:
            region = channel_region_of(stretch.model, stretch.operators)
        except OptionError:
            return None
        return ByChannels(region, stretch.staying, self.target.backend)

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


def _key(segment: Segment) -> tuple[Key, int]:
    """What a segment in parts is known by."""
    assert segment.kind is not None
    return Key(segment.first, segment.last, segment.kind), segment.number
