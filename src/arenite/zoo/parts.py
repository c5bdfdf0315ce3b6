"""The tensors and operators of a graph under construction, with random constants."""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING

from arenite.errors import OptionError
from arenite.model import Data, ElementType, Operator, Option, Quantization, Tensor
from arenite.operators.versions import version
from arenite.zoo.activation import Values, scale_and_zero
from arenite.zoo.weights import UNIFORM_SPREAD, Weights, single

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy
    from numpy.typing import NDArray


BIAS_REACH = 0.25
"""Largest absolute real value of biases: small beside outputs with a standard deviation of about 1."""
WEIGHTS_LIMIT = 2**26
"""Most bytes of weights of one model: far beyond any microcontroller. Building takes several times as much memory."""


class Parts:
    """Collects tensors and operators in the order of the calls; all constants come from one seed."""

    def __init__(self, seed: int) -> None:
        self._weights = Weights(seed)
        self._drawn = 0
        self.tensors: list[Tensor] = []
        self.operators: list[Operator] = []
        self.values: dict[Tensor, Values] = {}

    def activation(
        self, name: str, shape: tuple[int, ...], values: Values, quantized: Quantization | Tensor | None = None
    ) -> Tensor:
        """A new int8 activation.

        Its quantization is `quantized`, or that of the tensor `quantized`; None: what the expected `values` need.
        """
        quantization = quantized.quantization if isinstance(quantized, Tensor) else quantized
        tensor = Tensor(name, shape, ElementType.INT8, None, quantization or values.quantization())
        self.tensors.append(tensor)
        self.values[tensor] = values
        return tensor

    def operator(self, code: str, inputs: tuple[Tensor, ...], output: Tensor, options: Mapping[str, Option]) -> Tensor:
        """File an operator with the kind `code`, and return its output."""
        self.operators.append(Operator(code, inputs, (output,), options, version=version(code, ElementType.INT8)))
        return output

    def filters(self, x: Tensor, name: str, shape: tuple[int, ...], dimension: int) -> tuple[Tensor, Tensor]:
        """Weights of `shape` and a bias for a convolution of `x`.

        The weights are quantized per channel along `dimension`, 0 or the last. The scales give the output a standard
        deviation of about 1.
        """
        channels = shape[dimension]
        taps = math.prod(shape) // channels
        values = self._filters(taps, channels)
        scales = self._weights.scales(1 / (math.sqrt(taps) * self.values[x].spread * UNIFORM_SPREAD), channels)
        content = (values.T if dimension == 0 else values).tobytes()
        quantization = Quantization(scales, (0,) * channels, dimension)
        weights = self._constant(f"{name}/weights", shape, ElementType.INT8, content, quantization)
        products = tuple(single(scale_and_zero(x)[0] * scale) for scale in scales)
        return weights, self._bias(name, products, Quantization(products, (0,) * channels))

    def matrix(self, x: Tensor, name: str, units: int) -> tuple[Tensor, Tensor]:
        """Weights of shape (units, length of x) and a bias for a dense layer over `x`.

        The scale gives the output a standard deviation of about 1. All units share it, because not every runtime's
        kernels take one scale per unit.
        """
        taps = x.shape[1]
        content = self._filters(taps, units).T.tobytes()
        scale = single(1 / (math.sqrt(taps) * self.values[x].spread * UNIFORM_SPREAD))
        quantization = Quantization((scale,), (0,))
        weights = self._constant(f"{name}/weights", (units, taps), ElementType.INT8, content, quantization)
        product = single(scale_and_zero(x)[0] * scale)
        return weights, self._bias(name, (product,) * units, Quantization((product,), (0,)))

    def numbers(self, name: str, shape: tuple[int, ...], values: tuple[int, ...]) -> Tensor:
        """An int32 constant, such as a new shape or axes."""
        return self._constant(name, shape, ElementType.INT32, struct.pack(f"<{len(values)}i", *values))

    def _filters(self, taps: int, channels: int) -> NDArray[numpy.int8]:
        self._drawn += taps * channels
        if self._drawn > WEIGHTS_LIMIT:
            raise OptionError(f"the model would have more than {WEIGHTS_LIMIT >> 20} MiB of weights: make it smaller")
        return self._weights.filters(taps, channels)

    def _bias(self, name: str, scales: tuple[float, ...], quantization: Quantization) -> Tensor:
        content = self._weights.biases(BIAS_REACH, scales)
        return self._constant(f"{name}/bias", (len(scales),), ElementType.INT32, content, quantization)

    def _constant(
        self,
        name: str,
        shape: tuple[int, ...],
        kind: ElementType,
        content: bytes,
        quantization: Quantization | None = None,
    ) -> Tensor:
        tensor = Tensor(name, shape, kind, Data(content), quantization)
        self.tensors.append(tensor)
        return tensor
