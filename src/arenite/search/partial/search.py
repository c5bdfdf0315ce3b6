"""Costs -> choices by estimated costs (`search`); a choice -> model in parts with its layout (`partial`).

Choices are searched for one limit on the head after another (`frontier`):

    head of the whole model  |   x    x   x  x|?|     |  0

Limits go down by a quarter each until none is met, then bisect the last interval, then fill the gaps.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from arenite.backends.generated_c.memory_places import in_memory, renamed
from arenite.operators.liveness import ALIGNMENT
from arenite.rewrite import Prune
from arenite.search.partial.choose import Choice, Chooser
from arenite.search.partial.layout import laid_out
from arenite.search.partial.realize import realize
from arenite.search.partial.ways import EVEN_KINDS, PACES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from arenite.backends import Backend
    from arenite.backends.tflm.unpacking import Packed
    from arenite.budget import Budget
    from arenite.model import Operator, Tensor
    from arenite.search.layout_policy import LayoutPolicy, Shared
    from arenite.search.objective import Objective
    from arenite.search.partial.costs import Costs
    from arenite.search.partial.ways import Kind

_BY_LAST_OUTPUT = tuple(kind for kind in EVEN_KINDS if kind not in PACES)
"""The kinds of strips of about the same height of the last output. They are looked for alone as well where paced strips
are possible, whose layouts have more buffers and exceed their estimates by more."""
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
    report: Callable[[str], None],
) -> list[Choice]:
    """Choices that are Pareto-optimal in head, tail and extra work, among those found within the budget.

    Strips of these kinds are considered, beside channel groups. Each limit gets a part of the budget. Gaps above the
    largest `useful` head are not filled. The other arguments are those of `search`.
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
            report(f"strips: head {lowest:,} bytes")
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
    settled = [
        Choice.of(tuple(costs.settle(segment, budget) for segment in choice.segments))
        for choice in chosen
        if all(map(costs.known, choice.segments))
    ]
    return [choice for choice in settled if choice.head <= limit and choice.extra_macs <= most_extra]


def _unbeaten(found: list[Choice]) -> list[Choice]:
    """The choices that are Pareto-optimal in head, tail and extra work; the first of equals."""
    known = {(each.head, each.tail, each.extra_macs): each for each in reversed(found)}
    return [
        each
        for mine, each in reversed(known.items())
        if not any(other != mine and all(a <= b for a, b in zip(other, mine, strict=True)) for other in known)
    ]


@dataclass(frozen=True)
class Partial:
    """A model in parts with its layout (`shared`).

    `room` is the set of kernels for whose scratch the layout has room.
    `sources` maps an operator's outputs to the original operator it implements part of; None for SLICE, PAD and
    CONCATENATION added by splitting.
    """

    shared: Shared
    room: Backend
    sources: Mapping[tuple[Tensor, ...], Operator | None]


def search(
    costs: Costs,
    most_extra: int,
    budget: Budget,
    *,
    useful: Callable[[Choice], float] = any_head,
    report: Callable[[str], None],
) -> list[Choice]:
    """Choices with at least one stretch in parts, Pareto-optimal in head, tail and extra work.

    Only even strips are considered here. Predictions for uneven strips are less reliable, so uneven strips are only
    tried as neighbors of good choices (`neighbors`).

    Args:
        most_extra: multiply-accumulates that strips may add.
        useful: the largest head in bytes that is still of use once a choice is known; by default any.
        report: called with a sentence on each new lowest head.
    """
    known: list[Choice] = []
    searches = (_BY_LAST_OUTPUT, EVEN_KINDS) if costs.comes_in_rows else (_BY_LAST_OUTPUT,)
    for number, kinds in enumerate(searches):
        part = budget.part(1 / (len(searches) - number))
        known += frontier(costs, kinds, most_extra, part, useful=useful, report=report)
    found = [choice for choice in known if any(segment.plan is not None for segment in choice.segments)]
    return list({choice.mark: choice for choice in found}.values())


def partial(
    packed: Packed,
    policy: LayoutPolicy,
    choice: Choice,
    budget: Budget,
    *,
    rooms: Iterable[Backend],
    limit: int | None = None,
) -> Partial | None:
    """Realize a choice and lay it out; None if no layout meets the policy and the limit.

    `packed` is the model without strips, in its order, without a plan. `rooms` and `limit` are those of `laid_out`.
    """
    strips, sources = realize(packed.model, choice)
    whole, copies = packed.unpacked(strips)
    pruned = Prune().run(whole)
    marked = in_memory(pruned)
    found = laid_out(marked, policy, rooms, budget, limit=limit)
    sources.update((copy.outputs, original) for copy, original in copies.items())
    for new, old in renamed(pruned, marked).items():
        sources[new.outputs] = sources.get(old.outputs, old)
    return None if found is None else Partial(found.shared, found.room, sources)


def promising(known: Iterable[Choice], objective: Objective, tail: int) -> list[Choice]:
    """The choices, the most promising first; `tail`: bytes of tail of the model without strips.

    Of choices of equal size the one with the least extra work comes first: its neighbors may add the rest.
    """

    def rank(choice: Choice) -> tuple[int, ...]:
        if objective.enough is not None and choice.head + tail + choice.tail <= objective.enough:
            return 0, choice.extra_macs, size(choice, objective)
        return 1, size(choice, objective), choice.extra_macs

    return sorted(known, key=rank)


def unbeaten(known: Iterable[Choice], objective: Objective) -> list[Choice]:
    """The choices that are Pareto-optimal in size and extra work, the least work first."""
    result: list[Choice] = []
    for choice in sorted(known, key=lambda each: (each.extra_macs, size(each, objective))):
        if not result or size(choice, objective) < size(result[-1], objective):
            result.append(choice)
    return result


def size(choice: Choice, objective: Objective) -> int:
    """Bytes of what the objective minimizes, without the tail of the model without strips."""
    return choice.head + (choice.tail if objective.minimize == "arena" else 0)
