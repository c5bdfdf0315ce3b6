"""Costs -> Pareto-optimal choices in head, tail and extra work, by searches for one limit on the head after another.

    head of the whole model  |   x    x   x  x|?|     |  0

Limits go down by a quarter each until none is met, then bisect the last interval, then fill the gaps.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from arenite.operators.liveness import ALIGNMENT
from arenite.search.partial.choose import Choice, Chooser

if TYPE_CHECKING:
    from collections.abc import Callable

    from arenite.budget import Budget
    from arenite.search.partial.costs import Costs
    from arenite.search.partial.ways import Kind

_RATIO = 0.75
"""Ratio of one limit to the one before on the way down; smaller skips heads, larger costs searches."""
_INTERVALS = 24
"""Intervals between the lowest head and that of the whole model, whose limits are searched at last to fill gaps."""
_PATIENCE = 100
"""Most rounds of choosing and settling for one limit; each round settles the predictions behind the last choices."""
_SHARE = 0.5
"""Share of the remaining budget that the search for one limit may use, so that later limits get a search as well."""
_FINE = 0.01
"""Stop the bisection when its interval is below 1 % of the lowest head reached."""


def any_head(_: Choice) -> float:
    """No limit: heads of any size are of use."""
    return inf


def frontier(
    costs: Costs,
    kinds: tuple[Kind, ...],
    most_extra: int,
    budget: Budget,
    *,
    useful: Callable[[Choice], float] = any_head,
    report: Callable[[int], None],
) -> list[Choice]:
    """Choices that are Pareto-optimal in head, tail and extra work, among those found within the budget.

    Args:
        costs: of the stretches of the line.
        kinds: the kinds of strips to consider, beside channel groups.
        most_extra: multiply-accumulates that strips may add.
        budget: charged for the search; each limit gets a part of it.
        useful: the largest head in bytes that is still of use once this choice is known. Gaps above it are not filled.
        report: called with each new lowest head, in bytes.
    """
    segments = []
    for position in range(len(costs.line)):
        if budget.over:
            return []
        segments.append(costs.whole(position))
    whole = Choice.of(tuple(segments))
    found = [whole]
    lowest, floor = whole.head, 0

    def look(limit: int) -> bool:
        """Search one limit in bytes; whether there are choices that keep to it."""
        nonlocal lowest, floor
        new = _settled(costs, kinds, limit, most_extra, budget.part(_SHARE))
        found.extend(new)
        if not new:
            floor = limit
        elif (head := min(limit, max(candidate.head for candidate in new))) < lowest:
            lowest = head
            report(lowest)
        return bool(new)

    # From the top down: high limits are searched fastest, and each yields a useful choice.
    while not budget.over and look(int(_RATIO * lowest)):
        pass
    while lowest - floor > max(ALIGNMENT, _FINE * lowest) and not budget.over:
        look((lowest + floor) // 2)
    most, down = min(map(useful, found)), whole.head / max(1, lowest)
    for step in range(1, _INTERVALS):
        if not budget.over and (limit := int(lowest * down ** (step / _INTERVALS))) <= most:
            look(limit)
    return _unbeaten(found)


def _settled(costs: Costs, kinds: tuple[Kind, ...], limit: int, most_extra: int, budget: Budget) -> list[Choice]:
    """Choices with settled costs that keep to the limit.

    Rounds alternate: choose by what is known or estimated, then settle the chosen segments, until all of them are
    settled, the budget is spent or `_PATIENCE` rounds are over. Only fully settled choices of the last round count.
    """
    chooser = Chooser(costs, kinds, limit, most_extra)
    for _ in range(_PATIENCE):
        chosen = chooser.choices(budget)
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
    """The choice with the settled costs of its segments; None if some are not settled."""
    if not all(map(costs.known, choice.segments)):
        return None
    return Choice.of(tuple(costs.settle(segment, budget) for segment in choice.segments))


def _unbeaten(found: list[Choice]) -> list[Choice]:
    """The choices that are Pareto-optimal in head, tail and extra work; the first of equals."""
    known = {(each.head, each.tail, each.extra_macs): each for each in reversed(found)}
    return [
        each
        for mine, each in reversed(known.items())
        if not any(other != mine and all(a <= b for a, b in zip(other, mine, strict=True)) for other in known)
    ]
