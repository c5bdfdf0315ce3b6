"""Multiply-accumulate operations (MACs) of an operator, and of a model.

Kinds that are not in the table count as 0; they are never an error.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from arenite.operators.liveness import executed_graphs
from arenite.operators.soundness import is_complete

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from arenite.model import Model, Operator

    Shapes = tuple[tuple[int, ...], ...]


def macs(operator: Operator) -> int:
    """MACs of one invocation, from the shapes of the inputs.

    Counted for convolutions, fully connected layers, matrix products and recurrent layers. The count is nominal: window
    positions on padding count too. Elementwise operators, pooling, activations, data movement and unknown operators
    count as 0, as is usual.
    """
    count = _COUNTS.get(operator.code)
    if count is None or not is_complete(operator):
        return 0
    shapes = tuple((0,) if tensor is None else tensor.shape for tensor in operator.inputs)
    return max(0, count(operator, shapes))


def macs_of_model(model: Model) -> int:
    """MACs of all graphs that an inference runs, each graph counted once."""
    return sum(macs(operator) for position in executed_graphs(model) for operator in model.graphs[position].operators)


def _convolution(operator: Operator, shapes: Shapes) -> int:
    """CONV_2D, filter [out, height, width, in / groups]: each output element reads one whole filter."""
    return prod(operator.outputs[0].shape) * prod(shapes[1][1:])


def _depthwise(operator: Operator, shapes: Shapes) -> int:
    """DEPTHWISE_CONV_2D, filter [1, height, width, out]: each output element reads one channel of the filter."""
    return prod(operator.outputs[0].shape) * prod(shapes[1][1:3])


def _convolution_3d(operator: Operator, shapes: Shapes) -> int:
    """CONV_3D, filter [depth, height, width, in, out]."""
    return prod(operator.outputs[0].shape) * prod(shapes[1][:4])


def _transposed(_: Operator, shapes: Shapes) -> int:
    """TRANSPOSE_CONV, inputs (shape, filter [out, height, width, in], values): each input element is scattered."""
    return prod(shapes[2]) * prod(shapes[1][:3])


def _transposed_3d(_: Operator, shapes: Shapes) -> int:
    """CONV_3D_TRANSPOSE, inputs (shape, filter [depth, height, width, out, in], values)."""
    return prod(shapes[2]) * prod(shapes[1][:4])


def _fully_connected(_: Operator, shapes: Shapes) -> int:
    """FULLY_CONNECTED, weights [units, depth]: each input element is multiplied once per unit."""
    return prod(shapes[0]) * shapes[1][0]


def _batch_matmul(operator: Operator, shapes: Shapes) -> int:
    """BATCH_MATMUL, [..., rows, depth] x [..., depth, columns]; with `adj_x` the first operand is transposed."""
    depth = shapes[0][-2 if operator.options.get("adj_x") else -1]
    return prod(operator.outputs[0].shape) * depth


def _svdf(_: Operator, shapes: Shapes) -> int:
    """SVDF, weights [filters, features] and [filters, memory]: one step per row of the batch."""
    return shapes[0][0] * (prod(shapes[1]) + prod(shapes[2]))


def _recurrent(weights: tuple[int, ...]) -> Callable[[Operator, Shapes], int]:
    """Recurrent layers: each time step of each row of the batch reads every element of the inputs `weights`."""

    def count(_: Operator, shapes: Shapes) -> int:
        return prod(shapes[0][:-1]) * sum(prod(shapes[i]) for i in weights if i < len(shapes))

    return count


# Input and recurrent matrices of four gates, and the projection.
_lstm = _recurrent((1, 2, 3, 4, 5, 6, 7, 8, 16))
_rnn = _recurrent((1, 2))

_COUNTS: Mapping[str, Callable[[Operator, Shapes], int]] = {
    "BATCH_MATMUL": _batch_matmul,
    "CONV_2D": _convolution,
    "CONV_3D": _convolution_3d,
    "CONV_3D_TRANSPOSE": _transposed_3d,
    "DEPTHWISE_CONV_2D": _depthwise,
    "FULLY_CONNECTED": _fully_connected,
    "LSTM": _lstm,
    "RNN": _rnn,
    "SVDF": _svdf,
    "TRANSPOSE_CONV": _transposed,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": _lstm,
    "UNIDIRECTIONAL_SEQUENCE_RNN": _rnn,
}
