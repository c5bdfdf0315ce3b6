"""The regions for which channel groups can pay: wider in the middle than at their end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.errors import OptionError
from arenite.rewrite.channels.groupable import why_not_channels
from arenite.rewrite.channels.region import ChannelRegion, channel_region_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arenite.model import Model

_LONGEST = 8
"""Operators of a region at most; a convolution that adds up channels ends nearly all of them sooner."""


def wide_regions(model: Model) -> Iterator[ChannelRegion]:
    """Regions of operators next to each other in the file that make a tensor larger than all their outputs together.

    Operators that cannot be executed together with the first one end a region. Regions may lie inside each other.
    """
    operators = model.main.operators
    for first in range(len(operators)):
        for end in range(first + 1, min(len(operators), first + _LONGEST) + 1):
            if why_not_channels(operators[end - 1]):
                break
            try:
                region = channel_region_of(model, operators[first:end])
            except OptionError:
                continue  # with more operators it can be possible again: a result is then read inside only
            widest = max((tensor.bytes for tensor in region.inner), default=0)
            if region.pieces > 1 and widest > sum(tensor.bytes for tensor in region.outputs):
                yield region
