"""A stretch of the line, executed whole or in parts, and what that costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.rewrite.channels import ChannelPlan

if TYPE_CHECKING:
    from arenite.rewrite.strips import StripPlan
    from arenite.search.partial.ways import Kind


@dataclass(frozen=True, eq=False, slots=True)
class Segment:
    """Operators `first` to `last` of the line, in the strips or groups of channels of `plan`, or whole.

    `head` is what they need at least, with all that is alive beside them; `tail` is what they add to the tail,
    compared with the operators as they were (both bytes). `extra_macs` are multiply-accumulates done twice. Head and
    tail of a segment that is not `settled` are estimates. `kind` is the way of a segment in parts.
    """

    first: int
    last: int
    plan: StripPlan | ChannelPlan | None
    head: int
    tail: int = 0
    extra_macs: int = 0
    settled: bool = True
    kind: Kind | None = None

    @property
    def number(self) -> int:
        """How many parts there are; 1 where it is whole."""
        if self.plan is None:
            return 1
        return len(self.plan.groups) if isinstance(self.plan, ChannelPlan) else self.plan.strips
