"""The table of operators that can be split by channels, and the reasons why others cannot."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from arenite.model import ElementType
from arenite.operators.elementwise import COMPUTING, CONVERSIONS
from arenite.operators.kinds import PADS, RESHAPES, SPLITS
from arenite.operators.soundness import is_sound
from arenite.operators.windows import POOLS
from arenite.rewrite.channels.alike import (
    concatenation_rule,
    conversion_rule,
    elementwise_rule,
    first_input_rule,
    pad_rule,
    reduction_rule,
)
from arenite.rewrite.channels.weighted import convolution_rule, depthwise_rule, fully_connected_rule
from arenite.rewrite.regions import CannotSplitError, reason_of, rule_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from arenite.model import Operator, Tensor
    from arenite.rewrite.channels.slices import Slices

_RULES: Mapping[str, Callable[[Operator], Slices]] = MappingProxyType(
    {
        **dict.fromkeys(COMPUTING, elementwise_rule),
        **dict.fromkeys(CONVERSIONS, conversion_rule),
        **dict.fromkeys((*POOLS, "RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR"), first_input_rule),
        **dict.fromkeys((*PADS, "MIRROR_PAD"), pad_rule),
        **dict.fromkeys(("MEAN", "SUM", "REDUCE_MAX", "REDUCE_MIN"), reduction_rule),
        "CONCATENATION": concatenation_rule,
        "CONV_2D": convolution_rule,
        "DEPTHWISE_CONV_2D": depthwise_rule,
        "FULLY_CONNECTED": fully_connected_rule,
    }
)

_WHOLE = MappingProxyType(
    {
        **dict.fromkeys(("SOFTMAX", "LOG_SOFTMAX", "L2_NORMALIZATION"), "divides each channel by what all of them are"),
        **dict.fromkeys(("ARG_MAX", "ARG_MIN", "TOPK_V2", "CUMSUM"), "goes through the whole input"),
        **dict.fromkeys(RESHAPES, "gives its elements another shape"),
        **dict.fromkeys(("TRANSPOSE", "REVERSE_V2", "GATHER"), "moves elements between channels"),
        **dict.fromkeys(("DEPTH_TO_SPACE", "SPACE_TO_DEPTH"), "moves elements between channels"),
        **dict.fromkeys(SPLITS, "has several outputs"),
        "BATCH_MATMUL": "multiplies matrices that are computed",
    }
)
"""Reasons why known operators without a rule cannot be split by channels, by kind."""

_TYPES = frozenset({ElementType.INT8, ElementType.UINT8, ElementType.INT16, ElementType.INT32})
"""Element types that LiteRT can slice and join by channels, and TFLM too where it has kernels for them."""


def why_not_channels(operator: Operator) -> str | None:
    """Why an operator cannot be split by channels: a clause that follows its name; None if it can.

    Considers the operator alone. A region may still be refused, most often because a convolution or fully connected
    layer reads all channels of an input that another operator of the region computes.
    """
    return reason_of(slices, operator)


def slices(operator: Operator) -> Slices:
    """The slices that an operator reads to compute some channels of its output; kept by the operator.

    Raises:
        CannotSplitError: the operator cannot be split by channels.
    """
    return operator.once(slices, _slices)


def _slices(operator: Operator) -> Slices:
    rule = rule_of(operator, _RULES, _WHOLE, "channel")
    (target,) = operator.outputs
    if len(target.shape) < 2 or not all(target.shape):
        raise CannotSplitError(f"makes {target.name!r} of shape {list(target.shape)}, which has no channels")
    if not is_sound(operator):
        raise CannotSplitError("has options or shapes that make no sense")
    if any(tensor is not None and tensor.outside for tensor in (*operator.inputs, target)):
        raise CannotSplitError("takes or gives rows of what is outside of the arena")
    result = rule(operator)
    _check_activation(target)
    for tensor, axis in zip(operator.inputs, result.axes, strict=True):
        if tensor is not None and axis is not None and tensor.data is None:
            _check_activation(tensor)
        elif tensor is not None and axis is not None:
            _check_constant(tensor, axis)
    return result


def _check_activation(tensor: Tensor) -> None:
    if tensor.type is ElementType.FLOAT32:
        raise CannotSplitError("works on floats, which LiteRT rounds in another way for other numbers of channels")
    if tensor.type not in _TYPES:
        raise CannotSplitError(f"works on {tensor.name!r} of type {tensor.type.name}, which is not sliced")
    if tensor.quantization is not None and len(tensor.quantization.scale) > 1:
        raise CannotSplitError(f"works on {tensor.name!r}, of which each channel is quantized in another way")


def _check_constant(tensor: Tensor, axis: int) -> None:
    if tensor.data is None or len(tensor.data) != tensor.bytes:
        raise CannotSplitError(f"reads {tensor.name!r}, whose elements are packed or sparse")
    quantization = tensor.quantization
    if quantization is None or len(quantization.scale) <= 1:
        return
    other = quantization.dimension != axis and len(tensor.shape) > 1  # some files name another axis for vectors
    if other or not len(quantization.scale) == len(quantization.zero_point) == tensor.shape[axis]:
        raise CannotSplitError(f"reads {tensor.name!r}, which is quantized along another axis than its channels")
