"""A stretch of the line, executed whole or in strips, and what that costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from arenite.rewrite.strips import StripPlan


@dataclass(frozen=True, eq=False, slots=True)
class Piece:
    """Operators `first` to `last` of the line, in the strips of `plan`, or whole.

    `head` is what they need at least, with all that is alive beside them; `tail` is what they add to the tail,
    compared with the operators as they were (both bytes). `extra_macs` are multiply-accumulates done twice. Head and
    tail of a piece that is not `settled` are estimates.
    """

    first: int
    last: int
    plan: StripPlan | None
    head: int
    tail: int = 0
    extra_macs: int = 0
    settled: bool = True
