"""The main graph as a line of operators, and any stretch of it as a model of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from arenite.operators.liveness import align

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arenite.model import Model, Operator, Tensor


@dataclass(frozen=True, eq=False)
class Stretch:
    """Operators `first` to `last` of the line as the main graph of `model`, with what is alive at its ends.

    A tensor that is read within the stretch and again after it is an input and an output of it, so that it stays.
    `passing` are the bytes of the tensors that are alive from one end to the other without being used.
    """

    first: int
    last: int
    model: Model
    passing: int

    @property
    def operators(self) -> tuple[Operator, ...]:
        """The operators of the stretch."""
        return self.model.main.operators

    @property
    def staying(self) -> frozenset[Tensor]:
        """Tensors that are read within the stretch and again after it."""
        return frozenset(self.model.main.inputs) & frozenset(self.model.main.outputs)


@dataclass(frozen=True, eq=False)
class Line:
    """The operators of a model's main graph in their order. With `keep_inputs` its inputs are alive to the end."""

    model: Model
    keep_inputs: bool = False

    def __len__(self) -> int:
        return len(self.model.main.operators)

    def stretch(self, first: int, last: int) -> Stretch:
        """The operators from position `first` to position `last`, both included."""
        graph = self.model.main
        operators = graph.operators[first : last + 1]
        read = {tensor for operator in operators for tensor in operator.inputs if tensor is not None}
        made = {tensor for operator in operators for tensor in operator.outputs}
        alive = [tensor for tensor, (born, end) in self.lives.items() if born < first and end >= first]
        after = [tensor for tensor in (*alive, *made) if self.lives[tensor][1] > last]
        used = read | made
        new = replace(
            graph,
            operators=operators,
            tensors=tuple(tensor for tensor in graph.tensors if tensor in used),
            inputs=tuple(tensor for tensor in alive if tensor in read),
            outputs=tuple(tensor for tensor in after if tensor in used),
        )
        passing = sum(align(tensor.bytes) for tensor in after if tensor not in used)
        return Stretch(first, last, replace(self.model, graphs=(new, *self.model.graphs[1:])), passing)

    def crossing(self, position: int) -> int:
        """Bytes that are alive between the operators before `position` and those from it on."""
        return sum(align(tensor.bytes) for tensor, (born, end) in self.lives.items() if born < position <= end)

    @cached_property
    def lives(self) -> Mapping[Tensor, tuple[int, int]]:
        """For each tensor of the head the positions of its producer (-1: fed) and of its last reader (or the end)."""
        graph = self.model.main
        born = dict.fromkeys(graph.inputs, -1)
        ends: dict[Tensor, int] = {}
        for position, operator in enumerate(graph.operators):
            born.update((tensor, position) for tensor in operator.outputs)
            ends.update((tensor, position) for tensor in (*operator.outputs, *operator.inputs) if tensor is not None)
        kept = graph.inputs if self.keep_inputs else ()
        ends.update((tensor, len(graph.operators)) for tensor in (*kept, *graph.outputs))
        return {
            tensor: (first, ends[tensor])
            for tensor, first in born.items()
            if tensor in ends and tensor.data is None and not tensor.variable
        }
