"""4-bit weights unpacked to bytes, for the int8 kernels.

TFLM unpacks them into scratch during every inference (UnpackDenseInt4IntoInt8). Generated C stores them unpacked.
Values and scales stay the same, so all results do.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from arenite.operators.quantization import as_int8, packed_weights

if TYPE_CHECKING:
    from arenite.model import Graph, Model, Operator, Tensor


def unpacked_model(model: Model) -> Model:
    """Unpack 4-bit weights to int8 at the same positions of the tensor list; the same object if there are none."""
    graphs = tuple(map(_unpacked_graph, model.graphs))
    return model if graphs == model.graphs else replace(model, graphs=graphs)


def _unpacked_graph(graph: Graph) -> Graph:
    unpacked_of = {weights: as_int8(weights) for operator in graph.operators if (weights := _packed(operator))}
    if not unpacked_of:
        return graph
    operators = tuple(operator.reading(unpacked_of) for operator in graph.operators)
    tensors = tuple(unpacked_of.get(tensor, tensor) for tensor in graph.tensors)
    return replace(graph, operators=operators, tensors=tensors)


def unpacked(operator: Operator) -> Operator:
    """The operator with its weights unpacked to int8; the same object if they are not 4-bit."""
    weights = _packed(operator)
    return operator if weights is None else operator.reading({weights: as_int8(weights)})


def _packed(operator: Operator) -> Tensor | None:
    """The operator's weights if they are 4-bit constants, two per byte; `Tensor.bytes` counts a byte for each."""
    weights = packed_weights(operator)
    if weights is None or weights.data is None:
        return None
    return weights if 2 * len(weights.data) >= weights.bytes else None
