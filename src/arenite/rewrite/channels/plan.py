"""The plan of a split by channels: the region, and where its groups end."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from arenite.errors import OptionError
from arenite.rewrite.channels.slices import Part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.rewrite.channels.region import ChannelRegion


@dataclass(frozen=True, eq=False)
class ChannelPlan:
    """A region and its groups.

    `boundaries` has the pieces at which groups begin and end, from 0 to `region.pieces`. Group g computes the pieces
    from `boundaries[g]` to `boundaries[g + 1]` of the channels of every result.
    """

    region: ChannelRegion
    boundaries: tuple[int, ...]

    def __post_init__(self) -> None:
        """Check the boundaries; raises OptionError."""
        ends, pieces = self.boundaries, self.region.pieces
        if len(ends) < 2 or ends[0] != 0 or ends[-1] != pieces or any(one >= next_ for one, next_ in pairwise(ends)):
            raise OptionError(f"boundaries must rise from 0 to the {pieces} pieces of the region's channels")

    @property
    def groups(self) -> tuple[Part, ...]:
        """The part of every result's channels that each group computes."""
        return tuple(Part(first, end, self.region.pieces) for first, end in pairwise(self.boundaries))


def channel_plan(region: ChannelRegion, boundaries: int | Sequence[int]) -> ChannelPlan:
    """A plan from a number of groups, whose sizes differ by at most one piece, or from the pieces at which groups end.

    Raises:
        OptionError: the boundaries do not rise from 0 to `region.pieces`, or there are more groups than pieces.
    """
    if isinstance(boundaries, int):
        if not 1 <= boundaries <= region.pieces:
            raise OptionError(f"{boundaries} groups are not possible: the channels have {region.pieces} equal pieces")
        boundaries = [group * region.pieces // boundaries for group in range(boundaries + 1)]
    return ChannelPlan(region, tuple(boundaries))
