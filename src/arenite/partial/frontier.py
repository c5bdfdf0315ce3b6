"""The choices that are worth a closer look, over all limits of the head."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.liveness import ALIGNMENT
from arenite.partial.choose import Choice, choices

if TYPE_CHECKING:
    from collections.abc import Callable

    from arenite.partial.costs import Costs

_STEPS = 12
"""Limits between the lowest head and that of the model as it is."""
_PATIENCE = 20
"""How often pieces are chosen anew for a limit because some cost more than was expected."""
_FINE = 0.01
"""How near to the lowest head that can be reached the search goes, as a part of the head of the model as it is."""


def frontier(
    costs: Costs, most_extra: int, *, go_on: Callable[[], bool], report: Callable[[int], None]
) -> list[Choice]:
    """Choices, none of which another beats in head, tail and extra MACs together; as far as there is time to look.

    Args:
        costs: of the line.
        most_extra: extra multiply-accumulates that are allowed.
        go_on: whether there is time to look further.
        report: is called with each new head that can be reached, in bytes.
    """
    whole = Choice()
    for position in range(len(costs.line)):
        if not go_on():
            return []
        whole = whole.with_piece(costs.whole(position))
    found = [whole]
    lowest, floor = whole.head, 0
    while lowest - floor > max(ALIGNMENT, _FINE * whole.head) and go_on():
        limit = (lowest + floor) // 2
        new = _settled(costs, limit, most_extra, go_on)
        found.extend(new)
        if new:
            lowest = min(max(each.head for each in new), limit)
            report(lowest)
        else:
            floor = limit
    for step in range(1, _STEPS):
        if go_on():
            found.extend(_settled(costs, lowest + (whole.head - lowest) * step // _STEPS, most_extra, go_on))
    return [each for each in found if not any(_beats(other, each) for other in found)]


def _settled(costs: Costs, limit: int, most_extra: int, go_on: Callable[[], bool]) -> list[Choice]:
    """Choices whose costs are known: what is chosen by estimates is looked at, and chosen again, until nothing is new.

    Of the last choices those that keep to the limit, where time or patience ends before.
    """
    for _ in range(_PATIENCE):
        chosen = choices(costs, limit, most_extra, go_on)
        new = [piece for choice in chosen for piece in choice.pieces if not costs.known(piece)]
        if not new or not go_on():
            break
        for piece in new:
            if go_on():
                costs.settle(piece)
    settled = (_known(costs, choice) for choice in chosen)
    return [choice for choice in settled if choice is not None and choice.head <= limit]


def _known(costs: Costs, choice: Choice) -> Choice | None:
    """The choice with what its pieces really cost; None where that is not known."""
    result = Choice()
    for piece in choice.pieces:
        if not costs.known(piece):
            return None
        result = result.with_piece(costs.settle(piece))
    return result


def _beats(one: Choice, other: Choice) -> bool:
    mine, theirs = (one.head, one.tail, one.extra_macs), (other.head, other.tail, other.extra_macs)
    return mine != theirs and all(a <= b for a, b in zip(mine, theirs, strict=True))
