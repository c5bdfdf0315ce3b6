"""The pass that splits a region into channel groups of ordinary operators.

whole:   input --> CONV 1x1 --> wide --> DEPTHWISE, stride 2 --> output

groups:  input --> CONV 1x1 --> wide/channels0-32  --> DEPTHWISE --> output/channels0-32  -.
               --> CONV 1x1 --> wide/channels32-64 --> DEPTHWISE --> output/channels32-64 -CONCATENATION--> output

Names show the origin of a tensor: "wide/channels0-32" are these channels of "wide", counted in the whole tensor.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING

from arenite.model import Data, Operator, Quantization, Tensor
from arenite.names import part_name
from arenite.operators.versions import version
from arenite.rewrite.channels.region import surrounding
from arenite.rewrite.edits import integer_constant
from arenite.rewrite.emit import PartEmitter
from arenite.rewrite.interface import Pass
from arenite.rewrite.regions import in_parts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.model import Model
    from arenite.rewrite.channels.plan import ChannelPlan, Part


@dataclass(frozen=True)
class SplitChannels(Pass):
    """Replace a region by its channel groups; the model computes the same results with the same number of MACs.

    Weights, biases and scales are cut into those of the groups, so the file holds as many as before. The pass removes
    tensors that are no longer used, and the model's memory plan. A plan with one group changes nothing.

    `run` raises OptionError if the plan was built for another model.
    """

    plan: ChannelPlan

    def _apply(self, model: Model) -> Model:
        plan = self.plan
        if len(plan.groups) == 1:
            return model
        before, after = surrounding(model.main, plan.region)
        emitter = _GroupEmitter()
        made = [_group(plan, part, emitter) for part in plan.groups]
        for tensor in plan.region.outputs:
            emitter.join([group[tensor] for group in made], tensor, len(tensor.shape) - 1)
        return in_parts(model, plan.region, (*before, *emitter.operators, *after), emitter.tensors)


def _group(plan: ChannelPlan, part: Part, emitter: _GroupEmitter) -> dict[Tensor, Tensor]:
    """Emit one group; returns its part of every result."""
    made: dict[Tensor, Tensor] = {}
    for operator in plan.region.operators:
        inputs = [
            made.get(tensor) or emitter.part(tensor, axis, part) if tensor is not None and axis is not None else tensor
            for tensor, axis in zip(operator.inputs, plan.region.slices[operator].axes, strict=True)
        ]
        made[operator.outputs[0]] = emitter.make(operator, part, inputs)
    return made


class _GroupEmitter(PartEmitter):
    """Emits operators for some channels, their inputs and their results."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: dict[tuple[Tensor, int, Part], Tensor] = {}

    def part(self, tensor: Tensor, axis: int, part: Part) -> Tensor:
        """A part of a tensor along an axis: cut from a constant now, or sliced from an activation at run time."""
        key = tensor, axis, part
        if key not in self._parts:
            self._parts[key] = self._slice(tensor, axis, part) if tensor.data is None else self._cut(tensor, axis, part)
        return self._parts[key]

    def make(self, operator: Operator, part: Part, inputs: Sequence[Tensor | None]) -> Tensor:
        """Append the operator with the given inputs; returns its part of the output's channels."""
        (target,) = operator.outputs
        made = self._like(target, len(target.shape) - 1, part)
        self.operators.append(replace(operator, inputs=tuple(inputs), outputs=(made,)))
        return made

    def _slice(self, tensor: Tensor, axis: int, part: Part) -> Tensor:
        sliced = self._like(tensor, axis, part)
        begin = tuple(part.of(length)[0] if at == axis else 0 for at, length in enumerate(tensor.shape))
        where = (self._numbers(f"{sliced.name}/begin", begin), self._numbers(f"{sliced.name}/size", sliced.shape))
        self.operators.append(Operator("SLICE", (tensor, *where), (sliced,), version=version("SLICE", tensor.type)))
        return sliced

    def _cut(self, tensor: Tensor, axis: int, part: Part) -> Tensor:
        assert tensor.data is not None
        length, first, end = tensor.shape[axis], *part.of(tensor.shape[axis])
        block = prod(tensor.shape[axis + 1 :]) * tensor.type.bytes
        content = memoryview(tensor.data.content)
        rows = range(prod(tensor.shape[:axis]))
        data = Data(b"".join(content[(row * length + first) * block : (row * length + end) * block] for row in rows))
        quantization = tensor.quantization
        if quantization is not None and len(quantization.scale) > 1:
            scale, zero_point = quantization.scale[first:end], quantization.zero_point[first:end]
            quantization = Quantization(scale, zero_point, quantization.dimension)
        name = part_name(tensor.name, f"channels{first}-{end}")
        return self.new(Tensor(name, part.shape(tensor, axis), tensor.type, data, quantization))

    def _like(self, tensor: Tensor, axis: int, part: Part) -> Tensor:
        first, end = part.of(tensor.shape[axis])
        name = part_name(tensor.name, f"channels{first}-{end}")
        return self.new(replace(tensor, name=name, shape=part.shape(tensor, axis)))

    def _numbers(self, name: str, values: Sequence[int]) -> Tensor:
        return self.new(integer_constant(name, (len(values),), values))
