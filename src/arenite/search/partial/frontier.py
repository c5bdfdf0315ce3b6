"""The choices that are worth a closer look, over all limits of the head."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.operators.liveness import ALIGNMENT
from arenite.search.partial.choose import Choice, choices

if TYPE_CHECKING:
    from collections.abc import Callable

    from arenite.budget import Budget
    from arenite.search.partial.costs import Costs
    from arenite.search.partial.ways import Kind

_STEP = 0.75
"""From one limit to the next on the way down."""
_STEPS = 24
"""Limits between the lowest head and that of the model as it is, besides."""
_PATIENCE = 100
"""How often segments are chosen anew for a limit because some cost more than was expected."""
_SHARE = 0.5
"""Share of what is left of the budget that the search for one limit takes at most."""
_FINE = 0.01
"""How near to the lowest head that can be reached the search goes, as a part of that."""


def frontier(
    costs: Costs, kinds: tuple[Kind, ...], most_extra: int, budget: Budget, *, report: Callable[[int], None]
) -> list[Choice]:
    """Choices, none of which another beats in head, tail and extra MACs together; as far as the budget allows a look.

    Args:
        costs: of the line.
        kinds: of strips to consider, beside groups of channels.
        most_extra: extra multiply-accumulates that are allowed.
        budget: of the search, of which each limit gets a part.
        report: is called with each new head that can be reached, in bytes.
    """
    whole = Choice()
    for position in range(len(costs.line)):
        if budget.over:
            return []
        whole = whole.with_segment(costs.whole(position))
    found = [whole]
    lowest, floor = whole.head, 0

    def look(limit: int) -> bool:
        """Whether there are choices that keep to a limit."""
        nonlocal lowest, floor
        new = _settled(costs, kinds, limit, most_extra, budget.part(_SHARE))
        found.extend(new)
        if not new:
            floor = limit
        elif (head := min(limit, max(each.head for each in new))) < lowest:
            lowest = head
            report(lowest)
        return bool(new)

    # From the top down, since the first steps need the least time, and each is worth having.
    while not budget.over and look(int(_STEP * lowest)):
        pass
    while lowest - floor > max(ALIGNMENT, _FINE * lowest) and not budget.over:
        look((lowest + floor) // 2)
    for step in range(1, _STEPS):
        if not budget.over:
            look(int(lowest * (whole.head / max(1, lowest)) ** (step / _STEPS)))
    return _unbeaten(found)


def _settled(costs: Costs, kinds: tuple[Kind, ...], limit: int, most_extra: int, budget: Budget) -> list[Choice]:
    """Choices whose costs are known: what is chosen by estimates is looked at, and chosen again, until nothing is new.

    Of the last choices those that keep to the limit, where the budget or patience ends before.
    """
    for _ in range(_PATIENCE):
        chosen = choices(costs, kinds, limit, most_extra, budget)
        new = [segment for choice in chosen for segment in choice.segments if not costs.known(segment)]
        if not new or budget.over:
            break
        for segment in new:
            if not budget.over:
                costs.settle(segment, budget)
    settled = (_known(costs, choice, budget) for choice in chosen)
    kept = (choice for choice in settled if choice is not None)
    return [choice for choice in kept if choice.head <= limit and choice.extra_macs <= most_extra]


def _known(costs: Costs, choice: Choice, budget: Budget) -> Choice | None:
    """The choice with what its segments really cost; None where that is not known."""
    result = Choice()
    for segment in choice.segments:
        if not costs.known(segment):
            return None
        result = result.with_segment(costs.settle(segment, budget))
    return result


def _unbeaten(found: list[Choice]) -> list[Choice]:
    """The choices that no other beats in head, tail and extra MACs together; the first of equals."""
    known = {(each.head, each.tail, each.extra_macs): each for each in reversed(found)}
    return [
        each
        for mine, each in reversed(known.items())
        if not any(other != mine and all(a <= b for a, b in zip(other, mine, strict=True)) for other in known)
    ]
