"""Task, choice of stretches in parts -> what a plan says of each stretch: operators, strips or groups, halos, work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from arenite.rewrite.channels import ChannelPlan, estimate_channels
from arenite.rewrite.strips import extra_macs
from arenite.search.partial.realize import within
from arenite.search.partial.ways import UNEVEN
from arenite.search.plan import Strips
from arenite.search.task import mark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arenite.model import Model
    from arenite.search.partial.choose import Choice
    from arenite.search.partial.ways import Segment
    from arenite.search.task import Task


def reported_strips(task: Task, base: Model, choice: Choice) -> Iterator[Strips]:
    """What a plan says of each stretch that a choice executes in parts; `base` is the model without strips."""
    for segment in choice.segments:
        if segment.plan is None:
            continue
        operators = base.main.operators[segment.first : segment.last + 1]
        places = tuple(sorted({task.positions[mark(operator)] for operator in operators}))
        plan = within(base, segment.plan)
        if isinstance(plan, ChannelPlan):
            size = plan.region.outputs[-1].shape[-1] // plan.region.pieces
            channels = tuple(size * boundary for boundary in plan.boundaries)
            yield Strips(places, (), None, segment.extra_macs, channels, estimate_channels(plan).constant_bytes)
        else:
            results = [tensor for operator in plan.region.operators for tensor in operator.outputs]
            kept = tuple(tensor.name for tensor in results if tensor in plan.kept or tensor in plan.paced)
            yield Strips(places, plan.boundaries[-1], _halo(segment), extra_macs(plan), kept=kept)


def _halo(segment: Segment) -> Literal["recompute", "keep", "some"]:
    if segment.kind in ("recompute", UNEVEN["recompute"]):
        return "recompute"
    return "keep" if segment.kind in ("keep", UNEVEN["keep"], "paced") else "some"
