"""What a search for an order may use."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """One switch per technique; none of them changes the optimum, only the work that it takes to prove it.

    `pieces`: solve the parts between operators that are comparable to all others apart.
    `deferring`: run operators that need nothing just before the only one that reads their outputs. `cuts`: bounds by
    minimum cut. `events`: search forward from event to event, not operator by operator. `backward`: search from the
    end as well. `beam`: look for a good order before looking for proofs. `commit`: drop all other moves where one
    leaves no more alive. `far_commit`: the same where a way of several moves comes back to what was alive before.
    `sweep`: search breadth-first and in bulk where the searches above take long. `parts`: of what is too long for
    any of this, search the parts around the peak.
    """

    pieces: bool = True
    deferring: bool = True
    cuts: bool = True
    events: bool = True
    backward: bool = True
    beam: bool = True
    commit: bool = True
    far_commit: bool = True
    sweep: bool = True
    parts: bool = True
