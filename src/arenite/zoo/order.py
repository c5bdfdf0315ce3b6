"""The order in which a converter files the operators of a network that was defined layer by layer in Keras."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.model import Operator, Tensor


def by_depth(operators: Sequence[Operator], outputs: Sequence[Tensor]) -> list[Operator]:
    """The operators by descending distance from the outputs, ties in the order of creation: Keras's order of layers.

    The order is breadth-first: all branches of a cell advance together, so their tensors are alive together.
    `operators` must be in a valid order.
    """
    depth = dict.fromkeys(outputs, 0)
    depths: dict[Operator, int] = {}
    for operator in reversed(operators):
        here = max((depth.get(tensor, 0) for tensor in operator.outputs), default=0)
        depths[operator] = here
        for tensor in operator.inputs:
            if tensor is not None:
                depth[tensor] = max(depth.get(tensor, 0), here + 1)
    return sorted(operators, key=lambda operator: -depths[operator])
