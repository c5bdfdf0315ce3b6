"""The frontier of memory against work: what executing a model in strips gives for each multiply-accumulate it adds."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from arenite.budget import Budget
from arenite.errors import OptionError
from arenite.operators.macs import macs
from arenite.search.optimization import completed, without_strips
from arenite.search.partial.search import unbeaten
from arenite.search.split import PartialSearch, best_of, objective_of, obstacle, without
from arenite.search.task import Task, silent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from arenite.backends.target import Target
    from arenite.model import Model
    from arenite.search.options import Options
    from arenite.search.partial.choose import Choice
    from arenite.search.partial.objective import Objective
    from arenite.search.plan import Plan, Strips
    from arenite.search.split import Candidate

MOST_EXTRA = 1.0
"""Share of the model's multiply-accumulates that is looked at where nothing else was asked for."""
_POINTS = 16
"""Choices of which a layout is made."""


@dataclass(frozen=True)
class Point:
    """A way to execute the model. `head_bytes` and `arena_bytes` (to declare) are those of the target."""

    head_bytes: int
    arena_bytes: int
    macs: int
    strips: tuple[Strips, ...]


@dataclass(frozen=True)
class Exploration:
    """The model without strips, and points of which none is smaller with no more work, the least work first.

    `before` is the model as it is. `minimize` says by which of its sizes the points were chosen.
    """

    source: Model
    target: Target
    minimize: str
    before: Point
    points: tuple[Point, ...]
    notes: tuple[str, ...]
    seconds: float
    _task: Task
    _candidates: tuple[Candidate, ...]

    def plan(self, number: int) -> Plan:
        """Point number `number`, counted from 0, checked and verified, to be written.

        Raises:
            OptionError: there is no such point.
            VerificationError: a check failed; the result must not be used.
        """
        if not 0 <= number < len(self.points):
            raise OptionError(
                f"{self.source.name}: there is no point {number}; choose from 0 to {len(self.points) - 1}"
            )
        started = time.monotonic()
        return completed(replace(self._task, budget=Budget()), self._candidates[number].decision, started)


def explore(model: Model, options: Options, *, progress: Callable[[str], None] | None = None) -> Exploration:
    """The frontier of a model for a target.

    Args:
        model: the source; it is not changed.
        options: `split` is taken as given; `arena` must not be given.
        progress: is called with a sentence about the search whenever there is news.

    Raises:
        ModelError: the model cannot be planned.
        OptionError: an arena was asked for.
    """
    if options.arena is not None:
        raise OptionError("arena: explore shows all arenas; ask optimize for one")
    most = MOST_EXTRA if options.max_extra_macs is None else options.max_extra_macs
    options = replace(options, split=True, max_extra_macs=most)
    started = time.monotonic()
    task = Task.of(model, options, options.budget(), progress or silent)
    objective = objective_of(task)
    found = _frontier(list(_candidates(task, objective)), objective)
    work = sum(macs(operator) for operator in model.main.operators)
    arena = options.runs_on.arena(model)
    return Exploration(
        source=model,
        target=options.runs_on,
        minimize=options.minimize,
        before=Point(arena.head_bytes, arena.declare_bytes, work, ()),
        points=tuple(Point(each.head, each.arena, work + each.extra_macs, each.decision.strips) for each in found),
        notes=found[0].decision.notes,
        seconds=time.monotonic() - started,
        _task=task,
        _candidates=tuple(found),
    )


def _candidates(task: Task, objective: Objective) -> Iterator[Candidate]:
    """The model without strips, and choices spread over the frontier that is expected, each with its layout."""
    whole = without_strips(task)
    first = without(task, whole)
    yield first
    if obstacle(task) is not None:
        return
    ways = PartialSearch(task, whole, first, objective)
    found: list[Candidate] = []
    for number, choice in enumerate(_spread(unbeaten(ways.choices(), objective))):
        if number and task.budget.over:
            break
        task.progress(f"laying out point {number + 1}")
        candidate = ways.candidate(choice)
        if candidate is not None:
            found.append(candidate)
            yield candidate
    if found:
        yield from ways.better_than(best_of(found, objective))


def _spread(known: list[Choice]) -> list[Choice]:
    """At most so many as there is time for, the first and the last among them."""
    count = min(_POINTS, len(known))
    if count < 2:
        return known
    return [known[step * (len(known) - 1) // (count - 1)] for step in range(count)]


def _frontier(found: list[Candidate], objective: Objective) -> list[Candidate]:
    """The first of them, and of the others those that are smaller than all with no more work."""
    result = found[:1]
    for each in sorted(found[1:], key=lambda candidate: (candidate.extra_macs, candidate.size(objective))):
        if each.size(objective) < result[-1].size(objective):
            result.append(each)
    return result
