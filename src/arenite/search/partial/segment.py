"""A stretch of the line with the way it is executed, whole or in parts, and its costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.rewrite.channels import ChannelPlan

if TYPE_CHECKING:
    from arenite.rewrite.strips import StripPlan
    from arenite.search.partial.ways import Kind


@dataclass(frozen=True, eq=False, slots=True)
class Segment:
    """Operators `first` to `last` of the line, both included.

    plan: the strips or channel groups; None: executed whole.
    head: bytes of head that the segment needs, with all tensors alive beside it.
    tail: bytes that the parts add to the tail, compared with the whole operators.
    extra_macs: multiply-accumulates that the parts add.
    settled: head and tail come from a layout of the stretch; otherwise they are estimates.
    kind: the way in which the parts are executed; None: whole.
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
        """The number of parts; 1 for a whole segment."""
        if self.plan is None:
            return 1
        return len(self.plan.groups) if isinstance(self.plan, ChannelPlan) else self.plan.strips
