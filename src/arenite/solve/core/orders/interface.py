"""The interface of the searches for an order within a memory budget, in Python or C.

A space is one problem in one direction of search. A search begins with a space and a bound in bytes, and can be
interrupted: it goes on for a number of moves or states at a time. States are masks of the operators that have run.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence


class Direction(Enum):
    """From no operator on, one by one or from event to event (see `events`), or back from all operators."""

    FORWARD = "forward"
    EVENTS = "events"
    BACKWARD = "backward"


@dataclass(frozen=True, slots=True)
class Rules:
    """Rules of a depth-first search: `commit` and `far_commit` enable the two forms of the commit rule.

    `default_first`: try moves in the default order of their operators, not by the bytes that they leave alive. Files
    mostly list networks part by part, and an order that meets the bound often runs part by part as well.
    """

    commit: bool = True
    far_commit: bool = True
    default_first: bool = False


class DepthFirst(Protocol):
    """A depth-first search; see `depth_first`."""

    def run(self, moves: int) -> tuple[bool | None, int, int]:
        """Go on for at most `moves` steps: a move tried, a state left, or a far commit.

        Returns whether an order was found (None: not decided; False: none exists), the steps made now, and the states
        visited so far.
        """

    def refused(self) -> int | None:
        """The least memory in bytes of all moves refused; None if none was."""

    def path(self) -> Sequence[int]:
        """The states of the order found, from the start of the search to its goal."""

    def record(self) -> tuple[bytes, bytes]:
        """The states and moves of the search, as `certificate.Exhausted` describes them."""


class Beam(Protocol):
    """A beam search; see `beam`."""

    def run(self, states: int) -> tuple[bool | None, int]:
        """Expand at most `states` further states.

        Returns whether an order was found (None: not decided; False: none is left), and the states expanded now.
        """

    def path(self) -> Sequence[int]:
        """The states of the order found, from the start of the search to its goal."""


class BreadthFirst(Protocol):
    """A breadth-first search from the end; see `breadth_first`."""

    def run(self, states: int) -> tuple[bool | None, int, int]:
        """Go on for at most `states` states of one size.

        Returns whether an order was found (None: not decided; False: none exists), and two numbers: the states visited
        and the moves made so far. Only sizes that are complete count. One move more than allowed says that the search
        has stopped.
        """

    def refused(self) -> int | None:
        """The least memory in bytes of all moves refused; None if none was."""

    def states(self) -> bytes:
        """All states, as `certificate.Settled` stores them."""

    def way(self) -> list[int]:
        """The settled states before the goal, that of no operators; the last one first."""
