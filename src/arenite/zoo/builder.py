"""Builds quantised int8 models operator by operator, with random weights and activation scales that suit them.

Values are kept in range by construction: every convolution's weights are scaled so that its output has a standard
deviation of about 1 whatever its fan-in, so all of them share one scale per kind (signed, or after ReLU6), as
CONCATENATION demands. ADD makes values larger: its output's range doubles when they no longer fit.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from arenite.model import Data, ElementType, Graph, Model, Operator, Quantization, Tensor
from arenite.zoo.weights import UNIFORM_SPREAD, Weights, single

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from arenite.model import Option

SAME, VALID = 0, 1
NONE, RELU6 = 0, 3
SIGNED_REACH, RELU_REACH = 4.0, 6.0  # ranges that convolutions share: four standard deviations, and that of RELU6
CONCATENATION_LIMIT = 10  # inputs that TFLM's CONCATENATION takes (concatenation.cc, kMaxInputNum)
VERSIONS = {
    "ADD": 2,
    "AVERAGE_POOL_2D": 2,
    "CONCATENATION": 2,
    "CONV_2D": 3,
    "DEPTHWISE_CONV_2D": 3,
    "FULLY_CONNECTED": 4,
    "MAX_POOL_2D": 2,
    "MEAN": 2,
    "RESIZE_NEAREST_NEIGHBOR": 2,
    "SOFTMAX": 2,
}  # operator versions that brought int8 (TensorFlow's tools/versioning/op_version.cc)


@dataclass(frozen=True)
class Values:
    """What to expect of an activation: mean and standard deviation; `signed` unless nothing is below zero."""

    mean: float
    spread: float
    signed: bool

    @property
    def quantization(self) -> Quantization:
        """Per-tensor quantisation of a range that holds four deviations: the common one, doubled as often as needed."""
        reach = SIGNED_REACH if self.signed else RELU_REACH
        while reach < abs(self.mean) + 4 * self.spread:
            reach *= 2
        return Quantization((single((2 if self.signed else 1) * reach / 255),), (0 if self.signed else -128,))


LINEAR = Values(0.0, 1.0, signed=True)
RECTIFIED = Values(0.4, 0.58, signed=False)  # the same after ReLU: a normal distribution cut at zero


class Builder:
    """Collects the tensors and operators of one graph; every method appends operators and returns the last output.

    Activations are int8 of shape (1, height, width, channels) until `mean` or `reshape` flattens them. Names must be
    unique. Operators are filed in the order of the calls, unless `model` is told otherwise.
    """

    def __init__(self, name: str, seed: int) -> None:
        self._name = name
        self._weights = Weights(seed)
        self._tensors: list[Tensor] = []
        self._operators: list[Operator] = []
        self._inputs: list[Tensor] = []
        self._values: dict[Tensor, Values] = {}

    def input(self, *shape: int, name: str = "input") -> Tensor:
        """Input of the graph, shape without the batch, real values in -1..1."""
        quantization = Quantization((1 / 128,), (0,))
        tensor = self._activation(name, (1, *shape), Values(0.0, 0.58, signed=True), quantization)
        self._inputs.append(tensor)
        return tensor

    def conv(
        self,
        x: Tensor,
        channels: int,
        name: str,
        *,
        kernel: int | tuple[int, int] = 1,
        stride: int = 1,
        padding: int = SAME,
        relu: bool = True,
    ) -> Tensor:
        """CONV_2D with weights per output channel (dimension 0) and a bias."""
        window = (kernel, kernel) if isinstance(kernel, int) else kernel
        taps = window[0] * window[1] * x.shape[3]
        values = self._weights.filters(taps, channels).T.tobytes()
        parameters = self._parameters(x, name, (channels, *window, x.shape[3]), 0, taps, values)
        options = _sliding(stride, padding) | {
            "dilation_w_factor": 1,
            "dilation_h_factor": 1,
            "fused_activation_function": RELU6 if relu else NONE,
        }
        shape = (1, *_output_size(x, window, stride, padding), channels)
        return self._operator("CONV_2D", (x, *parameters), name, shape, RECTIFIED if relu else LINEAR, options)

    def depthwise(
        self, x: Tensor, name: str, *, kernel: int = 3, stride: int = 1, dilation: int = 1, relu: bool = True
    ) -> Tensor:
        """DEPTHWISE_CONV_2D with SAME padding, multiplier 1, weights per channel (dimension 3) and a bias."""
        window, channels = (kernel, kernel), x.shape[3]
        values = self._weights.filters(kernel * kernel, channels).tobytes()
        parameters = self._parameters(x, name, (1, *window, channels), 3, kernel * kernel, values)
        options = _sliding(stride, SAME) | {
            "dilation_w_factor": dilation,
            "dilation_h_factor": dilation,
            "depth_multiplier": 1,
            "fused_activation_function": RELU6 if relu else NONE,
        }
        shape = (1, *_output_size(x, window, stride, SAME), channels)
        return self._operator(
            "DEPTHWISE_CONV_2D", (x, *parameters), name, shape, RECTIFIED if relu else LINEAR, options
        )

    def separable(
        self, x: Tensor, channels: int, name: str, *, kernel: int = 3, stride: int = 1, relu: bool = True
    ) -> Tensor:
        """A depthwise convolution and a pointwise one: `name`/depthwise and `name`/pointwise."""
        x = self.depthwise(x, f"{name}/depthwise", kernel=kernel, stride=stride)
        return self.conv(x, channels, f"{name}/pointwise", relu=relu)

    def add(self, a: Tensor, b: Tensor, name: str, *, relu: bool = False) -> Tensor:
        """ADD of two tensors of equal shape."""
        left, right = self._values[a], self._values[b]
        spread = math.hypot(left.spread, right.spread)
        values = RECTIFIED if relu else Values(left.mean + right.mean, spread, left.signed or right.signed)
        options: dict[str, Option] = {"fused_activation_function": RELU6 if relu else NONE, "pot_scale_int16": False}
        return self._operator("ADD", (a, b), name, a.shape, values, options)

    def total(self, parts: Sequence[Tensor], name: str) -> Tensor:
        """Sum of all parts by a chain of ADD; a single part is returned as it is."""
        x = parts[0]
        for number, part in enumerate(parts[1:], 1):
            x = self.add(x, part, name if number == len(parts) - 1 else f"{name}/{number}")
        return x

    def concat(self, parts: Sequence[Tensor], name: str) -> Tensor:
        """CONCATENATION along the channels; beyond the ten inputs that TFLM takes, in a tree."""
        parts = list(parts)
        while len(parts) > CONCATENATION_LIMIT:
            first = self.concat(parts[:CONCATENATION_LIMIT], f"{name}/{len(parts)}")
            parts = [first, *parts[CONCATENATION_LIMIT:]]
        if len(parts) == 1:
            return parts[0]
        widest = max((self._values[part] for part in parts), key=lambda values: values.spread)
        for a, b in pairwise(parts):
            if self._format(a) != self._format(b):
                raise ValueError(f"{name}: {a.name} and {b.name} have different scales and cannot be concatenated")
        shape = (*parts[0].shape[:3], sum(part.shape[3] for part in parts))
        options: dict[str, Option] = {"axis": 3, "fused_activation_function": NONE}
        return self._operator("CONCATENATION", tuple(parts), name, shape, widest, options)

    def average_pool(self, x: Tensor, name: str, *, window: int = 3, stride: int = 1, padding: int = SAME) -> Tensor:
        """AVERAGE_POOL_2D, same scale as its input; averages of neighbours vary less, a little since they are alike."""
        values = replace(self._values[x], spread=self._values[x].spread / math.sqrt(2))
        return self._pool("AVERAGE_POOL_2D", x, name, window, stride, padding, values)

    def max_pool(self, x: Tensor, name: str, *, window: int = 3, stride: int = 1, padding: int = SAME) -> Tensor:
        """MAX_POOL_2D, same scale as its input."""
        return self._pool("MAX_POOL_2D", x, name, window, stride, padding, self._values[x])

    def pad(self, x: Tensor, name: str, rows: tuple[int, int], columns: tuple[int, int]) -> Tensor:
        """PAD with zeros: (before, after) for rows and for columns."""
        amounts = self._indices(f"{name}/paddings", (4, 2), (0, 0, *rows, *columns, 0, 0))
        shape = (1, x.shape[1] + sum(rows), x.shape[2] + sum(columns), x.shape[3])
        return self._operator("PAD", (x, amounts), name, shape, self._values[x], {}, x.quantization)

    def upsample(self, x: Tensor, name: str, *, factor: int = 2) -> Tensor:
        """RESIZE_NEAREST_NEIGHBOR to `factor` times the height and width."""
        height, width = x.shape[1] * factor, x.shape[2] * factor
        size = self._indices(f"{name}/size", (2,), (height, width))
        options: dict[str, Option] = {"align_corners": False, "half_pixel_centers": False}
        shape = (1, height, width, x.shape[3])
        return self._operator(
            "RESIZE_NEAREST_NEIGHBOR", (x, size), name, shape, self._values[x], options, x.quantization
        )

    def mean(self, x: Tensor, name: str) -> Tensor:
        """MEAN over height and width: (1, channels). Means vary less than values, so the range is halved."""
        axes = self._indices(f"{name}/axes", (2,), (1, 2))
        values = replace(self._values[x], spread=self._values[x].spread / 2)
        scale, zero_point = self._format(x)
        quantization = Quantization((scale / 2,), (zero_point,))
        return self._operator("MEAN", (x, axes), name, (1, x.shape[3]), values, {"keep_dims": False}, quantization)

    def reshape(self, x: Tensor, shape: tuple[int, ...], name: str) -> Tensor:
        """RESHAPE, the new shape as a constant and as an option."""
        target = self._indices(f"{name}/shape", (len(shape),), shape)
        options: dict[str, Option] = {"new_shape": shape}
        return self._operator("RESHAPE", (x, target), name, shape, self._values[x], options, x.quantization)

    def dense(self, x: Tensor, units: int, name: str) -> Tensor:
        """FULLY_CONNECTED with one weight scale for all units and a bias; the output's values differ by about 2."""
        taps = x.shape[1]
        scale = single(2 / (math.sqrt(taps) * self._values[x].spread * UNIFORM_SPREAD))
        content = self._weights.filters(taps, units).T.tobytes()
        weights = self._constant(
            f"{name}/weights", (units, taps), ElementType.INT8, content, Quantization((scale,), (0,))
        )
        bias = self._bias(x, name, (scale,) * units, per_channel=False)
        options: dict[str, Option] = {
            "fused_activation_function": NONE,
            "weights_format": 0,
            "keep_num_dims": False,
            "asymmetric_quantize_inputs": False,
        }
        values = Values(0.0, 2.0, signed=True)
        return self._operator("FULLY_CONNECTED", (x, weights, bias), name, (1, units), values, options)

    def softmax(self, x: Tensor, name: str) -> Tensor:
        """SOFTMAX with the output scale that its int8 kernels demand."""
        quantization = Quantization((1 / 256,), (-128,))
        return self._operator(
            "SOFTMAX", (x,), name, x.shape, Values(0.1, 0.1, signed=False), {"beta": 1.0}, quantization
        )

    def classifier(self, x: Tensor, classes: int) -> Tensor:
        """Mean, dense layer, softmax."""
        return self.softmax(self.dense(self.mean(x, "mean"), classes, "logits"), "softmax")

    def model(
        self, *outputs: Tensor, order: Callable[[Sequence[Operator], Sequence[Tensor]], list[Operator]] | None = None
    ) -> Model:
        """The finished model; `order` arranges the operators, given the outputs."""
        operators = order(self._operators, outputs) if order else self._operators
        graph = Graph("main", tuple(self._tensors), tuple(self._inputs), outputs, tuple(operators))
        return Model(self._name, (graph,), description="made by arenite zoo")

    def _pool(self, code: str, x: Tensor, name: str, window: int, stride: int, padding: int, values: Values) -> Tensor:
        options = _sliding(stride, padding) | {
            "filter_width": window,
            "filter_height": window,
            "fused_activation_function": NONE,
        }
        shape = (1, *_output_size(x, (window, window), stride, padding), x.shape[3])
        return self._operator(code, (x,), name, shape, values, options, x.quantization)

    def _parameters(
        self, x: Tensor, name: str, shape: tuple[int, ...], dimension: int, taps: int, content: bytes
    ) -> tuple[Tensor, Tensor]:
        typical = 1 / (math.sqrt(taps) * self._values[x].spread * UNIFORM_SPREAD)
        scales = self._weights.scales(typical, shape[dimension])
        quantization = Quantization(scales, (0,) * len(scales), dimension)
        weights = self._constant(f"{name}/weights", shape, ElementType.INT8, content, quantization)
        return weights, self._bias(x, name, scales, per_channel=True)

    def _bias(self, x: Tensor, name: str, scales: tuple[float, ...], *, per_channel: bool) -> Tensor:
        scale = self._format(x)[0]
        products = tuple(single(scale * weight) for weight in scales)
        content = self._weights.biases(0.25, products)
        stored = products if per_channel else products[:1]
        quantization = Quantization(stored, (0,) * len(stored))
        return self._constant(f"{name}/bias", (len(scales),), ElementType.INT32, content, quantization)

    def _indices(self, name: str, shape: tuple[int, ...], values: tuple[int, ...]) -> Tensor:
        return self._constant(name, shape, ElementType.INT32, struct.pack(f"<{len(values)}i", *values), None)

    def _constant(
        self, name: str, shape: tuple[int, ...], kind: ElementType, content: bytes, quantization: Quantization | None
    ) -> Tensor:
        tensor = Tensor(name, shape, kind, Data(content), quantization)
        self._tensors.append(tensor)
        return tensor

    def _activation(self, name: str, shape: tuple[int, ...], values: Values, quantization: Quantization) -> Tensor:
        tensor = Tensor(name, shape, ElementType.INT8, None, quantization)
        self._tensors.append(tensor)
        self._values[tensor] = values
        return tensor

    def _operator(
        self,
        code: str,
        inputs: tuple[Tensor, ...],
        name: str,
        shape: tuple[int, ...],
        values: Values,
        options: Mapping[str, Option],
        quantization: Quantization | None = None,
    ) -> Tensor:
        output = self._activation(name, shape, values, quantization or values.quantization)
        self._operators.append(Operator(code, inputs, (output,), options, version=VERSIONS.get(code, 1)))
        return output

    @staticmethod
    def _format(x: Tensor) -> tuple[float, int]:
        assert x.quantization is not None, "every activation is quantised"
        return x.quantization.scale[0], x.quantization.zero_point[0]


def _sliding(stride: int, padding: int) -> dict[str, Option]:
    return {"padding": padding, "stride_w": stride, "stride_h": stride}


def _output_size(x: Tensor, window: tuple[int, int], stride: int, padding: int) -> tuple[int, int]:
    """Height and width that a sliding window leaves of x (TensorFlow's rules for SAME and VALID)."""
    margins = (0, 0) if padding == SAME else (window[0] - 1, window[1] - 1)
    return -(-(x.shape[1] - margins[0]) // stride), -(-(x.shape[2] - margins[1]) // stride)
