"""The ways to execute a stretch in parts: in strips of rows, or in groups of channels."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arenite.rewrite.channels import ChannelPlan
    from arenite.rewrite.strips import StripPlan

Halo = Literal["recompute", "keep", "some", "more"]
"""Rows that two strips need are computed again, or kept: of all tensors, or of some, or of more of them."""
Uneven = Literal["recompute uneven", "keep uneven", "some uneven", "more uneven"]
"""The same with strips of uneven height, so that the largest of them needs as little as can be."""
Kind = Literal[Halo, Uneven, "channels"]
"""Strips, or groups of channels."""

UNEVEN: Mapping[Halo, Uneven] = MappingProxyType(
    {"recompute": "recompute uneven", "keep": "keep uneven", "some": "some uneven", "more": "more uneven"}
)
EVEN_KINDS: tuple[Kind, ...] = tuple(UNEVEN)
"""Strips of about the same height."""
ROW_KINDS: tuple[Kind, ...] = (*UNEVEN, *UNEVEN.values())
"""All strips."""


class Way(Protocol):
    """One way to execute a stretch, in any number of parts up to `most`."""

    @property
    def most(self) -> int:
        """The largest number of parts."""

    def plan(self, number: int) -> StripPlan | ChannelPlan:
        """So many parts."""

    def extra_macs(self, number: int) -> int:
        """Multiply-accumulates that so many parts do twice."""

    def floor(self, number: int) -> int:
        """Bytes of head that so many parts need at least, without what merely passes by the stretch."""
