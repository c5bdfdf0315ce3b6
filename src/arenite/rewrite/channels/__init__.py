"""Partial execution by channels: split a region with a wide inner tensor into groups of channels.

region = channel_region_of(model, operators)   the operators to split; why_not_channels(operator) says why one cannot
wide_regions(model)                            the regions for which a split can pay
plan = channel_plan(region, 4)                 where the groups end
estimate_channels(plan)                        costs of the plan, without building a model
model = SplitChannels(plan).run(model)
"""

from arenite.rewrite.channels.plan import ChannelEstimate, ChannelPlan, channel_plan, estimate_channels
from arenite.rewrite.channels.region import ChannelRegion, channel_region_of, wide_regions
from arenite.rewrite.channels.rules import why_not_channels
from arenite.rewrite.channels.split import SplitChannels

__all__ = [
    "ChannelEstimate",
    "ChannelPlan",
    "ChannelRegion",
    "SplitChannels",
    "channel_plan",
    "channel_region_of",
    "estimate_channels",
    "why_not_channels",
    "wide_regions",
]
