"""Candidates for generated C whose tensors move between operators, so that its arena may be smaller than any layout.

best candidate so far ----moves----> the same with what its C needs
choices by floors --layout, moves--> where inputs come in rows: others, if their floors are lower than that
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from arenite.search.partial.search import promising

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arenite.search.candidate import Candidate
    from arenite.search.objective import Objective
    from arenite.search.split import PartialSearch
    from arenite.search.task import Task

_TRIED, _TRIED_TO_FIT = 1, 4
"""Choices by floors that get a layout with moves, which takes up to 20 seconds of one core each: MCUNet with its input
in rows got its smallest arena from the first. More while none has reached the requested arena size."""
_LEAST_GAIN = 0.03
"""Share by which a floor has to be below the smallest arena so far: layouts with moves stay above their floors, too."""


def with_moves(ways: PartialSearch, best: Candidate) -> Iterator[Candidate]:
    """The best candidate with the moves of its C, and then, for inputs in rows, others that are smaller with moves.

    Nothing comes where the image is in the arena, unless an arena size is still to be reached: strips by floors took 48
    seconds for person_detect, six times as long as all other searches.

    `ways`: the search for stretches in parts, whose costs are used again.
    """
    task, objective = ways.task, ways.objective
    if not ways.in_rows and (objective.enough is None or best.fits(objective)):
        return  # moves decide nothing
    best = moved(task, best)
    yield best
    if not ways.in_rows or _is_enough(best, objective):
        return
    more, tried = ways.by_floors(), _TRIED if objective.enough is None else _TRIED_TO_FIT
    for choice in promising(more.choices(), objective, ways.tail)[:tried]:
        if task.budget.struck or _is_enough(best, objective) or choice.head >= best.arena * (1 - _LEAST_GAIN):
            return
        task.progress(f"strips: {best.arena:,} bytes, moves with other strips")
        candidate = more.candidate(choice)
        found = None if candidate is None else moved(task, candidate)
        if found is not None and found.arena < best.arena:
            best = found
            yield best


def _is_enough(best: Candidate, objective: Objective) -> bool:
    """Whether an arena size was requested and is reached."""
    return objective.enough is not None and best.fits(objective)


def moved(task: Task, candidate: Candidate) -> Candidate:
    """The candidate with what its exported C needs; the same where the target is not C."""
    if not task.options.runs_on.generated:
        return candidate
    from arenite.search.relocation import outlook  # loads the exporter, which other targets do not need

    return replace(candidate, exported=outlook(candidate.decision.model, task))
