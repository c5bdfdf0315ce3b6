"""Candidates for generated C whose tensors move between operators, so that its arena may be smaller than any layout.

best candidate so far ----moves----> the same with what its C needs
choices by floors --layout, moves--> others, if their floors are lower than that
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.search.candidate import Candidate
from arenite.search.partial.search import promising
from arenite.search.relocation import outlook
from arenite.search.runnable import refusals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arenite.search.split import PartialSearch

_TRIED, _TRIED_TO_FIT = 1, 4
"""Choices by floors that get a layout with moves, which takes up to 20 seconds of one core each: MCUNet with its input
in rows got its smallest arena from the first. More while none has reached the requested arena size."""
_LEAST_GAIN = 0.03
"""Share by which a floor has to be below the smallest arena so far: layouts with moves stay above their floors, too."""


def with_moves(ways: PartialSearch, best: Candidate) -> Iterator[Candidate]:
    """The best candidate with the moves of its C, and then others that are smaller with moves; none if C refuses it.

    `ways`: the search for stretches in parts, whose costs are used again.
    """
    task = ways.task
    if refusals(best.decision.model, task.options.runs_on):
        return
    best = _moved(ways, best)
    yield best
    enough = ways.objective.enough
    tried = _TRIED if enough is None else _TRIED_TO_FIT
    more = ways.by_floors()
    for choice in promising(more.choices(), ways.objective, ways.tail)[:tried]:
        done = task.budget.struck or (enough is not None and best.fits(ways.objective))
        candidate = None if done or choice.head >= best.arena * (1 - _LEAST_GAIN) else more.candidate(choice)
        if candidate is None:
            return
        task.progress(f"strips: {best.arena:,} bytes, moves with other strips")
        moved = _moved(ways, candidate)
        if moved.arena < best.arena:
            best = moved
            yield best


def _moved(ways: PartialSearch, candidate: Candidate) -> Candidate:
    """The candidate with what its exported C needs."""
    exported = outlook(candidate.decision.model, ways.task.options.runs_on, ways.task.budget)
    return Candidate(
        candidate.decision, candidate.sets, candidate.extra_macs, candidate.choice, candidate.room, exported=exported
    )
