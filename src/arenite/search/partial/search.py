"""Costs -> choices by estimated costs (`search`); a choice -> model in parts with its layout (`partial`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.backends.generated_c.memory_places import in_memory, renamed
from arenite.rewrite import Prune
from arenite.search.partial.frontier import any_head, frontier
from arenite.search.partial.layout import laid_out
from arenite.search.partial.realize import realize
from arenite.search.partial.ways import EVEN_KINDS, PACES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from arenite.backends import Backend
    from arenite.budget import Budget
    from arenite.model import Model, Operator, Tensor
    from arenite.search.layout_policy import LayoutPolicy, Shared
    from arenite.search.partial.choose import Choice
    from arenite.search.partial.costs import Costs
    from arenite.search.partial.objective import Objective

    Unpacked = tuple[Model, Mapping[Operator, Operator]]
    """A model, and for each operator that was added the operator that it copies."""


_BY_LAST_OUTPUT = tuple(kind for kind in EVEN_KINDS if kind not in PACES)
"""The kinds of strips of about the same height of the last output. They are looked for alone as well where paced strips
are possible, whose layouts have more buffers and exceed their estimates by more."""


@dataclass(frozen=True)
class Partial:
    """A model in parts with its layout (`shared`), and the choice that it realizes.

    `room` is the set of kernels for whose scratch the layout has room.
    `sources` maps an operator's outputs to the original operator it implements part of; None for SLICE, PAD and
    CONCATENATION added by splitting.
    """

    shared: Shared
    room: Backend
    choice: Choice
    sources: Mapping[tuple[Tensor, ...], Operator | None]

    @property
    def extra_macs(self) -> int:
        """Multiply-accumulates that the parts add."""
        return self.choice.extra_macs


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
        costs: of the stretches of the line.
        most_extra: multiply-accumulates that strips may add.
        budget: charged for the search, which ends when it is spent.
        useful: the largest head in bytes that is still of use once a choice is known; by default any.
        report: called with a sentence at each step of the search.
    """

    def lower(head: int) -> None:
        report(f"strips: head {head:,} bytes")

    known: list[Choice] = []
    searches = (_BY_LAST_OUTPUT, EVEN_KINDS) if costs.comes_in_rows else (_BY_LAST_OUTPUT,)
    for number, kinds in enumerate(searches):
        part = budget.part(1 / (len(searches) - number))
        known += frontier(costs, kinds, most_extra, part, useful=useful, report=lower)
    found = [choice for choice in known if any(segment.plan is not None for segment in choice.segments)]
    return list({choice.mark: choice for choice in found}.values())


def _as_it_is(model: Model) -> Unpacked:
    return model, {}


def partial(
    model: Model,
    policy: LayoutPolicy,
    choice: Choice,
    budget: Budget,
    *,
    rooms: Iterable[Backend],
    limit: int | None = None,
    unpacked: Callable[[Model], Unpacked] = _as_it_is,
) -> Partial | None:
    """Realize a choice and lay it out; None if no layout meets the policy and the limit.

    Args:
        model: the model without strips, in its order, without a plan.
        policy: what layouts have to satisfy.
        choice: which stretches to execute in parts.
        rooms: sets of kernels, as in `laid_out`.
        limit: bytes that the head must stay below; None for no limit.
        unpacked: adds the operators that unpack weights (`backends.tflm.unpacking`) to the model in parts.
    """
    strips = realize(model, choice)
    whole, copies = unpacked(strips.model)
    pruned = Prune().run(whole)
    marked = in_memory(pruned)
    found = laid_out(marked, policy, rooms, budget, limit=limit)
    sources = {**strips.sources, **{copy.outputs: original for copy, original in copies.items()}}
    for new, old in renamed(pruned, marked).items():
        sources[new.outputs] = sources.get(old.outputs, old)
    return None if found is None else Partial(found.shared, found.room, choice, sources)


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
