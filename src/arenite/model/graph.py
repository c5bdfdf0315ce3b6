"""Graphs of operators, and whole models."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from arenite.model.remembering import Remembering
from arenite.model.shown import Shown
from arenite.names import SHORT_NAME, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from arenite.model.operator import Operator
    from arenite.model.tensor import Data, Tensor


@dataclass(frozen=True, eq=False, slots=True)
class Graph(Remembering):
    """One subgraph: `operators` in the order of execution, `tensors` all of them in file order.

    `control_edges` are pairs of operators of which the file asks that the first runs before the second.
    """

    name: str
    tensors: tuple[Tensor, ...]
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    operators: tuple[Operator, ...]
    control_edges: tuple[tuple[Operator, Operator], ...] = ()
    origin: object = field(default=None, repr=False)

    def __repr__(self) -> str:
        name = printable(self.name, SHORT_NAME)
        return f"Graph({name!r}: {len(self.operators):,} operators, {len(self.tensors):,} tensors)"


@dataclass(frozen=True, slots=True)
class MemoryPlan:
    """Addresses chosen ahead: `offsets[g][t]` for tensor t of graph g, in bytes from the start of the head.

    None means that the run time plans the tensor itself; constants and variables in the tail have None too.
    """

    offsets: tuple[tuple[int | None, ...], ...]


@dataclass(frozen=True, eq=False)
class Metadata:
    """A named entry of the file that the runtime does not need. What is a field of `Model` or `Graph` is not listed."""

    name: str
    data: Data
    origin: object = field(default=None, repr=False)


_FEW = 4
"""Inputs or outputs that the `repr` of a model names."""


@dataclass(frozen=True, eq=False, slots=True)
class Model(Remembering, Shown):
    """A whole model. `graphs[0]` is the one that an interpreter runs; `name` is for people (the file's name).

    `plan` is the offline memory plan that TFLM follows, None where TFLM plans by itself; `target` is the name of the
    target that the plan was made for, None where there is no plan or the file does not tell. `path` is the file that
    the model was read from, so that nothing ever writes over it.
    """

    name: str
    graphs: tuple[Graph, ...]
    metadata: tuple[Metadata, ...] = ()
    description: str = ""
    plan: MemoryPlan | None = None
    target: str | None = None
    path: Path | None = None
    origin: object = field(default=None, repr=False)

    @property
    def main(self) -> Graph:
        """The graph that an interpreter runs."""
        return self.graphs[0]

    @property
    def compiled_by_vela(self) -> bool:
        """Whether Arm's Vela compiled it for an Ethos-U NPU: its command streams hold addresses of their own."""
        return self.description == "Vela Optimized" or any(
            operator.custom_code == "ethos-u" for graph in self.graphs for operator in graph.operators
        )

    def __repr__(self) -> str:
        operators = sum(len(graph.operators) for graph in self.graphs)
        taken, given = (_types(self.main.inputs), _types(self.main.outputs)) if self.graphs else ("nothing", "nothing")
        return f"Model({printable(self.name, SHORT_NAME)!r}: {operators:,} operators, {taken} -> {given})"

    def __eq__(self, other: object) -> bool:
        """Whether both hold the same, of files with the same bytes if they were read; names of paths do not count."""
        return self is other or (isinstance(other, Model) and _values(self) == _values(other))

    def __hash__(self) -> int:
        return hash((self.name, self.description, len(self.graphs)))

    def with_plan(self, plan: MemoryPlan | None, target: str | None = None) -> Model:
        """The model with this plan, made for the target of that name; the same object if nothing changes."""
        return self if (plan, target) == (self.plan, self.target) else replace(self, plan=plan, target=target)


def _types(tensors: Sequence[Tensor]) -> str:
    named = [f"{tensor.type.name.lower()}{list(tensor.shape)}" for tensor in tensors[:_FEW]]
    more = [f"{len(tensors) - _FEW} more"] if len(tensors) > _FEW else []
    return ", ".join(named + more) or "nothing"


def _values(model: Model) -> object:
    """All that a model holds, with numbers in place of its tensors and operators."""
    number: dict[object, int] = {None: -1}
    graphs = [_graph_values(graph, number) for graph in model.graphs]
    metadata = [(entry.name, bytes(entry.data.content)) for entry in model.metadata]
    return model.name, model.description, model.plan, model.target, model.origin, metadata, graphs


def _graph_values(graph: Graph, number: dict[object, int]) -> object:
    def numbers(things: Iterable[object]) -> list[int]:
        return [number.setdefault(thing, len(number)) for thing in things]

    tensors = [
        (
            each.name,
            each.shape,
            each.type,
            None if each.data is None else bytes(each.data.content),
            each.quantization and (each.quantization.scale, each.quantization.zero_point, each.quantization.dimension),
            each.variable,
            each.outside,
        )
        for each in graph.tensors
    ]
    operators = [
        (
            each.code,
            each.custom_code,
            each.version,
            each.graphs,
            dict(each.options),
            each.origin,
            *map(numbers, (each.inputs, each.outputs, each.intermediates)),
        )
        for each in graph.operators
    ]
    order = [*map(numbers, (graph.tensors, graph.inputs, graph.outputs, graph.operators, *graph.control_edges))]
    return graph.name, tensors, operators, order
