"""Model -> which tensors lie in inputs and outputs that are in memory of the caller's, at which bytes.

A view of such an input needs no copy, and a part of such an output is computed where it belongs:

    input (memory) --SLICE--> rows 0-5 --CONV--> ...          rows 0-5: bytes 0 to 5 rows of the input
    ... --CONV--> rows 0-2 --CONCATENATION--> output (memory)     rows 0-2: bytes 0 to 2 rows of the output

`in_memory` marks these tensors as outside of the arena, and `memory_places` says where they lie. What an operator reads
again in the next inference stays in the arena.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from arenite.backends.generated_c.kept import own_states
from arenite.backends.sets import GENERATED_C
from arenite.model import Outside

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arenite.model import Graph, Model, Operator, Tensor


class MemoryPlace(NamedTuple):
    """An input or output in memory of the caller's, and the first byte of it that a tensor has."""

    whole: Tensor
    offset: int


def memory_places(model: Model) -> dict[Tensor, MemoryPlace]:
    """The place of every tensor that is outside of the arena in memory."""
    return {tensor: place for tensor, place in _places(model.main).items() if tensor.outside is Outside.MEMORY}


def in_memory(model: Model) -> Model:
    """The model with its views of such inputs and parts of such outputs marked; the same object if there are none."""
    places = _places(model.main)
    new = {tensor: replace(tensor, outside=Outside.MEMORY) for tensor in places if tensor.outside is None}
    if not new:
        return model
    operators = tuple(operator.using(new) for operator in model.main.operators)
    tensors = tuple(new.get(tensor, tensor) for tensor in model.main.tensors)
    return replace(model, graphs=(replace(model.main, operators=operators, tensors=tensors), *model.graphs[1:]))


def renamed(before: Model, after: Model) -> dict[Operator, Operator]:
    """Operators of `after`, which `in_memory` made of `before`, that have other outputs -> what they were."""
    pairs = zip(after.main.operators, before.main.operators, strict=True)
    return {new: old for new, old in pairs if new.outputs != old.outputs}


def _places(graph: Graph) -> dict[Tensor, MemoryPlace]:
    ends = {*graph.inputs, *graph.outputs}
    found = {tensor: MemoryPlace(tensor, 0) for tensor in ends if tensor.outside is Outside.MEMORY}
    if not found:
        return {}
    writers = Counter(tensor for operator in graph.operators for tensor in operator.outputs)
    bound = ends.union(own_states(graph.operators))
    free = {tensor for tensor, count in writers.items() if count == 1 and tensor not in bound and not tensor.variable}
    for operator in graph.operators:
        for view, source, offset in _views(operator):
            if source in found and view in free and view not in found:
                whole, begin = found[source]
                if offset >= 0 and offset + view.bytes <= source.bytes and whole in graph.inputs:
                    found[view] = MemoryPlace(whole, begin + offset)
    for operator in reversed(graph.operators):
        for target, part, offset in _views(operator):
            if target in found and part in free and part not in found:
                whole, begin = found[target]
                if offset <= 0 and part.bytes - offset <= target.bytes and whole in graph.outputs:
                    found[part] = MemoryPlace(whole, begin - offset)
    return found


def _views(operator: Operator) -> Iterator[tuple[Tensor, Tensor, int]]:
    """(output, input, first byte of the output counted in the input) of all copies that are views at one distance."""
    for target in operator.outputs:
        for source in dict.fromkeys(operator.inputs):
            if source is None or source.data is not None or source.outside is Outside.ROWS or source is target:
                continue
            distances = GENERATED_C.overlap(operator, source, target).intact
            if len(distances) == 1:
                yield target, source, -next(iter(distances))
