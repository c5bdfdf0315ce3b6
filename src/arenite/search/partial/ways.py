"""The ways to execute a stretch in parts: strips of rows with different halos and heights, or groups of channels.

A stretch with the way it is executed, whole or in parts, and its costs is a `Segment`.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from arenite.rewrite.channels import ChannelPlan

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arenite.rewrite.strips import StripPlan

Halo = Literal["recompute", "keep", "some", "more"]
"""Rows that two strips need: recomputed, kept for all tensors, kept for one tensor ("some"), or for a few ("more")."""
Uneven = Literal["recompute uneven", "keep uneven", "some uneven", "more uneven"]
"""The same halos with strips of uneven height, chosen so that the most bytes alive in a strip are fewest."""
Paces = Literal["paced", "paced some", "paced more"]
"""Strips that follow the rows of an input; "some" and "more" recompute a small or a larger share of the work."""
PACES: tuple[Paces, ...] = ("paced", "paced some", "paced more")
Kind = Literal[Halo, Uneven, Paces, "channels"]
"""A kind of strips, or groups of channels."""

UNEVEN: Mapping[Halo, Uneven] = MappingProxyType(
    {"recompute": "recompute uneven", "keep": "keep uneven", "some": "some uneven", "more": "more uneven"}
)
"""Each halo with strips of even height -> the kind with the same halo and strips of uneven height."""
EVEN_KINDS: tuple[Kind, ...] = (*UNEVEN, *PACES)
"""All kinds of strips but those of uneven height."""
ROW_KINDS: tuple[Kind, ...] = (*EVEN_KINDS, *UNEVEN.values())
"""All kinds of strips."""

NUMBERS = (2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 18, 20, 24, 28, 32, 40, 48, 56, 64)
"""Numbers of parts to try; coarser upwards, because one more of many parts changes little."""


def usual_numbers(most: int) -> tuple[int, ...]:
    """The numbers of parts to try where there may be `most` parts."""
    return tuple(number for number in NUMBERS if number <= most)


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
