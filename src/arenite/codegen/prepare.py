"""A model in the form that is laid out and written: in an executable order, as kernels run it, with weights in bytes.

TFLM unpacks 4-bit weights into scratch during every inference (UnpackDenseInt4IntoInt8). Generated C stores them
unpacked, for the int8 kernels. Values and scales stay the same, so all results do.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from arenite.backends.sets import GENERATED_C
from arenite.formulate.order import file_order
from arenite.operators.quantization import as_int8, packed_weights

if TYPE_CHECKING:
    from collections.abc import Callable

    from arenite.backends import Backend
    from arenite.model import Graph, Model, Operator, Tensor


def executable(model: Model) -> Model:
    """Order operators after those whose results they read, else as in the file; the same object if nothing changes.

    Raises:
        ModelError: operators depend on each other in a cycle.
    """
    return _with_each_graph(model, _in_order)


def _with_each_graph(model: Model, change: Callable[[Graph], Graph]) -> Model:
    graphs = tuple(map(change, model.graphs))
    return model if graphs == model.graphs else replace(model, graphs=graphs)


def _in_order(graph: Graph) -> Graph:
    order, operators = file_order(graph), graph.operators
    if order == tuple(range(len(operators))):
        return graph
    return replace(graph, operators=tuple(operators[index] for index in order))


def prepared(model: Model, kernels: Backend = GENERATED_C) -> Model:
    """The form of a model that is laid out and written: executable, as the kernels run it, and with int8 weights."""
    return kernels.as_run(_with_each_graph(executable(model), _unpacked_graph))


def _unpacked_graph(graph: Graph) -> Graph:
    """The graph with int8 weights at the same positions of the tensor list; the same object if none are 4-bit."""
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
