"""Collects the operators and tensors of the groups: operators cut to some channels, slices and joins.

Names say where a tensor comes from: "conv/channels8-16" are these channels of "conv", counted in the whole tensor.
"""

from __future__ import annotations

import struct
from dataclasses import replace
from itertools import pairwise
from math import prod
from typing import TYPE_CHECKING

from arenite.model import Data, ElementType, Operator, Quantization, Tensor
from arenite.rewrite.strips.emit import MOST_JOINED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arenite.rewrite.channels.slices import Part

_VERSIONS: Mapping[str, Mapping[ElementType, int]] = {
    "SLICE": {ElementType.INT8: 2, ElementType.INT16: 4},
    "CONCATENATION": {ElementType.INT8: 2, ElementType.INT16: 3},
}
"""Versions of operators that brought a type; 1 for other types (TensorFlow's tools/versioning/op_version.cc)."""


class Emitter:
    """Appends operators in the order of the calls; `tensors` are the new ones."""

    def __init__(self) -> None:
        self.operators: list[Operator] = []
        self.tensors: list[Tensor] = []
        self._parts: dict[tuple[Tensor, int, Part], Tensor] = {}

    def part(self, tensor: Tensor, axis: int, part: Part) -> Tensor:
        """A part of a tensor along an axis: cut from a constant now, sliced from an activation at run time."""
        key = tensor, axis, part
        if key not in self._parts:
            self._parts[key] = self._slice(tensor, axis, part) if tensor.data is None else self._cut(tensor, axis, part)
        return self._parts[key]

    def make(self, operator: Operator, part: Part, inputs: Sequence[Tensor | None]) -> Tensor:
        """The part of the operator's output along the channels that it makes of the given inputs."""
        (target,) = operator.outputs
        made = self._like(target, len(target.shape) - 1, part)
        self.operators.append(replace(operator, inputs=tuple(inputs), outputs=(made,)))
        return made

    def join(self, parts: Sequence[Tensor], whole: Tensor) -> None:
        """Makes the tensor `whole` of its channels, in a tree where there are too many for one CONCATENATION."""
        parts = list(parts)
        while len(parts) > MOST_JOINED:
            groups = -(-len(parts) // MOST_JOINED)
            bounds = [group * len(parts) // groups for group in range(groups + 1)]
            joined: list[Tensor] = []
            for first, end in pairwise(bounds):
                shape = (*whole.shape[:-1], sum(part.shape[-1] for part in parts[first:end]))
                name = f"{whole.name}/joined{len(joined) + 1}of{groups}"
                joined.append(self._join(parts[first:end], self._new(replace(whole, name=name, shape=shape))))
            parts = joined
        self._join(parts, whole)

    def _join(self, parts: Sequence[Tensor], whole: Tensor) -> Tensor:
        options = {"axis": len(whole.shape) - 1, "fused_activation_function": 0}
        version = _VERSIONS["CONCATENATION"].get(whole.type, 1)
        self.operators.append(Operator("CONCATENATION", tuple(parts), (whole,), options, version=version))
        return whole

    def _slice(self, tensor: Tensor, axis: int, part: Part) -> Tensor:
        sliced = self._like(tensor, axis, part)
        begin = tuple(part.of(length)[0] if at == axis else 0 for at, length in enumerate(tensor.shape))
        where = (self._numbers(f"{sliced.name}/begin", begin), self._numbers(f"{sliced.name}/size", sliced.shape))
        version = _VERSIONS["SLICE"].get(tensor.type, 1)
        self.operators.append(Operator("SLICE", (tensor, *where), (sliced,), version=version))
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
        name = f"{tensor.name}/channels{first}-{end}"
        return self._new(Tensor(name, part.shape(tensor, axis), tensor.type, data, quantization))

    def _like(self, tensor: Tensor, axis: int, part: Part) -> Tensor:
        first, end = part.of(tensor.shape[axis])
        return self._new(replace(tensor, name=f"{tensor.name}/channels{first}-{end}", shape=part.shape(tensor, axis)))

    def _numbers(self, name: str, values: Sequence[int]) -> Tensor:
        data = Data(struct.pack(f"<{len(values)}i", *values))
        return self._new(Tensor(name, (len(values),), ElementType.INT32, data))

    def _new(self, tensor: Tensor) -> Tensor:
        self.tensors.append(tensor)
        return tensor
