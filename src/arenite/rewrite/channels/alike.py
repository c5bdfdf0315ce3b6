"""Operators that compute each channel of their output from the same channel of their inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.model import ElementType
from arenite.operators.constants import integers
from arenite.rewrite.channels.slices import Slices
from arenite.rewrite.regions import CannotSplitError

if TYPE_CHECKING:
    from arenite.model import Operator, Tensor


def elementwise_rule(operator: Operator) -> Slices:
    """Any number of inputs with NumPy's broadcasting to the output's shape."""
    channels = operator.outputs[0].shape[-1]
    return Slices(tuple(_last_axis(tensor, channels) for tensor in operator.inputs))


def conversion_rule(operator: Operator) -> Slices:
    """QUANTIZE, DEQUANTIZE, CAST: TFLM also runs them on types that it cannot join (concatenation.cc)."""
    if any(each is not None and each.type is ElementType.UINT8 for each in (*operator.inputs, *operator.outputs)):
        raise CannotSplitError("converts UINT8, which TFLM can neither slice nor join")
    return elementwise_rule(operator)


def first_input_rule(operator: Operator) -> Slices:
    """Pools, RESIZE: slices the first input; other inputs, such as a size, have no channels."""
    return _first(operator)


def pad_rule(operator: Operator) -> Slices:
    """PAD, PADV2, MIRROR_PAD, unless they pad channels."""
    paddings = integers(operator.inputs[1])
    if paddings is None:
        raise CannotSplitError("is told its padding at run time")
    if any(paddings[-2:]):
        raise CannotSplitError("pads the channels")
    return _first(operator)


def reduction_rule(operator: Operator) -> Slices:
    """MEAN, SUM and other reductions over rows and columns."""
    source, axes = operator.input(0), integers(operator.inputs[1])
    if axes is None:
        raise CannotSplitError("is told at run time over which axes it reduces")
    if not axes or not source.shape or any(axis % len(source.shape) == len(source.shape) - 1 for axis in axes):
        raise CannotSplitError("reduces over the channels")
    return _first(operator)


def concatenation_rule(operator: Operator) -> Slices:
    """CONCATENATION along rows or columns."""
    axis, rank = operator.options.get("axis"), len(operator.outputs[0].shape)
    if not isinstance(axis, int) or axis % rank == rank - 1:
        raise CannotSplitError("joins channels")
    return elementwise_rule(operator)


def _first(operator: Operator) -> Slices:
    source, channels = operator.input(0), operator.outputs[0].shape[-1]
    if _last_axis(source, channels) is None:
        raise CannotSplitError("has other channels than its input")
    return Slices((len(source.shape) - 1, *(None for _ in operator.inputs[1:])))


def _last_axis(tensor: Tensor | None, channels: int) -> int | None:
    """Axis of a tensor's channels; None if all channels of the output read the same values."""
    if tensor is None or not tensor.shape or tensor.shape[-1] == 1:
        return None
    if tensor.shape[-1] != channels:
        raise CannotSplitError(f"reads {tensor.name!r} of shape {list(tensor.shape)}, which has other channels")
    return len(tensor.shape) - 1
