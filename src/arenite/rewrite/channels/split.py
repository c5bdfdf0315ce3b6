"""The pass that splits a region into channel groups of ordinary operators.

whole:   input --> CONV 1x1 --> wide --> DEPTHWISE, stride 2 --> output

groups:  input --> CONV 1x1 --> wide/channels0-32  --> DEPTHWISE --> output/channels0-32  -.
               --> CONV 1x1 --> wide/channels32-64 --> DEPTHWISE --> output/channels32-64 -CONCATENATION--> output
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from arenite.rewrite.channels.emit import Emitter
from arenite.rewrite.channels.region import surrounding
from arenite.rewrite.interface import Pass
from arenite.rewrite.regions import still_used

if TYPE_CHECKING:
    from arenite.model import Model, Tensor
    from arenite.rewrite.channels.plan import ChannelPlan
    from arenite.rewrite.channels.slices import Part


@dataclass(frozen=True)
class SplitChannels(Pass):
    """Replace a region by its channel groups; the model computes the same results with the same number of MACs.

    Weights, biases and scales are cut into those of the groups, so the file holds as many as before. The pass removes
    tensors that are no longer used, and the model's memory plan. A plan with one group changes nothing.

    `run` raises OptionError if the plan was built for another model.
    """

    plan: ChannelPlan

    def _apply(self, model: Model) -> Model:
        plan, graph = self.plan, model.main
        if len(plan.groups) == 1:
            return model
        before, after = surrounding(graph, plan.region)
        emitter = Emitter()
        made = [_group(plan, part, emitter) for part in plan.groups]
        for tensor in plan.region.outputs:
            emitter.join([group[tensor] for group in made], tensor)
        operators = (*before, *emitter.operators, *after)
        tensors = (*still_used(graph, plan.region.operators, operators), *emitter.tensors)
        new = replace(graph, operators=operators, tensors=tensors)
        return replace(model, graphs=(new, *model.graphs[1:]), plan=None, target=None)


def _group(plan: ChannelPlan, part: Part, emitter: Emitter) -> dict[Tensor, Tensor]:
    """Emit one group; returns its part of every result."""
    made: dict[Tensor, Tensor] = {}
    for operator in plan.region.operators:
        inputs = [
            made.get(tensor) or emitter.part(tensor, axis, part) if tensor is not None and axis is not None else tensor
            for tensor, axis in zip(operator.inputs, plan.region.slices[operator].axes, strict=True)
        ]
        made[operator.outputs[0]] = emitter.make(operator, part, inputs)
    return made
