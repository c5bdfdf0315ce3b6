"""The choices that are worth a closer look, over all limits of the head."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.partial.choose import Choice, choices

if TYPE_CHECKING:
    from collections.abc import Callable

    from arenite.partial.costs import Costs

_STEPS = 12
"""Limits between the lowest head and that of the model as it is."""
_FINE = 0.01
"""How near to the lowest head that can be reached the search goes, as a part of the head of the model as it is."""


def frontier(
    costs: Costs, most_extra: int, *, go_on: Callable[[], bool], report: Callable[[int], None]
) -> list[Choice]:
    """Choices, none of which another beats in head, tail and extra MACs together.

    Args:
        costs: of the line.
        most_extra: extra multiply-accumulates that are allowed.
        go_on: whether there is time for another limit.
        report: is called with each new head that can be reached, in bytes.
    """
    whole = Choice()
    for position in range(len(costs.line)):
        whole = whole.with_piece(costs.whole(position))
    found = [whole]
    lowest, floor = whole.head, 0
    while lowest - floor > _FINE * whole.head and go_on():
        limit = (lowest + floor) // 2
        new = choices(costs, limit, most_extra)
        found.extend(new)
        if new:
            lowest = min(max(each.head for each in new), limit)
            report(lowest)
        else:
            floor = limit
    for step in range(1, _STEPS):
        if go_on():
            found.extend(choices(costs, lowest + (whole.head - lowest) * step // _STEPS, most_extra))
    return [each for each in found if not any(_beats(other, each) for other in found)]


def _beats(one: Choice, other: Choice) -> bool:
    mine, theirs = (one.head, one.tail, one.extra_macs), (other.head, other.tail, other.extra_macs)
    return mine != theirs and all(a <= b for a, b in zip(mine, theirs, strict=True))
