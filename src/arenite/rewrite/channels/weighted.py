"""Convolutions and fully connected layers: every output channel has its own weights, bias and scale.

A group with a single channel would have a single scale, like weights that are quantized per tensor. Runtimes compute
such weights differently: FULLY_CONNECTED multiplies the scales as floats instead of doubles
(GetQuantizedConvolutionMultipler in tensorflow/lite/kernels/kernel_util.cc). So a group has at least two channels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.model import ElementType
from arenite.rewrite.channels.slices import Slices
from arenite.rewrite.regions import CannotSplitError

if TYPE_CHECKING:
    from arenite.model import Operator, Tensor

_WEIGHTS = {
    ElementType.INT8: ElementType.INT8,
    ElementType.INT16: ElementType.INT8,
    ElementType.UINT8: ElementType.UINT8,
}
"""Types of weights by type of activations. 4-bit weights are left out: two of them share a byte."""


def convolution_rule(operator: Operator) -> Slices:
    """CONV_2D, weights [out, height, width, in / groups]: reads its whole input, or that of its groups."""
    source, weights = _checked(operator, 0)
    groups, rest = divmod(source.shape[3], weights.shape[3])
    if rest or weights.shape[0] % groups:
        raise CannotSplitError("has weights that do not fit its input")
    unit = weights.shape[0] // groups if groups > 1 else 1
    return Slices((3 if groups > 1 else None, 0, *_bias(operator)), _unit(weights, 0, unit))


def depthwise_rule(operator: Operator) -> Slices:
    """DEPTHWISE_CONV_2D, weights [1, height, width, out]: out / in output channels for each input channel."""
    source, weights = _checked(operator, 3)
    multiplier, rest = divmod(weights.shape[3], source.shape[3])
    if rest:
        raise CannotSplitError("has weights that do not fit its input")
    return Slices((3, 3, *_bias(operator)), _unit(weights, 3, multiplier))


def fully_connected_rule(operator: Operator) -> Slices:
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
