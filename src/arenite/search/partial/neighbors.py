"""Choice -> choices that differ from it in a single stretch, for the local search by layouts of the whole model."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from arenite.search.partial.choose import Choice
from arenite.search.partial.costs import Key
from arenite.search.partial.ways import ROW_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arenite.search.partial.costs import Costs
    from arenite.search.partial.segment import Segment
    from arenite.search.partial.ways import Kind

_NEAR = 2
"""Steps to either side of a stretch's own number of parts; each step costs layouts of whole models."""
_KINDS: tuple[Kind, ...] = (*ROW_KINDS, "channels")


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
