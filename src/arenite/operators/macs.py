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
    Count = Callable[[Operator, Shapes], int]


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


def _gathered(taps: slice) -> Count:
    """Convolutions: each output element reads the filter along these dimensions."""
    return lambda operator, shapes: prod(operator.outputs[0].shape) * prod(shapes[1][taps])


def _scattered(taps: slice) -> Count:
    """Transposed convolutions, inputs (shape, filter, values): each value is multiplied along these dimensions."""
    return lambda _, shapes: prod(shapes[2]) * prod(shapes[1][taps])


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


def _recurrent(weights: tuple[int, ...]) -> Count:
    """Recurrent layers: each time step of each row of the batch reads every element of the inputs `weights`."""

    def count(_: Operator, shapes: Shapes) -> int:
        return prod(shapes[0][:-1]) * sum(prod(shapes[i]) for i in weights if i < len(shapes))

    return count


# Input and recurrent matrices of four gates, and the projection.
_lstm = _recurrent((1, 2, 3, 4, 5, 6, 7, 8, 16))
_rnn = _recurrent((1, 2))

# Of filters, the slice takes the axes whose product is the number of multiply-accumulates per output or input element.
_COUNTS: Mapping[str, Count] = {
    "BATCH_MATMUL": _batch_matmul,
    "CONV_2D": _gathered(slice(1, None)),  # filter [out, height, width, in / groups]
    "CONV_3D": _gathered(slice(4)),  # filter [depth, height, width, in, out]
    "CONV_3D_TRANSPOSE": _scattered(slice(4)),  # filter [depth, height, width, out, in]
    "DEPTHWISE_CONV_2D": _gathered(slice(1, 3)),  # filter [1, height, width, out]
    "FULLY_CONNECTED": _fully_connected,
    "LSTM": _lstm,
    "RNN": _rnn,
    "SVDF": _svdf,
    "TRANSPOSE_CONV": _scattered(slice(3)),  # filter [out, height, width, in]
    "UNIDIRECTIONAL_SEQUENCE_LSTM": _lstm,
    "UNIDIRECTIONAL_SEQUENCE_RNN": _rnn,
}
