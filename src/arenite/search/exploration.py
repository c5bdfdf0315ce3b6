"""Model, options -> Exploration: the Pareto frontier of memory against the work that execution in strips adds."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from arenite.errors import OptionError
from arenite.model.shown import Shown
from arenite.names import SHORT_NAME, printable
from arenite.operators.macs import macs
from arenite.search.candidate import best_of, start_of
from arenite.search.decide import attempts, without_strips
from arenite.search.optimization import DEFAULTS, completed
from arenite.search.partial.search import unbeaten
from arenite.search.split import PartialSearch, layout_policy, objective_of, obstacle, searched, without
from arenite.search.task import Task, silent
from arenite.tflite.sources import model_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from arenite.backends.target import Target
    from arenite.budget import Budget
    from arenite.model import Model
    from arenite.search.candidate import Candidate
    from arenite.search.objective import Objective
    from arenite.search.options import Options
    from arenite.search.partial.choose import Choice
    from arenite.search.plan import Plan, Strips
    from arenite.tflite.sources import ModelSource

MOST_EXTRA = 1.0
"""Extra multiply-accumulates up to which the frontier reaches, as a share of the model's, if no limit is given."""
_POINTS = 16
"""Choices that get a layout, spread over the predicted frontier; each layout takes budget from the others."""


@dataclass(frozen=True)
class Point:
    """One way to execute the model.

    `head_bytes`: the target's head. `arena_bytes`: the arena to declare. `macs`: multiply-accumulates of one inference.
    `strips`: the stretches that are executed in parts; () for none.
    """

    head_bytes: int
    arena_bytes: int
    macs: int
    strips: tuple[Strips, ...]


@dataclass(frozen=True, repr=False)
class Exploration(Shown):
    """The frontier of a model.

    Attributes:
        source: the model that was given.
        target: what the sizes are for.
        minimize: "arena" or "head", the size by which the points were chosen.
        before: the model as it is.
        points: Pareto-optimal in size and work, the least work first; the first is the model without strips.
        notes: sentences for the user.
        seconds: duration of the search.
    """

    source: Model
    target: Target
    minimize: str
    before: Point
    points: tuple[Point, ...]
    notes: tuple[str, ...]
    seconds: float
    _task: Task = field(compare=False)
    _candidates: tuple[Candidate, ...] = field(compare=False)

    def __repr__(self) -> str:
        first, last = self.points[0], self.points[-1]
        return (
            f"Exploration({printable(self.source.name, SHORT_NAME)!r} for {self.target.name}: "
            f"{len(self.points)} points, arena {first.arena_bytes:,} to {last.arena_bytes:,} bytes)"
        )

    @property
    def options(self) -> Options:
        """What was asked for."""
        return self._task.options

    @property
    def timed_out(self) -> bool:
        """Whether the time limit or an interruption ended the search, so another run may find more."""
        return self._task.budget.struck

    def plan(self, number: int) -> Plan:
        """The plan of point `number`, counted from 0, checked and verified, ready to be written.

        Raises:
            OptionError: there is no such point.
            VerificationError: a check failed; the result must not be used.
        """
        if not 0 <= number < len(self.points):
            raise OptionError(
                f"{self.source.name}: there is no point {number}; choose from 0 to {len(self.points) - 1}"
            )
        started = time.monotonic()
        return completed(
            replace(self._task, budget=self._task.options.budget()), self._candidates[number].decision, started
        )


def explore(
    model: ModelSource,
    options: Options = DEFAULTS,
    *,
    progress: Callable[[str], None] | None = None,
    budget: Budget | None = None,
) -> Exploration:
    """Compute the frontier of a model for the target of the options.

    Args:
        model: the source, or what `read` takes; it is not changed.
        options: `split` is implied; `arena` must not be given.
        progress: called with a sentence at each step of the search.
        budget: steps for the searches, which may be interrupted; None is the budget of `options`. What the search
            without strips leaves is given to each of two searches for strips.

    Raises:
        ModelError: the model cannot be planned.
        OptionError: an arena was asked for.
        VerificationError: a layout is not valid (a defect of Arenite).
    """
    if options.arena is not None:
        raise OptionError("arena: explore shows all arenas; ask optimize for one")
    least = objective_of(options)
    most = MOST_EXTRA if options.max_extra_macs is None else options.max_extra_macs
    options = replace(options, split=True, max_extra_macs=most)
    started = time.monotonic()
    source = model_of(model)
    task = Task.of(source, options, budget or options.budget(), progress or silent)
    objective = objective_of(options)
    with task.budget.searching():
        tried = [candidate for each in attempts(task) for candidate in _candidates(each, objective, least)]
        found = _frontier(tried, objective)
    for candidate in found[1:]:
        layout_policy(task).check(candidate.decision.model)
    work = sum(macs(operator) for operator in source.main.operators)
    arena = options.runs_on.arena(source)
    return Exploration(
        source=source,
        target=options.runs_on,
        minimize=options.minimize,
        before=Point(arena.head_bytes, arena.declare_bytes, work, ()),
        points=tuple(Point(each.head, each.arena, work + each.extra_macs, each.decision.strips) for each in found),
        notes=found[0].decision.notes,
        seconds=time.monotonic() - started,
        _task=task,
        _candidates=tuple(found),
    )


def _candidates(task: Task, objective: Objective, least: Objective) -> Iterator[Candidate]:
    """The model without strips, choices spread over the predicted frontier, and neighbors of the best; all laid out.

    Then the candidates of `optimize --split`, found with the same budget and the objective `least`, so that it never
    beats the frontier: each of the two searches can miss what the other one finds.
    """
    whole = without_strips(task)
    first = without(task, whole)
    yield first
    if obstacle(task) is not None:
        return
    steps = task.budget.left
    for ways in PartialSearch(task.with_steps(steps), whole, first, objective).searches():
        yield from _spread_out(ways)
    found: list[Candidate] = []
    for ways in PartialSearch(task.with_steps(steps), whole, first, least).searches():
        for candidate in searched(ways, tuple(found)):
            found.append(candidate)
            yield candidate


def _spread_out(ways: PartialSearch) -> Iterator[Candidate]:
    """The candidates of one search."""
    task, objective = ways.task, ways.objective
    found: list[Candidate] = []
    for number, choice in enumerate(_spread(unbeaten(ways.choices(), objective))):
        if number and task.budget.over:
            break
        best = min(each.size(objective) for each in (ways.first, *found))
        task.progress(f"{best:,} bytes, laying out point {number + 1}")
        candidate = ways.candidate(choice)
        if candidate is not None:
            found.append(candidate)
            yield candidate
    if found:
        yield from ways.better_than(start_of(found, objective))


def _spread(known: list[Choice]) -> list[Choice]:
    """At most `_POINTS` of the choices, evenly spread, the first and the last among them."""
    count = min(_POINTS, len(known))
    if count < 2:
        return known
    return [known[step * (len(known) - 1) // (count - 1)] for step in range(count)]


def _frontier(found: list[Candidate], objective: Objective) -> list[Candidate]:
    """The best candidate without strips, and the others that are smaller than every candidate with no more work."""
    result = [best_of((each for each in found if each.choice is None), objective)]
    for each in sorted(found, key=lambda candidate: (candidate.extra_macs, candidate.size(objective))):
        if each.size(objective) < result[-1].size(objective):
            result.append(each)
    return result
