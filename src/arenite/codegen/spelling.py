"""Replaces operators by equivalent ones that more runtimes accept, for the reference inference of the self-test.

TFLM takes FILL with constant dimensions only, and LiteRT's reference kernels take only the first versions of TILE.
Neither replacement changes the result.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from arenite.model import Data, ElementType, Tensor

if TYPE_CHECKING:
    from arenite.model import Graph, Model, Operator

_VERSIONS = {"TILE": 2}
"""Latest versions that LiteRT's reference kernels register."""


def respelled(model: Model) -> Model:
    """Replace operators by equivalent ones; the same object if nothing changes."""
    graphs = tuple(map(_respelled_graph, model.graphs))
    return model if graphs == model.graphs else replace(model, graphs=graphs, origin=None)  # drops its versions


def _respelled_graph(graph: Graph) -> Graph:
    operators = tuple(_respelled(operator) for operator in graph.operators)
    if operators == graph.operators:
        return graph
    known = set(graph.tensors)
    inputs = dict.fromkeys(tensor for operator in operators for tensor in operator.inputs if tensor is not None)
    added = tuple(tensor for tensor in inputs if tensor not in known)
    return replace(graph, operators=operators, tensors=(*graph.tensors, *added))


def _respelled(operator: Operator) -> Operator:
    if operator.version > _VERSIONS.get(operator.code, operator.version):
        return replace(operator, version=_VERSIONS[operator.code], origin=None)
    if operator.code == "FILL" and operator.inputs[0] is not None and operator.inputs[0].data is None:
        return replace(operator, inputs=(_shape(operator.outputs[0]), *operator.inputs[1:]), origin=None)
    return operator


def _shape(tensor: Tensor) -> Tensor:
    content = b"".join(length.to_bytes(4, "little") for length in tensor.shape)
    return Tensor(f"{tensor.name}/shape", (len(tensor.shape),), ElementType.INT32, Data(content))
