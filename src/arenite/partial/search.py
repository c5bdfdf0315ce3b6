"""Which stretches to execute in strips: chosen by what each costs alone, settled by whole layouts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.operators import macs
from arenite.partial.costs import Costs
from arenite.partial.frontier import frontier
from arenite.partial.layout import laid_out
from arenite.partial.line import Line
from arenite.partial.realise import realise
from arenite.rewrite import prune

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from arenite.model import Model, Operator, Tensor
    from arenite.partial.choose import Choice
    from arenite.partial.wish import Wish
    from arenite.sharing import Shared, Sharing

_TRIED = 4
"""Choices of which a layout is made."""
_WORK = 40_000
"""Groups of buffers placed for the layout of a choice."""


@dataclass(frozen=True)
class Partial:
    """A model whose stretches are executed in strips, laid out.

    `sources` says which operator each operator of a strip does a part of, by its outputs.
    """

    shared: Shared
    choice: Choice
    sources: Mapping[tuple[Tensor, ...], Operator]

    @property
    def extra_macs(self) -> int:
        """Multiply-accumulates that the strips add."""
        return self.choice.extra_macs


def partials(
    model: Model, sharing: Sharing, wish: Wish, *, left: Callable[[], float], report: Callable[[str], None]
) -> Iterator[Partial]:
    """Ways to execute a model in strips, the most promising first, each with its layout.

    Args:
        model: in the order to start from, without a plan.
        sharing: how layouts are made.
        wish: what to make small.
        left: seconds left.
        report: is called with a sentence whenever there is news.
    """
    target = sharing.target
    costs = Costs(Line(model, sharing.keep_inputs), target)
    work = sum(macs(operator) for operator in model.main.operators)
    known = frontier(
        costs,
        int(work * wish.most_extra_macs),
        go_on=lambda: left() > 0,
        report=lambda head: report(f"strips: head {head:,} bytes"),
    )
    stock = target.arena(model).tail_bytes
    for choice in _promising(known, wish, stock)[:_TRIED]:
        if all(piece.plan is None for piece in choice.pieces):
            continue
        strips = realise(model, choice)
        shared = laid_out(prune(strips.model), sharing, _WORK)
        if shared is not None:
            yield Partial(shared, choice, strips.sources)


def _promising(known: Sequence[Choice], wish: Wish, tail: int) -> list[Choice]:
    def size(choice: Choice) -> int:
        return choice.head + (tail + choice.tail if wish.minimize == "arena" else 0)

    def rank(choice: Choice) -> tuple[int, ...]:
        if wish.enough is not None and size(choice) <= wish.enough:
            return 0, choice.extra_macs, size(choice)
        return 1, size(choice), choice.extra_macs

    return sorted(known, key=rank)
