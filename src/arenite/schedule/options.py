"""What a search for an order may use, and how long."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """Limits, and one switch per technique; none of the switches changes the optimum, only the time to prove it.

    `time_limit` is in seconds. `pieces`: solve the parts between operators that are comparable to all others apart.
    `deferring`: run operators that need nothing just before the only one that reads their outputs. `cuts`: bounds by
    minimum cut. `events`: search forward from event to event, not operator by operator. `backward`: search from the
    end as well. `beam`: look for a good order before looking for proofs. `commit`: drop all other moves where one
    leaves no more alive. `far_commit`: the same where a way of several moves comes back to what was alive before.
    `sweep`: search breadth-first and in bulk where the searches above take long.
    """

    time_limit: float = 60.0
    pieces: bool = True
    deferring: bool = True
    cuts: bool = True
    events: bool = True
    backward: bool = True
    beam: bool = True
    commit: bool = True
    far_commit: bool = True
    sweep: bool = True
