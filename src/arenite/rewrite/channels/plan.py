"""The plan of a split by channels: the region, where its groups end, and what that costs."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import prod
from typing import TYPE_CHECKING

from arenite.errors import OptionError
from arenite.rewrite.emit import levels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.model import Tensor
    from arenite.rewrite.channels.region import ChannelRegion


@dataclass(frozen=True, slots=True)
class Part:
    """The pieces from `first` to `end`, without `end`, of an axis divided into `pieces` equal pieces."""

    first: int
    end: int
    pieces: int

    def of(self, length: int) -> tuple[int, int]:
        """First position and end of the part of an axis; `length` is a multiple of `pieces`."""
        return self.first * length // self.pieces, self.end * length // self.pieces

    def shape(self, tensor: Tensor, axis: int) -> tuple[int, ...]:
        """Shape of the part of a tensor along an axis."""
        first, end = self.of(tensor.shape[axis])
        return (*tensor.shape[:axis], end - first, *tensor.shape[axis + 1 :])


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


@dataclass(frozen=True, slots=True)
class ChannelEstimate:
    """Costs of a plan, equal to those of the model that `SplitChannels` builds from it.

    Attributes:
        copied_bytes: bytes that SLICE and CONCATENATION write.
        viewed_bytes: the part of `copied_bytes` that is copied in one block, so that a memory plan can place the copy
            onto its source.
        operators: number of operators of the region in groups.
        constant_bytes: growth of the contents of all constants.
        extra_macs: always 0: no product is computed twice.
    """

    copied_bytes: int
    viewed_bytes: int
    operators: int
    constant_bytes: int
    extra_macs: int = 0


def estimate_channels(plan: ChannelPlan) -> ChannelEstimate:
    """Costs of a plan with more than one group. A search calls this function thousands of times: it builds no model."""
    region, groups = plan.region, len(plan.groups)
    sliced = [tensor for tensor, _ in region.parts if tensor.data is None]
    joins = levels(groups)
    copies = [
        *((tensor, tensor.bytes) for tensor in sliced),
        *((output, output.bytes * len(joins)) for output in region.outputs),
    ]
    return ChannelEstimate(
        copied_bytes=sum(count for _, count in copies),
        viewed_bytes=sum(count for tensor, count in copies if prod(tensor.shape[:-1]) == 1),
        operators=groups * (len(region.operators) + len(sliced)) + sum(joins) * len(region.outputs),
        constant_bytes=region.duplicated_bytes + groups * sum(8 * len(tensor.shape) for tensor in sliced),
    )
