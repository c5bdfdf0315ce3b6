"""Weights of 4 bits as bytes, so that the kernels for int8 take them.

TFLM unpacks them into scratch in every inference (UnpackDenseInt4IntoInt8); here that is done once, ahead. Values
and scales are the same, so every result is.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from arenite.model import Data, ElementType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arenite.model import Graph, Model, Operator, Tensor

WEIGHTED = frozenset({"CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"})
"""Operators that TFLM runs with weights of 4 bits, their second input."""


def unpacked_model(model: Model) -> Model:
    """The model with weights as bytes, in the same places of its list of tensors; the same object where it has none."""
    graphs = tuple(map(_unpacked_graph, model.graphs))
    return model if graphs == model.graphs else replace(model, graphs=graphs)


def _unpacked_graph(graph: Graph) -> Graph:
    unpacked_of = {weights: _as_bytes(weights) for operator in graph.operators if (weights := _packed(operator))}
    if not unpacked_of:
        return graph
    operators = tuple(_with(operator, unpacked_of) for operator in graph.operators)
    tensors = tuple(unpacked_of.get(tensor, tensor) for tensor in graph.tensors)
    return replace(graph, operators=operators, tensors=tensors)


def unpacked(operator: Operator) -> Operator:
    """The operator with its weights as bytes; the same object where that changes nothing."""
    weights = _packed(operator)
    return operator if weights is None else _with(operator, {weights: _as_bytes(weights)})


def _with(operator: Operator, unpacked_of: Mapping[Tensor, Tensor]) -> Operator:
    inputs = tuple(each and unpacked_of.get(each, each) for each in operator.inputs)
    return operator if inputs == operator.inputs else replace(operator, inputs=inputs)


def _packed(operator: Operator) -> Tensor | None:
    """Its weights if they are constants of 4 bits, two in a byte; `Tensor.bytes` counts a byte for each."""
    weights = operator.inputs[1] if operator.code in WEIGHTED and len(operator.inputs) > 1 else None
    if weights is None or weights.type is not ElementType.INT4 or weights.data is None:
        return None
    return weights if 2 * len(weights.data) >= weights.bytes else None


def _as_bytes(tensor: Tensor) -> Tensor:
    """Each byte of the source holds two values, the first one in its lower half."""
    assert tensor.data is not None
    import numpy as np

    pairs = np.frombuffer(bytes(tensor.data.content), np.uint8)
    halves = np.stack([pairs & 15, pairs >> 4], axis=1).reshape(-1)[: tensor.bytes]
    content = (halves ^ 8).astype(np.int8) - np.int8(8)  # 8 to 15 are -8 to -1
    return replace(tensor, type=ElementType.INT8, data=Data(content.tobytes()))
