"""Model -> Line -> Stretch: the main graph as a sequence of operators, and a range of it as a model of its own.

    line       o  o  o | o  o  o  o | o  o         the stretch is between the bars
    passing       |----+------------+----x         not used in the stretch
    input         |----+-----x      |
    output             |    |-------+----x
    both          |----+-----x------+----x         read in the stretch (x) and again after it

A tensor lives from its producer (|) to its last reader (x).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from arenite.operators.liveness import head_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arenite.model import Model, Operator, Tensor


@dataclass(frozen=True, eq=False)
class Stretch:
    """Operators `first` to `last` of the line, both included, as the main graph of `model`.

    Its inputs and outputs are the tensors alive at its ends and used inside. A tensor that is read inside and again
    after the stretch is both, so that it stays alive. `passing`: bytes of tensors alive throughout but not used inside.
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
        """Tensors that are read inside of the stretch and again after it."""
        return frozenset(self.model.main.inputs) & frozenset(self.model.main.outputs)


@dataclass(frozen=True, eq=False)
class Line:
    """The operators of a model's main graph in their order; `keep_inputs`: the graph's inputs are alive to the end."""

    model: Model
    keep_inputs: bool = False

    def __len__(self) -> int:
        return len(self.model.main.operators)

    def stretch(self, first: int, last: int) -> Stretch:
        """The stretch from position `first` to position `last`, both included."""
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
        passing = sum(head_bytes(tensor) for tensor in after if tensor not in used)
        return Stretch(first, last, replace(self.model, graphs=(new, *self.model.graphs[1:])), passing)

    def crossing(self, position: int) -> int:
        """Bytes alive between operator `position - 1` and operator `position`."""
        return self._crossings[position]

    @cached_property
    def _crossings(self) -> list[int]:
        """`crossing` of every position, since the search for stretches asks for each hundreds of times."""
        alive = [0] * (len(self) + 1)
        for tensor, (born, end) in self.lives.items():
            for position in range(born + 1, end + 1):
                alive[position] += head_bytes(tensor)
        return alive

    @cached_property
    def lives(self) -> Mapping[Tensor, tuple[int, int]]:
        """Tensor in the head -> positions of its producer (-1: graph input) and of its last reader, or the end."""
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
