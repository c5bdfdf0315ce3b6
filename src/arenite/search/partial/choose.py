"""Costs, a limit on the head -> choices: ways to cut the line into segments that keep to the limit.

    line     o o o X X o o o X o o       X: operators that exceed the limit if executed whole
    choice  |o|o|o X X o|o|o|X o|o|      longer segments are executed in parts

Dynamic programming from the first operator to the last: at each position, the Pareto-optimal choices that end there.
`neighbors` of a choice differ from it in a single stretch.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.search.partial.costs import Key
from arenite.search.partial.ways import ROW_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from arenite.budget import Budget
    from arenite.search.partial.costs import Costs
    from arenite.search.partial.ways import Kind, Segment

_STEPS_OF_STRETCH = 300
"""Steps charged to the budget for each way to execute a stretch that is considered, whether or not its result is known
from an earlier choice; measured on the zoo before results were kept."""
_BY_CHANNELS: tuple[Kind, ...] = ("channels",)
LONGEST = 40
"""Most operators in a stretch executed in strips: longer ones have halos of half the image."""
_NEAR = 2
"""Steps to either side of a stretch's own number of parts; each step costs layouts of whole models."""
_KINDS: tuple[Kind, ...] = (*ROW_KINDS, "channels")


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """Segments that cover the line, or its beginning.

    `head`: bytes, the largest over the segments. `tail` (bytes) and `extra_macs`: sums over the segments.
    """

    segments: tuple[Segment, ...] = ()
    head: int = 0
    tail: int = 0
    extra_macs: int = 0

    @staticmethod
    def of(segments: tuple[Segment, ...]) -> Choice:
        """The choice of these segments."""
        return Choice(
            segments,
            max((segment.head for segment in segments), default=0),
            sum(segment.tail for segment in segments),
            sum(segment.extra_macs for segment in segments),
        )

    @property
    def mark(self) -> tuple[tuple[object, ...], ...]:
        """Key of the choice: its stretches, and the way each is executed."""
        return tuple((each.first, each.last, each.kind, each.number) for each in self.segments)

    def no_worse(self, other: Choice) -> bool:
        """Whether neither the tail nor the extra work is larger than that of `other`."""
        return self.tail <= other.tail and self.extra_macs <= other.extra_macs


class Chooser:
    """Chooses segments within one limit on the head, again whenever more costs are settled."""

    def __init__(self, costs: Costs, kinds: tuple[Kind, ...], limit: int, most_extra: int) -> None:
        """Look for strips of these kinds, beside channel groups.

        `limit`: bytes of head for each segment. `most_extra`: multiply-accumulates that all segments together may add.
        """
        self.costs, self.kinds, self.limit, self.most_extra = costs, kinds, limit, most_extra
        length = len(costs.line)
        self._hot = [position for position in range(length) if costs.whole(position).head > limit]
        self._cuts = _cuts(costs)
        self._known: dict[Key, tuple[int, Segment | None]] = {}

    def choices(self, budget: Budget) -> list[Choice]:
        """Choices that cover the line within the limits, Pareto-optimal in extra work and tail; empty if none does.

        Once the budget is spent, no further stretch in parts is considered.
        """
        costs, limit, most_extra = self.costs, self.limit, self.most_extra
        length = len(costs.line)
        best: list[list[Choice]] = [[] for _ in range(length + 1)]
        best[0] = [Choice()]
        for first in range(length):
            if not best[first]:
                continue
            if first not in self._hot:
                _extend(best, best[first], [costs.whole(first)], most_extra)
            for last, in_strips in _stretches(costs, self._cuts, self._hot, first, limit):
                if budget.over:
                    break
                ways = self.kinds if in_strips else _BY_CHANNELS
                budget.spend(_STEPS_OF_STRETCH * len(ways))
                for kind in ways:
                    segment = self._in_parts(Key(first, last, kind))
                    _extend(best, best[first], [] if segment is None else [segment], most_extra)
        return best[length]

    def _in_parts(self, stretch: Key) -> Segment | None:
        """A stretch in the fewest parts within the limits, or None; found again only if more is known of its costs."""
        settled = self.costs.settled(stretch.first, stretch.last)
        known = self._known.get(stretch)
        if known is None or known[0] != settled:
            known = settled, _in_parts(self.costs, stretch, self.limit, self.most_extra)
            self._known[stretch] = known
        return known[1]


