"""Which tensor has which bytes of the arena during which operators.

operator        0     1     2     3
input         ######                     bytes 0 to 99
a             ############               bytes 100 to 149, from the operator that makes it to its last reader
a, moved                  ######         bytes 0 to 49, from operator 2 on
output                    ######         bytes 50 to 99, to the end
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.backends.generated_c.kept import kept
from arenite.codegen.control import inner_graphs
from arenite.codegen.description import described, short_name
from arenite.codegen.program import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arenite.backends import Backend
    from arenite.codegen.arena import Arena
    from arenite.model import Graph, Model, Tensor


def places(model: Model, arena: Arena, kernels: Backend) -> Iterator[Place]:
    """Places of the arena: those of each graph in order of time, then those kept between inferences."""
    lasting = kept(model).variables
    for number in (0, *inner_graphs(model)):
        graph = model.graphs[number]
        found = [*_tensors(graph, arena, number, set(lasting)), *_scratch(graph, arena, number, kernels)]
        yield from sorted(found, key=lambda place: (place.begin, place.offset))
    base = arena.size - arena.kept
    known = set()
    for tensor, span in lasting.items():
        if span not in known:
            known.add(span)
            yield Place(base + span.offset, span.size, None, None, f"{short_name(tensor.name)}, kept")


def _tensors(graph: Graph, arena: Arena, number: int, lasting: set[Tensor]) -> Iterator[Place]:
    begin: dict[Tensor, int] = {}
    for index, operator in enumerate(graph.operators):
        begin.update({tensor: index for tensor in operator.outputs if tensor not in begin})
    end = {tensor: index for index, operator in enumerate(graph.operators) for tensor in operator.inputs if tensor}
    for tensor in dict.fromkeys((*graph.inputs, *begin)):
        if tensor in arena.offsets and tensor not in lasting and tensor.bytes:
            first = begin.get(tensor)
            last = None if tensor in graph.outputs else end.get(tensor, -1 if first is None else first)
            yield from _stays(tensor, first, last, arena, "" if number == 0 else graph.name)


def _stays(tensor: Tensor, first: int | None, last: int | None, arena: Arena, graph: str) -> Iterator[Place]:
    """Successive places of one tensor; only tensors of the main graph move."""
    offset, what = arena.offsets[tensor], described(tensor)
    for index in sorted(arena.moves):
        for move in arena.moves[index]:
            if tensor in move.tensors:
                yield Place(offset, tensor.bytes, first, index - 1, what, graph)
                offset, first, what = offset + move.target - move.source, index, f"{described(tensor)}, moved"
    yield Place(offset, tensor.bytes, first, last, what, graph)


def _scratch(graph: Graph, arena: Arena, number: int, kernels: Backend) -> Iterator[Place]:
    """Scratch that operators pass to CMSIS-NN."""
    for index, operator in enumerate(graph.operators):
        if (number, index) in arena.scratch:
            size = sum(kernels.scratch(operator))
            name = "" if number == 0 else graph.name
            yield Place(arena.scratch[number, index], size, index, index, f"scratch of {operator.label}", name)
