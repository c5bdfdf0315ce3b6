"""Region whose input comes in rows -> the ways to execute it in paced strips, which follow these rows.

Each way offers one, two, four, ... rows of the region's first result per strip. They differ in which results are
recomputed in every strip that reads them, and which stay in the arena.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.errors import OptionError
from arenite.operators.liveness import align, head_bytes
from arenite.operators.macs import macs
from arenite.rewrite.strips import StripPlan, extra_macs, last_readers, paces, strips_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from arenite.model import Operator, Tensor
    from arenite.rewrite.strips import Strip
    from arenite.search.partial.load import Area, Fusible
    from arenite.search.partial.ways import Paces

_MOST_ROWS = 16
"""Most rows of the first result in a strip; with more, strips by rows of the last output are as good."""
_ROWS = 2
"""Rows of the first result per strip for which it is decided what to recompute: what is kept differs little with one
row or four, and strips of one row have the most buffers to place."""
_RECOMPUTED: Mapping[Paces, float] = {"paced": 0.0, "paced some": 0.15, "paced more": 0.5}
"""Multiply-accumulates that a way may recompute, as a share of the region's. Of the first 25 operators of
MobileNetV2-0.35 at 144, 32,760 bytes are alive with none, 19,224 with 0.15, 9,432 with 0.5, and 8,568 with 1."""


def paced_ways(area: Area) -> Mapping[Paces, Paced]:
    """The ways to execute a region in paced strips, without those that equal another; none if it cannot be paced."""
    try:
        every = Paced(area, frozenset(area.folded))
        every.check()
        whole, order = sum(map(macs, area.region.operators)), _by_use(every)
        found: dict[frozenset[Tensor], Paces] = {}
        for kind, share in _RECOMPUTED.items():
            found.setdefault(_most_recomputed(area, order, share * whole), kind)
        ways = {kind: Paced(area, recomputed) for recomputed, kind in found.items()}
        for way in ways.values():
            way.check()
    except OptionError:
        return {}
    return ways


class Paced:
    """A region in paced strips, which recompute the results in `recomputed`."""

    def __init__(self, area: Area, recomputed: frozenset[Tensor]) -> None:
        self.area = area
        self.recomputed = recomputed | area.folded.keys()
        self._plans: dict[int, StripPlan] = {}
        self._macs: dict[int, int] = {}
        self._floors: dict[int, int] = {}

    @property
    def most(self) -> int:
        """The largest number of strips: the rows of the first result."""
        return self.area.region.operators[0].outputs[0].shape[1]

    @property
    def usual(self) -> int:
        """The number of strips for which it is decided what to recompute: `_ROWS` rows of the first result in each."""
        return max(1, self.most // _ROWS)

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of strips to try, the smallest first."""
        rows, found = _MOST_ROWS, []
        while rows:
            found.append(-(-self.most // rows))
            rows //= 2
        return tuple(dict.fromkeys(number for number in found if number > 1))

    @property
    def kept(self) -> int:
        """The number of tensors whose halos are kept."""
        return len(self.area.region.operators) - len(self.recomputed)

    def check(self) -> None:
        """Look at all numbers of strips that are tried.

        Raises:
            OptionError: the region cannot be paced.
        """
        for number in self.numbers:
            strips_of(self.plan(number))

    def plan(self, number: int) -> StripPlan:
        """The plan of `number` strips."""
        if number not in self._plans:
            region, rows = self.area.region, self.most
            all_ = paces(region, [strip * rows // number for strip in range(number + 1)])
            paced = {tensor: ends for tensor, ends in all_.items() if tensor not in self.recomputed}
            self._plans[number] = StripPlan(region, tuple(all_[output] for output in region.outputs), paced=paced)
        return self._plans[number]

    def extra_macs(self, number: int) -> int:
        """Multiply-accumulates of rows that are recomputed, or computed and trimmed."""
        if number not in self._macs:
            self._macs[number] = extra_macs(self.plan(number))
        return self._macs[number]

    def floor(self, number: int) -> int:
        """The most bytes alive at once in `number` strips."""
        if number not in self._floors:
            self._floors[number] = max(_alive(self.area, self.plan(number)))
        return self._floors[number]


def _by_use(every: Paced) -> list[Tensor]:
    """The results that may be recomputed, the one first that frees the most bytes for the work.

    Each is judged as if it alone were recomputed: by the most bytes that strips keep of it, and by the rows that they
    keep, summed over the strips. A wide tensor that is recomputed is not there at all.
    """
    region, strips = every.area.region, strips_of(every.plan(every.usual))
    staying = {region.operators[0].outputs[0], *region.outputs}
    wide = {each.wide for each in every.area.bottlenecks}
    found: list[tuple[float, Tensor]] = []
    for operator in region.operators:
        (target,) = operator.outputs
        rows = [strip.kept[target].size for strip in strips if target in strip.kept]
        if target not in staying and rows:
            saved = (
                max(strip.held[target].size for strip in strips if target in strip.held)
                if target in wide
                else max(rows)
            )
            work = sum(rows) * macs(operator) // target.shape[1]
            found.append((saved * every.area.row[target] / (work + 1), target))
    return [tensor for _, tensor in sorted(found, key=lambda pair: -pair[0])]


def _most_recomputed(area: Area, order: Sequence[Tensor], most: float) -> frozenset[Tensor]:
    """What to recompute, which adds at most `most` multiply-accumulates, so that the fewest bytes are alive.

    In the order, each result is recomputed if that needs fewer bytes; then once more, since some bytes only count
    when others are gone.
    """
    chosen: frozenset[Tensor] = frozenset()
    best = Paced(area, chosen)
    for tensor in (*order, *order) if most else ():
        tried = chosen ^ {tensor}
        way = Paced(area, tried)
        if way.extra_macs(way.usual) <= most and way.floor(way.usual) < best.floor(way.usual):
            chosen, best = tried, way
    return chosen


def _alive(area: Area, plan: StripPlan) -> Iterator[int]:
    """Bytes alive at every operator of the strips; outputs of the region stay to its end."""
    region, strips = area.region, strips_of(plan)
    done = sum(head_bytes(tensor) for tensor in region.inputs) + area.sums
    for number, strip in enumerate(strips):
        following = strips[number + 1].kept if number + 1 < len(strips) else {}
        own = {
            tensor: area.finished[tensor] * (rows[number + 1] - rows[number])
            for tensor, rows in zip(region.outputs, plan.boundaries, strict=True)
        }
        stays = {
            tensor: align(
                own.get(tensor, 0) + area.row[tensor] * (following[tensor].size if tensor in following else 0)
            )
            for tensor in strip.held
        }
        yield from (done + alive for alive in _alive_in(area, strip, stays))
        done += sum(own.values())


def _ends(area: Area, strip: Strip, fused: Iterable[Fusible]) -> Mapping[Operator, list[Tensor]]:
    """Results of a strip by the operator that ends them.

    Inputs of PADs that are folded end with the convolution, those of inverted bottlenecks with the last operator.
    """
    ends = last_readers(area.region, strip)
    last = {tensor: operator for operator, tensors in ends.items() for tensor in tensors}
    order = {operator: place for place, operator in enumerate(area.region.operators)}
    later = [(source, last[padded]) for padded, source in area.folded.items() if padded in last]
    later += [(each.source, area.region.operators[each.last]) for each in fused]
    for source, operator in later:
        if source in last and order[operator] > order[last[source]]:
            ends[last[source]].remove(source)
            ends.setdefault(operator, []).append(source)
            last[source] = operator
    return ends


def _is_one(area: Area, each: Fusible, strip: Strip, stays: Mapping[Tensor, int]) -> bool:
    """Whether an inverted bottleneck is one operator in a strip: no rows of its inner tensors were or will be kept."""
    computed = all(area.region.operators[place] in strip.cuts for place in range(each.first, each.last + 1))
    return computed and not any(tensor in strip.kept or stays.get(tensor) for tensor in each.inner)


def _alive_in(area: Area, strip: Strip, stays: Mapping[Tensor, int]) -> Iterator[int]:
    """Bytes alive at every operator of a strip, without outputs of earlier strips; `stays`: those alive after it."""
    alive = {tensor: align(area.row[tensor] * rows.size) for tensor, rows in strip.kept.items()}
    total = sum(alive.values())
    fused = {each.last: each for each in area.bottlenecks if _is_one(area, each, strip, stays)}
    inner = {tensor for each in fused.values() for tensor in each.inner}
    ends = _ends(area, strip, fused.values())
    for place, operator in enumerate(area.region.operators):
        target, ending = operator.outputs[0], ends.get(operator, ())
        source = fused[place].source if place in fused else area.shared[place]
        if operator in strip.cuts:
            output = 0 if target in inner else align(area.row[target] * strip.held[target].size)
            total -= alive.get(target, 0)
            used_up = source is not None and source in ending and source is not target
            gone = alive.get(source, 0) - stays.get(source, 0) if used_up and source else 0
            scratch = int(fused[place].scratch(strip.held[fused[place].wide].size)) if place in fused else 0
            yield total + output - min(max(0, gone), output) + scratch
            total, alive[target] = total + output, output
        for tensor in ending:
            total += stays[tensor] - alive[tensor]
            alive[tensor] = stays[tensor]
