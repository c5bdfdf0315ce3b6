"""Which models a pass may edit, and how a graph is put together again from other operators."""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import TYPE_CHECKING

from arenite.model import Data, ElementType, Tensor
from arenite.tflite.newer_fields import loses_fields
from arenite.tflite.signatures import signature_tensors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Set

    from arenite.model import Graph, Model, Operator

    Edit = Callable[[Graph, Set[Tensor]], Graph]

_HARMLESS_METADATA = frozenset({"min_runtime_version", "CONVERSION_METADATA", "TFLITE_METADATA"})
"""Entries that name no tensor by its number. Others might, as TFLM's COMPRESSION_METADATA does."""


def edited(model: Model, edit: Edit) -> Model:
    """The model with each of its graphs edited; the same object where nothing changes, or nothing may change.

    A model with a plan stays as it is, since the plan is made for its tensors. So does a model whose metadata name
    operators or tensors by their place, and one of which a field that is newer than the installed schema would be lost.

    Args:
        model: the model.
        edit: makes a graph of a graph and the tensors that have to stay: its inputs, outputs and those of signatures.
            It returns the same object where it changes nothing.
    """
    bound = any(graph.control_edges for graph in model.graphs)
    if bound or model.plan is not None or not may_renumber(model):
        return model
    named = signature_tensors(model)
    graphs = tuple(edit(graph, named.union(graph.inputs, graph.outputs)) for graph in model.graphs)
    if graphs == model.graphs:
        return model
    result = replace(model, graphs=graphs)
    return model if loses_fields(result) else result


def may_renumber(model: Model) -> bool:
    """Whether tensors may get other numbers: Vela did not compile the model, and no metadata may name them."""
    return not model.compiled_by_vela and all(entry.name in _HARMLESS_METADATA for entry in model.metadata)


def with_operators(graph: Graph, operators: Iterable[Operator]) -> Graph:
    """The graph with other operators: without tensors that only the old ones made, with those that the new ones bring.

    Constants that no operator reads any more stay; `Prune` takes them out.
    """
    operators = tuple(operators)
    gone = {tensor for operator in graph.operators for tensor in operator.outputs}
    gone.difference_update(tensor for operator in operators for tensor in operator.outputs)
    tensors = dict.fromkeys(tensor for tensor in graph.tensors if tensor not in gone)
    for operator in operators:
        tensors.update(dict.fromkeys(tensor for tensor in operator.inputs if tensor is not None))
        tensors.update(dict.fromkeys(operator.outputs))
    return replace(graph, operators=operators, tensors=tuple(tensors))


def integer_constant(name: str, shape: tuple[int, ...], values: Iterable[int]) -> Tensor:
    """A constant tensor of int32."""
    numbers = tuple(values)
    return Tensor(name, shape, ElementType.INT32, Data(struct.pack(f"<{len(numbers)}i", *numbers)))


def steps(tensor: Tensor) -> object:
    """Scales and zero points of a tensor, to compare with those of another; None where it has none."""
    quantization = tensor.quantization
    return quantization and (tuple(quantization.scale), tuple(quantization.zero_point))
