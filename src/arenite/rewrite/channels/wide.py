"""Regions for which a split by channels can pay: wider in the middle than at their end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.errors import OptionError
from arenite.rewrite.channels.groupable import why_not_channels
from arenite.rewrite.channels.region import ChannelRegion, channel_region_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arenite.model import Model

_LONGEST = 8
"""Most operators of a region. Longer regions are rare: a convolution that sums over all channels ends most sooner."""


def wide_regions(model: Model) -> Iterator[ChannelRegion]:
    """Regions of consecutive operators with an inner tensor larger than all their outputs together.

    A region ends at an operator that cannot be split by channels. Regions may be nested.
    """
    operators = model.main.operators
    for first in range(len(operators)):
        for end in range(first + 1, min(len(operators), first + _LONGEST) + 1):
            if why_not_channels(operators[end - 1]):
                break
            try:
                region = channel_region_of(model, operators[first:end])
            except OptionError:
                continue  # one more operator can make it possible: the result is then read inside the region only
            widest = max((tensor.bytes for tensor in region.inner), default=0)
            if region.pieces > 1 and widest > sum(tensor.bytes for tensor in region.outputs):
                yield region
