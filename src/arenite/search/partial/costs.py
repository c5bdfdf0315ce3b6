"""Line, target -> costs of any stretch, whole or in parts: head, tail and extra work of the stretch alone.

    floor <= head      what is alive at once    <=    height of a layout of the stretch
                       (from tables of rows)          (estimated first, settled by a layout on request)

Every figure is computed once. `Floors` are costs that count the floor alone, for C in which tensors may move.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from arenite.backends.generated_c.bottlenecks import fuses
from arenite.backends.generated_c.folding import paying_in
from arenite.backends.generated_c.memory_places import in_memory
from arenite.budget import Budget
from arenite.errors import OptionError
from arenite.model import Outside
from arenite.operators.liveness import ALIGNMENT
from arenite.rewrite.channels import channel_region_of, why_not_channels
from arenite.rewrite.strips import StripPlan, extra_macs, region_of, why_not
from arenite.search.partial.by_channels import ByChannels
from arenite.search.partial.layout import lowest
from arenite.search.partial.realize import in_parts, within
from arenite.search.partial.ways import ROW_KINDS, Segment

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from arenite.backends.generated_c.sums import Summing
    from arenite.backends.target import Target
    from arenite.model import Model, Operator
    from arenite.search.partial.by_rows import ByRows
    from arenite.search.partial.choose import Choice
    from arenite.search.partial.line import Line, Stretch
    from arenite.search.partial.paced import Paced
    from arenite.search.partial.ways import Kind

    Way = ByRows | Paced | ByChannels
    """One way to execute a stretch, in any number of parts from 1 to `most`.

    Its floors are without tensors that pass by the stretch.
    """

_OPTIMISM = 0.98
"""Factor on a head predicted from another number of parts. Below 1, because a prediction that is too high would keep a
good candidate from being settled."""
_OPTIMISM_BETWEEN_KINDS = 0.9
"""Factor on a ratio of head to floor taken from another kind of strips; lower, because kinds differ more."""
_WORK = 8000
"""Groups of buffers placed for the layout of one stretch; more finds lower heads, but fewer stretches get settled."""
_WORK_OF_ONE = 500
"""Groups of buffers placed for the layout of one whole operator, which has few buffers."""
_TAIL_OF_HALO = 200
"""Bytes of tail that the SLICE and the CONCATENATION of one kept halo take in each part."""
_WIDE = 8
"""Longest stretch, in operators, to execute in channel groups; a convolution that sums over channels ends nearly all
such stretches sooner."""


class Key(NamedTuple):
    """Positions of the first and the last operator of a stretch, and a way to execute it."""

    first: int
    last: int
    kind: Kind


class Costs:
    """The costs of the stretches of a line on a target; heads and tails in bytes."""

    def __init__(self, line: Line, target: Target, sums: Mapping[Operator, Summing] = MappingProxyType({})) -> None:
        """Begin without any figure; `sums`: operators with which stretches in strips may end, by reading sums."""
        self.line = line
        self.target = target
        operators = enumerate(line.model.main.operators)
        self._sums = {position: sums[operator] for position, operator in operators if operator in sums}
        """Position of such an operator, which is itself run once, behind the last strip -> the sums."""
        self._stretches: dict[tuple[int, int], Stretch] = {}
        self._ways: dict[Key, Way | None] = {}
        self._wide: dict[int, tuple[int, ...]] = {}
        self._whole: dict[int, Segment] = {}
        self._least_of_whole: dict[int, int] = {}
        self._segments: dict[tuple[Key, int], Segment] = {}
        self._by_rows: dict[tuple[int, int], Mapping[Kind, ByRows | Paced]] = {}
        self._known: dict[Key, dict[int, float]] = {}
        self._settled: Counter[tuple[int, int]] = Counter()

    def whole(self, position: int) -> Segment:
        """The segment of one operator executed whole. Its layout, of a few buffers, is not charged to any budget."""
        if position not in self._whole:
            first, last = self._together(position)
            stretch = self._stretch(first, last)
            layout = lowest(stretch.model, self.target.backend, _WORK_OF_ONE, 0, Budget())
            for each in range(first, last + 1):
                self._whole[each] = Segment(each, each, None, layout.height + stretch.passing)
                self._least_of_whole[each] = layout.lower_bound + stretch.passing
        return self._whole[position]

    def _together(self, position: int) -> tuple[int, int]:
        """The first and last position of the operators that are one with that at a position."""
        return self._as_one.get(position, (position, position))

    @property
    def _fuses(self) -> bool:
        return fuses(self.target.backend) and not self.line.model.main.control_edges

    @cached_property
    def _as_one(self) -> Mapping[int, tuple[int, int]]:
        """The first and last position of the inverted bottleneck at a position, where that is one operator in C."""
        graph = self.line.model.main
        places = {operator.outputs: place for place, operator in enumerate(graph.operators)}
        found: dict[int, tuple[int, int]] = {}
        for each in paying_in(graph.operators, graph.outputs) if self._fuses else ():
            first, last = places[each.expansion.outputs], places[each.projection.outputs]
            found.update(dict.fromkeys(range(first, last + 1), (first, last)))
        return found

    def most(self, first: int, last: int, kind: Kind) -> int:
        """The largest number of parts of a stretch; 0 if it cannot be executed this way."""
        way = self._way(first, last, kind)
        return 0 if way is None else way.most

    @property
    def comes_in_rows(self) -> bool:
        """Whether an input of the line comes in rows, so that strips can follow them."""
        return any(tensor.outside is Outside.ROWS for tensor in self.line.model.main.inputs)

    @property
    def after_rows(self) -> frozenset[int]:
        """Positions right behind the operators that read an input which comes in rows."""
        return frozenset(
            position + 1
            for position, operator in enumerate(self.line.model.main.operators)
            if any(tensor is not None and tensor.outside is Outside.ROWS for tensor in operator.inputs)
        )

    @property
    def behind_sums(self) -> frozenset[int]:
        """Positions right behind the operators that can read sums of strips."""
        return frozenset(position + 1 for position in self._sums)

    def numbers(self, stretch: Key) -> tuple[int, ...]:
        """The numbers of parts of a stretch to try; none if it cannot be executed this way."""
        way = self._way(*stretch)
        return () if way is None else way.numbers

    def least(self, first: int, last: int) -> int:
        """Bytes alive at the ends of a stretch: a lower bound on its head, however it is executed."""
        return max(self.line.crossing(first), self.line.crossing(last + 1))

    def blocked(self, first: int, last: int) -> bool:
        """Whether some operator of a stretch cannot be split into rows."""
        return self._blocked(self._stretch(first, last).operators)

    def _blocked(self, operators: Iterable[Operator]) -> bool:
        return any(why_not(operator, self.target) is not None for operator in operators)

    def wide(self, first: int) -> tuple[int, ...]:
        """Last operators of the stretches beginning at `first` that channel groups can make smaller."""
        if first not in self._wide:
            self._wide[first] = tuple(self._wide_from(first))
        return self._wide[first]

    def extra(self, stretch: Key, number: int) -> int:
        """Extra multiply-accumulates of a stretch in `number` parts."""
        return self._sure(*stretch).extra_macs(number)

    def floor(self, stretch: Key, number: int) -> int:
        """A lower bound in bytes on the head of a stretch in `number` parts: what is alive at once."""
        return self._sure(*stretch).floor(number) + self._stretch(stretch.first, stretch.last).passing

    def least_of(self, choice: Choice) -> int:
        """A lower bound in bytes on the head of a choice, rounded down to the alignment: what is alive at once."""
        floors = (
            self._least_of_whole[segment.first] if segment.plan is None else self.floor(*_key(segment))
            for segment in choice.segments
        )
        return max(floors, default=0) // ALIGNMENT * ALIGNMENT

    def head(self, stretch: Key, number: int) -> int:
        """Bytes of head of a stretch in `number` parts: settled, or predicted from its floor.

        The stretch must be executable this way (`most`).
        """
        known = self._segments.get((stretch, number))
        return known.head if known else round(self.floor(stretch, number) * self._above(stretch, number))

    def parts(self, stretch: Key, number: int) -> Segment:
        """The segment of a stretch in `number` parts, with settled costs if they are known, else with estimates.

        The stretch must be executable this way (`most`).
        """
        if (stretch, number) in self._segments:
            return self._segments[stretch, number]
        way = self._sure(*stretch)
        needed, tail = self.head(stretch, number), self._tail_of(stretch, number)
        first, last, kind = stretch
        return Segment(first, last, way.plan(number), needed, tail, way.extra_macs(number), settled=False, kind=kind)

    def known(self, segment: Segment) -> bool:
        """Whether the costs of a segment are settled, not estimates."""
        return segment.settled or _key(segment) in self._segments

    def settled(self, first: int, last: int) -> int:
        """How many ways to execute a stretch are settled; predictions for the others change with this number only."""
        return self._settled[first, last]

    def settle(self, segment: Segment, budget: Budget) -> Segment:
        """The segment with its real costs, from a layout of the stretch alone; the budget limits the layout search."""
        if segment.settled or segment.plan is None:
            return segment
        first, last, plan = segment.first, segment.last, segment.plan
        key, number = _key(segment)
        if (key, number) not in self._segments:
            floor = self.floor(key, number)
            stretch = self._with_neighbors(first, last, floor)
            model = in_memory(in_parts(stretch.model, within(stretch.model, plan)))
            layout = lowest(model, self.target.backend, _WORK, floor - stretch.passing, budget)
            needed = layout.height + stretch.passing
            added = self._tail(model) - self._tail_of_whole(stretch.model)
            extra = extra_macs(plan) if isinstance(plan, StripPlan) else segment.extra_macs
            self._segments[key, number] = Segment(first, last, plan, needed, added, extra, kind=segment.kind)
            self._known.setdefault(key, {})[number] = needed / self.floor(key, number)
            self._settled[first, last] += 1
        return self._segments[key, number]

    def _with_neighbors(self, first: int, last: int, head: int) -> Stretch:
        """The stretch, extended by what is executed before and after it where that fits in `head` bytes whole.

        A layout of the extended stretch places the tensors at its ends where the neighboring operators can use them.
        """
        before = first > 0 and self.whole(first - 1).head <= head
        after = last + 1 < len(self.line) and self.whole(last + 1).head <= head
        start = self._together(first - 1)[0] if before else first
        end = self._together(last + 1)[1] if after else last
        return self._stretch(start, end)

    def _above(self, key: Key, number: int) -> float:
        """Predicted ratio of head to floor, from the nearest number of parts whose ratio is known.

        Fewer parts pack better, so the ratio is scaled down for fewer parts. If no ratio is known for this kind of
        strips, it is a little below the best ratio of the other kinds.
        """
        known = self._known.get(key)
        if known:
            nearest = min(known, key=lambda other: abs(other - number) / other)
            return (1 + (known[nearest] - 1) * min(1.0, number / nearest) ** 2) * _OPTIMISM
        others = (self._known.get(key._replace(kind=kind)) for kind in ROW_KINDS if key.kind != "channels")
        ratios = [min(of_kind.values()) for of_kind in others if of_kind]
        return max(1.0, min(ratios) * _OPTIMISM_BETWEEN_KINDS) if ratios else 1.0

    def _tail_of(self, stretch: Key, number: int) -> int:
        """Bytes of tail that parts add, predicted: each part repeats the operators of the stretch, and copies halos."""
        if self.target.backend.generated:  # generated C has no tail
            return 0
        repeated = self._tail_of_whole(self._stretch(stretch.first, stretch.last).model)
        kept = 0 if stretch.kind == "channels" else self._rows(stretch.first, stretch.last)[stretch.kind].kept
        return (repeated + kept * _TAIL_OF_HALO) * (number - 1)

    def _tail_of_whole(self, model: Model) -> int:
        """Bytes of tail of a whole stretch; cached, because every way to split it is compared with it."""
        return model.once((Costs._tail, self.target), self._tail)

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

    def _rows(self, first: int, last: int) -> Mapping[Kind, ByRows | Paced]:
        if (first, last) not in self._by_rows:
            self._by_rows[first, last] = self._ways_by_rows(self._stretch(first, last), self._sums.get(last))
        return self._by_rows[first, last]

    def _ways_by_rows(self, stretch: Stretch, sums: Summing | None) -> Mapping[Kind, ByRows | Paced]:
        # Imported here because they load numpy.
        from arenite.search.partial.by_rows import ways_by_rows
        from arenite.search.partial.load import Area, folded_pads

        operators = stretch.operators if sums is None else stretch.operators[: -1 - len(sums.views)]
        summed = {} if sums is None else {sums.rows: sums.bytes}
        if self._blocked(operators):
            return {}
        try:
            region, kernels = region_of(stretch.model, operators), self.target.backend
            # Only where strips follow rows: elsewhere arenas got larger, as of shared/cases/tcn.tflite by 7 %.
            folded = folded_pads(region) if kernels.generated and self.comes_in_rows else {}
            fused = paying_in(region.operators, region.outputs) if self._fuses else ()
            # Between operators of a strip others might run, so that those which may wait are never one operator.
            fused = tuple(each for each in fused if not each.may_wait)
            area = Area(region, stretch.staying, kernels, folded=folded, summed=summed, bottlenecks=fused)
            return ways_by_rows(area)
        except OptionError:
            return {}

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
    """The key of a segment in parts, and its number of parts."""
    assert segment.kind is not None
    return Key(segment.first, segment.last, segment.kind), segment.number


class Floors(Costs):
    """The costs of the stretches of a line without anything that a layout loses to alignment and fragmentation.

    A stretch counts with the bytes that are alive at once. Layouts with moves come close to that, since they may change
    during an inference, so that it matters less how well stretches fit together. Nothing has to be laid out to know a
    floor, so that the search for choices is short.
    """

    def __init__(self, costs: Costs) -> None:
        """Take over what is known of the same stretches, but for settled costs."""
        vars(self).update(vars(costs))
        self._segments, self._known, self._settled = {}, {}, Counter()

    def whole(self, position: int) -> Segment:
        """The segment of one operator executed whole, with what a layout of it needs at least."""
        segment = super().whole(position)
        return replace(segment, head=self._least_of_whole[position] or segment.head)

    def head(self, stretch: Key, number: int) -> int:
        """The most bytes alive at once."""
        return self.floor(stretch, number)

    def known(self, segment: Segment) -> bool:  # noqa: ARG002 (floors are known of all stretches)
        """Whether the costs of a segment are final: they are."""
        return True

    def settle(self, segment: Segment, budget: Budget) -> Segment:  # noqa: ARG002 (no layout is made)
        """The segment itself."""
        return segment
