"""Placement of operators that unpack weights: each reader gets its own one, right before it.

    DECODE -> w            ADD                       DECODE -> w   CONV_2D (strip 1, reads w)
    ADD              ->    DECODE -> w      and      ...
    CONV_2D (reads w)      CONV_2D (reads w)         DECODE -> w'  CONV_2D (strip 2, reads w')

In any other place the weights take arena bytes while no operator reads them. An application may also give TFLM a
separate memory for unpacked weights (MicroInterpreter::SetDecompressionMemory). Each TFLM_DECODE starts at the
beginning of that memory, so weights are overwritten as soon as the next TFLM_DECODE runs.

Source: TFLM's kernels/decode.cc (ResetDecompressionMemoryAllocations) and compression/decode_insert.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from arenite.backends.reference.decode import NAME
from arenite.model import Data

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from arenite.model import Graph, Model, Operator, Tensor

_WEIGHTED = frozenset({"CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "TRANSPOSE_CONV"})
"""Operators that read all weights and biases, even if they compute only a part of their original output."""


def unpacks(operator: Operator) -> bool:
    """Whether an operator unpacks constants into weights."""
    return operator.code == "CUSTOM" and operator.custom_code == NAME


@dataclass(frozen=True, eq=False)
class Packed:
    """A model without its operators that unpack weights; `unpacked` puts them back.

    In `model` the unpacked weights are constants without content, so the operators around an unpacking one are
    neighbors.
    """

    model: Model
    weights: Mapping[Tensor, Tensor] = field(repr=False)
    unpacking: tuple[Operator, ...] = field(repr=False)

    def unpacked(self, model: Model) -> tuple[Model, dict[Operator, Operator]]:
        """Put the unpacking operators into `model`, a rewrite of `self.model`; see `unpacked_for_each`."""
        if not self.unpacking:
            return model, {}
        graph = model.main
        operators = tuple(operator.reading(self.weights) for operator in (*self.unpacking, *graph.operators))
        used = [tensor for each in self.unpacking for tensor in (*each.inputs, *each.outputs) if tensor is not None]
        rest = (tensor for tensor in graph.tensors if tensor not in self.weights)
        new = replace(graph, operators=unpacked_late(operators), tensors=tuple(dict.fromkeys((*rest, *used))))
        new, copies = unpacked_for_each(new)
        return replace(model, graphs=(new, *model.graphs[1:])), copies


def packed(model: Model) -> Packed:
    """Remove the unpacking operators whose readers read all weights; the same model object if there are none."""
    graph = model.main
    found = [each for each, readers in _readers(graph.operators).items() if _read_whole(each, readers, graph)]
    if not found:
        return Packed(model, {}, ())
    hidden = {tensor: replace(tensor, data=Data(b"")) for unpacking in found for tensor in unpacking.outputs}
    operators = tuple(operator.reading(hidden) for operator in graph.operators if operator not in found)
    tensors = tuple(hidden.get(tensor, tensor) for tensor in graph.tensors)
    new = replace(graph, operators=operators, tensors=tensors)
    weights = {constant: tensor for tensor, constant in hidden.items()}
    return Packed(replace(model, graphs=(new, *model.graphs[1:])), weights, tuple(found))


def _read_whole(unpacking: Operator, readers: Sequence[Operator], graph: Graph) -> bool:
    made = frozenset(unpacking.outputs)
    whole = all(each.code in _WEIGHTED and each.inputs[0] not in made for each in readers)
    return bool(readers) and whole and not made.intersection(graph.outputs)


def unpacked_late(operators: Sequence[Operator]) -> tuple[Operator, ...]:
    """Move each unpacking operator right before the first reader of its weights; other operators keep their order.

    The peak does not grow. Except in the scope of the unpacking operator itself, the weights are alive only in scopes
    in which they were alive before. All other tensors alive in that scope are also alive while the reader runs.
    """
    first = {unpacking: found[0] for unpacking, found in _readers(operators).items() if found}
    before: dict[Operator, list[Operator]] = {}
    for unpacking, reader in first.items():
        before.setdefault(reader, []).append(unpacking)
    return tuple(new for each in operators if each not in first for new in (*before.get(each, ()), each))


def unpacked_for_each(graph: Graph) -> tuple[Graph, dict[Operator, Operator]]:
    """Give each reader of unpacked weights its own unpacking operator, right before the reader.

    Returns the graph, which is the same object if nothing changes, and a map from each new operator to the original
    one.
    """
    shared = {
        unpacking: found
        for unpacking, found in _readers(graph.operators).items()
        if len(found) > 1 and not any(tensor in graph.outputs for tensor in unpacking.outputs)
    }
    if not shared:
        return graph, {}
    new: dict[Operator, Operator] = {}
    before: dict[Operator, list[Operator]] = {}
    instead: dict[Operator, dict[Tensor, Tensor]] = {}
    for unpacking, found in shared.items():
        for number, reader in enumerate(found[1:], start=2):
            copies = {tensor: replace(tensor, name=f"{tensor.name}/unpacked{number}") for tensor in unpacking.outputs}
            copy = replace(unpacking, outputs=tuple(copies.values()))
            new[copy] = unpacking
            before.setdefault(reader, []).append(copy)
            instead.setdefault(reader, {}).update(copies)
    operators = [
        made for each in graph.operators for made in (*before.get(each, ()), each.reading(instead.get(each, {})))
    ]
    tensors = (*graph.tensors, *(tensor for copy in new for tensor in copy.outputs))
    return replace(graph, operators=unpacked_late(operators), tensors=tensors), new


def _readers(operators: Iterable[Operator]) -> dict[Operator, list[Operator]]:
    """Readers of each unpacking operator's weights, in order."""
    made: dict[Tensor, Operator] = {}
    readers: dict[Operator, list[Operator]] = {}
    for operator in operators:
        if unpacks(operator):
            readers[operator] = []
            made.update(dict.fromkeys(operator.outputs, operator))
        for unpacking in dict.fromkeys(made[tensor] for tensor in operator.inputs if tensor in made):
            readers[unpacking].append(operator)
    return readers
