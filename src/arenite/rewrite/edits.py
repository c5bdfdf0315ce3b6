"""Models that a pass may edit, and the assembly of a graph from other operators."""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import TYPE_CHECKING

from arenite.errors import OptionError
from arenite.model import Data, ElementType, Operator, Tensor
from arenite.tflite.newer_fields import loses_fields
from arenite.tflite.signatures import signature_tensors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Set

    from arenite.model import Graph, Model

    Edit = Callable[[Graph, Set[Tensor]], Graph]

_HARMLESS_METADATA = frozenset({"min_runtime_version", "CONVERSION_METADATA", "TFLITE_METADATA"})
"""Metadata entries that name no tensor by its number; others might, like TFLM's COMPRESSION_METADATA."""


def edited(model: Model, edit: Edit) -> Model:
    """Edit each graph of a model; the same object if nothing changes or nothing may change.

    A model with a plan stays unchanged, since the plan is for its tensors. The same goes for a model whose metadata
    name operators or tensors by position, and for a model that would lose a field which the installed schema does not
    know.

    Args:
        edit: maps a graph, and the tensors that must remain, to a graph. These tensors are the graph's inputs and
            outputs and those of signatures. `edit` returns the same object if it changes nothing.
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
    """Whether tensors may be renumbered: no metadata may name them, and Vela did not compile the model."""
    return not model.compiled_by_vela and all(entry.name in _HARMLESS_METADATA for entry in model.metadata)


def check_may_exchange(model: Model, result: Model, refusal: str) -> None:
    """Check that `result` can be written in place of the model, whose tensors it exchanges.

    Raises:
        OptionError: the file names tensors or operators by position, or would lose a field; the message is `refusal`.
    """
    if not may_renumber(model) or model.main.control_edges or loses_fields(result):
        raise OptionError(f"{model.name}: {refusal}")


def exchanged(
    graph: Graph, instead: Mapping[Tensor, Tensor], operators: Iterable[Operator], more: Iterable[Tensor] = ()
) -> Graph:
    """The graph with these operators, other tensors in the places of its own, and `more` tensors."""
    inputs, outputs, tensors = (
        tuple(instead.get(tensor, tensor) for tensor in each) for each in (graph.inputs, graph.outputs, graph.tensors)
    )
    tensors = tuple(dict.fromkeys((*tensors, *more)))
    return replace(graph, operators=tuple(operators), tensors=tensors, inputs=inputs, outputs=outputs)


def with_operators(graph: Graph, operators: Iterable[Operator]) -> Graph:
    """The graph with other operators, without the outputs of removed operators, and with the tensors of new ones.

    Constants without readers remain; `Prune` removes them.
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
    """A constant int32 tensor."""
    numbers = tuple(values)
    return Tensor(name, shape, ElementType.INT32, Data(struct.pack(f"<{len(numbers)}i", *numbers)))


def reshape(source: Tensor, result: Tensor) -> Operator:
    """The operator that gives the elements of a tensor the shape of another one."""
    shape = integer_constant(f"{result.name}/shape", (len(result.shape),), result.shape)
    return Operator("RESHAPE", (source, shape), (result,), {"new_shape": result.shape})
