"""The ways to execute a stretch in parts: in strips of rows, or in groups of channels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from arenite.rewrite.channels import ChannelPlan
    from arenite.rewrite.strips import StripPlan

Kind = Literal["recompute", "keep", "channels"]
"""Strips whose common rows are computed again, strips whose common rows are kept, groups of channels."""

ROW_KINDS: tuple[Kind, ...] = ("recompute", "keep")


class Way(Protocol):
    """One way to execute a stretch, in any number of parts up to `most`."""

    @property
    def most(self) -> int:
        """The largest number of parts."""

    def plan(self, number: int) -> StripPlan | ChannelPlan:
        """Parts of about the same size."""

    def extra_macs(self, number: int) -> int:
        """Multiply-accumulates that so many parts do twice."""

    def floor(self, number: int) -> int:
        """Bytes of head that so many parts need at least, without what merely passes by the stretch."""
