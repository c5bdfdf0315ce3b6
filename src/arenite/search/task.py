"""What a search is given (`Task`) and what it returns (`Decision`)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from arenite.backends.generated_c.memory_places import in_memory, renamed
from arenite.backends.target import APART
from arenite.backends.tflm.head import plan_obstacle
from arenite.budget import STEPS_PER_SECOND, Budget
from arenite.rewrite.integer_ends import with_integer_ends
from arenite.rewrite.interface import Rewritten
from arenite.rewrite.outside import with_ends
from arenite.rewrite.passes import passes, rewritten
from arenite.rewrite.stream import streamed
from arenite.rewrite.widen_bias import misread_bias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from arenite.backends.target import Target
    from arenite.model import Model, Operator, Tensor
    from arenite.search.options import Options
    from arenite.search.plan import Strips
    from arenite.solve.order.solver import Proof

    Progress = Callable[[str], None]

LEAST_STEPS = STEPS_PER_SECOND
"""Least budget in steps of a layout search: about a second, even if the search for an order used up everything."""


@dataclass(frozen=True)
class Task:
    """A model to plan, the options, and the budget.

    `base`: the source without its plan, after the rewrites that are exact and those that the options ask for; operators
    without effect are removed. `changes`: sentences on these rewrites. `progress` is called with a sentence at each
    step. `stands_for`: operators of `base`, or of a model on the way to it, that have other outputs than the operators
    of the source that they implement, with these.
    """

    source: Model
    options: Options
    budget: Budget
    progress: Progress
    base: Model
    changes: tuple[str, ...] = ()
    stands_for: Mapping[Operator, Operator] = field(default_factory=dict)

    @staticmethod
    def of(source: Model, options: Options, budget: Budget, progress: Progress) -> Task:
        """The task of planning `source`: runs the rewrites that produce `base`."""
        through = passes(widen_bias=options.widen_bias, unpack_int4=options.unpack_int4)
        bare = source.with_plan(None)
        integers = Rewritten(bare, (), {}) if options.io is None else with_integer_ends(bare, options.io)
        tidy, changes, moved = rewritten(integers.model, through)
        in_time = Rewritten(tidy, (), {}) if options.stream is None else streamed(tidy, options.stream)
        outside, _, at_ends = with_ends(in_time.model, options.ends)
        base = in_memory(outside)
        stands_for = {**integers.stands_for, **moved, **in_time.stands_for, **at_ends, **renamed(outside, base)}
        return Task(source, options, budget, progress, base, (*changes, *in_time.sentences), stands_for)

    def __getstate__(self) -> dict[str, object]:
        return {**vars(self), "progress": silent}  # a caller's function may be one that cannot be pickled

    def has_changes(self, model: Model) -> bool:
        """Whether a model consists of the operators of `base`, in any order, so that the notes on rewrites apply."""
        return set(model.main.operators) == set(self.base.main.operators)

    @cached_property
    def positions(self) -> Mapping[object, int]:
        """Mark of each operator of the source and of `base` -> position of the source operator that it implements.

        An operator that a rewrite inserted counts as a part of the source operator that consumes its result, directly
        or through other inserted operators.
        """
        found = {mark(operator): index for index, operator in enumerate(self.source.main.operators)}
        kept = (operator for operator in _without_outputs(self.base) if operator not in self.stands_for)
        effects = zip(kept, _without_outputs(self.source), strict=True)
        for new, old in (*effects, *self.stands_for.items()):
            if mark(old) in found:
                found[mark(new)] = found[mark(old)]
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
        """Whether buffers may overlap: the options allow it, and a plan can be written to the file."""
        return self.options.overlap and self.options.layout and plan_obstacle(self.source) is None

    @property
    def planned_for(self) -> Target:
        """The target whose rules and scratch the searches use: the requested one, or `APART` if nothing may overlap."""
        return self.options.runs_on if self.shares else APART

    def head(self, model: Model) -> int:
        """The head to minimize, in bytes: with the target's kernels, or the reference kernels if nothing overlaps."""
        return self.planned_for.planned_head(model)

    @property
    def is_repaired(self) -> bool:
        """Whether `widen_bias` was asked for and the source has a bias that TFLM misreads."""
        return self.options.widen_bias and any(map(misread_bias, self.source.main.operators))

    @property
    def must_change(self) -> bool:
        """Whether the source itself is no answer, even if nothing is gained: another model was asked for."""
        options = self.options
        return self.is_repaired or options.io is not None or options.stream is not None or bool(options.ends)

    def with_steps(self, steps: float) -> Task:
        """The same task with a budget of so many steps, however few are left; they are charged to this one as well."""
        return replace(self, budget=Budget(steps, whole=self.budget))

    def for_layout(self) -> Budget:
        """The budget of the next layout search: everything left, and at least `LEAST_STEPS`."""
        return self.budget.part(1.0, LEAST_STEPS)

    def report(self, what: str, height: int, least: int) -> None:
        """Report the progress of a layout search: best height and lower bound so far, in bytes."""
        self.progress(f"{what}: head {height:,} bytes, at least {least:,}")


@dataclass(frozen=True)
class Decision:
    """A model with its order and layout; its peak, head and lower bound on any head, in bytes.

    `proofs` certify the bound of orders. `notes` are sentences for the user. `strips`: the stretches that are executed
    in parts. `sources` maps an operator's outputs to the source operator it implements part of; None for SLICE, PAD and
    CONCATENATION added by splitting.
    """

    model: Model
    peak: int
    head: int
    lower_bound: int
    proofs: tuple[Proof, ...] = ()
    notes: tuple[str, ...] = ()
    strips: tuple[Strips, ...] = ()
    sources: Mapping[tuple[Tensor, ...], Operator | None] = field(default_factory=dict)


def _without_outputs(model: Model) -> Iterator[Operator]:
    """The operators that only have an effect, such as ASSIGN_VARIABLE. Rewrites keep them all, in their order."""
    return (operator for operator in model.main.operators if not operator.outputs)


def silent(_: str) -> None:
    """A `Progress` that ignores what it is told."""


def origins(task: Task, decision: Decision) -> tuple[int | None, ...]:
    """For each operator of the result's main graph, the position of the source operator that it implements.

    None for SLICE, PAD and CONCATENATION added by splitting.
    """
    found: list[int | None] = []
    for operator in decision.model.main.operators:
        done = decision.sources.get(operator.outputs, operator) if operator.outputs else operator
        found.append(None if done is None else task.positions[mark(done)])
    return tuple(found)


def mark(operator: Operator) -> object:
    """A key that identifies an operator across rewrites, which replace its inputs: its outputs.

    An operator without outputs stands for itself. `Task.stands_for` has the operators whose outputs were replaced.
    """
    return operator.outputs or operator
