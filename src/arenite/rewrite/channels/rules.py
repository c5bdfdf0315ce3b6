"""Which operators can be split by channels, and what each of them reads for some channels; why others cannot.

    Operator --slices--> the axis of each input along which a group reads a part       channels: the last axis

A group with a single channel would have a single scale, like weights that are quantized per tensor. Runtimes compute
such weights differently: FULLY_CONNECTED multiplies the scales as floats instead of doubles
(GetQuantizedConvolutionMultipler in tensorflow/lite/kernels/kernel_util.cc). So of weights with a scale for each
channel a group has at least two channels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.model import ElementType
from arenite.operators.constants import integers
from arenite.operators.elementwise import COMPUTING, CONVERSIONS
from arenite.operators.kinds import PADS, RESHAPES, SPLITS
from arenite.operators.soundness import is_sound
from arenite.operators.windows import POOLS
from arenite.rewrite.regions import CannotSplitError, reason_of, rule_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from arenite.model import Operator, Tensor

_WEIGHTS = {
    ElementType.INT8: ElementType.INT8,
    ElementType.INT16: ElementType.INT8,
    ElementType.UINT8: ElementType.UINT8,
}
"""Types of weights by type of activations. 4-bit weights are left out: two of them share a byte."""
_TYPES = frozenset({ElementType.INT8, ElementType.UINT8, ElementType.INT16, ElementType.INT32})
"""Element types that LiteRT can slice and join by channels, and TFLM too where it has kernels for them."""


@dataclass(frozen=True, slots=True)
class Slices:
    """How an operator computes a part of its output's channels from parts of its inputs.

    Of input i it reads the same fraction along axis `axes[i]`, or the whole input if `axes[i]` is None. Parts begin and
    end at multiples of `unit` output channels.
    """

    axes: tuple[int | None, ...]
    unit: int = 1


def _elementwise(operator: Operator) -> Slices:
    """Any number of inputs with NumPy's broadcasting to the output's shape."""
    channels = operator.outputs[0].shape[-1]
    return Slices(tuple(_last_axis(tensor, channels) for tensor in operator.inputs))


def _conversion(operator: Operator) -> Slices:
    """QUANTIZE, DEQUANTIZE, CAST: TFLM also runs them on types that it cannot join (concatenation.cc)."""
    if any(each is not None and each.type is ElementType.UINT8 for each in (*operator.inputs, *operator.outputs)):
        raise CannotSplitError("converts UINT8, which TFLM can neither slice nor join")
    return _elementwise(operator)


def _pad(operator: Operator) -> Slices:
    """PAD, PADV2, MIRROR_PAD, unless they pad channels."""
    paddings = integers(operator.inputs[1])
    if paddings is None:
        raise CannotSplitError("is told its padding at run time")
    if any(paddings[-2:]):
        raise CannotSplitError("pads the channels")
    return _first_input(operator)


def _reduction(operator: Operator) -> Slices:
    """MEAN, SUM and other reductions over rows and columns."""
    source, axes = operator.input(0), integers(operator.inputs[1])
    if axes is None:
        raise CannotSplitError("is told at run time over which axes it reduces")
    if not axes or not source.shape or any(axis % len(source.shape) == len(source.shape) - 1 for axis in axes):
        raise CannotSplitError("reduces over the channels")
    return _first_input(operator)


def _concatenation(operator: Operator) -> Slices:
    """CONCATENATION along rows or columns."""
    axis, rank = operator.options.get("axis"), len(operator.outputs[0].shape)
    if not isinstance(axis, int) or axis % rank == rank - 1:
        raise CannotSplitError("joins channels")
    return _elementwise(operator)


def _first_input(operator: Operator) -> Slices:
    """Pools, RESIZE: slices the first input; other inputs, such as a size, have no channels."""
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


def _convolution(operator: Operator) -> Slices:
    """CONV_2D, weights [out, height, width, in / groups]: reads its whole input, or that of its groups."""
    source, weights = _checked(operator, 0)
    groups, rest = divmod(source.shape[3], weights.shape[3])
    if rest or weights.shape[0] % groups:
        raise CannotSplitError("has weights that do not fit its input")
    unit = weights.shape[0] // groups if groups > 1 else 1
    return Slices((3 if groups > 1 else None, 0, *_bias(operator)), _unit(weights, 0, unit))


def _depthwise(operator: Operator) -> Slices:
    """DEPTHWISE_CONV_2D, weights [1, height, width, out]: out / in output channels for each input channel."""
    source, weights = _checked(operator, 3)
    multiplier, rest = divmod(weights.shape[3], source.shape[3])
    if rest:
        raise CannotSplitError("has weights that do not fit its input")
    return Slices((3, 3, *_bias(operator)), _unit(weights, 3, multiplier))


def _fully_connected(operator: Operator) -> Slices:
    """FULLY_CONNECTED, weights [units, depth]: reads its whole input."""
    if operator.options.get("weights_format", 0):
        raise CannotSplitError("has shuffled weights")
    _, weights = _checked(operator, 0)
    return Slices((None, 0, *_bias(operator)), _unit(weights, 0, 1))


def _checked(operator: Operator, axis: int) -> tuple[Tensor, Tensor]:
    """The input and the weights, whose axis `axis` has one element per output channel."""
    source, weights = operator.input(0), operator.input(1)
    if weights.data is None:
        raise CannotSplitError("has weights that are computed")
    if weights.type is not _WEIGHTS.get(source.type):
        raise CannotSplitError(f"multiplies {source.type.name} with weights of {weights.type.name}")
    if weights.shape[axis] != operator.outputs[0].shape[-1]:
        raise CannotSplitError("has weights that do not fit its output")
    return source, weights


def _unit(weights: Tensor, axis: int, unit: int) -> int:
    """Least number of channels of a group: `unit`, or if that is 1 and scales are per channel, the next divisor."""
    channels = weights.shape[axis]
    if unit > 1 or weights.quantization is None or len(weights.quantization.scale) <= 1:
        return unit
    return next((number for number in range(2, channels) if channels % number == 0), channels)


def _bias(operator: Operator) -> tuple[int | None, ...]:
    if len(operator.inputs) > 3:
        raise CannotSplitError("has inputs that are not known")
    for bias in operator.inputs[2:]:
        if bias is not None and bias.data is None:
            raise CannotSplitError("has a bias that is computed")
        if bias is not None and bias.shape != operator.outputs[0].shape[-1:]:
            raise CannotSplitError("has a bias that does not fit its output")
    return tuple(None if bias is None else 0 for bias in operator.inputs[2:])


_RULES: Mapping[str, Callable[[Operator], Slices]] = {
    **dict.fromkeys(COMPUTING, _elementwise),
    **dict.fromkeys(CONVERSIONS, _conversion),
    **dict.fromkeys((*POOLS, "RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR"), _first_input),
    **dict.fromkeys((*PADS, "MIRROR_PAD"), _pad),
    **dict.fromkeys(("MEAN", "SUM", "REDUCE_MAX", "REDUCE_MIN"), _reduction),
    "CONCATENATION": _concatenation,
    "CONV_2D": _convolution,
    "DEPTHWISE_CONV_2D": _depthwise,
    "FULLY_CONNECTED": _fully_connected,
}

_WHOLE: Mapping[str, str] = {
    **dict.fromkeys(("SOFTMAX", "LOG_SOFTMAX", "L2_NORMALIZATION"), "divides each channel by what all of them are"),
    **dict.fromkeys(("ARG_MAX", "ARG_MIN", "TOPK_V2", "CUMSUM"), "goes through the whole input"),
    **dict.fromkeys(RESHAPES, "gives its elements another shape"),
    **dict.fromkeys(("TRANSPOSE", "REVERSE_V2", "GATHER"), "moves elements between channels"),
    **dict.fromkeys(("DEPTH_TO_SPACE", "SPACE_TO_DEPTH"), "moves elements between channels"),
    **dict.fromkeys(SPLITS, "has several outputs"),
    "BATCH_MATMUL": "multiplies matrices that are computed",
}
"""Reasons why known operators without a rule cannot be split by channels, by kind."""


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
