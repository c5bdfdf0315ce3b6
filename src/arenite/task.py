"""What a search is given, and what it decides."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from arenite.budget import STEPS_PER_SECOND
from arenite.rewrite import fold, prune
from arenite.tflite.memory_plan import with_plan

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from arenite.budget import Budget
    from arenite.model import Model, Operator, Tensor
    from arenite.options import Options
    from arenite.plan import Proof, Strips

    Progress = Callable[[str], None]

LEAST_STEPS = STEPS_PER_SECOND
"""Steps that the search for a layout gets at least, however much the order took: about a second."""


@dataclass(frozen=True)
class Task:
    """What was asked for, and how much work may be spent on it."""

    source: Model
    options: Options
    budget: Budget
    progress: Progress

    @cached_property
    def base(self) -> Model:
        """The source without its plan, without needless copies, and without what costs memory and has no effect."""
        return prune(fold(with_plan(self.source, None)))

    def for_layout(self) -> Budget:
        """The budget of the next search for a layout: all that is left, and enough for some layout in any case."""
        return self.budget.part(1.0, LEAST_STEPS)

    def report(self, what: str, height: int, least: int) -> None:
        """Progress of a search for a layout; bytes."""
        self.progress(f"{what}: head {height:,} bytes, at least {least:,}")


@dataclass(frozen=True)
class Decision:
    """A model with its order and layout settled, what that costs (bytes), and what is known about anything better.

    `strips` are the stretches that are executed in strips; `sources` says by its outputs which operator of the source
    each new operator does a part of; None if it merely moves rows.
    """

    model: Model
    peak: int
    head: int
    lower_bound: int
    proofs: tuple[Proof, ...] = ()
    notes: tuple[str, ...] = ()
    strips: tuple[Strips, ...] = ()
    sources: Mapping[tuple[Tensor, ...], Operator | None] = field(default_factory=dict)


def silent(_: str) -> None:
    """Progress that nobody asked for."""


def order_of(source: Model, result: Model) -> tuple[int, ...]:
    """For each operator of the result's main graph, its position in the source's."""
    position = {_mark(operator): index for index, operator in enumerate(source.main.operators)}
    return tuple(position[_mark(operator)] for operator in result.main.operators)


def origins(source: Model, decision: Decision) -> tuple[int | None, ...]:
    """For each operator of the result's main graph the position of the source's operator whose work it does.

    None for operators that cut, pad or join rows of strips.
    """
    position = {_mark(operator): index for index, operator in enumerate(source.main.operators)}
    new = decision.sources
    found: list[int | None] = []
    for operator in decision.model.main.operators:
        done = new.get(operator.outputs, operator) if operator.outputs else operator
        found.append(None if done is None else position[_mark(done)])
    return tuple(found)


def _mark(operator: Operator) -> object:
    """What an operator is known by: pruning gives it other inputs, but not other outputs."""
    return operator.outputs or operator
