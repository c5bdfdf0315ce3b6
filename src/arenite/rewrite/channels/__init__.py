"""Partial execution by channels: split a region with a wide inner tensor into groups of channels.

region = channel_region_of(model, operators)   the operators to split; why_not_channels(operator) says why one cannot
wide_regions(model)                            the regions for which a split can pay
plan = channel_plan(region, 4)                 where the groups end
estimate_channels(plan)                        costs of the plan, without building a model
model = SplitChannels(plan).run(model)
"""

from arenite.rewrite.channels.estimate import ChannelEstimate, estimate_channels
from arenite.rewrite.channels.groupable import why_not_channels
from arenite.rewrite.channels.plan import ChannelPlan, channel_plan
from arenite.rewrite.channels.region import ChannelRegion, channel_region_of
from arenite.rewrite.channels.split import SplitChannels
from arenite.rewrite.channels.wide import wide_regions

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
