"""Options of a search for an order."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """One switch per technique. No switch changes the least peak, only the work to find and prove it.

    Attributes:
        pieces: cut the problem at operators that are comparable to all others, and solve the pieces separately.
        deferring: run operators without inputs just before the only operator that reads their outputs.
        cuts: prove bounds by minimum cuts.
        events: search forward from event to event, not operator by operator.
        backward: also search from the end.
        beam: look for a good order by beam search before searching for proofs.
        commit: where a move leaves no more bytes alive than before, drop all other moves.
        far_commit: the same where several moves together leave no more bytes alive than before.
        breadth_first: search breadth-first, in bulk, where the searches above take long.
        parts: in pieces too long for these searches, search windows around the peak.
    """

    pieces: bool = True
    deferring: bool = True
    cuts: bool = True
    events: bool = True
    backward: bool = True
    beam: bool = True
    commit: bool = True
    far_commit: bool = True
    breadth_first: bool = True
    parts: bool = True
