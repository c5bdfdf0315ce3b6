"""Builds the operators and tensors of channel groups: operators for some channels, slices and joins.

Names show the origin of a tensor: "conv/channels8-16" are these channels of "conv", counted in the whole tensor.
"""

from __future__ import annotations

import struct
from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING

from arenite.model import Data, ElementType, Operator, Quantization, Tensor
from arenite.names import part_name
from arenite.operators.versions import version
from arenite.rewrite.joins import join

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.rewrite.channels.slices import Part


class Emitter:
    """Appends operators in the order of the calls, and their new tensors to `tensors`."""

    def __init__(self) -> None:
        self.operators: list[Operator] = []
        self.tensors: list[Tensor] = []
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

    def join(self, parts: Sequence[Tensor], whole: Tensor) -> None:
        """Append CONCATENATIONs of channels into `whole`: a tree if one CONCATENATION cannot take all parts."""
        operators, between = join(parts, whole, len(whole.shape) - 1)
        self.operators += operators
        self.tensors += between

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
        return self._new(Tensor(name, part.shape(tensor, axis), tensor.type, data, quantization))

    def _like(self, tensor: Tensor, axis: int, part: Part) -> Tensor:
        first, end = part.of(tensor.shape[axis])
        name = part_name(tensor.name, f"channels{first}-{end}")
        return self._new(replace(tensor, name=name, shape=part.shape(tensor, axis)))

    def _numbers(self, name: str, values: Sequence[int]) -> Tensor:
        data = Data(struct.pack(f"<{len(values)}i", *values))
        return self._new(Tensor(name, (len(values),), ElementType.INT32, data))

    def _new(self, tensor: Tensor) -> Tensor:
        self.tensors.append(tensor)
        return tensor
