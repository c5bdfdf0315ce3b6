"""Weights of 4 bits as bytes, so that the kernels for int8 take them.

TFLM unpacks them into scratch in every inference (UnpackDenseInt4IntoInt8); here that is done once, ahead. Values
and scales are the same, so every result is.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from arenite.operators.packed import as_int8, packed_weights

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arenite.model import Graph, Model, Operator, Tensor


def unpacked_model(model: Model) -> Model:
    """The model with weights as bytes, in the same places of its list of tensors; the same object where it has none."""
    graphs = tuple(map(_unpacked_graph, model.graphs))
    return model if graphs == model.graphs else replace(model, graphs=graphs)


def _unpacked_graph(graph: Graph) -> Graph:
    unpacked_of = {weights: as_int8(weights) for operator in graph.operators if (weights := _packed(operator))}
    if not unpacked_of:
        return graph
    operators = tuple(_with(operator, unpacked_of) for operator in graph.operators)
    tensors = tuple(unpacked_of.get(tensor, tensor) for tensor in graph.tensors)
    return replace(graph, operators=operators, tensors=tensors)


def unpacked(operator: Operator) -> Operator:
    """The operator with its weights as bytes; the same object where that changes nothing."""
    weights = _packed(operator)
    return operator if weights is None else _with(operator, {weights: as_int8(weights)})


def _with(operator: Operator, unpacked_of: Mapping[Tensor, Tensor]) -> Operator:
    inputs = tuple(each and unpacked_of.get(each, each) for each in operator.inputs)
    return operator if inputs == operator.inputs else replace(operator, inputs=inputs)


def _packed(operator: Operator) -> Tensor | None:
    """Its weights if they are constants of 4 bits, two in a byte; `Tensor.bytes` counts a byte for each."""
    weights = packed_weights(operator)
    if weights is None or weights.data is None:
        return None
    return weights if 2 * len(weights.data) >= weights.bytes else None
