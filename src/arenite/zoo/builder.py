"""Calls, one for each operator -> quantized int8 model with random weights and matching activation scales.

Values stay in range by construction. The weights of every convolution are scaled so that its output has a standard
deviation of about 1 whatever its fan-in. So all convolutions share one scale per kind (signed, or after ReLU6), and
CONCATENATION can join them. ADD makes values larger; its output's range is doubled when they no longer fit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from arenite.backends.reference.limits import MOST_JOINED
from arenite.model import Graph, Model, Operator, Option, Quantization, Tensor
from arenite.operators.windows import SAME, VALID, positions
from arenite.zoo.activation import LINEAR, RECTIFIED, Values, scale_and_zero
from arenite.zoo.parts import Parts

if TYPE_CHECKING:
    from collections.abc import Sequence


SMALLEST = 4
"""Height and width in pixels from which on networks of any length stop halving the resolution."""
NONE, RELU6 = 0, 3
"""Values of `ActivationFunctionType` in the TFLite schema."""


@dataclass(frozen=True)
class Window:
    """A window of `height` x `width` pixels, `dilation` rows apart, that slides over an activation.

    `padding` is SAME or VALID.
    """

    height: int
    width: int
    stride: int
    padding: int
    dilation: int = 1

    @property
    def options(self) -> dict[str, Option]:
        """The options that convolutions and pools have in common."""
        return {"padding": self.padding, "stride_w": self.stride, "stride_h": self.stride}

    def output(self, x: Tensor, channels: int) -> tuple[int, int, int, int]:
        """Shape (1, height, width, channels) of the output for input `x`, by TensorFlow's rules for SAME and VALID."""
        spans = (self.height - 1) * self.dilation + 1, self.width
        height, width = (
            positions(length, span, self.stride, self.padding) for length, span in zip(x.shape[1:3], spans, strict=True)
        )
        return 1, height, width, channels


