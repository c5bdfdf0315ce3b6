"""Decisions with their sizes on a target, compared by an objective, and which of several is the best."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from arenite.backends.tflm.head import head_with

if TYPE_CHECKING:
    from collections.abc import Iterable

    from arenite.backends import Backend
    from arenite.search.objective import Objective
    from arenite.search.partial.choose import Choice
    from arenite.search.plan import Exported
    from arenite.search.task import Decision


@dataclass(eq=False)
class Candidate:
    """A decision with its costs; heads and arenas are computed when they are first asked for.

    decision: order, layout and stretches in parts.
    sets: the sets of kernels of the target.
    extra_macs: multiply-accumulates that strips add.
    choice: which stretches run in parts; None: without strips.
    room: the set of kernels for whose scratch the layout has room; None: without strips.
    exported: the arena of the exported C, if it was looked for and is smaller than the layout's; else None.
    """

    decision: Decision
    sets: tuple[Backend, ...]
    extra_macs: int = 0
    choice: Choice | None = None
    room: Backend | None = None
    exported: Exported | None = None

    @cached_property
    def heads(self) -> tuple[int, ...]:
        """Bytes of the head with each set of kernels."""
        return tuple(head_with(each, self.decision.model) for each in self.sets)

    @cached_property
    def arenas(self) -> tuple[int, ...]:
        """Bytes of the arena to declare with each set of kernels, where tensors move if that is known to be smaller."""
        if self.exported is not None:
            return (self.exported.arena_bytes,) * len(self.sets)
        return tuple(each.arena(self.decision.model).declare_bytes for each in self.sets)

    @property
    def head(self) -> int:
        """Bytes of the head with the set of kernels that needs most."""
        return max(self.heads)

    @property
    def arena(self) -> int:
        """Bytes of the arena to declare, enough for every set of kernels of the target."""
        return max(self.arenas)

    def size(self, objective: Objective) -> int:
        """Bytes of what the objective minimizes: the head or the arena."""
        return self.head if objective.minimize == "head" else self.arena

    def no_worse(self, other: Candidate, objective: Objective) -> bool:
        """Whether this candidate is at most as large as `other` with every set of kernels of the target."""
        pair = (self, other)
        mine, others = (candidate.heads if objective.minimize == "head" else candidate.arenas for candidate in pair)
        return all(size <= limit for size, limit in zip(mine, others, strict=True))

    def fits(self, objective: Objective) -> bool:
        """Whether the arena is at most the requested size; true if no size was requested."""
        return objective.enough is None or self.arena <= objective.enough


def best_of(found: Iterable[Candidate], objective: Objective) -> Candidate:
    """The candidate that fits with the least extra work, or the smallest one if no arena size was reached or requested.

    Of equal sizes the one with the smaller arena, then with less extra work, then the first.
    """
    best = _best(found, objective)
    return min(best, key=lambda each: each.arena) if len(best) > 1 else best[0]


def start_of(found: Iterable[Candidate], objective: Objective) -> Candidate:
    """The candidate to start the local search from: as `best_of`, but of equal sizes the one with the least extra work.

    The less of the allowed work it uses, the more its neighbors may add.
    """
    return _best(found, objective)[0]


def _best(found: Iterable[Candidate], objective: Objective) -> list[Candidate]:
    """The smallest candidates, those with less extra work first; only one if an arena size was reached."""
    candidates = list(found)
    if objective.enough is not None and (fitting := [each for each in candidates if each.fits(objective)]):
        return [min(fitting, key=lambda candidate: (candidate.extra_macs, candidate.size(objective)))]
    least = min(candidate.size(objective) for candidate in candidates)
    return sorted(
        (each for each in candidates if each.size(objective) == least), key=lambda candidate: candidate.extra_macs
    )
