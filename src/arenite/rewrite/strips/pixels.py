"""Operators that compute each row of their output from the same row of their inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.operators.joins import joins_as_it_is
from arenite.operators.rows_outside import ROWS
from arenite.rewrite.regions import CannotSplitError
from arenite.rewrite.strips.cut import Cut, Rule

if TYPE_CHECKING:
    from arenite.model import Operator, Tensor
    from arenite.rewrite.strips.rows import Rows


def concatenation_rule(operator: Operator) -> Rule:
    """CONCATENATION along columns or channels."""
    axis = operator.options.get("axis")
    if not isinstance(axis, int) or axis % 4 not in (2, 3):
        raise CannotSplitError("joins along rows or batches")
    return same_rows_rule(operator)


def is_copy(operator: Operator) -> bool:
    """Whether an operator gives its only input as its output; a strip of it needs no operator."""
    return operator.code == "CONCATENATION" and len(operator.inputs) == 1 and joins_as_it_is(operator)


def rows_of(tensor: Tensor) -> int | None:
    """Axis of a tensor that is broadcast against the rows of [1, rows, columns, channels]; None if it has length 1."""
    axis = len(tensor.shape) - 4 + ROWS
    return axis if axis >= 0 and tensor.shape[axis] != 1 else None


def same_rows_rule(operator: Operator) -> Rule:
    """Elementwise operators with NumPy's broadcasting; SOFTMAX and similar operators over the last axis."""
    height = operator.outputs[0].shape[ROWS]
    sliced = tuple(_is_sliced(tensor, height) for tensor in operator.inputs)
    if not any(each and tensor and tensor.data is None for each, tensor in zip(sliced, operator.inputs, strict=True)):
        raise CannotSplitError("reads no rows that it could be given one strip at a time")

    def cut(rows: Rows) -> Cut:
        return Cut(rows, rows, tuple(rows if is_sliced else None for is_sliced in sliced), options=operator.options)

    return cut


def _is_sliced(tensor: Tensor | None, height: int) -> bool:
    axis = None if tensor is None else rows_of(tensor)
    if tensor is None or axis is None:
        return False
    if tensor.shape[axis] != height or any(length != 1 for length in tensor.shape[:axis]):
        raise CannotSplitError(f"reads {tensor.name!r} of shape {list(tensor.shape)}, which has other rows")
    if len(tensor.shape) != 4 and tensor.data is None:
        raise CannotSplitError(f"reads {tensor.name!r} of shape {list(tensor.shape)}, which is not [1, rows, ...]")
    return True