class Builder:
    """Collects the tensors and operators of one graph; every method appends operators and returns the last output.

    Activations are int8 of shape (1, height, width, channels) until `mean` or `reshape` flattens them. Names must be
    unique.
    """

    def __init__(self, name: str, seed: int) -> None:
        self._name = name
        self._parts = Parts(seed)
        self._values = self._parts.values
        self._inputs: list[Tensor] = []

    def input(self, *shape: int, name: str = "input") -> Tensor:
        """An input of the graph, with real values in -1..1; `shape` is without the batch, as in (height, width, 3)."""
        values = Values(0.0, 0.58, signed=True)
        self._inputs.append(self._parts.activation(name, (1, *shape), values, Quantization((1 / 128,), (0,))))
        return self._inputs[-1]

    def conv(
        self,
        x: Tensor,
        channels: int,
        name: str,
        *,
        kernel: int = 1,
        stride: int = 1,
        padding: int = SAME,
        relu: bool = True,
    ) -> Tensor:
        """CONV_2D with a bias and weights quantized per output channel (dimension 0)."""
        return self._conv(x, channels, name, Window(kernel, kernel, stride, padding), relu=relu)

    def conv1d(self, x: Tensor, channels: int, name: str, *, kernel: int = 3, dilation: int = 1) -> Tensor:
        """CONV_2D along the rows of a series (1, length, 1, channels), without padding."""
        return self._conv(x, channels, name, Window(kernel, 1, 1, VALID, dilation), relu=True)

    def depthwise(
        self, x: Tensor, name: str, *, kernel: int = 3, stride: int = 1, dilation: int = 1, relu: bool = True
    ) -> Tensor:
        """DEPTHWISE_CONV_2D with SAME padding, multiplier 1, a bias and weights quantized per channel (dimension 3)."""
        window, channels = Window(kernel, kernel, stride, SAME), x.shape[3]
        parameters = self._parts.filters(x, name, (1, kernel, kernel, channels), 3)
        output = self._parts.activation(name, window.output(x, channels), RECTIFIED if relu else LINEAR)
        options: dict[str, Option] = {
            "dilation_w_factor": dilation,
            "dilation_h_factor": dilation,
            "depth_multiplier": 1,
            "fused_activation_function": RELU6 if relu else NONE,
        }
        return self._parts.operator("DEPTHWISE_CONV_2D", (x, *parameters), output, window.options | options)

    def separable(self, x: Tensor, channels: int, name: str, *, kernel: int = 3, stride: int = 1) -> Tensor:
        """A depthwise convolution `name`/depthwise, then a pointwise convolution `name`/pointwise."""
        x = self.depthwise(x, f"{name}/depthwise", kernel=kernel, stride=stride)
        return self.conv(x, channels, f"{name}/pointwise")

    def add(self, a: Tensor, b: Tensor, name: str, *, relu: bool = False, reach: float = 0.0) -> Tensor:
        """ADD of two tensors of equal shape.

        `reach`: least upper end of the output's range, for sums that are larger than expected values predict.
        """
        left, right = self._values[a], self._values[b]
        spread = math.hypot(left.spread, right.spread)
        values = RECTIFIED if relu else Values(left.mean + right.mean, spread, left.signed or right.signed)
        options: dict[str, Option] = {"fused_activation_function": RELU6 if relu else NONE, "pot_scale_int16": False}
        output = self._parts.activation(name, a.shape, values, values.quantization(reach))
        return self._parts.operator("ADD", (a, b), output, options)

    def total(self, parts: Sequence[Tensor], name: str) -> Tensor:
        """Sum of all parts by a chain of ADD; a single part is returned as it is."""
        x = parts[0]
        for number, part in enumerate(parts[1:], 1):
            x = self.add(x, part, name if number == len(parts) - 1 else f"{name}/{number}")
        return x

    def concat(self, parts: Sequence[Tensor], name: str) -> Tensor:
        """CONCATENATION along the channels; a single part is returned as it is.

        TFLM takes at most ten inputs, so more parts are joined by a tree of operators.

        Raises:
            ValueError: the parts have different scales, which neither LiteRT nor TFLM accepts.
        """
        if len(parts) == 1:
            return parts[0]
        parts = list(parts)
        while len(parts) > MOST_JOINED:
            first = self.concat(parts[:MOST_JOINED], f"{name}/{len(parts)}")
            parts = [*parts[MOST_JOINED:], first]
        for a, b in pairwise(parts):
            if scale_and_zero(a) != scale_and_zero(b):
                raise ValueError(f"{name}: {a.name} and {b.name} have different scales")
        widest = max((self._values[part] for part in parts), key=lambda values: values.spread)
        shape = (*parts[0].shape[:3], sum(part.shape[3] for part in parts))
        options: dict[str, Option] = {"axis": 3, "fused_activation_function": NONE}
        output = self._parts.activation(name, shape, widest, parts[0])
        return self._parts.operator("CONCATENATION", tuple(parts), output, options)

    def average_pool(self, x: Tensor, name: str, *, window: int = 3, stride: int = 1) -> Tensor:
        """AVERAGE_POOL_2D with SAME padding and the scale of its input.

        Averages vary less than values. The spread is divided by only sqrt(2), because neighboring values are alike.
        """
        values = replace(self._values[x], spread=self._values[x].spread / math.sqrt(2))
        return self._pool("AVERAGE_POOL_2D", x, name, Window(window, window, stride, SAME), values)

    def max_pool(self, x: Tensor, name: str, *, window: int = 3, stride: int = 1) -> Tensor:
        """MAX_POOL_2D with SAME padding and the scale of its input."""
        return self._pool("MAX_POOL_2D", x, name, Window(window, window, stride, SAME), self._values[x])

    def upsample(self, x: Tensor, name: str) -> Tensor:
        """RESIZE_NEAREST_NEIGHBOR to twice the height and width, with the scale of its input."""
        height, width = x.shape[1] * 2, x.shape[2] * 2
        size = self._parts.numbers(f"{name}/size", (2,), (height, width))
        output = self._parts.activation(name, (1, height, width, x.shape[3]), self._values[x], x)
        options: dict[str, Option] = {"align_corners": False, "half_pixel_centers": False}
        return self._parts.operator("RESIZE_NEAREST_NEIGHBOR", (x, size), output, options)

    def mean(self, x: Tensor, name: str) -> Tensor:
        """MEAN over height and width, of shape (1, channels). Means vary less than values, so the range is halved."""
        axes = self._parts.numbers(f"{name}/axes", (2,), (1, 2))
        values = replace(self._values[x], spread=self._values[x].spread / 2)
        scale, zero_point = scale_and_zero(x)
        quantization = Quantization((scale / 2,), (zero_point,))
        output = self._parts.activation(name, (1, x.shape[3]), values, quantization)
        return self._parts.operator("MEAN", (x, axes), output, {"keep_dims": False})

    def reshape(self, x: Tensor, shape: tuple[int, ...], name: str) -> Tensor:
        """RESHAPE, with the new shape both as a constant input and as an option."""
        target = self._parts.numbers(f"{name}/shape", (len(shape),), shape)
        output = self._parts.activation(name, shape, self._values[x], x)
        return self._parts.operator("RESHAPE", (x, target), output, {"new_shape": shape})

    def dense(self, x: Tensor, units: int, name: str) -> Tensor:
        """FULLY_CONNECTED with a bias and one weight scale for all units; `x` is (1, length), the output (1, units)."""
        parameters = self._parts.matrix(x, name, units)
        output = self._parts.activation(name, (1, units), LINEAR)
        options: dict[str, Option] = {
            "fused_activation_function": NONE,
            "weights_format": 0,
            "keep_num_dims": False,
            "asymmetric_quantize_inputs": False,
        }
        return self._parts.operator("FULLY_CONNECTED", (x, *parameters), output, options)

    def softmax(self, x: Tensor, name: str) -> Tensor:
        """SOFTMAX with output scale 1/256 and zero point -128, which its int8 kernels demand."""
        values, quantization = Values(0.1, 0.1, signed=False), Quantization((1 / 256,), (-128,))
        output = self._parts.activation(name, x.shape, values, quantization)
        return self._parts.operator("SOFTMAX", (x,), output, {"beta": 1.0})

    def classifier(self, x: Tensor, classes: int) -> Tensor:
        """MEAN, FULLY_CONNECTED and SOFTMAX: the usual head of a classifier, of shape (1, classes)."""
        return self.softmax(self.dense(self.mean(x, "mean"), classes, "logits"), "softmax")

    def model(self, *outputs: Tensor, by_depth: bool = False) -> Model:
        """The finished model, with its operators in the order of the calls, or in the one in which Keras files them."""
        operators = _by_depth(self._parts.operators, outputs) if by_depth else self._parts.operators
        graph = Graph("main", tuple(self._parts.tensors), tuple(self._inputs), outputs, tuple(operators))
        return Model(self._name, (graph,), description="made by arenite zoo")

    def _conv(self, x: Tensor, channels: int, name: str, window: Window, *, relu: bool) -> Tensor:
        parameters = self._parts.filters(x, name, (channels, window.height, window.width, x.shape[3]), 0)
        output = self._parts.activation(name, window.output(x, channels), RECTIFIED if relu else LINEAR)
        options: dict[str, Option] = {
            "dilation_w_factor": 1,
            "dilation_h_factor": window.dilation,
            "fused_activation_function": RELU6 if relu else NONE,
        }
        return self._parts.operator("CONV_2D", (x, *parameters), output, window.options | options)

    def _pool(self, code: str, x: Tensor, name: str, window: Window, values: Values) -> Tensor:
        output = self._parts.activation(name, window.output(x, x.shape[3]), values, x)
        size: dict[str, Option] = {
            "filter_width": window.width,
            "filter_height": window.height,
            "fused_activation_function": NONE,
        }
        return self._parts.operator(code, (x,), output, window.options | size)


def _by_depth(operators: Sequence[Operator], outputs: Sequence[Tensor]) -> list[Operator]:
    """The operators by descending distance from the outputs, ties in the order of creation: Keras's order of layers.

    A converter files a network that was defined layer by layer in Keras in this order. The order is breadth-first: all
    branches of a cell advance together, so their tensors are alive together. `operators` must be in a valid order.
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
