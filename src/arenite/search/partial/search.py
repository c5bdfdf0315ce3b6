"""Which stretches to execute in strips: chosen by what each costs alone, settled by whole layouts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.rewrite import Prune
from arenite.search.partial.frontier import frontier
from arenite.search.partial.layout import laid_out
from arenite.search.partial.realize import realize
from arenite.search.partial.ways import EVEN_KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from arenite.budget import Budget
    from arenite.model import Model, Operator, Tensor
    from arenite.search.layout_policy import LayoutPolicy, Shared
    from arenite.search.partial.choose import Choice
    from arenite.search.partial.costs import Costs
    from arenite.search.partial.objective import Objective

    Unpacked = tuple[Model, Mapping[Operator, Operator]]
    """A model, and for each operator that was added the one that it stands for."""

_WORK = 100_000
"""Groups of buffers placed for the layout of a choice."""


@dataclass(frozen=True)
class Partial:
    """A model whose stretches are executed in strips, laid out.

    `sources` says which operator each new operator does a part of, by its outputs; None if it merely moves rows.
    """

    shared: Shared
    choice: Choice
    sources: Mapping[tuple[Tensor, ...], Operator | None]

    @property
    def extra_macs(self) -> int:
        """Multiply-accumulates that the strips add."""
        return self.choice.extra_macs


def search(costs: Costs, most_extra: int, budget: Budget, *, report: Callable[[str], None]) -> list[Choice]:
    """Choices of stretches in parts, none of which another beats in head, tail and extra work together.

    Strips are of about the same height here. What is expected of uneven ones beside others comes true less often, so
    that they are tried near to what is found (`neighbors`).

    Args:
        costs: of the operators in their order.
        most_extra: multiply-accumulates that may be done twice.
        budget: is charged for the search, which ends where it is spent.
        report: is called with a sentence whenever there is news.
    """
    known = frontier(costs, EVEN_KINDS, most_extra, budget, report=lambda head: report(f"strips: head {head:,} bytes"))
    return [choice for choice in known if any(segment.plan is not None for segment in choice.segments)]


def _as_it_is(model: Model) -> Unpacked:
    return model, {}


def partial(
    model: Model,
    policy: LayoutPolicy,
    choice: Choice,
    budget: Budget,
    *,
    unpacked: Callable[[Model], Unpacked] = _as_it_is,
) -> Partial | None:
    """A choice with its layout, improved as far as the budget allows it; None if none does what was asked for.

    `unpacked` adds to the model in parts what unpacks its weights (`backends.tflm.unpacking`) before the layout.
    """
    strips = realize(model, choice)
    whole, copies = unpacked(strips.model)
    shared = laid_out(Prune().run(whole), policy, _WORK, budget)
    sources = {**strips.sources, **{copy.outputs: original for copy, original in copies.items()}}
    return None if shared is None else Partial(shared, choice, sources)


def promising(known: Iterable[Choice], objective: Objective, tail: int) -> list[Choice]:
    """The choices, the most promising first; `tail` are the bytes that the model without strips has.

    Of choices of equal size the one with the least work is more promising: its neighbors may spend what is left.
    """

    def rank(choice: Choice) -> tuple[int, ...]:
        if objective.enough is not None and choice.head + tail + choice.tail <= objective.enough:
            return 0, choice.extra_macs, size(choice, objective)
        return 1, size(choice, objective), choice.extra_macs

    return sorted(known, key=rank)


def unbeaten(known: Iterable[Choice], objective: Objective) -> list[Choice]:
    """The choices of which none is smaller with no more work, the least work first."""
    result: list[Choice] = []
    for choice in sorted(known, key=lambda each: (each.extra_macs, size(each, objective))):
        if not result or size(choice, objective) < size(result[-1], objective):
            result.append(choice)
    return result


def size(choice: Choice, objective: Objective) -> int:
    """Bytes of what is to be small, without what is the same for all choices."""
    return choice.head + (choice.tail if objective.minimize == "arena" else 0)
