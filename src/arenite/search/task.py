"""What a search is given, and what it decides."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from arenite.backends.target import APART
from arenite.backends.tflm.head import plan_obstacle
from arenite.budget import STEPS_PER_SECOND
from arenite.rewrite.passes import passes, rewritten

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from arenite.backends.target import Target
    from arenite.budget import Budget
    from arenite.model import Model, Operator, Tensor
    from arenite.search.options import Options
    from arenite.search.plan import Strips
    from arenite.solve.order.solver import Proof

    Progress = Callable[[str], None]

LEAST_STEPS = STEPS_PER_SECOND
"""Steps that the search for a layout gets at least, however much the order took: about a second."""


@dataclass(frozen=True)
class Task:
    """What was asked for, and how much work may be spent on it.

    `base` is the source without its plan, rewritten as far as that is exact or was asked for, and without what has no
    effect. `changes` say so in sentences.
    """

    source: Model
    options: Options
    budget: Budget
    progress: Progress
    base: Model
    changes: tuple[str, ...] = ()

    @staticmethod
    def of(source: Model, options: Options, budget: Budget, progress: Progress) -> Task:
        """The task of planning a source."""
        through = passes(widen_bias=options.widen_bias, unpack_int4=options.unpack_int4)
        base, changes = rewritten(source.with_plan(None), through)
        return Task(source, options, budget, progress, base, changes)

    def has_changes(self, model: Model) -> bool:
        """Whether a model is made of the rewritten source, in whatever order, not of the source as it is."""
        return set(model.main.operators) == set(self.base.main.operators)

    @cached_property
    def positions(self) -> Mapping[object, int]:
        """For each operator of the source and of `base`, by its mark, the position in the source whose work it does.

        An operator that a rewrite put there does a part of what makes the result that its own goes into.
        """
        found = {mark(operator): index for index, operator in enumerate(self.source.main.operators)}
        goes_into: dict[Tensor, int] = {}
        for operator in reversed(self.base.main.operators):
            known = (goes_into[tensor] for tensor in operator.outputs if tensor in goes_into)
            place = found[mark(operator)] if mark(operator) in found else next(known, None)
            if place is not None:
                found[mark(operator)] = place
                goes_into.update((tensor, place) for tensor in operator.inputs if tensor is not None)
        return found

    @property
    def shares(self) -> bool:
        """Whether buffers may share bytes: where that was asked for and a plan can be given."""
        return self.options.overlap and self.options.layout and plan_obstacle(self.source) is None

    @property
    def planned_for(self) -> Target:
        """Whose rules and scratch the searches go by: the target's, or those that hold for all where none may share."""
        return self.options.runs_on if self.shares else APART

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
    position = {mark(operator): index for index, operator in enumerate(source.main.operators)}
    return tuple(position[mark(operator)] for operator in result.main.operators)


def origins(task: Task, decision: Decision) -> tuple[int | None, ...]:
    """For each operator of the result's main graph the position of the source's operator whose work it does.

    None for operators that cut, pad or join rows of strips.
    """
    found: list[int | None] = []
    for operator in decision.model.main.operators:
        done = decision.sources.get(operator.outputs, operator) if operator.outputs else operator
        found.append(None if done is None else task.positions[mark(done)])
    return tuple(found)


def mark(operator: Operator) -> object:
    """What an operator is known by: rewrites give it other inputs, but not other outputs."""
    return operator.outputs or operator