def _extend(best: list[list[Choice]], before: Sequence[Choice], segments: Sequence[Segment], most_extra: int) -> None:
    """Extend each choice in `before` by each segment, and keep the Pareto-optimal results in `best`."""
    for segment in segments:
        kept = best[segment.last + 1]
        for choice in before:
            tail, extra = choice.tail + segment.tail, choice.extra_macs + segment.extra_macs
            if extra <= most_extra and not any(known.tail <= tail and known.extra_macs <= extra for known in kept):
                new = Choice((*choice.segments, segment), max(choice.head, segment.head), tail, extra)
                kept[:] = [*(known for known in kept if not new.no_worse(known)), new]


def _cuts(costs: Costs) -> frozenset[int]:
    """Positions where a stretch in strips may begin or end: local minima of the bytes alive between operators.

    And those behind operators that take an input which comes in rows, so that it may be taken as a whole, and behind
    those that read sums of strips.
    """
    line = costs.line
    at = [line.crossing(position) for position in range(len(line) + 1)]
    last = len(line)
    return frozenset(
        position
        for position in range(last + 1)
        if (position == 0 or at[position - 1] >= at[position])
        and (position == last or at[position + 1] >= at[position])
    ) | {0, last, *costs.after_rows, *costs.behind_sums}


def _stretches(
    costs: Costs, cuts: frozenset[int], hot: Sequence[int], first: int, limit: int
) -> Iterator[tuple[int, bool]]:
    """Yield (last, in strips) for the stretches beginning at `first` that contain an operator above the limit.

    Stretches in strips begin and end at `cuts`. Stretches in channel groups (False) are short and may be anywhere,
    because what they save is inside of a few operators.
    """
    following = next((position for position in hot if position >= first), None)
    if following is None or costs.line.crossing(first) > limit:
        return
    for last in costs.wide(first):
        if following <= last and costs.least(first, last) <= limit:
            yield last, False
    if first in cuts:
        yield from ((last, True) for last in _ends(costs, cuts, following, first, limit))


def _ends(costs: Costs, cuts: frozenset[int], following: int, first: int, limit: int) -> Iterator[int]:
    """Last positions of the stretches in strips that begin at `first` and contain position `following`."""
    for cut in sorted(cuts):
        if following < cut <= first + LONGEST:
            if not costs.most(first, cut - 1, ROW_KINDS[0]):
                if costs.blocked(first, cut - 1):
                    return
                continue
            if costs.least(first, cut - 1) <= limit:
                yield cut - 1


def _in_parts(costs: Costs, stretch: Key, limit: int, most_extra: int) -> Segment | None:
    """A stretch in the fewest parts within the limits, or None; more parts have a lower floor and more extra work."""
    numbers = costs.numbers(stretch)
    if not numbers or costs.floor(stretch, numbers[-1]) > limit:
        return None
    first = bisect_left(numbers, True, key=lambda number: costs.floor(stretch, number) <= limit)
    for number in numbers[first:]:
        if costs.extra(stretch, number) > most_extra:
            return None
        if costs.head(stretch, number) <= limit:
            return costs.parts(stretch, number)
    return None


def neighbors(costs: Costs, choice: Choice, most_extra: int) -> Iterator[Choice]:
    """Yield the choices in which one stretch has a few more or fewer parts, runs in another way, or is whole.

    They add at most `most_extra` multiply-accumulates, and keep at least one stretch in parts. Their costs may be
    estimates.
    """
    for place, segment in enumerate(choice.segments):
        if segment.plan is not None:
            for others in _others(costs, segment):
                new = Choice.of((*choice.segments[:place], *others, *choice.segments[place + 1 :]))
                if new.extra_macs <= most_extra and any(each.plan is not None for each in new.segments):
                    yield new


def _others(costs: Costs, segment: Segment) -> Iterator[tuple[Segment, ...]]:
    yield tuple(costs.whole(position) for position in range(segment.first, segment.last + 1))
    for kind in _KINDS:
        key = Key(segment.first, segment.last, kind)
        numbers, most = costs.numbers(key), costs.most(*key)
        at = bisect_left(numbers, segment.number)
        near = {*numbers[max(0, at - _NEAR) : at + _NEAR + 1], segment.number - 1, segment.number, segment.number + 1}
        for number in sorted(near):
            if 1 < number <= most and (kind, number) != (segment.kind, segment.number):
                yield (costs.parts(key, number),)
