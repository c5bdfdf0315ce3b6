"""Costs of a plan of channel groups, from its shapes alone."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

from arenite.rewrite.joins import levels

if TYPE_CHECKING:
    from arenite.rewrite.channels.plan import ChannelPlan


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
